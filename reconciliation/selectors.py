"""What waits in the clearing accounts, what stands open, and what a manual journal would do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet

from ledger.models import AccountKind
from ledger.selectors import balance
from reconciliation.comparisons import WAITING
from reconciliation.models import Difference, ManualJournal, Run
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
