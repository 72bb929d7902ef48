"""Figures over time for each desk, ready to be drawn. The tenant comes first; each is a handful of set-based queries."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from commissions.selectors import expected_by_day, expected_by_order
from orders.selectors import (
    DeskNumbers,
    GoodSales,
    Refunded,
    ShopSales,
    SmallShare,
    Sold,
    SoldDay,
    channels_of_orders,
    sales_by_day,
    small_share,
)
from storefronts.models import Owner
from storefronts.selectors import clicks_by_channel, clicks_by_day, display_name
from storefronts.states import Channel
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.charts import Chart, Series
from taoxiaopu.kernel.settings import rules_at

SPANS = (7, 30, 90)
SPAN = 30
OWNER_DAYS = 30
TOP = 5
# A seller of less than this in 30 days counts as small (docs/rules.md §1.5 rule 80).
SMALL_SUPPLIER_FEN = 5_000_000
SMALL_OWNER_FEN = 500_000


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of this span and of the one before it."""

    now: int
    before: int

    @property
    def change_bp(self) -> int | None:
        """The change in basis points of the span before, towards zero; None when there was nothing before."""
        return int((self.now - self.before) * 10_000 / self.before) if self.before else None

    @property
    def fall_bp(self) -> int | None:
        """The same as a positive number, for a sentence that says "less"."""
        return None if self.change_bp is None else -self.change_bp

    @property
    def is_up(self) -> bool:
        """Whether it grew."""
        return self.now > self.before


@dataclass(frozen=True, slots=True)
class SupplierFigures:
    """A supplier's last ``days`` days beside the same number of days before: amounts in fen, rates in basis points."""

    days: int
    sales: Chart
    shops: Chart
    goods_fen: Compared
    orders: Compared
    refund_bp: Compared
    goods: Chart
    commission_fen: Compared


def supplier_figures(sold: Sold, numbers: DeskNumbers, *, days: int, at: datetime) -> SupplierFigures:
    """Sales per day with the period before, the goods and shops that sold most, the refunded part, the commission paid."""
    both = sold.days[-2 * days :]
    before, now = both[:days], both[days:]
    return SupplierFigures(
        days=days,
        sales=_sales_chart(now, before),
        shops=_shops_chart(sold.shops, at),
        goods_fen=Compared(sum(d.goods_fen for d in now), sum(d.goods_fen for d in before)),
        orders=Compared(sum(d.orders for d in now), sum(d.orders for d in before)),
        refund_bp=Compared(_refunded(now).rate_bp, _refunded(before).rate_bp),
        goods=_goods_chart(sold.goods),
        commission_fen=Compared(numbers.commission_fen, numbers.commission_before_fen),
    )


def _refunded(days: list[SoldDay]) -> Refunded:
    return Refunded(sum(day.goods_fen for day in days), sum(day.refunded_fen for day in days))


def _sales_chart(now: list[SoldDay], before: list[SoldDay]) -> Chart:
    amount, orders = _("金额"), _("订单")
    return Chart(
        "sales",
        _("日期"),
        [_day(d.day) for d in now],
        [
            Series(_("成交金额"), [d.goods_fen for d in now], "fen", "bar", amount),
            Series(_("上一期金额"), [d.goods_fen for d in before], "fen", "line", amount, past=True),
            Series(_("付款订单"), [d.orders for d in now], "count", "bar", orders),
            Series(_("上一期订单"), [d.orders for d in before], "count", "line", orders, past=True),
        ],
    )


def _goods_chart(best: list[GoodSales]) -> Chart:
    return Chart(
        "goods",
        _("商品"),
        [row.title for row in best],
        [
            Series(_("成交金额"), [row.paid_fen for row in best], "fen", "bar", _("金额")),
            Series(_("件数"), [row.units for row in best], "count", "bar", _("件数")),
            Series(_("付款订单"), [row.orders for row in best], "count", "bar", _("订单")),
        ],
        horizontal=True,
    )


