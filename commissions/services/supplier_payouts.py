"""Weekly payouts to suppliers (docs/rules.md §6.3): what was finalised before Tuesday goes to the company's account.

What is paid is the balance of SUPPLIER_PAYABLE less what was credited from the cut-off on, after debts: freight and
goods less commission of the finalised orders, less what refunds and compensation took meanwhile. What cannot be paid
stays in the balance and is paid another week.

Locks: the supplier or the payout, then the transfer, then the supplier's accounts.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from commissions import errors, letters
from commissions.models import SupplierAccount, SupplierFailure, SupplierPayout
from commissions.services.outflows import Outflow, digits_of, needs_two, put_in_use
from commissions.services.runs import note_failure
from commissions.states import OPEN_SUPPLIER_PAYOUTS, SUPPLIER_PAYOUTS, SupplierRun
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
from taoxiaopu.kernel import clock, ids
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.ids import order_number
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.settings import rules_at

CAUSE = TransferCause.SUPPLIER_PAYOUT
TUESDAY = 1  # as date.weekday counts
WEEK = timedelta(days=7)


def set_supplier_account(
    *, supplier: Supplier, name: str, account: str, actor: Actor, at: datetime
) -> SupplierAccount:
    """Name the company's account that it is paid to, instead of the one before. Raises BadCompanyAccount, NotTheCompany."""
    digits = digits_of(account)
    if not (digits.isascii() and digits.isdecimal() and 9 <= len(digits) <= 30):
        raise errors.BadCompanyAccount
    with transaction.atomic():
        supplier = lock_supplier(supplier.public_id)
        if name.strip() != supplier.name:
            raise errors.NotTheCompany
        row = SupplierAccount(supplier=supplier, name=supplier.name, account=digits)
        return put_in_use(row, "supplier", PayeeKind.BANK, actor=actor, at=at)


def payday_of(at: datetime) -> date:
    """The last Tuesday whose run (SUPPLIER_PAYOUT_HOUR, Shanghai) has begun by an instant."""
    now = clock.local(at)
    tuesday = now.date() - timedelta(days=(now.weekday() - TUESDAY) % 7)
    begins = clock.local_instant(tuesday, rules_at(at).SUPPLIER_PAYOUT_HOUR)
    return tuesday if at >= begins else tuesday - WEEK


def pay_suppliers(week: date, *, at: datetime) -> int:
    """Pay every supplier what was finalised before the week's Tuesday 00:00, each in its own transaction.

    Idempotent per (supplier, week). One supplier whose payout fails is written down as a SupplierFailure and does not
    stop the rest. Returns how many payouts were written.
    """
    assert week.weekday() == TUESDAY
    if at < clock.local_instant(week):
        return 0
    ready = dict(
        Supplier.objects.filter(Q(status=SupplierStatus.ACTIVE) | Q(exit_from=SupplierStatus.ACTIVE))
        .filter(payout_accounts__replaced_at=None)
        .filter(payout_accounts__isnull=False)
        .exclude(payouts__week=week)
        .order_by("pk")
        .values_list("pk", "public_id")
        .distinct()
    )
    written, failed = 0, set()
    failures = SupplierFailure.objects.filter(run=SupplierRun.PAYOUT)
    for key, public_id in ready.items():
        try:
            with ids.about(f"payout of supplier {public_id} for {week}"):
                written += _pay(public_id, week, at)
        except Exception as error:
            note_failure(failures, error, at=at, supplier_id=key, run=SupplierRun.PAYOUT, period=week)
            failed.add(key)
    # What a week left out went along now, or there was nothing to pay.
    failures.filter(supplier__in=ready.keys() - failed, settled_at=None).update(settled_at=at)
    return written


def catch_up_supplier_payouts(*, at: datetime) -> int:
    """Pay for the last Tuesday that is due; what an earlier run left out is in the balance and goes along."""
    return pay_suppliers(payday_of(at), at=at)


