"""Monthly settlement on the 20th: OWNER_CONFIRMED becomes OWNER_WITHDRAWABLE, one statement an owner and month.

Owners are settled in groups, each group in one transaction of a dozen set-based statements. A group that fails is
halved until the owner who makes it fail stands alone; that owner is written down and the rest is settled. What is
done is done: a run that was killed is simply started again (docs/rules.md §6.3).
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Min, OuterRef, Subquery
from django.utils.translation import ngettext

from accounts.services import letters_fragment
from commissions.letters import STATEMENT
from commissions.models import CommissionLine, SettlementFailure, Statement
from commissions.services.runs import Run, Show, by_halves, in_job, note_failure
from commissions.states import COMMISSIONS, CommissionStatus
from ledger import posting
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.settings import rules_at

SETTLEMENT = Actor.system("settlement")
SETTLE_MONTH = "commissions.settle_month"  # the kind of job that shows how far a month's run is
GROUP = 400  # owners in one transaction

# Who has something to settle: what was confirmed before the month's end and is in no statement yet.
OWNERS = """
    SELECT DISTINCT l.owner_id FROM commissions_commissionline l
    WHERE l.status = 'confirmed' AND l.confirmed_at < %(end)s
      AND NOT EXISTS (SELECT 1 FROM commissions_statement s WHERE s.owner_id = l.owner_id AND s.month = %(month)s)
    ORDER BY l.owner_id"""

# The owners first: two runs must not both find no statement.
LOCK_OWNERS = """
    SELECT id, public_id FROM storefronts_owner WHERE id = ANY(%(owners)s) ORDER BY id FOR NO KEY UPDATE"""

# A line belongs to the statement of the month in which it was confirmed; when that one is written already (the line was
# frozen then), to the next.
LINES = """
    SELECT l.id, l.line_ref FROM commissions_commissionline l
    WHERE l.owner_id = ANY(%(owners)s) AND l.status = 'confirmed' AND l.confirmed_at < %(end)s
      AND NOT EXISTS (SELECT 1 FROM commissions_statement s WHERE s.owner_id = l.owner_id AND s.month = %(month)s)
      AND (l.confirmed_at >= %(start)s OR EXISTS (
          SELECT 1 FROM commissions_statement s WHERE s.owner_id = l.owner_id
          AND s.month = date_trunc('month', l.confirmed_at AT TIME ZONE 'Asia/Shanghai')::date))
    ORDER BY l.id FOR NO KEY UPDATE OF l"""

STATEMENTS = """
    INSERT INTO commissions_statement
        (owner_id, month, lines, commission_fen, bonus_fen, taken_back_fen, net_fen, settled_at)
    SELECT owner_id, %(month)s, count(*), sum(gross_fen - fee_fen), sum(bonus_fen),
           sum(gross_fen - fee_fen + bonus_fen - in_confirmed_fen), sum(in_confirmed_fen), %(at)s
    FROM commissions_commissionline WHERE id = ANY(%(lines)s) GROUP BY owner_id ORDER BY owner_id
    RETURNING id, owner_id, net_fen"""

ITEMS = """
    INSERT INTO commissions_statementitem
        (statement_id, line_id, base_fen, gross_fen, fee_fen, bonus_fen, taken_fen, net_fen)
    SELECT s.id, l.id, l.base_fen, l.gross_fen, l.fee_fen, l.bonus_fen,
           l.gross_fen - l.fee_fen + l.bonus_fen - l.in_confirmed_fen, l.in_confirmed_fen
    FROM commissions_commissionline l
    JOIN commissions_statement s ON s.owner_id = l.owner_id AND s.month = %(month)s
    WHERE l.id = ANY(%(lines)s) ORDER BY l.id"""

LIST_REVERSALS = """
    UPDATE commissions_reversal r SET statement_id = s.id FROM commissions_statement s
    WHERE r.owner_id = ANY(%(owners)s) AND r.statement_id IS NULL
      AND s.owner_id = r.owner_id AND s.month = %(month)s AND s.id = ANY(%(statements)s)"""

LETTERS = """
    SELECT o.user_id, to_char(s.month, 'YYYY-MM') AS ref,
           jsonb_build_object('of_month', s.month::text, 'net_fen', s.net_fen) AS facts,
           jsonb_build_array(to_char(s.month, 'YYYY'), to_char(s.month, 'FMMM')) AS link
    FROM commissions_statement s JOIN storefronts_owner o ON o.id = s.owner_id
    WHERE s.id = ANY(%(statements)s) ORDER BY s.id"""


@dataclass(frozen=True, slots=True)
class _Month:
    """The month that is settled, its bounds, and when that happens."""

    month: date
    start: datetime
    end: datetime
    at: datetime


def settle_month(month: date, *, at: datetime) -> int:
    """Settle everything confirmed before the month's end; return how many statements were written.

    A month that is not over settles nothing. Idempotent per (owner, month), also when eight runs do it at once.
    """
    return _settle(month, at, lambda done, total: None).statements


def run_settlement(month: date, *, at: datetime, show: Show | None = None) -> Run | None:
    """As ``settle_month``, with a job row: as ``in_job``. None while another run holds it."""
    return in_job(SETTLE_MONTH, month, partial(_settle, month, at), left_over=_left_over, at=at, show=show)


def _left_over(n: int) -> str:
    words = ngettext("{n} 位掌柜未能结算，下次运行会重试", "{n} 位掌柜未能结算，下次运行会重试", n)
    return words.format(n=n)


def catch_up_settlement(*, at: datetime, show: Show | None = None) -> int:
    """Settle every month whose 20th has passed and that still has confirmed lines, oldest first.

    Returns how many statements were written.
    """
    due = last_due_month(at)
    oldest = CommissionLine.objects.filter(status=CommissionStatus.CONFIRMED).aggregate(
        n=Min("confirmed_at")
    )["n"]
    if oldest is None:
        return 0
    written, month = 0, clock.month_of(oldest)
    while month <= due:
        run = run_settlement(month, at=at, show=show)
        written += run.statements if run else 0
        month = clock.next_month(month)
    return written


def last_due_month(at: datetime) -> date:
    """The latest month that may be settled: its 20th 02:00 of the month after has passed."""
    rules = rules_at(at)
    due = clock.previous_month(clock.month_of(at))
    if at < clock.local_instant(clock.local(at).date().replace(day=rules.SETTLE_DAY), rules.SETTLE_HOUR):
        due = clock.previous_month(due)
    return due


def _settle(month: date, at: datetime, show: Show) -> Run:
    start, end = clock.month_bounds(month)
    if at < end:
        return Run(0, 0)
    chosen = _Month(month, start, end, at)
    with connection.cursor() as cursor:
        cursor.execute(OWNERS, {"month": month, "end": end})
        owners = array("q")
        while rows := cursor.fetchmany(10_000):
            owners.extend(row[0] for row in rows)
    statements = failed = done = 0
    waiting = iter(owners)
    while group := list(islice(waiting, GROUP)):
        run = by_halves(group, partial(_settle_owners, chosen=chosen), partial(_note, chosen=chosen))
        statements, failed, done = statements + run.statements, failed + run.failed, done + len(group)
        show(done, len(owners))
    return Run(statements, failed)


def _settle_owners(owner_ids: Sequence[int], chosen: _Month) -> int:
    # Owners, then their lines, then their accounts, as a claw-back does.
    named: dict[str, Any] = {
        "month": chosen.month, "start": chosen.start, "end": chosen.end, "at": chosen.at, "owners": list(owner_ids)
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(LOCK_OWNERS, named)
        parties = dict(cursor.fetchall())
        cursor.execute(LINES, named)
        lines = dict(cursor.fetchall())
        if not lines:
            return 0
        posting.lock_parties(list(parties.values()))
        cursor.execute(STATEMENTS, {**named, "lines": list(lines)})
        written = cursor.fetchall()
        cursor.execute(ITEMS, {**named, "lines": list(lines)})
        named["statements"] = [key for key, _owner, _net in written]
        cursor.execute(LIST_REVERSALS, named)
        posting.post_many(
            [_booking(parties[owner], net, chosen) for _key, owner, net in written], at=chosen.at
        )
        COMMISSIONS.apply_to_all(
            CommissionLine.objects.filter(pk__in=list(lines)),
            "settle",
            source=CommissionStatus.CONFIRMED,
            numbers=list(lines.values()),
            actor=SETTLEMENT,
            at=chosen.at,
            statement=Subquery(
                Statement.objects.filter(owner=OuterRef("owner"), month=chosen.month).values("pk")
            ),
            in_confirmed_fen=0,
        )
        letters, values = letters_fragment(kind=STATEMENT, source=LETTERS)
        cursor.execute(letters, named | values)
    SettlementFailure.objects.filter(
        month=chosen.month, owner__in=[owner for _key, owner, _net in written], settled_at=None
    ).update(settled_at=chosen.at)
    return len(written)


def _booking(party: str, net_fen: int, chosen: _Month) -> tuple[Event, list[Movement]]:
    settled = Movement(
        Side(AccountKind.OWNER_CONFIRMED, party), Side(AccountKind.OWNER_WITHDRAWABLE, party), net_fen
    )
    return Event(JournalKind.SETTLE, "statement", f"{party}-{chosen.month:%Y%m}"), [settled]


def _note(owner_id: int, error: Exception, *, chosen: _Month) -> None:
    note_failure(SettlementFailure.objects.all(), error, at=chosen.at, owner_id=owner_id, month=chosen.month)
