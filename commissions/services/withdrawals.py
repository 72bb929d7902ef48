"""Withdrawals of owners (docs/rules.md §6.3): request, review, payout, and money back when it fails.

Locks: the owner or the withdrawal, then the transfer, then the owner's tax profile, then her accounts.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.letters import Letter
from accounts.models import RealName
from accounts.services import notify
from commissions import errors, letters
from commissions.models import PayoutAccount, Withdrawal
from commissions.states import GIVEN_BACK, OPEN_WITHDRAWALS, WITHDRAWALS, WithdrawalStatus
from ledger import posting, selectors
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from payments import services as payments
from payments.providers import Payee
from payments.states import PayeeKind, TransferCause
from storefronts.models import Owner, OwnerStanding
from storefronts.services import write_debt
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.ids import order_number
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.personal import blind_index
from taoxiaopu.kernel.settings import Rules, rules_at
from tax import services as tax
from tax.errors import DocumentExpired
from tax.models import TaxProfile
from tax.selectors import tax_profile_of
from tax.states import Identity

CAUSE = TransferCause.WITHDRAWAL
SYSTEM = Actor.system("withdrawals")
CLEARING = Side(AccountKind.PAYOUT_CLEARING)


def set_payout_account(
    *, owner: Owner, kind: PayeeKind, name: str, account: str, actor: Actor, at: datetime
) -> PayoutAccount:
    """Name the account that the owner is paid to, instead of the one before. Raises BadAccount, NameDiffers."""
    digits = "".join(account.split()).replace("-", "")
    if not _is_account(kind, digits):
        raise errors.BadAccount
    with transaction.atomic():
        _lock_owner(owner)
        _require_own_name(owner, tax_profile_of(owner), name)
        PayoutAccount.objects.filter(owner=owner, replaced_at=None).update(replaced_at=at)
        row = PayoutAccount.objects.create(
            owner=owner,
            kind=kind,
            name=name.strip(),
            account=digits,
            account_index=blind_index(digits),
            last4=digits[-4:],
            added_at=at,
        )
        audit.record(
            actor=actor,
            subject_type="payout_account",
            subject_ref=owner.public_id,
            event="edit",
            at=at,
            reason=f"{kind} {row.last4}",
        )
        return row


def request_withdrawal(
    *, owner: Owner, amount_fen: int, actor: Actor, at: datetime, invoice_number: str = ""
) -> Withdrawal:
    """Take an amount out of the owner's balance and send it on its way, or to review.

    A first withdrawal, one above WITHDRAW_REVIEW_FEN and a business's, whose invoice somebody reads, are reviewed by
    staff; the others are sent at once. ``amount_fen`` is before tax. Raises OwnerSuspended, InDebt, TaxInfoMissing,
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
        audit.record(
            actor=actor,
            subject_type=WITHDRAWALS.subject,
            subject_ref=row.number,
            event="request",
            at=at,
            to_state=row.status,
        )
        posting.post(
            Event(JournalKind.WITHDRAW, CAUSE, row.number),
            [Movement(Side(AccountKind.OWNER_WITHDRAWABLE, owner.public_id), CLEARING, amount_fen)],
            at=at,
        )
        if amount_fen > rules.WITHDRAW_REVIEW_FEN or invoice or _is_first(row):
            WITHDRAWALS.apply(row, "review", actor=SYSTEM, at=at)
        else:
            WITHDRAWALS.apply(row, "process", actor=SYSTEM, at=at)
            _send(row, at)
        return row


def approve_withdrawal(*, number: str, actor: Actor, at: datetime, note: str = "") -> Withdrawal:
    """Staff let a withdrawal go. Above FOUR_EYES_PAYOUT_FEN the first approval waits for another person's.

    One that was approved already stays as it is, and so is the answer. Raises NotFound, MoveRefused, SamePerson.
    """
    with transaction.atomic():
        row = lock_withdrawal(number)
        if _was_approved(row) and actor.kind == ActorKind.STAFF:
            return row
        WITHDRAWALS.require(row.status, "approve", actor)
        if needs_two(row):
            if not row.endorsed_by:
                WITHDRAWALS.apply(row, "endorse", actor=actor, at=at, reason=note)
                row.endorsed_by = actor.ref
                row.save(update_fields=["endorsed_by"])
                return row
            if row.endorsed_by == actor.ref:
                raise errors.SamePerson
        WITHDRAWALS.apply(row, "approve", actor=actor, at=at, reason=note)
        _send(row, at)
        return row


