"""Failures of paying and of notices."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.errors import DomainError


class BadSignature(DomainError):
    """The notice is not from the provider: missing or wrong signature, or a timestamp more than 5 minutes off."""

    code = "bad_signature"
    message = _("通知签名无效")
    status = 401


class BadNotice(DomainError):
    """Signed, but not a notice: no JSON, or fields missing, unknown or of the wrong type."""

    code = "bad_notice"
    message = _("通知内容无法识别")
    status = 400


class NoticeTooLarge(DomainError):
    """A notice body over 64 KB."""

    code = "notice_too_large"
    message = _("通知内容过大")
    status = 413


class SamePerson(DomainError):
    """The second pair of eyes must be another person's."""

    code = "same_person"
    message = _("该金额须由另一位工作人员复核")


class ChargeOver(DomainError):
    """The charge is no longer open."""

    code = "charge_over"
    message = _("这笔付款已结束（{state}），请回到订单查看")
