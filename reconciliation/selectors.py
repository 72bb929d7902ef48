"""What waits in the clearing accounts, what stands open, and what a manual journal would do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet

from ledger.models import DEBIT_NORMAL, AccountKind, Journal, JournalKind
from ledger.selectors import balance
from orders.models import Order
from payments.models import Charge, Refund, Transfer
from reconciliation.comparisons import WAITING
from reconciliation.models import BillLine, Difference, ManualJournal, ManualMovement, Run
from reconciliation.states import AGES, STANDING, STUCK_AFTER, ManualStatus


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits in a clearing account: its number, fen (normally above zero), and since when."""

    account: AccountKind
    reference: str
    fen: int
    since: datetime

    def is_stuck(self, at: datetime) -> bool:
        """Whether it waits longer than such a thing may."""
        return at - self.since > STUCK_AFTER[self.account]


def waiting() -> list[Waiting]:
    """Everything that waits in REFUND_CLEARING, PAYOUT_CLEARING and COMPENSATION, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return [Waiting(AccountKind(kind), ref, int(fen), since) for kind, ref, fen, since in cursor]


@dataclass(frozen=True, slots=True)
class Ages:
    """A clearing account by age: fen up to 1, 3 and 7 days and older; ``balance_fen`` is what the books say."""

    account: AccountKind
    steps: tuple[int, ...]
    items: int
    balance_fen: int

    @property
    def adds_up(self) -> bool:
        """Whether the items explain the balance."""
        return sum(self.steps) == self.balance_fen


def ages(*, at: datetime) -> list[Ages]:
    """The age report of the clearing accounts."""
    items = waiting()
    report = []
    for account in (AccountKind.REFUND_CLEARING, AccountKind.PAYOUT_CLEARING, AccountKind.COMPENSATION):
        mine = [item for item in items if item.account == account]
        steps = [0] * (len(AGES) + 1)
        for item in mine:
            age = at - item.since
            steps[sum(age > timedelta(days=days) for days in AGES)] += item.fen
        report.append(Ages(account, tuple(steps), len(mine), balance(account)))
    return report


def standing() -> "QuerySet[Difference]":
    """Differences that nobody closed, the oldest first."""
    return Difference.objects.filter(status__in=STANDING).order_by("first_seen_at", "pk")


def open_total() -> int:
    """How many differences wait for somebody: explained ones do not."""
    return Difference.objects.filter(status__in=STANDING[:2]).count()


def last_run() -> Run | None:
    """The last comparison that was finished."""
    return Run.objects.filter(finished_at__isnull=False).order_by("-day").first()


def proposed_total() -> int:
    """How many manual journals wait for approval."""
    return ManualJournal.objects.filter(status=ManualStatus.PROPOSED).count()


SHOWN_JOURNALS = 20  # of one thing
Paper = Charge | Refund | Transfer


@dataclass(frozen=True, slots=True)
class Sides:
    """What each side says about a difference: the provider's bill, our own papers with the time they name, the books."""

    bills: list[BillLine]
    papers: list[tuple[Paper, datetime]]
    journals: list[Journal]


def sides_of(difference: Difference) -> Sides:
    """Everything that carries a difference's reference, whichever side knows it: staff only."""
    ref = difference.reference
    bills = list(BillLine.objects.filter(Q(provider_number=ref) | Q(reference=ref)).order_by("at", "pk"))
    numbers = {ref} | {bill.reference for bill in bills if bill.reference}
    theirs = {ref} | {bill.provider_number for bill in bills}
    ours = Q(number__in=numbers) | Q(provider_number__in=theirs)
    charges = list(Charge.objects.filter(ours).order_by("pk"))
    refunds = list(Refund.objects.filter(ours).order_by("pk"))
    transfers = list(Transfer.objects.filter(ours | Q(cause_ref__in=numbers)).order_by("pk"))
    if not bills:
        sent = [transfer.number for transfer in transfers]
        bills = list(BillLine.objects.filter(reference__in=sent).order_by("at", "pk"))
    papers: list[tuple[Paper, datetime]] = [
        *((charge, charge.paid_at or charge.created_at) for charge in charges),
        *((refund, refund.succeeded_at or refund.requested_at) for refund in refunds),
        *((transfer, transfer.paid_at or transfer.requested_at) for transfer in transfers),
    ]
    booked = _booked_for(ref, theirs, charges, refunds, transfers)
    journals = Journal.objects.filter(booked).order_by("pk").prefetch_related("transfers")[:SHOWN_JOURNALS]
    return Sides(bills, papers, list(journals))


def corrections_of(difference: Difference) -> "QuerySet[ManualJournal]":
    """The manual journals that were proposed for a difference, the oldest first: staff only."""
    return ManualJournal.objects.filter(difference=difference.number).order_by("pk")


def _booked_for(
    ref: str, theirs: set[str], charges: list[Charge], refunds: list[Refund], transfers: list[Transfer]
) -> Q:
    """Which journals belong to them, by the keys that journals are found by."""
    kinds = JournalKind
    trades = [charge.trade_number for charge in charges if charge.trade_number]
    orders = list(Order.objects.filter(trade__number__in=trades).values_list("number", flat=True))
    sent = {transfer.number for transfer in transfers}
    asked = {ref} | {transfer.cause_ref.partition("/")[0] for transfer in transfers}
    keys = (
        ((kinds.PAYMENT,), "order", {*orders, ref}),
        ((kinds.DEPOSIT, kinds.BOND), "charge", {charge.number for charge in charges}),
        ((kinds.STRAY_PAYMENT,), "payment", theirs),
        ((kinds.REFUND_PAID,), "refund", {refund.number for refund in refunds}),
        ((kinds.PAYOUT_PAID, kinds.PAYOUT_RETURNED), "transfer", sent),
        ((kinds.COMPENSATION_PAID, kinds.COMPENSATION_BACK), "transfer", sent),
        ((kinds.COMPENSATION,), "compensation", asked),
        ((kinds.WITHDRAW, kinds.WITHDRAW_BACK), "withdrawal", asked),
        ((kinds.SUPPLIER_PAYOUT, kinds.SUPPLIER_PAYOUT_BACK), "supplier_payout", asked),
        ((kinds.DEPOSIT_RETURN, kinds.DEPOSIT_RETURN_BACK), "deposit_return", asked),
    )
    found = Q(order_number=ref)
    for of, ref_type, refs in keys:
        found |= Q(kind__in=of, ref_type=ref_type, ref_id__in=refs)
    return found


@dataclass(frozen=True, slots=True)
class Effect:
    """What a manual journal does to one account, on the account's own side, in fen."""

    kind: AccountKind
    party: str
    before_fen: int
    change_fen: int


def changes_of(moves: Iterable[ManualMovement]) -> dict[tuple[str, str], int]:
    """What movements change on each account, by kind and party, on the account's own side, in fen."""
    change: dict[tuple[str, str], int] = {}
    for moved in moves:
        for kind, party, fen in (
            (moved.debit, moved.debit_party, moved.amount_fen),
            (moved.credit, moved.credit_party, -moved.amount_fen),
        ):
            sign = 1 if kind in DEBIT_NORMAL else -1
            change[kind, party] = change.get((kind, party), 0) + sign * fen
    return change


def effects_of(journal: ManualJournal) -> list[Effect]:
    """What booking a proposed journal would change, account by account."""
    return [
        Effect(AccountKind(kind), party, balance(AccountKind(kind), party), fen)
        for (kind, party), fen in changes_of(journal.movements.order_by("pk")).items()
    ]
