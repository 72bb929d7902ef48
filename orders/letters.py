"""What the three parties of an order are told of. A guest gets no letters: the order page tells the same."""

from django.utils.translation import gettext_lazy as _

from accounts.letters import letter
from accounts.states import Audience, Topic
from orders.states import Carrier, CompensationReason

SHOPPER, OWNER, SUPPLIER = Audience.SHOPPER, Audience.OWNER, Audience.SUPPLIER
ORDERS = Topic.ORDERS

PAID = letter(
    "order_paid", SHOPPER, ORDERS,
    title=_("付款成功"), body=_("“{title}”实付 {amount_fen}，等待商家发货"), page="trade", tone="good",
)  # fmt: skip
CLOSED_UNPAID = letter(
    "order_closed_unpaid", SHOPPER, ORDERS,
    title=_("订单已关闭"), body=_("“{title}”没有在限时内付款，订单已自动关闭"), page="trade",
)  # fmt: skip
SHIPPED = letter(
    "order_shipped", SHOPPER, ORDERS,
    title=_("商家已发货"), body=_("“{title}”由{carrier}承运，运单号 {tracking}"), page="order",
    choices={"carrier": Carrier},
)  # fmt: skip
CONFIRM_SOON = letter(
    "order_confirm_soon", SHOPPER, ORDERS,
    title=_("即将自动确认收货"), body=_("“{title}”将于 {confirm_at} 自动确认收货，有问题请在此之前申请售后"),
    page="order", tone="wait",
)  # fmt: skip
REFUNDED = letter(
    "order_refunded", SHOPPER, ORDERS,
    title=_("退款已发出"), body=_("“{title}”退款 {amount_fen}，原路退回"), page="order", tone="good",
)  # fmt: skip
NEW_ORDER = letter(
    "order_new", SUPPLIER, ORDERS,
    title=_("新订单待发货"), body=_("“{title}”{amount_fen}，请在 {ship_at} 前发货"), page="supplier:order",
)  # fmt: skip
SHIP_SOON = letter(
    "order_ship_soon", SUPPLIER, ORDERS,
    title=_("发货时限将到"), body=_("订单 {number} 须在 {ship_at} 前发货"), page="supplier:order", tone="wait",
)  # fmt: skip
SHIP_LATE = letter(
    "order_ship_late", SUPPLIER, ORDERS,
    title=_("订单已逾期未发货"), body=_("订单 {number} 已超过承诺的发货时间，买家此时申请退款会立即通过"),
    page="supplier:order", tone="bad",
)  # fmt: skip
AGREED_DAY_PASSED = letter(
    "order_agreed_day_passed", SUPPLIER, ORDERS,
    title=_("定制订单已过约定的发货时间"), body=_("订单 {number} 已超过双方约定的发货时间，请尽快发货并与买家沟通"),
    page="supplier:order", tone="bad",
)  # fmt: skip
OWNER_ORDER = letter(
    "order_through_shop", OWNER, ORDERS,
    title=_("小铺有新订单"), body=_("“{title}”成交 {amount_fen}，佣金在订单里查看"), page="owner:order", tone="good",
)  # fmt: skip
COMPENSATED = letter(
    "order_compensated", SHOPPER, ORDERS,
    title=_("商家赔付"), body=_("订单 {number} 因{reason}赔付 {amount_fen}，将退到原付款账户"), page="order", tone="good",
    choices={"reason": CompensationReason},
)  # fmt: skip
CHARGED_FOR = letter(
    "supplier_compensation", SUPPLIER, Topic.MONEY,
    title=_("赔付扣款"), body=_("订单 {number} 因{reason}赔付买家 {amount_fen}，依次从货款、保证金中扣除"),
    page="supplier:order", tone="bad", choices={"reason": CompensationReason},
)  # fmt: skip
VERSION = letter(
    "contract_version", SHOPPER, ORDERS,
    title=_("商家提出了新的定制约定"), body=_("“{title}”第 {version} 版，请在 {deadline_at} 前确认"), page="contract", tone="wait",
)  # fmt: skip
VERSION_OF_SUPPLIER = letter(
    "contract_version_supplier", SUPPLIER, ORDERS,
    title=_("定制约定待确认"), body=_("“{title}”买家提出第 {version} 版，请在 {deadline_at} 前答复"),
    page="supplier:agreement", tone="wait",
)  # fmt: skip
AGREED = letter(
    "contract_agreed", SHOPPER, ORDERS,
    title=_("定制约定已达成，请付款"), body=_("“{title}”双方已接受同一版约定，请在 {deadline_at} 前付款"), page="trade", tone="wait",
)  # fmt: skip
AGREED_OF_SUPPLIER = letter(
    "contract_agreed_supplier", SUPPLIER, ORDERS,
    title=_("定制约定已达成"), body=_("“{title}”双方已接受同一版约定，等待买家付款"), page="supplier:agreement", tone="good",
)  # fmt: skip
NO_CONTRACT = letter(
    "contract_closed", SHOPPER, ORDERS,
    title=_("定制订单已关闭"), body=_("“{title}”没有达成约定，订单已关闭，未扣款"), page="contract",
)  # fmt: skip
NO_CONTRACT_OF_SUPPLIER = letter(
    "contract_closed_supplier", SUPPLIER, ORDERS,
    title=_("定制订单已关闭"), body=_("“{title}”没有达成约定，库存已释放"), page="supplier:agreement",
)  # fmt: skip
PRODUCTION = letter(
    "contract_production", SHOPPER, ORDERS,
    title=_("商家已开始制作"), body=_("“{title}”将在 {ship_at} 前发货；此后退款须商家同意，或按约定付取消费"), page="order",
)  # fmt: skip
CANCELLED_WITH_FEE = letter(
    "contract_cancelled", SUPPLIER, ORDERS,
    title=_("买家取消了制作中的定制订单"), body=_("“{title}”请停止制作，约定的取消费 {fee_fen} 归您"), page="supplier:agreement", tone="bad",
)  # fmt: skip
