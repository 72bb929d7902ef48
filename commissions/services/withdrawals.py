"""Withdrawals of owners (docs/rules.md §6.3): request, review, payout, and money back when it fails.

Locks: the owner or the withdrawal, then the transfer, then the owner's tax profile, then her accounts.
"""

from datetime import datetime

from django.db import transaction

from commissions import errors, letters
from commissions.models import PayoutAccount, Withdrawal
from commissions.selectors.withdrawals import held_back_by, is_expired, is_own_name, was_paid_before
from commissions.services.outflows import Outflow, digits_of, put_in_use
from commissions.states import GIVEN_BACK, OPEN_WITHDRAWALS, WITHDRAWALS, WithdrawalStatus
from ledger import posting, selectors
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from payments import services as payments
from payments.providers import Payee
from payments.states import PayeeKind, TransferCause
from storefronts.models import Owner, OwnerStanding
from storefronts.selectors import standing_of
from storefronts.services import write_debt
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.ids import order_number
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.settings import Rules, rules_at
from tax import services as tax
from tax.errors import DocumentExpired
from tax.models import TaxProfile
from tax.selectors import tax_profile_of
from tax.states import Identity

CAUSE = TransferCause.WITHDRAWAL


def set_payout_account(
    *, owner: Owner, kind: PayeeKind, name: str, account: str, actor: Actor, at: datetime
) -> PayoutAccount:
    """Name the account that the owner is paid to, instead of the one before. Raises BadAccount, NameDiffers."""
    digits = digits_of(account)
    if not _is_account(kind, digits):
        raise errors.BadAccount
    with transaction.atomic():
        _lock_owner(owner)
        _require_own_name(owner, tax_profile_of(owner), name)
        row = PayoutAccount(owner=owner, kind=kind, name=name.strip(), account=digits)
        return put_in_use(row, "owner", kind, actor=actor, at=at)


def request_withdrawal(
    *, owner: Owner, amount_fen: int, actor: Actor, at: datetime, invoice_number: str = ""
) -> Withdrawal:
    """Take an amount out of the owner's balance and send it on its way, or to review.

    A first withdrawal, one above WITHDRAW_REVIEW_FEN, a business's, whose invoice somebody reads, and that of an owner
    with many violation points (§4) are reviewed by staff; the others are sent at once. ``amount_fen`` is before tax. Raises OwnerSuspended, InDebt, TaxInfoMissing,
    DocumentExpired, InvoiceMissing, InvoiceUsed, AccountMissing, NameDiffers, TooLittle, TooMuch, AnotherOpen,
    AlreadyToday, BalanceTooLow.
    """
    rules = rules_at(at)
    with transaction.atomic():
        _lock_owner(owner)
        profile = _require_tax_info(owner, at)
        invoice = _require_invoice(profile, invoice_number)
        account = _require_conditions(owner, profile, amount_fen, rules, at)
        posting.lock_party(owner.public_id)
        _require_balance(owner, amount_fen)
        row = Withdrawal.objects.create(
            number=order_number(),
            owner=owner,
            account=account,
            amount_fen=amount_fen,
            invoice_number=invoice,
            day=clock.local(at).date(),
            requested_at=at,
        )
        reviewed = (
            amount_fen > rules.WITHDRAW_REVIEW_FEN
            or bool(invoice)
            or not was_paid_before(row)
            or standing_of(owner).is_reviewed
        )
        OUTFLOW.start(row, reviewed=reviewed, actor=actor, at=at)
        return row


def approve_withdrawal(*, number: str, actor: Actor, at: datetime, note: str = "") -> Withdrawal:
    """Staff let a withdrawal go: as ``Outflow.approve``, if the owner still meets the conditions.

    Raises NotFound, HeldBack, MoveRefused, OwnMoney, SamePerson.
    """
    with transaction.atomic():
        row = lock_withdrawal(number)
        if row.status == WithdrawalStatus.REVIEWING:
            why = held_back_by(row, at)
            if why:
                raise errors.HeldBack(why=why)
        return OUTFLOW.approve(row, actor=actor, at=at, note=note)


def reject_withdrawal(*, number: str, actor: Actor, at: datetime, reason: str) -> Withdrawal:
    """Staff refuse a withdrawal: as ``Outflow.reject``. Raises BadInput without a reason, NotFound, MoveRefused."""
    with transaction.atomic():
        return OUTFLOW.reject(lock_withdrawal(number), actor=actor, at=at, reason=reason)


def lock_withdrawal(number: str) -> Withdrawal:
    """Lock one withdrawal. Raises NotFound."""
    rows = lock_rows(Withdrawal.objects.select_related("owner", "account").filter(number=number))
    if not rows:
        raise NotFound
    return rows[0]


def withdrawal_paid(*, withdrawal: Withdrawal, at: datetime) -> None:
    """The provider paid it out. The caller holds the withdrawal's lock and concluded the transfer."""
    tax.tax_paid(ref=withdrawal.number, at=at)
    OUTFLOW.conclude(withdrawal, is_paid=True, at=at)


def withdrawal_returned(*, withdrawal: Withdrawal, at: datetime) -> None:
    """The payee's bank sent it back: the money is the owner's again. As ``withdrawal_paid``."""
    tax.tax_returned(ref=withdrawal.number, at=at)
    OUTFLOW.conclude(withdrawal, is_paid=False, at=at)


