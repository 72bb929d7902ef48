"""What an owner's centre shows, read from many apps."""

from dataclasses import dataclass
from datetime import datetime

from commissions.selectors import Earnings, Outlook, earnings_of, expected_since, outlook_of
from orders.selectors import Sales, sales_since
from storefronts.models import Owner, Shop
from storefronts.selectors import ShopFigures, clicks_since, pick_count, shops_of
from taoxiaopu.kernel import clock


@dataclass(frozen=True, slots=True)
class OwnerDay:
    """An owner's centre: today's traffic, paid orders and expected commission in fen, earnings by state, the tier."""

    shop: Shop | None
    picks: int
    traffic: ShopFigures
    sales: Sales
    expected_fen: int
    earnings: Earnings
    outlook: Outlook


def owner_day(owner: Owner, shop: Shop | None, *, at: datetime) -> OwnerDay:
    """What an owner's centre shows at an instant; today begins at midnight in Shanghai."""
    since = clock.local_instant(clock.local(at).date())
    traffic = [clicks_since(one, since) for one in shops_of(owner)]
    return OwnerDay(
        shop=shop,
        picks=pick_count(shop) if shop else 0,
        traffic=ShopFigures(sum(t.clicks for t in traffic), sum(t.visitors for t in traffic)),
        sales=sales_since(since=since, owner=owner),
        expected_fen=expected_since(owner, since),
        earnings=earnings_of(owner),
        outlook=outlook_of(owner, at=at),
    )
