"""What owners are told of tax: income that comes near the limit of VAT; suppliers: an invoice."""

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
COMMISSION_INVOICE = letter(
    "commission_invoice", Audience.SUPPLIER, Topic.MONEY,
    title=_("佣金发票已开具"), body=_("{of_month} 的佣金发票已开具，价税合计 {total_fen}，可以查看和下载"),
    page="supplier:invoice", tone="good",
)  # fmt: skip
