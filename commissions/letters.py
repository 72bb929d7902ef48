"""What owners are told of: confirmed commission, statements, withdrawals, a change of tier; suppliers: payouts, statements."""

from django.utils.translation import gettext_lazy as _

from accounts.letters import letter
from accounts.states import Audience, Topic
from storefronts.states import Tier

COMMISSION_CONFIRMED = letter(
    "commission_confirmed", Audience.OWNER, Topic.MONEY,
    title=_("佣金已确认"), body=_("订单 {number} 已结清，佣金 {amount_fen} 将随月结单转为可提现"),
    page="owner:order", tone="good",
)  # fmt: skip
COMMISSION_TAKEN_BACK = letter(
    "commission_taken_back", Audience.OWNER, Topic.MONEY,
    title=_("佣金扣回"), body=_("订单 {number} 的佣金扣回 {amount_fen}"), page="owner:order", tone="wait",
)  # fmt: skip
DEBT_OWED = letter(
    "debt_owed", Audience.OWNER, Topic.MONEY,
    title=_("扣回后产生欠款"), body=_("订单 {number} 扣回后欠款 {debt_fen}，之后的佣金会先用于抵还，还清前不能提现"),
    page="owner:order", tone="bad",
)  # fmt: skip
COMMISSION_FROZEN = letter(
    "commission_frozen", Audience.OWNER, Topic.MONEY,
    title=_("佣金被冻结"), body=_("订单 {number} 的佣金等待平台核实：{reason}"), page="owner:order", tone="wait",
)  # fmt: skip
COMMISSION_VOIDED = letter(
    "commission_voided", Audience.OWNER, Topic.MONEY,
    title=_("佣金作废"), body=_("订单 {number} 的佣金按平台决定作废：{reason}"), page="owner:order", tone="bad",
)  # fmt: skip
STATEMENT = letter(
    "statement", Audience.OWNER, Topic.MONEY,
    title=_("月结单已出"), body=_("{of_month} 的佣金 {net_fen} 已转为可提现"), page="owner:statement", tone="good",
)  # fmt: skip
TIER_CHANGED = letter(
    "tier_changed", Audience.OWNER, Topic.ACCOUNT,
    title=_("等级变为{level}"), label=_("等级变化"), body=_("根据 {of_month} 的指标，您的等级由{before}变为{level}"),
    page="owner:tier", choices={"level": Tier, "before": Tier},
)  # fmt: skip
WITHDRAWAL_PAID = letter(
    "withdrawal_paid", Audience.OWNER, Topic.MONEY,
    title=_("提现已到账"), body=_("{amount_fen} 已转入您的收款账户"), page="owner:withdrawal", tone="good",
)  # fmt: skip
WITHDRAWAL_RETURNED = letter(
    "withdrawal_returned", Audience.OWNER, Topic.MONEY,
    title=_("提现被退回"), body=_("{amount_fen} 转账未成功，已退回可提现，请核对收款账户"),
    page="owner:withdrawal", tone="bad",
)  # fmt: skip
WITHDRAWAL_REJECTED = letter(
    "withdrawal_rejected", Audience.OWNER, Topic.MONEY,
    title=_("提现申请被驳回"), body=_("{amount_fen} 已退回可提现：{reason}"), page="owner:withdrawal", tone="bad",
)  # fmt: skip
SUPPLIER_PAYOUT_PAID = letter(
    "supplier_payout_paid", Audience.SUPPLIER, Topic.MONEY,
    title=_("货款已到账"), body=_("本周结算 {amount_fen} 已转入您的对公账户"), page="supplier:payout", tone="good",
)  # fmt: skip
SUPPLIER_PAYOUT_RETURNED = letter(
    "supplier_payout_returned", Audience.SUPPLIER, Topic.MONEY,
    title=_("货款被退回"), body=_("{amount_fen} 转账未成功，转下周一并结算，请核对收款账户"),
    page="supplier:payout", tone="bad",
)  # fmt: skip
SUPPLIER_PAYOUT_HELD = letter(
    "supplier_payout_held", Audience.SUPPLIER, Topic.MONEY,
    title=_("货款暂缓结算"), body=_("{amount_fen} 转下周一并结算：{reason}"), page="supplier:payout", tone="wait",
)  # fmt: skip
DEPOSIT_RETURN_PAID = letter(
    "deposit_return_paid", Audience.SUPPLIER, Topic.MONEY,
    title=_("保证金已退还"), body=_("{amount_fen} 已转入您的对公账户"), page="supplier:deposit-return", tone="good",
)  # fmt: skip
DEPOSIT_RETURN_FAILED = letter(
    "deposit_return_failed", Audience.SUPPLIER, Topic.MONEY,
    title=_("保证金退还被银行退回"), body=_("{amount_fen} 转账未成功，请核对收款账户，平台会再次打款"),
    page="supplier:deposit-return", tone="bad",
)  # fmt: skip
DEPOSIT_RETURN_REJECTED = letter(
    "deposit_return_rejected", Audience.SUPPLIER, Topic.MONEY,
    title=_("保证金暂不退还"), body=_("{amount_fen} 已退回账户：{reason}"), page="supplier:deposit-return", tone="wait",
)  # fmt: skip
SUPPLIER_STATEMENT = letter(
    "supplier_statement", Audience.SUPPLIER, Topic.MONEY,
    title=_("货款月结单已出"), body=_("{of_month} 的货款月结单可以查看和下载，月末应付货款 {payable_fen}"),
    page="supplier:statement",
)  # fmt: skip
