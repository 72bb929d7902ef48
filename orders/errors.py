"""Failures of ordering, shipping and refunding."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.errors import DomainError


class NotForSale(DomainError):
    """The good was delisted, held, or its shop closed."""

    code = "not_for_sale"
    message = _("“{title}”已下架，暂时不能购买")


class SaleNotBegun(DomainError):
    """The sale window of a seasonal good has not begun (docs/rules.md §1.3 rule 40)."""

    code = "sale_not_begun"
    message = _("“{title}”将于 {when} 开售，现在还不能购买")


class SaleOver(DomainError):
    """The sale window of a seasonal good is over (rule 40)."""

    code = "sale_over"
    message = _("“{title}”已于 {when} 停售")


class PriceChanged(DomainError):
    """The price differs from the one that the buyer saw."""

    code = "price_changed"
    message = _("“{title}”的价格已变为 ¥{price}，请确认后重新提交")


class BadQuantity(DomainError):
    """Not a whole number from 1 to the limit."""

    code = "bad_quantity"
    message = _("购买数量须为 1 到 {limit} 的整数")
    status = 400
    field = "quantity"


class BadTracking(DomainError):
    """The tracking number's shape is wrong."""

    code = "bad_tracking"
    message = _("运单号须为 8 到 24 位字母或数字")
    status = 400
    field = "tracking_number"


class TrackingReused(DomainError):
    """The tracking number was used within the last 30 days (O7)."""

    code = "tracking_reused"
    message = _("运单号 {number} 在 {days} 天内已用于其他订单")
    field = "tracking_number"


class OpenCase(DomainError):
    """A case or dispute holds the order."""

    code = "open_case"
    message = _("该订单有进行中的售后，处理完后才能继续")


class RefundTooLarge(DomainError):
    """More than what is left of the line."""

    code = "refund_too_large"
    message = _("退款金额最多为 ¥{limit}")
    field = "amount"


class BadAddress(DomainError):
    """Receiver or address missing or too long."""

    code = "bad_address"
    message = _("请填写收件人（2-30 字）与详细地址（5-200 字）")
    status = 400
    field = "address"


class TooManyTries(DomainError):
    """Guest look-ups are limited per phone and network."""

    code = "too_many_tries"
    message = _("尝试次数过多，请 {minutes} 分钟后再试")
    status = 429


class AmountsChanged(DomainError):
    """The refund or the compensation is no longer what was shown."""

    code = "amounts_changed"
    message = _("金额已变为退款 ¥{refund}、赔付 ¥{compensation}，请核对后再确认")


class TooManyLines(DomainError):
    """A pasted list is longer than one batch."""

    code = "too_many_lines"
    message = _("一次最多 {limit} 行，您粘贴了 {lines} 行")
    status = 400
    field = "text"


class NothingToPrint(DomainError):
    """No order was chosen, or too many."""

    code = "nothing_to_print"
    message = _("请选择 1 到 {limit} 个待发货的订单")
    status = 400


class BoughtAlone(DomainError):
    """A customised good beside others in one trade: its agreement cannot keep their payment waiting (docs/rules.md §5.8)."""

    code = "bought_alone"
    message = _("“{title}”是定制商品，须单独下单")


class WishMissing(DomainError):
    """A customised good without what is to be made, or without the buyer's word that there is no seven-day return."""

    code = "wish_missing"
    message = _("“{title}”是定制商品，请填写定制内容并确认不适用七天无理由退货")
    field = "wishes"


class BadTerms(DomainError):
    """A version of a contract that says too little, or more than the rules allow."""

    code = "bad_terms"
    message = _("{why}")
    status = 400


class VersionOutdated(DomainError):
    """There is a newer version than the one that was read."""

    code = "version_outdated"
    message = _("您看到的是第 {seen} 版，现在是第 {latest} 版，请看过新版后再决定")


class AgreementOver(DomainError):
    """The time to agree is over, whether or not a sweep has come by."""

    code = "agreement_over"
    message = _("确认期限 {when} 已过，订单将自动关闭")


class NotCustom(DomainError):
    """The order has no contract."""

    code = "not_custom"
    message = _("该订单不是定制订单")


class FeeChanged(DomainError):
    """The cancel fee is no longer what was shown."""

    code = "fee_changed"
    message = _("取消费现为 ¥{fee}，请核对后再确认")
