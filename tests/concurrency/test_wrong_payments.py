"""Wrong payments sent back at once: without the lock the race is there, with it the race is gone (trust §3)."""

import pytest

from orders import services as orders
from payments import services as payments
from payments.models import WrongPayment
from payments.services import strays
from taoxiaopu.flows.services import receive_notice
from taoxiaopu.kernel import audit, rows
from tests.concurrency.test_locks import errors_in, locked
from tests.factories import story
from tests.factories.payouts import ANNA, BELA
from tests.factories.threads import Meeting
from tests.factories.world import books

pytestmark = pytest.mark.django_db(transaction=True)
AT = story.noon(2026, 6, 3)


@locked
def test_two_people_at_once(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock both are the first of two, and the money waits for a third."""
    good = story.good(story.supplier(AT), AT, price_fen=600_000)
    charge = orders.open_payment(trade=story.place(good, AT), at=AT)
    body, headers = story.notice(charge, AT, amount_fen=600_001)
    receive_notice(provider="sandbox", body=body, headers=headers, at=AT)
    row = WrongPayment.objects.get()
    meeting = Meeting()
    if not is_locked:
        monkeypatch.setattr(strays, "lock_found", rows.find)
    monkeypatch.setattr(strays, "needs_two", meeting.before(strays.needs_two))
    answers = meeting.run(
        [
            lambda a=a: payments.return_wrong_payment(number=row.number, reason="退回", actor=a, at=AT)
            for a in (ANNA, BELA)
        ]
    )
    assert errors_in(answers) == []
    row.refresh_from_db()
    events = [entry.event for entry in audit.history("wrong_payment", row.number)]
    if is_locked:
        assert (row.status, events) == ("returned", ["endorse", "send_back"])
        assert books() == {"channel_clearing": 600_001, "refund_clearing": 600_001}
    else:
        assert (row.status, events, books()) == ("held", ["endorse", "endorse"], {})
