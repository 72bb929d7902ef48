"""Failures of tax information (docs/rules.md §6.7)."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.errors import DomainError


class TaxInfoMissing(DomainError):
    """The owner has not said who she is to the tax office."""

    code = "tax_info_missing"
    message = _("请先填写税务信息，平台才能依法扣缴或收取发票")


class ConsentMissing(DomainError):
    """Identity and income are reported to the tax office; nothing is kept without consent."""

    code = "tax_consent_missing"
    message = _("须同意向税务机关报送身份与收入信息")
    status = 400
    field = "consent"


class BadTaxNumber(DomainError):
    """Not a unified social credit code."""

    code = "bad_tax_number"
    message = _("统一社会信用代码有误，请核对营业执照")
    status = 400
    field = "number"


class BusinessNameMissing(DomainError):
    """A business is named as on its licence."""

    code = "business_name_missing"
    message = _("请填写营业执照上的名称")
    status = 400
    field = "name"


class DocumentExpired(DomainError):
    """The identity document is no longer valid."""

    code = "document_expired"
    message = _("身份证件已于 {day} 到期，请更新证件有效期后再提现")
    field = "valid_until"


class QuarterOpen(DomainError):
    """A quarter is reported when it is over."""

    code = "quarter_open"
    message = _("该季度尚未结束，不能导出")


class NoTaxBureau(DomainError):
    """No adapter to the tax bureau's system: a number that it did not give is no invoice."""

    code = "no_tax_bureau"
    message = _("尚未接入税务开票系统，不能开具发票")
    status = 503
