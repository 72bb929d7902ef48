"""``python -m bench.proving``: run the whole of ``verify`` and print where it did not find exactly what was put there.

The bench's books have no orders, owners or suppliers behind them; the checks that ask for these say so, each of them.
"""

import django

KNOWN = {"account_party", "owner_confirmed", "owner_credit", "channel_clearing"}

if __name__ == "__main__":
    django.setup()
    from taoxiaopu.flows.verify import verify

    print(sorted({problem.check.name for problem in verify().problems} ^ KNOWN))
