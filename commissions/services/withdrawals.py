"""Withdrawals of owners (docs/rules.md §6.3): request, review, payout, and money back when it fails.

Locks: the owner or the withdrawal, then the transfer, then the owner's accounts.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.letters import Letter
from accounts.models import RealName
from accounts.services import notify
from commissions import errors, letters
from commissions.models import PayoutAccount, Withdrawal
from commissions.states import OPEN_WITHDRAWALS, WITHDRAWALS, WithdrawalStatus
from ledger import posting, selectors
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from payments import services as payments
from payments.providers import Payee
from payments.states import PayeeKind
from storefronts.models import Owner, OwnerStanding
from storefronts.services import write_standing
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.ids import order_number
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.personal import blind_index
from taoxiaopu.kernel.settings import Rules, rules_at

CAUSE = "withdrawal"
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
        _require_real_name(owner, name)
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


def request_withdrawal(*, owner: Owner, amount_fen: int, actor: Actor, at: datetime) -> Withdrawal:
    """Take an amount out of the owner's balance and send it on its way, or to review.

    A first withdrawal and one above WITHDRAW_REVIEW_FEN are reviewed by staff; the others are sent at once.
    Raises OwnerSuspended, InDebt, AccountMissing, NameDiffers, TooLittle, TooMuch, AnotherOpen, AlreadyToday,
    BalanceTooLow.
    """
    rules = rules_at(at)
    with transaction.atomic():
        _lock_owner(owner)
        account = _require_conditions(owner, amount_fen, rules, at)
        posting.lock_party(owner.public_id)
        _require_balance(owner, amount_fen)
        row = Withdrawal.objects.create(
            number=order_number(),
            owner=owner,
            account=account,
            amount_fen=amount_fen,
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
        if amount_fen > rules.WITHDRAW_REVIEW_FEN or _is_first(row):
            WITHDRAWALS.apply(row, "review", actor=SYSTEM, at=at)
        else:
            WITHDRAWALS.apply(row, "process", actor=SYSTEM, at=at)
            _send(row, at)
        return row


def approve_withdrawal(*, number: str, actor: Actor, at: datetime, note: str = "") -> Withdrawal:
    """Staff let a withdrawal go. Above FOUR_EYES_PAYOUT_FEN the first approval waits for another person's.

    Raises NotFound, MoveRefused, SamePerson.
    """
    with transaction.atomic():
        row = lock_withdrawal(number)
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
    """Staff refuse a withdrawal; the money goes back. Raises BadInput without a reason, NotFound, MoveRefused."""
    if len(reason.strip()) < 2:
        raise BadInput(what=_("驳回须填写原因"))
    with transaction.atomic():
        row = lock_withdrawal(number)
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
    _end(withdrawal, at)
    _tell(withdrawal, letters.WITHDRAWAL_PAID, at)


def withdrawal_returned(*, withdrawal: Withdrawal, at: datetime) -> None:
    """The payee's bank sent it back: the money is the owner's again. As ``withdrawal_paid``."""
    WITHDRAWALS.apply(withdrawal, "returned", actor=SYSTEM, at=at)
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


def _require_real_name(owner: Owner, name: str) -> None:
    real = RealName.objects.filter(user_id=owner.user_id).first()
    if real is None or real.name != name.strip():
        raise errors.NameDiffers


def _require_conditions(owner: Owner, amount_fen: int, rules: Rules, at: datetime) -> PayoutAccount:
    if OwnerStanding.objects.filter(owner=owner, suspended=True).exists():
        raise errors.OwnerSuspended
    account = PayoutAccount.objects.filter(owner=owner, replaced_at=None).first()
    if account is None:
        raise errors.AccountMissing
    _require_real_name(owner, account.name)
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
    payments.request_transfer(
        cause=CAUSE,
        cause_ref=row.number,
        payee=Payee(row.account.kind, row.account.name, row.account.account),
        amount_fen=row.amount_fen,
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
        write_standing(owner=row.owner, debt_fen=debt - repaid)


def _end(row: Withdrawal, at: datetime) -> None:
    row.ended_at = at
    row.save(update_fields=["ended_at"])
