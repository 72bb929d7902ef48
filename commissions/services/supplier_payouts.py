"""Weekly payouts to suppliers (docs/rules.md §6.3): what was finalised before Tuesday goes to the company's account.

What is paid is the balance of SUPPLIER_PAYABLE less what was credited from the cut-off on, after debts: freight and
goods less commission of the finalised orders, less what refunds and compensation took meanwhile. What cannot be paid
stays in the balance and is paid another week.

Locks: the supplier or the payout, then the transfer, then the supplier's accounts.
"""

from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.letters import Letter
from accounts.services import notify
from commissions import errors, letters
from commissions.models import SupplierAccount, SupplierPayout
from commissions.states import OPEN_SUPPLIER_PAYOUTS, SUPPLIER_PAYOUTS, SupplierPayoutStatus
from ledger import posting, selectors
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from payments import services as payments
from payments.providers import Payee
from payments.states import PayeeKind, TransferCause
from suppliers.models import Supplier
from suppliers.selectors import members_of
from suppliers.services import lock_supplier
from suppliers.states import SupplierStatus
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.ids import order_number
from taoxiaopu.kernel.jobs import by_itself
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.personal import blind_index
from taoxiaopu.kernel.settings import rules_at

CAUSE = TransferCause.SUPPLIER_PAYOUT
SYSTEM = Actor.system("supplier payouts")
CLEARING = Side(AccountKind.PAYOUT_CLEARING)
TUESDAY = 1  # as date.weekday counts
WEEK = timedelta(days=7)


def set_supplier_account(
    *, supplier: Supplier, name: str, account: str, actor: Actor, at: datetime
) -> SupplierAccount:
    """Name the company's account that it is paid to, instead of the one before. Raises BadCompanyAccount, NotTheCompany."""
    digits = "".join(account.split()).replace("-", "")
    if not (digits.isascii() and digits.isdecimal() and 9 <= len(digits) <= 30):
        raise errors.BadCompanyAccount
    with transaction.atomic():
        supplier = lock_supplier(supplier.public_id)
        if name.strip() != supplier.name:
            raise errors.NotTheCompany
        SupplierAccount.objects.filter(supplier=supplier, replaced_at=None).update(replaced_at=at)
        row = SupplierAccount.objects.create(
            supplier=supplier,
            name=supplier.name,
            account=digits,
            account_index=blind_index(digits),
            last4=digits[-4:],
            added_at=at,
        )
        audit.record(
            actor=actor,
            subject_type="payout_account",
            subject_ref=supplier.public_id,
            event="edit",
            at=at,
            reason=f"{PayeeKind.BANK} {row.last4}",
        )
        return row


def payday_of(at: datetime) -> date:
    """The last Tuesday whose run (SUPPLIER_PAYOUT_HOUR, Shanghai) has begun by an instant."""
    now = clock.local(at)
    tuesday = now.date() - timedelta(days=(now.weekday() - TUESDAY) % 7)
    begins = clock.local_instant(tuesday, rules_at(at).SUPPLIER_PAYOUT_HOUR)
    return tuesday if at >= begins else tuesday - WEEK


def pay_suppliers(week: date, *, at: datetime) -> int:
    """Pay every supplier what was finalised before the week's Tuesday 00:00, each in its own transaction.

    Idempotent per (supplier, week). One supplier whose payout fails is logged and does not stop the rest. Returns how
    many payouts were written.
    """
    assert week.weekday() == TUESDAY
    if at < clock.local_instant(week):
        return 0
    ready = (
        Supplier.objects.filter(status=SupplierStatus.ACTIVE, payout_accounts__replaced_at=None)
        .filter(payout_accounts__isnull=False)
        .exclude(payouts__week=week)
        .order_by("pk")
        .values_list("public_id", flat=True)
        .distinct()
    )
    written = 0
    for public_id in list(ready):
        written += by_itself(
            partial(_pay, public_id, week, at), what=f"payout of supplier {public_id} for {week}"
        )
    return written


def catch_up_supplier_payouts(*, at: datetime) -> int:
    """Pay for the last Tuesday that is due; what an earlier run left out is in the balance and goes along."""
    return pay_suppliers(payday_of(at), at=at)


def _pay(public_id: str, week: date, at: datetime) -> bool:
    cut_off = clock.local_instant(week)
    with transaction.atomic():
        supplier = lock_supplier(public_id)  # two runs must not both find no payout
        mine = SupplierPayout.objects.filter(supplier=supplier)
        if supplier.status != SupplierStatus.ACTIVE or mine.filter(week=week).exists():
            return False
        if mine.filter(status__in=OPEN_SUPPLIER_PAYOUTS).exists():
            return False
        account = SupplierAccount.objects.filter(supplier=supplier, replaced_at=None).first()
        if account is None:
            return False
        posting.lock_party(public_id)
        due = due_before(public_id, cut_off)
        repaid = min(due, selectors.balance(AccountKind.SUPPLIER_DEBT, public_id))
        amount = due - repaid
        payable = Side(AccountKind.SUPPLIER_PAYABLE, public_id)
        posting.post(
            Event(JournalKind.DEBT_REPAID, CAUSE, f"{public_id}-{week:%Y%m%d}"),
            [Movement(payable, Side(AccountKind.SUPPLIER_DEBT, public_id), repaid)],
            at=at,
        )
        if not amount:
            return False
        row = SupplierPayout.objects.create(
            number=order_number(),
            supplier=supplier,
            account=account,
            week=week,
            amount_fen=amount,
            requested_at=at,
        )
        audit.record(
            actor=SYSTEM,
            subject_type=SUPPLIER_PAYOUTS.subject,
            subject_ref=row.number,
            event="request",
            at=at,
            to_state=row.status,
        )
        posting.post(
            Event(JournalKind.SUPPLIER_PAYOUT, CAUSE, row.number),
            [Movement(payable, CLEARING, amount)],
            at=at,
        )
        if supplier_payout_needs_two(row):
            SUPPLIER_PAYOUTS.apply(row, "review", actor=SYSTEM, at=at)
        else:
            SUPPLIER_PAYOUTS.apply(row, "process", actor=SYSTEM, at=at)
            _send(row, at)
        return True


