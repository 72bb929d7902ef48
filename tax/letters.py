"""What an owner is told of tax: income that comes near the limit of VAT."""

from django.utils.translation import gettext_lazy as _

from accounts.letters import letter
from accounts.states import Audience, Topic

VAT_NEAR = letter(
    "vat_near", Audience.OWNER, Topic.MONEY,
    title=_("当月收入接近增值税免税额"), body=_("{of_month} 的收入已有 {income_fen}，每月超过 {limit_fen} 须办理登记并缴纳增值税"),
    page="owner:tax", tone="wait",
)  # fmt: skip
VAT_REACHED = letter(
    "vat_reached", Audience.OWNER, Topic.MONEY,
    title=_("当月收入达到增值税免税额"), body=_("{of_month} 的收入已有 {income_fen}，达到 {limit_fen}，请尽快办理登记"),
    page="owner:tax", tone="bad",
)  # fmt: skip
