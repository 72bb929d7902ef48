"""Failures of sign-up, real-name check and credit gate."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.errors import DomainError


class SignInTaken(DomainError):
    """Another account has this phone or e-mail."""

    code = "sign_in_taken"
    message = _("该手机号或邮箱已注册，请直接登录")
    field = "phone"


class WeakPassword(DomainError):
    """The password fails the validators."""

    code = "weak_password"
    message = _("{reasons}")
    status = 400
    field = "password"


class BadIdNumber(DomainError):
    """The identity number's check digit or date is wrong."""

    code = "bad_id_number"
    message = _("身份证号有误，请核对 18 位号码")
    status = 400
    field = "id_number"


class UnderAge(DomainError):
    """Younger than 18 (docs/rules.md §1.6)."""

    code = "under_age"
    message = _("开店须年满 {age} 周岁")
    field = "id_number"


class IdentityTaken(DomainError):
    """The identity number belongs to another account."""

    code = "identity_taken"
    message = _("该身份证号已用于另一个账号")
    field = "id_number"


class CreditUnavailable(DomainError):
    """The credit provider did not answer."""

    code = "credit_unavailable"
    message = _("信用服务暂时没有回应，您填写的内容已保留，请稍后再试")
    status = 503


class CreditTooLow(DomainError):
    """The score is not above the gate (docs/rules.md §1.2 rule 11: strictly greater)."""

    code = "credit_too_low"
    message = _("您的信用分为 {score}，开店须超过 {gate} 分")
    field = "credit"


class TooManyMessages(DomainError):
    """Too many codes for one phone or mailbox, or from one network."""

    code = "too_many_messages"
    message = _("发送得太频繁，请 {minutes} 分钟后再试")
    status = 429


class AddressBookFull(DomainError):
    """A member keeps at most ADDRESS_LIMIT addresses."""

    code = "address_book_full"
    message = _("最多保存 {limit} 个收货地址，请先删除不用的")


class AddressIncomplete(DomainError):
    """A part of an address is missing or too long."""

    code = "address_incomplete"
    message = _("{what}")
    status = 400


class NotDelivered(DomainError):
    """The telephone or mail provider did not take the message; the job tries again."""

    code = "not_delivered"
    message = _("消息未能送出")
    status = 503
