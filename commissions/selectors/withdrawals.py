"""What an owner may withdraw, and did. The owner comes first."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

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
    last_day = profile.valid_until if profile else None
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
        document_expired=last_day is not None and last_day < clock.local(at).date(),
    )


def payout_account_of(owner: Owner) -> PayoutAccount | None:
    """The account that the owner is paid to now, or None."""
    return PayoutAccount.objects.filter(owner=owner, replaced_at=None).first()


def withdrawals_to_review() -> int:
    """How many withdrawals wait for a person: staff only."""
    return Withdrawal.objects.filter(status=WithdrawalStatus.REVIEWING).count()


def withdrawals_of(owner: Owner) -> "QuerySet[Withdrawal]":
    """An owner's withdrawals, newest first."""
    return Withdrawal.objects.select_related("account").filter(owner=owner).order_by("-id")