def reject_withdrawal(*, number: str, actor: Actor, at: datetime, reason: str) -> Withdrawal:
    """Staff refuse a withdrawal; the money goes back, once: one that was rejected already stays as it is.

    Raises BadInput without a reason, NotFound, MoveRefused.
    """
    if len(reason.strip()) < 2:
        raise BadInput(what=_("驳回须填写原因"))
    with transaction.atomic():
        row = lock_withdrawal(number)
        if row.status == WithdrawalStatus.REJECTED and actor.kind == ActorKind.STAFF:
            return row
        WITHDRAWALS.apply(row, "reject", actor=actor, at=at, reason=reason)
        row.decision_note = reason.strip()[:500]
        row.save(update_fields=["decision_note"])
        _give_back(row, at)
        _end(row, at)
        _tell(row, letters.WITHDRAWAL_REJECTED, at, reason=row.decision_note)
        return row


def lock_withdrawal(number: str) -> Withdrawal:
    """Lock one withdrawal. Raises NotFound."""
    rows = lock_rows(Withdrawal.objects.select_related("owner", "account").filter(number=number))
    if not rows:
        raise NotFound
    return rows[0]


def withdrawal_paid(*, withdrawal: Withdrawal, at: datetime) -> None:
    """The provider paid it out. The caller holds the withdrawal's lock and concluded the transfer."""
    WITHDRAWALS.apply(withdrawal, "paid", actor=SYSTEM, at=at)
    tax.tax_paid(ref=withdrawal.number, at=at)
    _end(withdrawal, at)
    _tell(withdrawal, letters.WITHDRAWAL_PAID, at)


def withdrawal_returned(*, withdrawal: Withdrawal, at: datetime) -> None:
    """The payee's bank sent it back: the money is the owner's again. As ``withdrawal_paid``."""
    WITHDRAWALS.apply(withdrawal, "returned", actor=SYSTEM, at=at)
    tax.tax_returned(ref=withdrawal.number, at=at)
    _give_back(withdrawal, at)
    _end(withdrawal, at)
    _tell(withdrawal, letters.WITHDRAWAL_RETURNED, at)


def _tell(row: Withdrawal, kind: Letter, at: datetime, *, reason: str = "") -> None:
    notify(
        kind=kind,
        recipients=[row.owner.user_id],
        ref=row.number,
        at=at,
        facts={"amount_fen": row.amount_fen, "reason": reason},
        link=[row.number],
    )


def needs_two(withdrawal: Withdrawal) -> bool:
    """Whether two people of the staff must approve it (FOUR_EYES_PAYOUT_FEN, by the rules of its request)."""
    return withdrawal.amount_fen > rules_at(withdrawal.requested_at).FOUR_EYES_PAYOUT_FEN


def _lock_owner(owner: Owner) -> None:
    if not lock_rows(Owner.objects.filter(pk=owner.pk)):
        raise NotFound


def _is_account(kind: PayeeKind, digits: str) -> bool:
    if not (digits.isascii() and digits.isdecimal()):
        return False
    return 12 <= len(digits) <= 19 if kind == PayeeKind.BANK else len(digits) == 11 and digits[0] == "1"


def _was_approved(row: Withdrawal) -> bool:
    is_out = row.status in (WithdrawalStatus.PROCESSING, WithdrawalStatus.PAID)
    return is_out and audit.history(WITHDRAWALS.subject, row.number).filter(event="approve").exists()


def _require_tax_info(owner: Owner, at: datetime) -> TaxProfile:
    profile = tax.lock_tax_info(owner=owner)
    if profile.valid_until is not None and profile.valid_until < clock.local(at).date():
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
    """A company is paid to its own account, everybody else to an account in the certified name."""
    if profile is not None and profile.identity == Identity.COMPANY:
        expected = profile.name
    else:
        real = RealName.objects.filter(user_id=owner.user_id).first()
        expected = real.name if real is not None else ""
    if not expected or expected != name.strip():
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


def _is_first(row: Withdrawal) -> bool:
    paid = Withdrawal.objects.filter(owner_id=row.owner_id, status=WithdrawalStatus.PAID)
    return not paid.exists()


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


def _give_back(row: Withdrawal, at: datetime) -> None:
    """The request reversed, once; what the owner came to owe meanwhile is repaid from it first."""
    party = row.owner.public_id
    wallet = Side(AccountKind.OWNER_WITHDRAWABLE, party)
    posting.lock_party(party)
    posting.post(
        Event(JournalKind.WITHDRAW_BACK, CAUSE, row.number),
        [Movement(CLEARING, wallet, row.amount_fen)],
        at=at,
    )
    debt = selectors.balance(AccountKind.OWNER_DEBT, party)
    repaid = min(debt, row.amount_fen)
    if repaid:
        posting.post(
            Event(JournalKind.DEBT_REPAID, CAUSE, row.number),
            [Movement(wallet, Side(AccountKind.OWNER_DEBT, party), repaid)],
            at=at,
        )
        write_debt(owner=row.owner, debt_fen=debt - repaid, at=at)


def _end(row: Withdrawal, at: datetime) -> None:
    row.ended_at = at
    row.save(update_fields=["ended_at"])