def due_before(public_id: str, cut_off: datetime) -> int:
    """What lies in SUPPLIER_PAYABLE from before an instant, in fen; everything taken since counts against it."""
    balance = selectors.balance(AccountKind.SUPPLIER_PAYABLE, public_id)
    return max(0, balance - selectors.earned_since(AccountKind.SUPPLIER_PAYABLE, public_id, cut_off))


def approve_supplier_payout(*, number: str, actor: Actor, at: datetime, note: str = "") -> SupplierPayout:
    """Staff let a payout go; above FOUR_EYES_PAYOUT_FEN, which is why it is reviewed, two people do.

    One that was approved already stays as it is. Raises NotFound, MoveRefused, SamePerson.
    """
    with transaction.atomic():
        row = lock_supplier_payout(number)
        if actor.kind == ActorKind.STAFF and row.endorsed_by and row.status in OUT:
            return row
        SUPPLIER_PAYOUTS.require(row.status, "approve", actor)
        if not row.endorsed_by:
            SUPPLIER_PAYOUTS.apply(row, "endorse", actor=actor, at=at, reason=note)
            row.endorsed_by = actor.ref
            row.save(update_fields=["endorsed_by"])
            return row
        if row.endorsed_by == actor.ref:
            raise errors.SamePerson
        SUPPLIER_PAYOUTS.apply(row, "approve", actor=actor, at=at, reason=note)
        _send(row, at)
        return row


def reject_supplier_payout(*, number: str, actor: Actor, at: datetime, reason: str) -> SupplierPayout:
    """Staff hold a payout back; the money stays due and goes along another week. Once, as ``reject_withdrawal``."""
    if len(reason.strip()) < 2:
        raise BadInput(what=_("驳回须填写原因"))
    with transaction.atomic():
        row = lock_supplier_payout(number)
        if actor.kind == ActorKind.STAFF and row.status == SupplierPayoutStatus.REJECTED:
            return row
        SUPPLIER_PAYOUTS.apply(row, "reject", actor=actor, at=at, reason=reason)
        row.decision_note = reason.strip()[:500]
        row.save(update_fields=["decision_note"])
        _give_back(row, at)
        _tell(row, letters.SUPPLIER_PAYOUT_HELD, at, reason=row.decision_note)
        return row


def lock_supplier_payout(number: str) -> SupplierPayout:
    """Lock one payout. Raises NotFound."""
    rows = lock_rows(SupplierPayout.objects.select_related("supplier", "account").filter(number=number))
    if not rows:
        raise NotFound
    return rows[0]


def supplier_payout_paid(*, payout: SupplierPayout, at: datetime) -> None:
    """The provider paid it out. The caller holds the payout's lock and concluded the transfer."""
    SUPPLIER_PAYOUTS.apply(payout, "paid", actor=SYSTEM, at=at)
    _end(payout, at)
    _tell(payout, letters.SUPPLIER_PAYOUT_PAID, at)


def supplier_payout_returned(*, payout: SupplierPayout, at: datetime) -> None:
    """The company's bank sent it back: the money is due again. As ``supplier_payout_paid``."""
    SUPPLIER_PAYOUTS.apply(payout, "returned", actor=SYSTEM, at=at)
    _give_back(payout, at)
    _tell(payout, letters.SUPPLIER_PAYOUT_RETURNED, at)


def supplier_payout_needs_two(payout: SupplierPayout) -> bool:
    """Whether two people of the staff must approve it (FOUR_EYES_PAYOUT_FEN, by the rules of its run)."""
    return payout.amount_fen > rules_at(payout.requested_at).FOUR_EYES_PAYOUT_FEN


OUT = (SupplierPayoutStatus.PROCESSING, SupplierPayoutStatus.PAID)


def _send(row: SupplierPayout, at: datetime) -> None:
    payments.request_transfer(
        cause=CAUSE,
        cause_ref=row.number,
        payee=Payee(PayeeKind.BANK, row.account.name, row.account.account),
        amount_fen=row.amount_fen,
        at=at,
    )


def _give_back(row: SupplierPayout, at: datetime) -> None:
    party = row.supplier.public_id
    posting.lock_party(party)
    posting.post(
        Event(JournalKind.SUPPLIER_PAYOUT_BACK, CAUSE, row.number),
        [Movement(CLEARING, Side(AccountKind.SUPPLIER_PAYABLE, party), row.amount_fen)],
        at=at,
    )
    _end(row, at)


def _end(row: SupplierPayout, at: datetime) -> None:
    row.ended_at = at
    row.save(update_fields=["ended_at"])


def _tell(row: SupplierPayout, kind: Letter, at: datetime, *, reason: str = "") -> None:
    notify(
        kind=kind,
        recipients=members_of([row.supplier_id]).get(row.supplier_id, []),
        ref=row.number,
        at=at,
        facts={"amount_fen": row.amount_fen, "reason": reason},
        link=[row.number],
    )