def _shops_chart(best: list[ShopSales], at: datetime) -> Chart:
    suffix = rules_at(at).SHOP_SUFFIX
    return Chart(
        "shops",
        _("小铺"),
        [display_name(row.name, suffix) if row.shop_id else _("平台页面") for row in best],
        [
            Series(_("成交金额"), [row.goods_fen for row in best], "fen", "bar", _("金额")),
            Series(_("付款订单"), [row.orders for row in best], "count", "bar", _("订单")),
        ],
        horizontal=True,
    )


@dataclass(frozen=True, slots=True)
class OwnerFigures:
    """An owner's funnel of the last 30 days: counted views, paid orders, expected commission in fen."""

    views: int
    orders: int
    commission_fen: int
    daily: Chart
    channels: Chart

    @property
    def order_bp(self) -> int:
        """Orders for each view in basis points, at most 10,000; 0 without a view."""
        return min(10_000, self.orders * 10_000 // self.views) if self.views else 0

    @property
    def per_order_fen(self) -> int:
        """The commission of an average order in fen, rounded down; 0 without an order."""
        return self.commission_fen // self.orders if self.orders else 0


def owner_figures(owner: Owner, *, at: datetime) -> OwnerFigures:
    """Views, orders and commission by day and by channel, the same days for all of them."""
    sales = sales_by_day(owner=owner, days=OWNER_DAYS, at=at)
    since = clock.local_instant(sales[0].day)
    views, earned = clicks_by_day(owner, since=since), expected_by_day(owner, since=since)
    days = [d.day for d in sales]
    count, value = _("数量"), _("金额")
    daily = Chart(
        "daily",
        _("日期"),
        [_day(day) for day in days],
        [
            Series(_("访问"), [views.get(day, 0) for day in days], "count", "bar", count),
            Series(_("付款订单"), [d.orders for d in sales], "count", "bar", count),
            Series(_("预估佣金"), [earned.get(day, 0) for day in days], "fen", "bar", value),
        ],
    )
    return OwnerFigures(
        views=sum(views.values()),
        orders=sum(d.orders for d in sales),
        commission_fen=sum(earned.values()),
        daily=daily,
        channels=_channels_chart(owner, since),
    )


def _channels_chart(owner: Owner, since: datetime) -> Chart:
    views = clicks_by_channel(owner, since=since)
    came, earned = channels_of_orders(owner, since=since), expected_by_order(owner, since=since)
    orders, commission = dict[str, int](), dict[str, int]()
    for number, channel in came.items():
        orders[channel] = orders.get(channel, 0) + 1
        commission[channel] = commission.get(channel, 0) + earned.get(number, 0)
    found = [c for c in [*Channel.values, ""] if views.get(c) or orders.get(c)]
    count, value = _("数量"), _("金额")
    return Chart(
        "channels",
        _("渠道"),
        [str(Channel(c).label) if c else _("店内直接下单") for c in found],
        [
            Series(_("访问"), [views.get(c, 0) for c in found], "count", "bar", count),
            Series(_("付款订单"), [orders.get(c, 0) for c in found], "count", "bar", count),
            Series(_("预估佣金"), [commission.get(c, 0) for c in found], "fen", "bar", value),
        ],
        horizontal=True,
    )


@dataclass(frozen=True, slots=True)
class PlatformFigures:
    """The platform's last 30 days, and how much of them small sellers had."""

    sales: Chart
    suppliers: SmallShare
    owners: SmallShare


def platform_figures(*, days: int, at: datetime) -> PlatformFigures:
    """Paid orders and their amount per day; the parts of small suppliers and owners: staff only."""
    sales = sales_by_day(days=days, at=at)
    since = clock.local_instant(sales[0].day)
    chart = Chart(
        "sales",
        _("日期"),
        [_day(d.day) for d in sales],
        [
            Series(_("付款金额"), [d.goods_fen for d in sales], "fen", "bar", _("金额")),
            Series(_("付款订单"), [d.orders for d in sales], "count", "bar", _("订单")),
        ],
    )
    return PlatformFigures(
        chart,
        small_share(of="supplier", since=since, below_fen=SMALL_SUPPLIER_FEN),
        small_share(of="owner", since=since, below_fen=SMALL_OWNER_FEN),
    )


def _day(day: date) -> str:
    return f"{day:%m-%d}"
