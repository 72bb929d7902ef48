"""What companies make of their pages: photographs, seasons, a brand that people know."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from suppliers import services as suppliers
from suppliers.pictures import Cut, PictureSubject, draw_good_picture
from suppliers.services import GoodDraft, PictureDraft
from taoxiaopu.flows.demo.goods import FAST, SEASONS, Season
from taoxiaopu.flows.demo.people import Firm, draft_of
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor


def photographs(title: str, brand: str, category: str, how_many: int) -> list[PictureDraft]:
    """Drawings that stand for photographs of one good; the last one is a detail."""
    root = category.partition("/")[0]
    raws = [
        draw_good_picture(PictureSubject(title, brand, root, f"{title} {n}"), 700) for n in range(how_many)
    ]
    detail = PictureDraft(raws[-1], cut=Cut(5_000, 6_000, 4_500))
    return [*(PictureDraft(raw) for raw in raws[:-1]), detail]


def _seasonal(listing: Season, now: datetime) -> GoodDraft:
    """A draft whose window lies so many days before or after today's midnight."""
    today = clock.local(now).date()
    begins, ends = (clock.local_instant(today + timedelta(days=days)) for days in listing.days)
    return replace(draft_of(listing.listing), sale_from=begins, sale_until=ends)


def show_publishing(firms: Sequence[Firm], staff: Actor, now: datetime) -> None:
    """Goods before, within and after their season with several pictures each, a known brand, and a held good for
    the fast review.
    """
    firm, at = firms[0], now - timedelta(days=1)
    for listing in SEASONS:
        what = listing.listing
        draft = replace(
            _seasonal(listing, now), pictures=photographs(what.title, what.brand, what.category, 4)
        )
        suppliers.create_good(supplier=firm.supplier, draft=draft, actor=firm.actor, at=at)
    suppliers.mark_brand(
        supplier=firm.supplier, name="山茶里", is_known=True, actor=staff, at=at, reason="多地有售，检索量高"
    )
    draft, then = draft_of(FAST), now - timedelta(hours=2)
    suppliers.create_good(supplier=firm.supplier, draft=draft, actor=firm.actor, at=then)
    suppliers.refresh_repurchase(at=now)
