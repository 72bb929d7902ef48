"""Monthly settlement on the 20th: OWNER_CONFIRMED becomes OWNER_WITHDRAWABLE, one statement an owner and month."""

import logging
from datetime import date, datetime

from django.db import transaction
from django.db.models import Min

from accounts.services import notify
from commissions.letters import STATEMENT
from commissions.models import CommissionLine, Statement
from commissions.states import COMMISSIONS, CommissionStatus
from ledger import posting
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from storefronts.models import Owner
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.settings import rules_at

log = logging.getLogger(__name__)


def settle_month(month: date, *, at: datetime) -> int:
    """Settle everything confirmed before the month's end, owner by owner, each in its own transaction.

    A month that is not over settles nothing. Idempotent per (owner, month). One owner whose settlement fails is logged and does not stop the rest. Returns how
    many statements were written (docs/rules.md §6.3).
    """
    _start, end = clock.month_bounds(month)
    if at < end:
        return 0
    owners = (
        CommissionLine.objects.filter(status=CommissionStatus.CONFIRMED, confirmed_at__lt=end)
        .exclude(owner__statements__month=month)
        .order_by("owner_id")
        .values_list("owner_id", flat=True)
        .distinct()
    )
    written = 0
    for owner_id in list(owners):
        try:
            written += _settle_owner(owner_id, month, end, at)
        except Exception:
            log.exception("settlement of owner %s for %s failed", owner_id, month)
    return written


def _settle_owner(owner_id: int, month: date, end: datetime, at: datetime) -> bool:
    with transaction.atomic():
        owner = lock_rows(Owner.objects.filter(pk=owner_id))[0]  # two runs must not both find no statement
        if Statement.objects.filter(owner=owner, month=month).exists():
            return False
        lines = lock_rows(
            CommissionLine.objects.filter(
                owner=owner, status=CommissionStatus.CONFIRMED, confirmed_at__lt=end
            )
        )
        if not lines:
            return False
        posting.lock_party(owner.public_id)  # after the lines, as a claw-back does
        net = sum(line.in_confirmed_fen for line in lines)
        commission = sum(line.gross_fen - line.fee_fen for line in lines)
        bonus = sum(line.bonus_fen for line in lines)
        statement = Statement.objects.create(
            owner=owner,
            month=month,
            lines=len(lines),
            commission_fen=commission,
            bonus_fen=bonus,
            taken_back_fen=commission + bonus - net,
            net_fen=net,
            settled_at=at,
        )
        posting.post(
            Event(JournalKind.SETTLE, "statement", f"{owner.public_id}-{month:%Y%m}"),
            [
                Movement(
                    Side(AccountKind.OWNER_CONFIRMED, owner.public_id),
                    Side(AccountKind.OWNER_WITHDRAWABLE, owner.public_id),
                    net,
                )
            ],
            at=at,
        )
        for line in lines:
            COMMISSIONS.apply(
                line,
                "settle",
                actor=Actor.system("settlement"),
                at=at,
                statement=statement,
                in_confirmed_fen=0,
            )
        notify(
            kind=STATEMENT,
            recipients=[owner.user_id],
            ref=f"{month:%Y-%m}",
            at=at,
            facts={"of_month": month.isoformat(), "net_fen": net},
            link=[str(month.year), str(month.month)],
        )
    return True


def catch_up_settlement(*, at: datetime) -> int:
    """Settle every month whose 20th has passed and that still has confirmed lines, oldest first."""
    rules = rules_at(at)
    now = clock.local(at)
    due = clock.previous_month(clock.month_of(at))
    if at < clock.local_instant(now.date().replace(day=rules.SETTLE_DAY), rules.SETTLE_HOUR):
        due = clock.previous_month(due)
    oldest = CommissionLine.objects.filter(status=CommissionStatus.CONFIRMED).aggregate(
        n=Min("confirmed_at")
    )["n"]
    if oldest is None:
        return 0
    written, month = 0, clock.month_of(oldest)
    while month <= due:
        written += settle_month(month, at=at)
        month = clock.next_month(month)
    return written