def _pay(public_id: str, week: date, at: datetime) -> bool:
    cut_off = clock.local_instant(week)
    with transaction.atomic():
        supplier = lock_supplier(public_id)  # two runs must not both find no payout
        mine = SupplierPayout.objects.filter(supplier=supplier)
        if not supplier.is_paid_weekly or mine.filter(week=week).exists():
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
        payable, debt = (
            Side(kind, public_id) for kind in (AccountKind.SUPPLIER_PAYABLE, AccountKind.SUPPLIER_DEBT)
        )
        posting.post(
            Event(JournalKind.DEBT_REPAID, CAUSE, f"{public_id}-{week:%Y%m%d}"),
            [Movement(payable, debt, repaid)],
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
        OUTFLOW.start(row, reviewed=needs_two(row), actor=OUTFLOW.system, at=at)
        return True


def due_before(public_id: str, cut_off: datetime) -> int:
    """What lies in SUPPLIER_PAYABLE from before an instant, in fen; everything taken since counts against it."""
    balance = selectors.balance(AccountKind.SUPPLIER_PAYABLE, public_id)
    return max(0, balance - selectors.earned_since(AccountKind.SUPPLIER_PAYABLE, public_id, cut_off))


def approve_supplier_payout(*, number: str, actor: Actor, at: datetime, note: str = "") -> SupplierPayout:
    """Staff let a payout go: as ``Outflow.approve``. Raises NotFound, MoveRefused, SamePerson."""
    with transaction.atomic():
        return OUTFLOW.approve(lock_supplier_payout(number), actor=actor, at=at, note=note)


def reject_supplier_payout(*, number: str, actor: Actor, at: datetime, reason: str) -> SupplierPayout:
    """Staff hold a payout back, and the money goes along another week: as ``Outflow.reject``.

    Raises BadInput without a reason, NotFound, MoveRefused.
    """
    with transaction.atomic():
        return OUTFLOW.reject(lock_supplier_payout(number), actor=actor, at=at, reason=reason)


def lock_supplier_payout(number: str) -> SupplierPayout:
    """Lock one payout. Raises NotFound."""
    rows = lock_rows(SupplierPayout.objects.select_related("supplier", "account").filter(number=number))
    if not rows:
        raise NotFound
    return rows[0]


def supplier_payout_paid(*, payout: SupplierPayout, at: datetime) -> None:
    """The provider paid it out. The caller holds the payout's lock and concluded the transfer."""
    OUTFLOW.conclude(payout, is_paid=True, at=at)


def supplier_payout_returned(*, payout: SupplierPayout, at: datetime) -> None:
    """The company's bank sent it back: the money is due again. As ``supplier_payout_paid``."""
    OUTFLOW.conclude(payout, is_paid=False, at=at)


def _send(row: SupplierPayout, at: datetime) -> None:
    payments.request_transfer(
        cause=CAUSE,
        cause_ref=row.number,
        payee=Payee(PayeeKind.BANK, row.account.name, row.account.account),
        amount_fen=row.amount_fen,
        at=at,
    )


OUTFLOW: Outflow[SupplierPayout] = Outflow(
    cause=CAUSE,
    moves=SUPPLIER_PAYOUTS,
    system=Actor.system("supplier payouts"),
    out=JournalKind.SUPPLIER_PAYOUT,
    back=JournalKind.SUPPLIER_PAYOUT_BACK,
    paid=letters.SUPPLIER_PAYOUT_PAID,
    returned=letters.SUPPLIER_PAYOUT_RETURNED,
    rejected=letters.SUPPLIER_PAYOUT_HELD,
    parts=lambda row: [(Side(AccountKind.SUPPLIER_PAYABLE, row.supplier.public_id), row.amount_fen)],
    readers=lambda row: members_of([row.supplier_id]).get(row.supplier_id, []),
    send=_send,
    given_back=lambda row, at: None,  # a debt is repaid at the next payday, first
)
