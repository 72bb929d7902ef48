"""Staff's pages of the books: accounts by name, statements that are cut, seals, a journal with what it belongs to."""

from datetime import timedelta

import pytest
from django.test import Client

from ledger.models import Account, AccountKind, Journal
from ledger.selectors import seal_of, statement_of
from ledger.services import close_month, write_digest
from taoxiaopu.kernel import clock
from tests.factories import story
from tests.factories.payouts import ANNA
from tests.staff.conftest import signed_in
from tests.staff.world import staff_user

pytestmark = pytest.mark.django_db
DAY = story.noon(2026, 6, 3)


@pytest.fixture
def desk() -> Client:
    """A browser of the staff."""
    return signed_in(staff_user(901, "青禾"))


def test_accounts_are_found_by_what_their_party_is_called(desk: Client) -> None:
    supplier, other = story.supplier(DAY), story.supplier(DAY, 2)
    for text in (supplier.name, supplier.public_id):
        body = desk.get("/admin/ledger/account/", {"q": text}).content.decode()
        assert supplier.public_id in body, text
        assert other.public_id not in body, text
    assert "没有符合条件的记录" in desk.get("/admin/ledger/account/?q=nobody").content.decode()


def test_an_empty_list_says_what_will_be_there(desk: Client) -> None:
    body = desk.get("/admin/ledger/journal/").content.decode()
    assert "第一笔付款入账后" in body
    assert "没有符合条件的记录" not in body


def test_a_statement_shows_so_many_rows_and_still_closes_with_the_whole_balance() -> None:
    supplier = story.supplier(DAY)
    good = story.good(supplier, DAY)
    for _n in range(3):
        story.paid_order(good, DAY)
    account = Account.objects.get(kind=AccountKind.ESCROW)
    day = clock.local(DAY).date()
    whole = statement_of(account, day, day)
    assert (len(whole.rows), whole.closing_fen, whole.is_cut) == (3, 30_000, False)
    exact = statement_of(account, day, day, most=3)
    assert (len(exact.rows), exact.closing_fen, exact.is_cut) == (3, 30_000, False)
    cut = statement_of(account, day, day, most=2)
    assert ([row.balance_fen for row in cut.rows], cut.closing_fen, cut.is_cut) == (
        [10_000, 20_000],
        30_000,
        True,
    )


def test_a_journal_tells_its_source_its_order_its_month_and_its_seal(desk: Client) -> None:
    order = story.finalised_order(story.good(story.supplier(DAY), DAY), DAY)
    journal = Journal.objects.get(kind="finalise")
    page = f"/admin/ledger/journal/{journal.pk}/change/"
    body = desk.get(page).content.decode()
    assert f"/admin/orders/order/{order.pk}/change/" in body
    assert f"/staff/orders/{order.number}/money/" in body
    assert "该月未关账" in body
    assert "今晚 00:20 封存" in body
    assert seal_of(journal) is None
    now = clock.now()
    assert write_digest(at=now)
    seal = seal_of(journal)
    assert seal is not None
    assert seal.day == clock.local(now).date() - timedelta(days=1)
    assert seal.digest[:16] in desk.get(page).content.decode()
    assert seal.digest[:16] in desk.get("/admin/ledger/account/trial/").content.decode()
    close_month(month=journal.posted_month, actor=ANNA, at=now)
    assert "该月已关账" in desk.get(page).content.decode()
    listing = desk.get("/admin/ledger/journal/").content.decode()
    assert f"#{journal.pk} 订单结清" in listing
    assert "finalise" not in listing.partition("result_list")[2].replace("kind__exact=finalise", "")
