"""The order's states and every allowed move, O1 to O18 of docs/rules.md §5.3."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.actors import SYSTEM, ActorKind
from taoxiaopu.kernel.transitions import StateTable, move

BUYER, SUPPLIER = ActorKind.BUYER, ActorKind.SUPPLIER


class OrderStatus(models.TextChoices):
    """Where an order stands."""

    AWAIT_AGREEMENT = (
        "await_agreement",
        _("待双方确认"),
    )  # made to order: no contract version that both accepted
    PENDING_PAYMENT = "pending_payment", _("待付款")
    PAID = "paid", _("待发货")
    PART_SHIPPED = "part_shipped", _("部分发货")
    SHIPPED = "shipped", _("待收货")
    COMPLETED = "completed", _("交易成功")  # received; the after-sales window runs
    FINALISED = "finalised", _("已结清")  # the window is over, the money is divided
    CLOSED_UNPAID = "closed_unpaid", _("已关闭")
    CLOSED_REFUNDED = "closed_refunded", _("已退款关闭")


class Evidence(models.TextChoices):
    """What the kind of an attributed order was recognised by when it was placed (docs/rules.md §6.5)."""

    IN_SHOP = "in_shop", _("在小铺下单")
    OWN_ACCOUNT = "own_account", _("掌柜登录下单")
    OWN_PHONE = "own_phone", _("收货手机是掌柜的")
    WORKS_FOR_SUPPLIER = "works_for_supplier", _("掌柜是供应商成员")
    OTHERS_PHONE = "others_phone", _("掌柜登录下单，送给别人")


class Chosen(models.TextChoices):
    """The rule by which an order belongs to an owner (docs/rules.md §6.4)."""

    LAST_CLICK = "last_click", _("最近一次有效点击")
    SHOP_VISIT = "shop_visit", _("在小铺页面下单")


class Lost(models.TextChoices):
    """Why a click did not decide an order."""

    EARLIER = "earlier", _("之后还有点击")
    OTHER_SHOP = "other_shop", _("点的是别的小铺，在这家小铺下单")
    TOO_OLD = "too_old", _("超过点击有效期")
    NOT_COUNTED = "not_counted", _("不计入的点击")


S = OrderStatus
NEVER_PAID = (S.AWAIT_AGREEMENT, S.PENDING_PAYMENT, S.CLOSED_UNPAID)
PAID_STATES = (S.PAID, S.PART_SHIPPED, S.SHIPPED, S.COMPLETED)
ORDERS = StateTable(
    "order",
    OrderStatus,
    (
        move("O2", S.AWAIT_AGREEMENT, "agree", [BUYER, SUPPLIER], S.PENDING_PAYMENT),
        move("O3", S.AWAIT_AGREEMENT, "decline", [BUYER, SUPPLIER], S.CLOSED_UNPAID),
        move("O3", S.AWAIT_AGREEMENT, "agreement_over", SYSTEM, S.CLOSED_UNPAID, "CUSTOM_AGREE_H"),
        move("O4", S.PENDING_PAYMENT, "pay", SYSTEM, S.PAID),
        move("O5", S.PENDING_PAYMENT, "cancel", [BUYER, SUPPLIER], S.CLOSED_UNPAID),
        move("O5", S.PENDING_PAYMENT, "expire", SYSTEM, S.CLOSED_UNPAID, "PAY_TIMEOUT_MIN"),
        move("O7", [S.PAID, S.PART_SHIPPED], "ship", SUPPLIER, S.SHIPPED),
        move("O7", [S.PAID, S.PART_SHIPPED], "ship", SUPPLIER, S.PART_SHIPPED),
        move("O7", S.PART_SHIPPED, "rest_refunded", SYSTEM, S.SHIPPED),
        move("O9", S.PAID, "out_of_stock", SUPPLIER, S.PAID),
        move("O9", S.PART_SHIPPED, "out_of_stock", SUPPLIER, S.PART_SHIPPED),
        move("O10", S.PAID, "run_late", SYSTEM, S.PAID, "SHIP_BY_H"),
        move("O12", S.SHIPPED, "confirm", BUYER, S.COMPLETED),
        move("O13", S.SHIPPED, "auto_confirm", SYSTEM, S.COMPLETED, "AUTO_CONFIRM_D"),
        # O11, long overdue, refunds every line and so ends here too.
        move("O15", PAID_STATES, "refund_all", SYSTEM, S.CLOSED_REFUNDED, "SHIP_OVERDUE_REFUND_D"),
        move("O16", S.COMPLETED, "finalise", SYSTEM, S.FINALISED, "AFTERSALE_WINDOW_D"),
        move("O18", S.PAID, "start_production", SUPPLIER, S.PAID),
        move("O18", S.PAID, "cancel_with_fee", BUYER, S.CLOSED_REFUNDED),
    ),
    {
        "place": _("下单"),
        "propose": _("提出约定"),
        "accept": _("接受约定"),
        "agree": _("约定达成"),
        "decline": _("拒绝约定"),
        "agreement_over": _("约定超时关闭"),
        "start_production": _("开始制作"),
        "cancel_with_fee": _("付取消费取消"),
        "pay": _("付款"),
        "cancel": _("取消订单"),
        "expire": _("超时关闭"),
        "ship": _("发货"),
        "rest_refunded": _("其余商品已退款"),
        "out_of_stock": _("申报缺货"),
        "run_late": _("逾期未发货"),
        "confirm": _("确认收货"),
        "auto_confirm": _("自动确认收货"),
        "refund_all": _("全额退款"),
        "finalise": _("结清"),
    },
)


class Carrier(models.TextChoices):
    """Carriers that a supplier may name."""

    SF = "sf", _("顺丰速运")
    ZTO = "zto", _("中通快递")
    YTO = "yto", _("圆通速递")
    YUNDA = "yunda", _("韵达快递")
    STO = "sto", _("申通快递")
    EMS = "ems", _("邮政 EMS")
    JD = "jd", _("京东物流")
    JT = "jt", _("极兔速递")
    DEPPON = "deppon", _("德邦快递")


# What people and other systems call a carrier, besides its own code and name (docs/rules.md §5.3, O7).
CARRIER_ALIASES: dict[str, Carrier] = {
    "顺丰": Carrier.SF, "顺丰速运": Carrier.SF, "shunfeng": Carrier.SF, "sfexpress": Carrier.SF,
    "中通": Carrier.ZTO, "中通快递": Carrier.ZTO, "zhongtong": Carrier.ZTO,
    "圆通": Carrier.YTO, "圆通速递": Carrier.YTO, "圆通快递": Carrier.YTO, "yuantong": Carrier.YTO,
    "韵达": Carrier.YUNDA, "韵达快递": Carrier.YUNDA, "韵达速递": Carrier.YUNDA, "yd": Carrier.YUNDA,
    "申通": Carrier.STO, "申通快递": Carrier.STO, "shentong": Carrier.STO,
    "邮政": Carrier.EMS, "邮政EMS": Carrier.EMS, "中国邮政": Carrier.EMS, "邮政快递": Carrier.EMS, "chinapost": Carrier.EMS,
    "京东": Carrier.JD, "京东物流": Carrier.JD, "京东快递": Carrier.JD, "jdl": Carrier.JD,
    "极兔": Carrier.JT, "极兔速递": Carrier.JT, "j&t": Carrier.JT, "jtexpress": Carrier.JT,
    "德邦": Carrier.DEPPON, "德邦快递": Carrier.DEPPON, "德邦物流": Carrier.DEPPON, "dbl": Carrier.DEPPON,
}  # fmt: skip
# Shapes that only one carrier gives its numbers: they name the carrier where a list leaves it out, and refuse nothing.
CARRIER_NUMBERS: dict[Carrier, str] = {
    Carrier.SF: r"SF[0-9]{10,13}",
    Carrier.YTO: r"YT[0-9]{13}",
    Carrier.EMS: r"[A-Z]{2}[0-9]{9}CN",
    Carrier.JD: r"JD[A-Z0-9]{11,13}",
    Carrier.JT: r"JT[0-9]{13}",
    Carrier.DEPPON: r"DPK[0-9]{12}",
}


class CompensationReason(models.TextChoices):
    """Which promise the supplier broke, in the order of the rules' ``COMPENSATION_*`` (docs/rules.md §5.6)."""

    LATE = "late", _("逾期发货")
    OUT_OF_STOCK = "out_of_stock", _("缺货")
    FALSE_SHIPMENT = "false_shipment", _("虚假发货")


class CompensationStatus(models.TextChoices):
    """Where a compensation stands. The money left the supplier's accounts when it was asked for."""

    PROCESSING = "processing", _("付款中")
    PAID = "paid", _("已赔付")
    RETURNED = "returned", _("被退回")


K = CompensationStatus
COMPENSATIONS = StateTable(
    "compensation",
    CompensationStatus,
    (
        move("K1", K.PROCESSING, "paid", SYSTEM, K.PAID),
        move("K2", [K.PROCESSING, K.PAID], "returned", SYSTEM, K.RETURNED),
        move("K3", K.RETURNED, "again", ActorKind.STAFF, K.PROCESSING),
    ),
    {"ask": _("赔付买家"), "paid": _("已赔付"), "returned": _("被退回"), "again": _("重新付款")},
)
