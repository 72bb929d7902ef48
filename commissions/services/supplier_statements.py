"""Suppliers' monthly statements (docs/rules.md §6.3, decision 19): each tells the sealed journals of a month, once.

A statement is a pure function of the books up to a seal, so it needs no lock: whoever is second finds it written. Suppliers
are done in groups, each group in one transaction and one statement of SQL; a group that fails is halved, as the owners'.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection
from django.utils.translation import ngettext

from accounts.services import Entry, notify_each
from commissions.letters import SUPPLIER_STATEMENT
from commissions.models import SupplierFailure
from commissions.services.runs import Run, Show, by_halves, in_job, note_failure
from commissions.states import SupplierRun
from ledger.selectors import first_month, sealed_through
from ledger.services import write_digest
from suppliers.selectors import members_of
from taoxiaopu.kernel import clock, jobs
from taoxiaopu.kernel.models import JobStatus
from taoxiaopu.kernel.settings import rules_at
from tax.services import draft_commission_invoices

MAKE_STATEMENTS = "commissions.supplier_statements"  # the kind of job that shows how far a month's run is
GROUP = 100  # suppliers in one transaction

KINDS = "('supplier_payable', 'supplier_deposit', 'category_bond', 'supplier_debt')"
# Journals that were booked into an earlier month after its seal; few, and looked up by key.
LATE = """
    SELECT DISTINCT journal_id FROM ledger_transfer WHERE posted_on < %(starts)s AND journal_id > %(after)s"""
SUPPLIERS = f"""
    SELECT s.id FROM suppliers_supplier s
    WHERE NOT EXISTS (SELECT 1 FROM commissions_supplierstatement d
                      WHERE d.supplier_id = s.id AND d.month = %(month)s)
      AND EXISTS (SELECT 1 FROM ledger_account a WHERE a.party = s.public_id AND a.kind IN {KINDS} AND (
          EXISTS (SELECT 1 FROM ledger_transfer t WHERE t.credit_id = a.id AND t.journal_id <= %(through)s
                  AND t.posted_on >= %(starts)s AND t.posted_on < %(ends)s)
          OR EXISTS (SELECT 1 FROM ledger_transfer t WHERE t.debit_id = a.id AND t.journal_id <= %(through)s
                     AND t.posted_on >= %(starts)s AND t.posted_on < %(ends)s)
          OR EXISTS (SELECT 1 FROM ledger_transfer t WHERE t.journal_id = ANY(%(late)s) AND t.journal_id <= %(through)s
                     AND t.posted_on < %(starts)s AND a.id IN (t.credit_id, t.debit_id))))
    ORDER BY s.id"""  # noqa: S608

# Each account's changes on its own side, journal by journal; then the journals' parts by the accounts that they moved
# between. A kind that is not known here leaves something over, which only a manual journal may (the line's constraint).
STATEMENTS = f"""
    WITH own AS MATERIALIZED (
        SELECT a.id, s.id AS supplier_id, a.party,
               CASE a.kind WHEN 'category_bond' THEN 'supplier_deposit' ELSE a.kind END AS kind,
               CASE a.kind WHEN 'supplier_debt' THEN -1 ELSE 1 END AS sign
        FROM suppliers_supplier s JOIN ledger_account a ON a.party = s.public_id AND a.kind IN {KINDS}
        WHERE s.id = ANY(%(suppliers)s)
    ), moved AS MATERIALIZED (
        SELECT o.supplier_id, o.party, o.kind, t.journal_id, x.sign * o.sign * t.amount_fen AS fen,
               t.posted_on >= %(ends)s OR t.journal_id > %(through)s AS is_later
        FROM own o
        CROSS JOIN (VALUES (1), (-1)) AS x (sign)
        CROSS JOIN LATERAL (
            SELECT * FROM ledger_transfer t WHERE x.sign = 1 AND t.credit_id = o.id AND t.posted_on >= %(starts)s
            UNION ALL
            SELECT * FROM ledger_transfer t WHERE x.sign = -1 AND t.debit_id = o.id AND t.posted_on >= %(starts)s
            UNION ALL
            SELECT * FROM ledger_transfer t WHERE t.journal_id = ANY(%(late)s) AND t.posted_on < %(starts)s
               AND o.id = CASE x.sign WHEN 1 THEN t.credit_id ELSE t.debit_id END
        ) t
    ), changed AS (
        SELECT supplier_id, party, journal_id,
               coalesce(sum(fen) FILTER (WHERE kind = 'supplier_payable'), 0) AS payable,
               coalesce(sum(fen) FILTER (WHERE kind = 'supplier_deposit'), 0) AS deposit,
               coalesce(sum(fen) FILTER (WHERE kind = 'supplier_debt'), 0) AS debt
        FROM moved WHERE NOT is_later GROUP BY supplier_id, party, journal_id
    ), parts AS (
        SELECT x.supplier_id, x.journal_id, j.kind, x.payable, x.deposit, x.debt,
               coalesce(sum(t.amount_fen) FILTER (WHERE d.kind = 'escrow' AND t.line_ref <> ''), 0) AS goods,
               coalesce(sum(t.amount_fen) FILTER (WHERE d.kind = 'escrow' AND t.line_ref = ''), 0) AS freight,
               coalesce(sum(CASE WHEN j.kind = 'finalise' AND d.kind = 'escrow' THEN t.amount_fen ELSE -t.amount_fen END)
                   FILTER (WHERE (j.kind = 'finalise' AND d.kind = 'escrow' AND c.kind IN ('owner_confirmed', 'platform_fee'))
                              OR (j.kind = 'refund' AND c.kind = 'refund_clearing' AND d.party <> x.party)
                              OR (j.kind = 'commission_void' AND c.party = x.party)), 0) AS commission,
               coalesce(sum(t.amount_fen) FILTER (WHERE j.kind = 'refund' AND c.kind = 'refund_clearing'), 0) AS refunded,
               coalesce(sum(CASE WHEN c.kind = 'compensation' THEN t.amount_fen ELSE -t.amount_fen END)
                   FILTER (WHERE 'compensation' IN (c.kind, d.kind) AND x.party IN (c.party, d.party)), 0) AS compensated,
               coalesce(sum(CASE d.kind WHEN 'supplier_payable' THEN t.amount_fen ELSE -t.amount_fen END)
                   FILTER (WHERE j.kind IN ('supplier_payout', 'supplier_payout_back', 'deposit_return', 'deposit_return_back')
                             AND 'supplier_payable' IN (d.kind, c.kind)), 0) AS paid,
               coalesce(sum(CASE WHEN j.kind = 'deposit_return' THEN -t.amount_fen ELSE t.amount_fen END)
                   FILTER (WHERE j.kind IN ('deposit', 'bond') OR (j.kind IN ('deposit_return', 'deposit_return_back')
                             AND 'supplier_payable' NOT IN (d.kind, c.kind))), 0) AS deposited
        FROM changed x
        JOIN ledger_journal j ON j.id = x.journal_id
        JOIN ledger_transfer t ON t.journal_id = j.id AND t.posted_on = j.posted_on
        JOIN ledger_account d ON d.id = t.debit_id
        JOIN ledger_account c ON c.id = t.credit_id
        GROUP BY x.supplier_id, x.journal_id, j.kind, x.payable, x.deposit, x.debt
    ), lines AS MATERIALIZED (
        SELECT *, payable + deposit - debt
                  - (goods + freight - commission - refunded - compensated - paid + deposited) AS corrected
        FROM parts
    ), closings AS (
        SELECT h.supplier_id, h.payable - coalesce(l.payable, 0) AS payable, h.deposit - coalesce(l.deposit, 0) AS deposit,
               h.debt - coalesce(l.debt, 0) AS debt
        FROM (SELECT o.supplier_id,
                     coalesce(sum(b.balance_fen) FILTER (WHERE o.kind = 'supplier_payable'), 0) AS payable,
                     coalesce(sum(b.balance_fen) FILTER (WHERE o.kind = 'supplier_deposit'), 0) AS deposit,
                     coalesce(sum(b.balance_fen) FILTER (WHERE o.kind = 'supplier_debt'), 0) AS debt
              FROM own o JOIN ledger_balance b ON b.account_id = o.id GROUP BY o.supplier_id) h
        LEFT JOIN (SELECT supplier_id,
                          coalesce(sum(fen) FILTER (WHERE kind = 'supplier_payable'), 0) AS payable,
                          coalesce(sum(fen) FILTER (WHERE kind = 'supplier_deposit'), 0) AS deposit,
                          coalesce(sum(fen) FILTER (WHERE kind = 'supplier_debt'), 0) AS debt
                   FROM moved WHERE is_later GROUP BY supplier_id) l ON l.supplier_id = h.supplier_id
    ), written AS (
        INSERT INTO commissions_supplierstatement
            (supplier_id, month, through_id, lines, goods_fen, freight_fen, commission_fen, refunded_fen, compensated_fen,
             paid_fen, deposited_fen, corrected_fen, opening_payable_fen, closing_payable_fen, opening_deposit_fen,
             closing_deposit_fen, opening_debt_fen, closing_debt_fen, made_at)
        SELECT l.supplier_id, %(month)s, %(through)s, count(*), sum(l.goods), sum(l.freight), sum(l.commission),
               sum(l.refunded), sum(l.compensated), sum(l.paid), sum(l.deposited), sum(l.corrected),
               c.payable - sum(l.payable), c.payable, c.deposit - sum(l.deposit), c.deposit, c.debt - sum(l.debt), c.debt,
               %(at)s
        FROM lines l JOIN closings c ON c.supplier_id = l.supplier_id
        GROUP BY l.supplier_id, c.payable, c.deposit, c.debt ORDER BY l.supplier_id
        ON CONFLICT (supplier_id, month) DO NOTHING
        RETURNING id, supplier_id, commission_fen, opening_payable_fen, opening_deposit_fen, opening_debt_fen,
                  closing_payable_fen
    ), itemised AS (
        INSERT INTO commissions_supplierstatementline
            (statement_id, journal_id, kind, goods_fen, freight_fen, commission_fen, refunded_fen, compensated_fen, paid_fen,
             deposited_fen, corrected_fen, payable_fen, deposit_fen, debt_fen)
        SELECT w.id, l.journal_id, l.kind, l.goods, l.freight, l.commission, l.refunded, l.compensated, l.paid, l.deposited,
               l.corrected, l.payable, l.deposit, l.debt
        FROM lines l JOIN written w ON w.supplier_id = l.supplier_id ORDER BY w.id, l.journal_id
    )
    SELECT w.supplier_id, w.commission_fen, w.closing_payable_fen,
           (w.opening_payable_fen, w.opening_deposit_fen, w.opening_debt_fen)
           = (coalesce(b.closing_payable_fen, 0), coalesce(b.closing_deposit_fen, 0), coalesce(b.closing_debt_fen, 0))
    FROM written w LEFT JOIN LATERAL (
        SELECT * FROM commissions_supplierstatement e WHERE e.supplier_id = w.supplier_id AND e.month < %(month)s
        ORDER BY e.month DESC LIMIT 1
    ) b ON true ORDER BY w.supplier_id"""  # noqa: S608


class ChainBroken(RuntimeError):
    """A statement does not open with what the one before closes with: a month before it is missing."""


@dataclass(frozen=True, slots=True)
class _Written:
    """One statement that was written; ``follows``: it opens with what the one before closes with."""

    supplier_id: int
    commission_fen: int
    payable_fen: int
    follows: bool


@dataclass(frozen=True, slots=True)
class _Month:
    """The month that is told, the journals between its seals and those that came late, and when that happens."""

    month: date
    after: int
    through: int
    late: list[int]
    at: datetime

    def values(self, **more: Any) -> dict[str, Any]:
        """As the queries name it."""
        return {
            "month": self.month,
            "starts": self.month,
            "ends": clock.next_month(self.month),
            "after": self.after,
            "through": self.through,
            "late": self.late,
            "at": self.at,
        } | more


def make_supplier_statements(month: date, *, at: datetime) -> int:
    """Write the month's statements of all suppliers with movements; returns how many.

    Its last day is sealed first, if the night did not do it; a month that is not over has none. Idempotent per
    (supplier, month), also when eight runs do it at once.
    """
    return _make(month, at, lambda done, total: None).statements


def run_supplier_statements(month: date, *, at: datetime, show: Show | None = None) -> Run | None:
    """As ``make_supplier_statements``, with a job row: as ``in_job``. None while another run holds it."""
    return in_job(MAKE_STATEMENTS, month, partial(_make, month, at), left_over=_left_over, at=at, show=show)


def catch_up_supplier_statements(*, at: datetime, show: Show | None = None) -> int:
    """Write the statements of every month that is due and not done, oldest first; returns how many.

    What is sealed does not change, so a month that is done is not looked at again.
    """
    known = jobs.states_of(MAKE_STATEMENTS)
    month = date.fromisoformat(f"{min(known)}-01") if known else first_month()
    written = 0
    while month is not None and month <= last_due_statement(at):
        if known.get(f"{month:%Y-%m}") != JobStatus.DONE:
            run = run_supplier_statements(month, at=at, show=show)
            written += run.statements if run else 0
        month = clock.next_month(month)
    return written


def last_due_statement(at: datetime) -> date:
    """The latest month that is told: the 1st, SUPPLIER_STATEMENT_HOUR, of the month after has passed."""
    this = clock.month_of(at)
    due = clock.previous_month(this)
    if at < clock.local_instant(this, rules_at(at).SUPPLIER_STATEMENT_HOUR):
        due = clock.previous_month(due)
    return due


def _left_over(n: int) -> str:
    words = ngettext(
        "{n} 家供应商的月结单未能出具，下次运行会重试", "{n} 家供应商的月结单未能出具，下次运行会重试", n
    )
    return words.format(n=n)


def _make(month: date, at: datetime, show: Show) -> Run:
    chosen = _sealed(month, at)
    if chosen is None:
        return Run(0, 0)
    with connection.cursor() as cursor:
        cursor.execute(SUPPLIERS, chosen.values())
        suppliers = [key for (key,) in cursor.fetchall()]
    written = failed = 0
    for start in range(0, len(suppliers), GROUP):
        group = suppliers[start : start + GROUP]
        run = by_halves(group, partial(_write, chosen), partial(_note, chosen))
        written, failed = written + run.statements, failed + run.failed
        show(start + len(group), len(suppliers))
    return Run(written, failed)


def _sealed(month: date, at: datetime) -> _Month | None:
    """The month between the seals of its last day and of the day before it; None while it is not over."""
    ends = clock.next_month(month)
    if at < clock.local_instant(ends):
        return None
    last, before = ends - timedelta(days=1), month - timedelta(days=1)
    if sealed_through(last) is None:
        write_digest(at=at)
    after, through = sealed_through(before), sealed_through(last)
    assert after is not None
    assert through is not None
    with connection.cursor() as cursor:
        cursor.execute(LATE, {"starts": month, "after": after})
        late = [key for (key,) in cursor.fetchall()]
    return _Month(month, after, through, late, at)


def _write(chosen: _Month, suppliers: Sequence[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(STATEMENTS, chosen.values(suppliers=list(suppliers)))
        written = [_Written(*row) for row in cursor.fetchall()]
    for row in written:
        if not row.follows:
            raise ChainBroken(f"supplier {row.supplier_id}, {chosen.month:%Y-%m}")
    commission = {row.supplier_id: row.commission_fen for row in written}
    draft_commission_invoices(month=chosen.month, commission_fen=commission, at=chosen.at)
    _tell(written, chosen)
    failures = SupplierFailure.objects.filter(run=SupplierRun.STATEMENT, period=chosen.month, settled_at=None)
    failures.filter(supplier__in=[row.supplier_id for row in written]).update(settled_at=chosen.at)
    return len(written)


def _tell(written: Sequence["_Written"], chosen: _Month) -> None:
    people = members_of([row.supplier_id for row in written])
    entries = [
        Entry(
            user,
            f"{chosen.month:%Y-%m}",
            {"of_month": chosen.month.isoformat(), "payable_fen": row.payable_fen},
            [str(chosen.month.year), str(chosen.month.month)],
        )
        for row in written
        for user in people.get(row.supplier_id, [])
    ]
    notify_each(kind=SUPPLIER_STATEMENT, entries=entries, at=chosen.at)


def _note(chosen: _Month, supplier: int, error: Exception) -> None:
    key = {"supplier_id": supplier, "run": SupplierRun.STATEMENT, "period": chosen.month}
    note_failure(SupplierFailure.objects.all(), error, at=chosen.at, **key)
