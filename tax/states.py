"""Who a payee is to the tax office, the methods of withholding, and where an invoice stands (docs/rules.md §6.7)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.transitions import StateTable, move


class Identity(models.TextChoices):
    """What an owner is: a natural person's tax is withheld, businesses file themselves and give an invoice."""

    PERSON = "person", _("个人")
    BUSINESS = "business", _("个体工商户")
    COMPANY = "company", _("企业")


class TaxMethod(models.TextChoices):
    """How the tax of a natural person is computed; ``TAX_METHOD`` of the rules chooses."""

    CUMULATIVE = "cumulative", _("累计预扣法")
    CLASSIC = "classic", _("按月计算")
    NONE = "none", _("不预扣，自行申报")  # businesses


class InvoiceStatus(models.TextChoices):
    """Where a commission invoice stands."""

    DRAFT = "draft", _("待开具")  # the month's amounts, with its statement
    ISSUED = "issued", _("已开具")  # the tax bureau has it; only a red invoice takes it back


COMMISSION_INVOICES = StateTable(
    "commission_invoice",
    InvoiceStatus,
    (move("V1", InvoiceStatus.DRAFT, "issue", ActorKind.STAFF, InvoiceStatus.ISSUED),),
    {"draft": _("随月结单拟好"), "issue": _("开具")},
)
