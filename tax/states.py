"""Who a payee is to the tax office, and the methods of withholding (docs/rules.md §6.7)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