def _lock_owner(owner: Owner) -> None:
    if not lock_rows(Owner.objects.filter(pk=owner.pk)):
        raise NotFound


def _is_account(kind: PayeeKind, digits: str) -> bool:
    if not (digits.isascii() and digits.isdecimal()):
        return False
    return 12 <= len(digits) <= 19 if kind == PayeeKind.BANK else len(digits) == 11 and digits[0] == "1"


def _require_tax_info(owner: Owner, at: datetime) -> TaxProfile:
    profile = tax.lock_tax_info(owner=owner)
    if profile.valid_until is not None and is_expired(profile, at):
        raise DocumentExpired(day=profile.valid_until.isoformat())
    return profile


def _require_invoice(profile: TaxProfile, invoice_number: str) -> str:
    """A business's invoice number, used once; a natural person has none."""
    if profile.identity == Identity.PERSON:
        return ""
    digits = invoice_number.strip()
    if not (digits.isascii() and digits.isdecimal() and len(digits) in (8, 20)):
        raise errors.InvoiceMissing
    used = Withdrawal.objects.filter(owner_id=profile.owner_id, invoice_number=digits)
    if used.exclude(status__in=GIVEN_BACK).exists():
        raise errors.InvoiceUsed
    return digits


def _require_own_name(owner: Owner, profile: TaxProfile | None, name: str) -> None:
    if not is_own_name(owner, profile, name):
        raise errors.NameDiffers


def _require_conditions(
    owner: Owner, profile: TaxProfile, amount_fen: int, rules: Rules, at: datetime
) -> PayoutAccount:
    if OwnerStanding.objects.filter(owner=owner, suspended=True).exists():
        raise errors.OwnerSuspended
    account = PayoutAccount.objects.filter(owner=owner, replaced_at=None).first()
    if account is None:
        raise errors.AccountMissing
    _require_own_name(owner, profile, account.name)
    if amount_fen < rules.MIN_WITHDRAW_FEN:
        raise errors.TooLittle(least=format_yuan(rules.MIN_WITHDRAW_FEN, thousands=True))
    if amount_fen > rules.MAX_WITHDRAW_DAY_FEN:
        raise errors.TooMuch(most=format_yuan(rules.MAX_WITHDRAW_DAY_FEN, thousands=True))
    waiting = Withdrawal.objects.filter(owner=owner, status__in=OPEN_WITHDRAWALS).first()
    if waiting is not None:
        raise errors.AnotherOpen(number=waiting.number)
    if Withdrawal.objects.filter(owner=owner, day=clock.local(at).date()).exists():
        raise errors.AlreadyToday
    return account


def _require_balance(owner: Owner, amount_fen: int) -> None:
    """Under the lock of the owner's accounts."""
    debt = selectors.balance(AccountKind.OWNER_DEBT, owner.public_id)
    if debt:
        raise errors.InDebt(debt=format_yuan(debt, thousands=True))
    balance = selectors.balance(AccountKind.OWNER_WITHDRAWABLE, owner.public_id)
    if balance < amount_fen:
        raise errors.BalanceTooLow(
            balance=format_yuan(balance, thousands=True), amount=format_yuan(amount_fen, thousands=True)
        )


def _send(row: Withdrawal, at: datetime) -> None:
    """The bank is told the net amount: the tax is computed now."""
    withheld = tax.withhold(owner=row.owner, ref=row.number, income_fen=row.amount_fen, at=at)
    payments.request_transfer(
        cause=CAUSE,
        cause_ref=row.number,
        payee=Payee(row.account.kind, row.account.name, row.account.account),
        amount_fen=withheld.net_fen,
        withheld_fen=withheld.tax_fen,
        at=at,
    )


def _wallet(row: Withdrawal) -> Side:
    return Side(AccountKind.OWNER_WITHDRAWABLE, row.owner.public_id)


def repay_from_balance(*, owner: Owner, most_fen: int, cause: str, ref: str, at: datetime) -> None:
    """What came into an owner's balance repays what she owes, as far as it goes, before she may withdraw it (§6.6).

    The caller holds the lock of her accounts.
    """
    party = owner.public_id
    debt = selectors.balance(AccountKind.OWNER_DEBT, party)
    repaid = min(debt, most_fen)
    if repaid:
        sides = (Side(AccountKind.OWNER_WITHDRAWABLE, party), Side(AccountKind.OWNER_DEBT, party))
        posting.post(Event(JournalKind.DEBT_REPAID, cause, ref), [Movement(*sides, repaid)], at=at)
        write_debt(owner=owner, debt_fen=debt - repaid, at=at)


def _repay(row: Withdrawal, at: datetime) -> None:
    repay_from_balance(owner=row.owner, most_fen=row.amount_fen, cause=CAUSE, ref=row.number, at=at)


OUTFLOW: Outflow[Withdrawal] = Outflow(
    cause=CAUSE,
    moves=WITHDRAWALS,
    system=Actor.system("withdrawals"),
    out=JournalKind.WITHDRAW,
    back=JournalKind.WITHDRAW_BACK,
    paid=letters.WITHDRAWAL_PAID,
    returned=letters.WITHDRAWAL_RETURNED,
    rejected=letters.WITHDRAWAL_REJECTED,
    parts=lambda row: [(_wallet(row), row.amount_fen)],
    readers=lambda row: [row.owner.user_id],
    send=_send,
    given_back=_repay,
)
