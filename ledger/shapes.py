"""Which account may be debited towards which, by kind of event, and which kinds take another one back (docs/rules.md §6.6).

``manage.py migrate`` writes this table into ``ledger_shape``, where PostgreSQL reads it: whoever adds a kind of journal
adds its shapes here.
"""

from collections.abc import Iterator

from django.db import connections

from ledger.models import OWNER_KINDS, SUPPLIER_KINDS
from ledger.models import AccountKind as A
from ledger.models import JournalKind as J

RETURNED_KINDS = (A.SUPPLIER_PAYABLE, A.CATEGORY_BOND, A.SUPPLIER_DEPOSIT)

SHAPES: tuple[tuple[J, A, A], ...] = (
    (J.PAYMENT, A.CHANNEL_CLEARING, A.ESCROW),
    (J.FINALISE, A.ESCROW, A.SUPPLIER_PAYABLE),
    (J.FINALISE, A.ESCROW, A.OWNER_CONFIRMED),
    (J.FINALISE, A.ESCROW, A.PLATFORM_FEE),
    (J.FINALISE, A.PLATFORM_BONUS, A.OWNER_CONFIRMED),
    (J.SETTLE, A.OWNER_CONFIRMED, A.OWNER_WITHDRAWABLE),
    (J.REFUND, A.ESCROW, A.REFUND_CLEARING),
    (J.REFUND, A.PLATFORM_FEE, A.REFUND_CLEARING),
    *((J.REFUND, kind, A.REFUND_CLEARING) for kind in (*SUPPLIER_KINDS, *OWNER_KINDS)),
    *((J.REFUND, kind, A.PLATFORM_BONUS) for kind in OWNER_KINDS),
    (J.REFUND_PAID, A.REFUND_CLEARING, A.CHANNEL_CLEARING),
    (J.STRAY_PAYMENT, A.CHANNEL_CLEARING, A.REFUND_CLEARING),
    (J.DEBT_REPAID, A.OWNER_CONFIRMED, A.OWNER_DEBT),
    (J.DEBT_REPAID, A.OWNER_WITHDRAWABLE, A.OWNER_DEBT),
    (J.DEBT_REPAID, A.SUPPLIER_PAYABLE, A.SUPPLIER_DEBT),
    (J.DEBT_REPAID, A.CATEGORY_BOND, A.SUPPLIER_DEBT),
    (J.DEBT_REPAID, A.SUPPLIER_DEPOSIT, A.SUPPLIER_DEBT),
    (J.SUPPLIER_PAYOUT, A.SUPPLIER_PAYABLE, A.PAYOUT_CLEARING),
    (J.SUPPLIER_PAYOUT_BACK, A.PAYOUT_CLEARING, A.SUPPLIER_PAYABLE),
    (J.DEPOSIT, A.CHANNEL_CLEARING, A.SUPPLIER_DEPOSIT),
    (J.BOND, A.CHANNEL_CLEARING, A.CATEGORY_BOND),
    *((J.DEPOSIT_RETURN, kind, A.PAYOUT_CLEARING) for kind in RETURNED_KINDS),
    *((J.DEPOSIT_RETURN_BACK, A.PAYOUT_CLEARING, kind) for kind in RETURNED_KINDS),
    (J.WITHDRAW, A.OWNER_WITHDRAWABLE, A.PAYOUT_CLEARING),
    (J.WITHDRAW_BACK, A.PAYOUT_CLEARING, A.OWNER_WITHDRAWABLE),
    (J.PAYOUT_PAID, A.PAYOUT_CLEARING, A.CHANNEL_CLEARING),
    (J.PAYOUT_PAID, A.PAYOUT_CLEARING, A.TAX_PAYABLE),
    (J.PAYOUT_RETURNED, A.CHANNEL_CLEARING, A.PAYOUT_CLEARING),
    (J.PAYOUT_RETURNED, A.TAX_PAYABLE, A.PAYOUT_CLEARING),
    *((J.COMMISSION_VOID, kind, A.PLATFORM_FEE) for kind in OWNER_KINDS),
    *((J.COMMISSION_VOID, kind, A.PLATFORM_BONUS) for kind in OWNER_KINDS),
    (J.COMMISSION_VOID, A.PLATFORM_FEE, A.SUPPLIER_PAYABLE),
    *((J.COMPENSATION, kind, A.COMPENSATION) for kind in SUPPLIER_KINDS),
    (J.COMPENSATION_PAID, A.COMPENSATION, A.CHANNEL_CLEARING),
    (J.COMPENSATION_BACK, A.CHANNEL_CLEARING, A.COMPENSATION),
)

# What people may correct by hand. Not ESCROW, OWNER_CONFIRMED and OWNER_DEBT: what lies there belongs to an order or a
# commission line, and only their services move it.
BY_HAND = frozenset(A) - {A.ESCROW, A.OWNER_CONFIRMED, A.OWNER_DEBT}

# A journal of the first kind takes back, between the same accounts, at most what the one of the second kind with the
# same reference moved (L4).
REVERSALS: dict[J, J] = {
    J.WITHDRAW_BACK: J.WITHDRAW,
    J.SUPPLIER_PAYOUT_BACK: J.SUPPLIER_PAYOUT,
    J.PAYOUT_RETURNED: J.PAYOUT_PAID,
    J.COMPENSATION_BACK: J.COMPENSATION_PAID,
    J.DEPOSIT_RETURN_BACK: J.DEPOSIT_RETURN,
}


def by_hand() -> Iterator[tuple[J, A, A]]:
    """Every pair of accounts that a manual journal may move between."""
    for debit in sorted(BY_HAND):
        for credit in sorted(BY_HAND - {debit}):
            yield J.MANUAL, debit, credit


def shape_rows() -> Iterator[tuple[str, str, str, str]]:
    """The rows of ``ledger_shape``: kind, debit, credit, and the kind that it takes back or nothing."""
    for kind, debit, credit in (*SHAPES, *by_hand()):
        yield str(kind), str(debit), str(credit), str(REVERSALS.get(kind, ""))


def write_shapes(alias: str) -> None:
    """Make ``ledger_shape`` say what SHAPES says, as the owner of the tables. Safe to run again."""
    wanted = sorted(set(shape_rows()))
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.ledger_shape') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return
        cursor.execute(
            "DELETE FROM ledger_shape WHERE (kind, debit, credit, reverses) NOT IN %s", [tuple(wanted)]
        )
        slots = ", ".join(["%s"] * len(wanted))
        cursor.execute(f"INSERT INTO ledger_shape VALUES {slots} ON CONFLICT DO NOTHING", wanted)  # noqa: S608
