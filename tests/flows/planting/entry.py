"""Damage to papers of suppliers and to what they cover."""

from datetime import timedelta

from suppliers.models import Good, GoodChange, Paper, PaperPage, SupplierStanding
from tests.flows.planting.registry import Found, damage
from tests.flows.planting.world import NOW, World


def paper_of(world: World, code: str) -> Paper:
    """A paper of the company."""
    return Paper.objects.filter(supplier=world.company, requirement__code=code, status="fine")[0]


@damage("paper_pages")
def a_page_that_is_gone(world: World) -> str:
    paper = paper_of(world, "licence")
    PaperPage.objects.filter(paper=paper).delete()
    return paper.public_id


@damage("paper_audited")
def a_paper_sent_back_by_hand(world: World) -> str:
    paper = paper_of(world, "taxpayer")
    Paper.objects.filter(pk=paper.pk).update(status="mend")
    return paper.public_id


@damage("supplier_hidden")
def a_supplier_shown_though_its_points_hide_it(world: World) -> str:
    SupplierStanding.objects.filter(supplier=world.company).update(is_closed=True)
    return world.company.public_id


@damage("good_cover")
def a_good_covered_for_longer_than_its_papers(world: World) -> Found:
    good = Good.objects.filter(supplier=world.company, covered_until__isnull=False).order_by("pk")[0]
    assert good.covered_until is not None
    Good.objects.filter(pk=good.pk).update(covered_until=good.covered_until + timedelta(days=1))
    return (good.public_id,)


@damage("review_decision", "good_change_audited")
def a_change_set_let_through_by_nobody(world: World) -> Found:
    change = GoodChange.objects.create(
        good=world.good, base_version=1, title="改过的标题", category=world.good.category, words_version="1",
        status="approved", created_at=NOW, decided_at=NOW,
    )  # fmt: skip
    return change.public_id, change.public_id
