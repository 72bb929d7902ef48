"""The closing table of a simulation."""

from django.db.models import Count, F, QuerySet, Sum
from django.utils.translation import gettext as _

from commissions.models import CommissionLine, Statement, Withdrawal
from commissions.states import WithdrawalStatus
from orders.models import LineRefund, Order
from orders.states import OrderStatus
from storefronts.models import OwnerStanding
from storefronts.states import Tier
from taoxiaopu.flows.demo.table import aligned
from taoxiaopu.flows.simulate import wallets
from taoxiaopu.flows.simulate.conductor import Outcome
from taoxiaopu.flows.simulate.kinds import KINDS
from taoxiaopu.kernel.money import format_yuan


def closing_table(outcome: Outcome) -> str:
    """Orders by kind and by state, money, owners by tier, time, and what verify says."""
    parts = [_kinds(outcome), _states(outcome), _money(outcome), _tiers(outcome), _ending(outcome)]
    return "\n\n".join(parts)


def _kinds(outcome: Outcome) -> str:
    told = outcome.told
    rows = [(_("故事"), _("订单"), _("占比"))]
    rows += [
        (str(kind.label), f"{told[kind.code]:,}", f"{100 * told[kind.code] / outcome.orders:.1f} %")
        for kind in KINDS
    ]
    settled = CommissionLine.objects.filter(owner__in=_owners(outcome), statement__isnull=False)
    counts = {
        _("已月结"): settled.values("order_number").distinct().count(),
        _("提现：审核通过或直接打款"): outcome.withdrawn[wallets.APPROVED],
        _("提现：驳回后再申请"): outcome.withdrawn[wallets.REJECTED],
        _("提现：银行退回后再申请"): outcome.withdrawn[wallets.RETURNED],
    }
    later = [(name, f"{n:,}", f"{100 * n / outcome.orders:.1f} %") for name, n in counts.items()]
    rows.append((_("合计"), f"{told.total():,}", f"{100 * told.total() / outcome.orders:.1f} %"))
    return aligned([*rows, *later])


def _states(outcome: Outcome) -> str:
    counts = dict(_orders(outcome).values_list("status").annotate(n=Count("pk")).order_by())
    rows = [(_("订单状态"), _("订单"))]
    rows += [
        (str(OrderStatus(status).label), f"{counts[status]:,}")
        for status in OrderStatus.values
        if status in counts
    ]
    return aligned(rows)


def _money(outcome: Outcome) -> str:
    owners = _owners(outcome)
    paid = _orders(outcome).filter(paid_at__isnull=False)
    refunds = LineRefund.objects.filter(line__order__supplier__in=_suppliers(outcome))
    lines = CommissionLine.objects.filter(owner__in=owners)
    statements = Statement.objects.filter(owner__in=owners)
    paid_out = Withdrawal.objects.filter(owner__in=owners, status=WithdrawalStatus.PAID)
    earned = F("gross_fen") - F("fee_fen") + F("bonus_fen")
    sums = (
        (_("已付款"), paid.aggregate(n=Sum(F("goods_fen") + F("freight_fen")))),
        (_("已退款"), refunds.aggregate(n=Sum(F("goods_fen") + F("freight_fen")))),
        (_("佣金（掌柜所得）"), lines.aggregate(n=Sum(earned))),
        (_("其中等级奖励"), lines.aggregate(n=Sum("bonus_fen"))),
        (_("已结算"), statements.aggregate(n=Sum("net_fen"))),
        (_("已提现"), paid_out.aggregate(n=Sum("amount_fen"))),
    )
    rows = [(_("金额"), _("元"))]
    rows += [(name, format_yuan(int(found["n"] or 0), thousands=True)) for name, found in sums]
    return aligned(rows)


def _tiers(outcome: Outcome) -> str:
    standings = OwnerStanding.objects.filter(owner__in=_owners(outcome))
    counts = dict(standings.values_list("tier").annotate(n=Count("pk")).order_by())
    rows = [(_("掌柜等级"), _("掌柜"))]
    rows += [(str(Tier(tier).label), f"{counts[tier]:,}") for tier in Tier.values if tier in counts]
    return aligned(rows)


def _ending(outcome: Outcome) -> str:
    assert outcome.report is not None
    speed = outcome.told.total() / outcome.seconds if outcome.seconds else 0
    rows = [
        (_("结果"), ""),
        (_("用时"), _("{seconds} 秒").format(seconds=f"{outcome.seconds:.1f}")),
        (_("速度"), _("每秒 {speed} 单").format(speed=f"{speed:.1f}")),
        (
            "verify",
            _("账目一致")
            if not outcome.report.bad_rows
            else _("{n} 处问题").format(n=outcome.report.bad_rows),
        ),
    ]
    return aligned(rows)


def _orders(outcome: Outcome) -> "QuerySet[Order]":
    return Order.objects.filter(supplier__in=_suppliers(outcome))


def _suppliers(outcome: Outcome) -> list[int]:
    return [company.supplier.pk for world in outcome.worlds for company in world.companies]


def _owners(outcome: Outcome) -> list[int]:
    return [keeper.owner.pk for world in outcome.worlds for keeper in world.shopkeepers]
