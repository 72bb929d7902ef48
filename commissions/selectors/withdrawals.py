"""What an owner may withdraw, and did. The owner comes first."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import RealName
from commissions.models import (
    PayoutAccount,
    Withdrawal,
)
from commissions.states import (
    OPEN_WITHDRAWALS,
    WithdrawalStatus,
)
from ledger import selectors as ledger
from ledger.models import AccountKind
from storefronts.models import Owner, OwnerStanding
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.settings import rules_at
from tax.models import TaxProfile
from tax.selectors import tax_profile_of
from tax.states import Identity


@dataclass(frozen=True, slots=True)
class WithdrawTerms:
    """What an owner may withdraw now: balance, limits in fen, and what stands in the way, if anything.

    ``most_fen`` is what could be asked for at once: the balance, within a day's limit.
    """

    balance_fen: int
    debt_fen: int
    on_the_way_fen: int
    least_fen: int
    day_limit_fen: int
    most_fen: int
    review_above_fen: int
    workdays: int
    is_first: bool
    is_suspended: bool
    was_today: bool
    account: PayoutAccount | None
    waiting: Withdrawal | None
    profile: TaxProfile | None
    document_expired: bool

    @property
    def may_ask(self) -> bool:
        """Whether a request could succeed now."""
        barred = self.is_suspended or self.was_today or self.debt_fen > 0
        barred = barred or self.profile is None or self.document_expired
        return not barred and self.account is not None and self.waiting is None and self.has_enough

    @property
    def gives_invoice(self) -> bool:
        """Whether a business asks, which gives an invoice and is not taxed here."""
        return self.profile is not None and self.profile.identity != Identity.PERSON

    @property
    def has_enough(self) -> bool:
        """Whether the balance reaches the least amount."""
        return self.balance_fen >= self.least_fen


def withdraw_terms(owner: Owner, *, at: datetime) -> WithdrawTerms:
    """Everything that the owner's withdrawal page says before it asks for an amount (docs/rules.md §6.3)."""
    rules = rules_at(at)
    balance = ledger.balance(AccountKind.OWNER_WITHDRAWABLE, owner.public_id)
    mine = Withdrawal.objects.filter(owner=owner)
    waiting = mine.filter(status__in=OPEN_WITHDRAWALS).select_related("account").first()
    profile = tax_profile_of(owner)
    return WithdrawTerms(
        balance_fen=balance,
        debt_fen=ledger.balance(AccountKind.OWNER_DEBT, owner.public_id),
        on_the_way_fen=waiting.amount_fen if waiting else 0,
        least_fen=rules.MIN_WITHDRAW_FEN,
        day_limit_fen=rules.MAX_WITHDRAW_DAY_FEN,
        most_fen=min(balance, rules.MAX_WITHDRAW_DAY_FEN),
        review_above_fen=rules.WITHDRAW_REVIEW_FEN,
        workdays=rules.WITHDRAW_WORKDAYS,
        is_first=not mine.filter(status=WithdrawalStatus.PAID).exists(),
        is_suspended=OwnerStanding.objects.filter(owner=owner, suspended=True).exists(),
        was_today=mine.filter(day=clock.local(at).date()).exists(),
        account=payout_account_of(owner),
        waiting=waiting,
        profile=profile,
        document_expired=profile is not None and is_expired(profile, at),
    )


def held_back_by(row: Withdrawal, at: datetime) -> str:
    """In a word, which condition of its request a withdrawal in review no longer meets; empty when it meets all."""
    owner, profile = row.owner, tax_profile_of(row.owner)
    debt = ledger.balance(AccountKind.OWNER_DEBT, owner.public_id)
    if OwnerStanding.objects.filter(owner=owner, suspended=True).exists():
        return _("掌柜身份已暂停")
    if debt:
        return _("有 ¥{debt} 欠款待抵扣").format(debt=format_yuan(debt, thousands=True))
    if profile is None or is_expired(profile, at):
        return _("身份证件已到期")
    if not is_own_name(owner, profile, row.account.name):
        return _("收款账户户名与实名不一致")
    return ""


def promised_by(row: Withdrawal) -> date:
    """The last day, of Shanghai, by which a withdrawal should be paid or back in the balance (WITHDRAW_WORKDAYS)."""
    return clock.workdays_after(row.day, rules_at(row.requested_at).WITHDRAW_WORKDAYS)


def is_late(row: Withdrawal, at: datetime) -> bool:
    """Whether a withdrawal is still on its way after the day that was promised."""
    return row.status in OPEN_WITHDRAWALS and clock.local(at).date() > promised_by(row)


def is_expired(profile: TaxProfile, at: datetime) -> bool:
    """Whether the identity document's last day, of Shanghai, is over."""
    return profile.valid_until is not None and profile.valid_until < clock.local(at).date()


def is_own_name(owner: Owner, profile: TaxProfile | None, name: str) -> bool:
    """A company is paid to its own account, everybody else to an account in the certified name."""
    if profile is not None and profile.identity == Identity.COMPANY:
        expected = profile.name
    else:
        real = RealName.objects.filter(user_id=owner.user_id).first()
        expected = real.name if real is not None else ""
    return bool(expected) and expected == name.strip()


def payout_account_of(owner: Owner) -> PayoutAccount | None:
    """The account that the owner is paid to now, or None."""
    return PayoutAccount.objects.filter(owner=owner, replaced_at=None).first()


def withdrawals_to_review() -> int:
    """How many withdrawals wait for a person: staff only."""
    return Withdrawal.objects.filter(status=WithdrawalStatus.REVIEWING).count()


def was_paid_before(row: Withdrawal) -> bool:
    """Whether the owner was paid anything before this withdrawal: without it the withdrawal is a first one."""
    earlier = Withdrawal.objects.filter(owner_id=row.owner_id, status=WithdrawalStatus.PAID)
    return earlier.filter(requested_at__lt=row.requested_at).exists()


def withdrawals_of(owner: Owner) -> "QuerySet[Withdrawal]":
    """An owner's withdrawals, newest first."""
    return Withdrawal.objects.select_related("account").filter(owner=owner).order_by("-id")
