"""The kinds of stories and how many orders each gets: a quota, not luck."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from taoxiaopu.flows.simulate import stories
from taoxiaopu.flows.simulate.plot import Plot, Story
from taoxiaopu.kernel.money import allocate

LEAST_PERCENT = 3
LEAST_ORDERS = 50


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of story: who tells it, what it is called, how much of what is left after each kind's 3 % it gets."""

    code: str
    label: str | Promise
    weight: int
    tell: Callable[[Plot], Story]
    orders: int = 1  # of one story


KINDS = (
    Kind("received", _("买家确认收货"), 30, stories.received),
    Kind("auto_confirmed", _("超时自动确认收货"), 9, stories.auto_confirmed),
    Kind("in_parcels", _("分多个包裹发货"), 2, stories.in_parcels),
    Kind("several", _("一次向多家供应商购买"), 2, stories.two_suppliers, orders=2),
    Kind("own_purchase", _("掌柜自购"), 0, stories.own_purchase),
    Kind("unpaid", _("超时未付款"), 9, stories.unpaid),
    Kind("cancelled", _("付款前取消"), 6, stories.cancelled),
    Kind("paid_twice", _("重复付款"), 0, stories.paid_twice),
    Kind("paid_late", _("关闭后才付款"), 0, stories.paid_late),
    Kind("never_shipped", _("逾期未发货，平台退款"), 0, stories.never_shipped),
    Kind("refunded", _("售后退款（商家同意、超时或买家撤销）"), 2, stories.refunded),
    Kind("ruled", _("平台裁定（含一方沉默、两千元以上复核）"), 0, stories.ruled),
    Kind("appealed", _("裁定后申诉，由他人再审"), 0, stories.appealed),
    Kind("claimed_after_final", _("结清后索赔，扣回佣金"), 0, stories.claimed_after_final),
)


def quotas(orders: int) -> dict[str, int]:
    """How many orders each kind gets: at least LEAST_PERCENT of all, rounded up, the rest by weight."""
    least = -(-orders * LEAST_PERCENT // 100)
    rest = allocate(orders - least * len(KINDS), [kind.weight for kind in KINDS])
    quota = {kind.code: least + more for kind, more in zip(KINDS, rest, strict=True)}
    for kind in KINDS:
        missing = -quota[kind.code] % kind.orders
        quota[kind.code] += missing
        quota[KINDS[0].code] -= missing
    return quota
