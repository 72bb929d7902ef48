"""Papers handed in and judged, for stories about suppliers."""

from datetime import date, datetime
from typing import Any

from suppliers import services as suppliers
from suppliers.models import Paper, Supplier
from suppliers.selectors import Item, entry_checklist
from suppliers.services import PaperDraft
from tests.factories import story

AT = story.noon(2026, 6, 3)
SCAN = story.small_scan("scan")
STAFF = story.SYSTEM_STAFF


def draft_of(code: str, **changes: Any) -> PaperDraft:
    """One small picture for an item, or what ``changes`` say."""
    return PaperDraft(**({"requirement": code, "files": [SCAN]} | changes))


LINK = {"brand": "山茶花", "valid_from": date(2026, 1, 1), "valid_until": date(2027, 1, 1)}


def hand_in(supplier: Supplier, draft: PaperDraft, at: datetime = AT) -> Paper:
    """By some member of the supplier."""
    return suppliers.hand_in_paper(
        supplier=supplier, draft=draft, actor=story.supplier_actor(supplier), at=at
    )


def accept(paper: Paper, at: datetime = AT) -> Paper:
    """Staff find it fine."""
    return suppliers.judge_paper(public_id=paper.public_id, is_fine=True, actor=STAFF, at=at)


def send_back(paper: Paper, note: str = "缺公章", at: datetime = AT) -> Paper:
    """Staff want it mended."""
    return suppliers.judge_paper(public_id=paper.public_id, is_fine=False, actor=STAFF, at=at, note=note)


def place(supplier: Supplier, code: str, level: int = 0) -> Item:
    """One place of the supplier's entry checklist."""
    for item in entry_checklist(supplier, at=AT):
        if (item.place.requirement.code, item.place.level) == (code, level):
            return item
    raise AssertionError(code)


def letters(supplier: Supplier, kind: str) -> list[dict[str, Any]]:
    """The facts of a supplier's letters of a kind, oldest first."""
    return [row.facts for row in supplier.members.get().user.letters.filter(kind=kind).order_by("pk")]
