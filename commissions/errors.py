"""Failures of payout accounts and withdrawals (docs/rules.md §6.3), and of tier runs (§7.3)."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.errors import DomainError


class NameDiffers(DomainError):
    """The account's name is not the owner's certified name."""

    code = "account_name_differs"
    message = _("户名须与实名认证的姓名一致，才能打款")
    field = "name"


class BadAccount(DomainError):
    """Not the number of an account of that kind."""

    code = "bad_account"
    message = _("银行卡号须为 12 到 19 位数字，支付宝账号须为 11 位手机号")
    status = 400
    field = "account"


class AccountMissing(DomainError):
    """The owner has named no account to be paid to."""

    code = "payout_account_missing"
    message = _("请先添加收款账户")


class TooLittle(DomainError):
    """Below the least amount."""

    code = "withdrawal_too_little"
    message = _("每次至少提现 ¥{least}")
    field = "amount"


class TooMuch(DomainError):
    """Above a day's most."""

    code = "withdrawal_too_much"
    message = _("每天最多提现 ¥{most}")
    field = "amount"


class BalanceTooLow(DomainError):
    """More than the owner may withdraw."""

    code = "balance_too_low"
    message = _("可提现余额为 ¥{balance}，不足以提现 ¥{amount}")
    field = "amount"


class InDebt(DomainError):
    """Commission that must go back was not repaid yet."""

    code = "owner_in_debt"
    message = _("您有 ¥{debt} 欠款待抵扣，抵清后才能提现")


class OwnerSuspended(DomainError):
    """The owner may not withdraw now."""

    code = "owner_suspended"
    message = _("您的掌柜身份已暂停，暂时不能提现")


class HeldBack(DomainError):
    """What let an owner ask no longer holds when staff look: they reject the request, or wait."""

    code = "withdrawal_held_back"
    message = _("现在不能通过：{why}。请驳回，或待解除后再通过")


class AlreadyToday(DomainError):
    """One request a day."""

    code = "withdrawal_already_today"
    message = _("每天只能申请一次提现，请明天再来")


class AnotherOpen(DomainError):
    """One open withdrawal an owner (trust §1 L11)."""

    code = "withdrawal_another_open"
    message = _("提现单 {number} 还在处理中，到账或退回后才能再次申请")


class SamePerson(DomainError):
    """The second pair of eyes must be another person's."""

    code = "same_person"
    message = _("该金额须由另一位工作人员复核")


class OwnMoney(DomainError):
    """Nobody lets money go to themselves or to the company they work for."""

    code = "own_money"
    message = _("这笔款项与您本人有关，须由其他工作人员办理")
    status = 403


class CompanyAccountMissing(DomainError):
    """A supplier that leaves has named no account for its money."""

    code = "company_account_missing"
    message = _("供应商还没有填写对公收款账户，不能退还")


class StillOwes(DomainError):
    """What a supplier that leaves owes is more than the platform holds of it (docs/rules.md §1.6)."""

    code = "supplier_still_owes"
    message = _("抵扣货款和保证金后仍欠 ¥{fen}，还清前不能退出")


class SumsChanged(DomainError):
    """Between two people's approvals a supplier's accounts changed."""

    code = "sums_changed"
    message = _("一审之后账户又有变动，请先驳回，再重新核对")


class InvoiceMissing(DomainError):
    """A business gives an invoice for what it is paid."""

    code = "invoice_missing"
    message = _("个体工商户与企业提现须先开具发票，请填写 8 位或 20 位发票号码")
    field = "invoice_number"


class InvoiceUsed(DomainError):
    """One invoice, one withdrawal."""

    code = "invoice_used"
    message = _("该发票已用于另一笔提现")
    field = "invoice_number"


class TiersOutOfOrder(DomainError):
    """Months are judged one after the other: each starts from the level that the one before left."""

    code = "tiers_out_of_order"
    message = _("{month} 不能评定：等级须按月份先后评定，前面的月份没有评完，或后面的月份已经评过")


class NotTheCompany(DomainError):
    """A supplier is paid to an account in its own name."""

    code = "account_not_the_companys"
    message = _("户名须与入驻企业名称一致，才能打款")
    field = "name"


class BadCompanyAccount(DomainError):
    """Not the number of a company's account."""

    code = "bad_company_account"
    message = _("对公账号须为 9 到 30 位数字")
    status = 400
    field = "account"
