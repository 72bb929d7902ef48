"""Runs the checks on one snapshot of the database and sums up what is there."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from django.db import connection, transaction

from taoxiaopu.flows.verify import (
    commissions,
    contracts,
    conversations,
    disputes,
    entry,
    exits,
    guards,
    ledger,
    money,
    orders,
    payments,
    payouts,
    publishing,
    rolls,
    rulebook,
    seals,
    statements,
    stock,
    sums,
    tax,
)
from taoxiaopu.flows.verify.check import Check

CHECKS: tuple[Check, ...] = (
    *ledger.CHECKS,
    *money.CHECKS,
    *seals.CHECKS,
    *guards.CHECKS,
    *payments.CHECKS,
    *payouts.CHECKS,
    *exits.CHECKS,
    *tax.CHECKS,
    *entry.CHECKS,
    *publishing.CHECKS,
    *stock.CHECKS,
    *orders.CHECKS,
    *contracts.CHECKS,
    *rolls.CHECKS,
    *commissions.CHECKS,
    *statements.CHECKS,
    *disputes.CHECKS,
    *conversations.CHECKS,
    *rulebook.CHECKS,
)
NAMED = 50  # bad rows that one check names; the rest is counted


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad row: the check that found it, its table and natural key, and the figures that do not agree."""

    check: Check
    key: str
    facts: dict[str, str]

    @property
    def sentence(self) -> str:
        """For people: table, key, what is wrong, and the figures."""
        facts = " ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.check.table} {self.key}: {self.check.says}" + (f" ({facts})" if facts else "")


@dataclass(slots=True)
class Report:
    """What was found. ``problems`` names at most NAMED rows a check; ``bad_rows`` counts all of them."""

    problems: list[Problem] = field(default_factory=list)
    bad_rows: int = 0
    totals: dict[str, int] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> str:
        """The same bytes for the same books: no clock, no order by chance, no translation."""
        body = {
            "ok": not self.bad_rows,
            "bad_rows": self.bad_rows,
            "problems": [
                {"check": p.check.name, "table": p.check.table, "key": p.key, "facts": p.facts}
                for p in self.problems
            ],
            "totals": self.totals,
            "digests": self.digests,
        }
        return json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True)


# Called with the name of the query that comes next, how many are done, and how many there are.
Told = Callable[[str, int, int], None]
# Sorts and sums of a long history spill to disk beyond this much. Next to nothing comes out of a check, whatever PostgreSQL
# expects, so that to work on it by two is always worth it.
SETTINGS = "SET LOCAL work_mem = '64MB'; SET LOCAL parallel_tuple_cost = 0; SET LOCAL jit = off"


def verify(told: Told | None = None) -> Report:
    """Check everything. Reads one snapshot, so that orders may come in meanwhile; writes nothing. ``told`` hears how far
    it is.
    """
    report = Report()
    alone = not connection.in_atomic_block
    told = told or (lambda _name, _done, _total: None)
    steps = count()
    total = len(CHECKS) + len(sums.TOTALS) + len(sums.DIGESTS)
    with transaction.atomic(), connection.cursor() as cursor:
        if alone:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(SETTINGS)
        for check in CHECKS:
            told(check.name, next(steps), total)
            _run(check, cursor, report)
        for name, sql in sums.TOTALS.items():
            told(f"sum {name}", next(steps), total)
            cursor.execute(sql)
            report.totals.update({f"{name}{key}": int(value) for key, value in cursor.fetchall()})
        for name, sql in sums.DIGESTS.items():
            told(f"digest {name}", next(steps), total)
            report.digests[name] = _digest(sql)
        told("", total, total)
    return report


def _run(check: Check, cursor: Any, report: Report) -> None:
    cursor.execute(f"SELECT count(*) OVER () AS bad_rows, found.* FROM ({check.sql}) AS found LIMIT {NAMED}")
    names = [column.name for column in cursor.description][2:]
    for bad_rows, key, *facts in cursor.fetchall():
        report.problems.append(Problem(check, str(key), dict(zip(names, map(str, facts), strict=True))))
        total = bad_rows
    if cursor.rowcount:
        report.bad_rows += total


def _digest(sql: str) -> str:
    """SHA-256 over the query's rows, one a line, fetched piece by piece."""
    digest = hashlib.sha256()
    with connection.connection.cursor(name="verify_digest") as cursor:
        cursor.execute(sql)
        for (line,) in cursor:
            digest.update(line.encode() + b"\n")
    return digest.hexdigest()
