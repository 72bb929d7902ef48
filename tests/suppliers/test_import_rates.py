"""A rate that a catalogue changes while a lower one is on its way: pickers are told of what comes, or nothing comes (§6.1)."""

from datetime import timedelta

import pytest

from storefronts.services import tell_of_lowered_rates
from suppliers import services as suppliers
from suppliers.models import Good, Supplier
from suppliers.services import ImportDefaults
from taoxiaopu.kernel import jobs
from tests.factories import story

NOW = story.noon(2026, 10, 5)
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def company() -> Supplier:
    return story.supplier(NOW)


def take_in(company: Supplier, rate: str, price: str = "39.00", at=NOW):
    raw = f"商品编号,标题,价格,库存,佣金率\nA1,滋润面霜,{price},5,{rate}\n".encode()
    made = suppliers.preview_import(
        supplier=company, person="tests", filename="a.csv", raw=raw,
        defaults=ImportDefaults("beauty", 200, 2000), at=at,
    )  # fmt: skip
    list(suppliers.run_import_now(catalogue=made, now=lambda: at))
    made.refresh_from_db()
    assert made.status == "done"
    return made


def rates() -> tuple[int, int | None, object, object]:
    good = Good.objects.get()
    return good.rate_bp, good.next_rate_bp, good.next_rate_at, good.rate_told_at


def lowered(company: Supplier) -> None:
    take_in(company, "20%")
    take_in(company, "15%")
    assert tell_of_lowered_rates(at=NOW) == 1
    assert rates() == (2000, 1500, suppliers.goods.rate_counts_from(NOW), NOW)


def test_a_still_lower_one_is_told_anew(company: Supplier) -> None:
    lowered(company)
    take_in(company, "10%", at=NOW + HOUR)
    assert rates() == (2000, 1000, suppliers.goods.rate_counts_from(NOW + HOUR), None)
    assert suppliers.apply_due_rates(at=NOW + 100 * HOUR) == 0  # nobody was told of it
    assert tell_of_lowered_rates(at=NOW + HOUR) == 1


def test_the_same_one_again_keeps_its_time(company: Supplier) -> None:
    lowered(company)
    take_in(company, "15%", price="38.00", at=NOW + 30 * HOUR)
    assert rates() == (2000, 1500, suppliers.goods.rate_counts_from(NOW), NOW)


def test_a_higher_one_takes_it_back(company: Supplier) -> None:
    lowered(company)
    take_in(company, "25%", at=NOW + HOUR)
    assert rates() == (2500, None, None, None)


def test_undoing_what_was_told_in_the_meantime(company: Supplier) -> None:
    take_in(company, "20%")
    made = take_in(company, "15%")
    assert tell_of_lowered_rates(at=NOW) == 1
    suppliers.undo_import(catalogue=made, actor=story.supplier_actor(company), at=NOW + HOUR)
    jobs.work_off(suppliers.UNDO_IMPORT, at=NOW + HOUR, work=suppliers.run_undo)
    assert rates() == (2000, None, None, None)
