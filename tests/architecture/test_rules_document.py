"""docs/rules.md tells the truth: its tables are the code's, and every section that the code cites is there."""

import ast
import dataclasses
import re
import subprocess
import tomllib
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from commissions.criteria import Figures, criteria_of, next_level, target_level
from ledger.models import DEBIT_NORMAL, PARTY_KINDS, AccountKind, JournalKind
from orders.states import ORDERS
from storefronts.states import Tier
from taoxiaopu.kernel.money import split_commission
from taoxiaopu.kernel.screening import WORDS_FILE
from taoxiaopu.kernel.settings import Rules

ROOT = Path(settings.BASE_DIR)
DOCUMENT = ROOT / "docs" / "rules.md"
STATE_TABLES = (
    "suppliers.states.SUPPLIERS",
    "suppliers.states.PAPERS",
    "suppliers.states.GOODS",
    "suppliers.states.CHANGES",
    "storefronts.states.SHOPS",
    "storefronts.states.CONVERSATIONS",
    "orders.states.ORDERS",
    "orders.states.COMPENSATIONS",
    "payments.states.CHARGES",
    "payments.states.WRONG_PAYMENTS",
    "payments.states.TRANSFERS",
    "disputes.states.CASES",
    "disputes.states.DISPUTES",
    "disputes.states.PENALTIES",
    "commissions.states.COMMISSIONS",
    "commissions.states.WITHDRAWALS",
    "commissions.states.SUPPLIER_PAYOUTS",
    "commissions.states.DEPOSIT_RETURNS",
    "reconciliation.states.DIFFERENCES",
    "reconciliation.states.MANUALS",
    "tax.states.COMMISSION_INVOICES",
    "rulebook.states.VERSIONS",
    "rulebook.states.COMMENTS",
)
NOBODY_READS = "No code reads it yet"
# Only these documents speak in sections; everything else that writes § means docs/rules.md.
ELSEWHERE = re.compile(r"(architecture|experience|speed|stack)\.md`? §[0-9.]+")
CITED = re.compile(r"(?P<trust>[Tt]rust )?§(?P<section>[0-9]+(?:\.[0-9]+)?)(?P<rest>[^§]{0,24})")


@cache
def _text() -> str:
    return DOCUMENT.read_text(encoding="utf-8")


def _rows_after(mark: str) -> list[list[str]]:
    """The cells of the first table after a mark, without its head."""
    place = _text().find(mark)
    assert place >= 0, f"docs/rules.md lacks {mark!r}"
    found = re.search(r"(?:^\|.*\n)+", _text()[place:], re.MULTILINE)
    assert found, f"no table after {mark!r}"
    lines = found[0].strip().split("\n")
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def _codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def _fen(yuan: str) -> int:
    whole, _dot, cents = yuan.replace(",", "").partition(".")
    return int(whole) * 100 + int(cents.ljust(2, "0"))


@cache
def _sources() -> dict[str, str]:
    """Every text file of the project that may cite the document, by name."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    endings = (".py", ".html", ".toml", ".md", ".js", ".css")
    return {
        name: (ROOT / name).read_text(encoding="utf-8")
        for name in listed.stdout.decode().splitlines()
        if name.endswith(endings) and (ROOT / name).is_file() and (ROOT / name) != DOCUMENT
    }


@cache
def _headings() -> set[str]:
    found = re.findall(r"^#+ (Trust )?([0-9]+(?:\.[0-9]+)?)\b", _text(), re.MULTILINE)
    return {f"{trust}{section}" for trust, section in found}


def _section(number: str) -> str:
    start = re.search(rf"^#+ {re.escape(number)}\b.*\n", _text(), re.MULTILINE)
    assert start, number
    end = re.search(r"^##+ ", _text()[start.end() :], re.MULTILINE)
    return _text()[start.end() : start.end() + end.start()] if end else _text()[start.end() :]


@pytest.mark.parametrize("dotted", STATE_TABLES)
def test_the_moves_are_those_of_the_state_table(dotted: str) -> None:
    module, name = dotted.rsplit(".", 1)
    table = getattr(import_module(module), name)
    names = {state.value: state.name for state in table.states}
    written = [
        (rule, frozenset(_codes(sources)), *_codes(event), frozenset(who.split(", ")), *_codes(target), clock)
        for rule, sources, event, who, target, clock in _rows_after(f"`{dotted}`:")
    ]
    assert written == [
        (
            move.rule,
            frozenset(names[source] for source in move.sources),
            move.event,
            frozenset(map(str, move.actors)),
            names[move.target],
            f"`{move.deadline}`" if move.deadline else "–",
        )
        for move in table.moves
    ]
    for state in table.states:
        assert f"`{state.name}` {state.label}" in _text()


def test_no_state_table_is_left_out() -> None:
    found = set()
    for name, text in _sources().items():
        if name.endswith("states.py"):
            module = name.removesuffix(".py").replace("/", ".")
            found |= {
                f"{module}.{table}" for table in re.findall(r"^([A-Z_]+) = StateTable\(", text, re.MULTILINE)
            }
    assert found == set(STATE_TABLES)


def test_the_database_holds_the_graph_of_orders() -> None:
    migration = import_module("orders.migrations.0012_contracts_are_kept")
    assert set(migration.EDGES) == ORDERS.edges()


def test_the_settings_are_the_rules() -> None:
    written = [(_codes(name)[0], ast.literal_eval(_codes(default)[0])) for name, default, _ in _settings()]
    fields = [(field.name, field.default) for field in dataclasses.fields(Rules)]
    assert written == fields
    assert [type(value) for _name, value in written] == [type(value) for _name, value in fields]


def test_a_setting_that_nobody_reads_says_so() -> None:
    code = "\n".join(
        text
        for name, text in _sources().items()
        if name.endswith((".py", ".html")) and not name.startswith("tests/")
    )
    unread = {f.name for f in dataclasses.fields(Rules) if not re.search(rf"\.{f.name}\b", code)}
    assert {_codes(name)[0] for name, _, meaning in _settings() if NOBODY_READS in meaning} == unread


def _settings() -> list[list[str]]:
    return _rows_after("\n### 10.1 ")


def test_every_cited_section_exists() -> None:
    missing = []
    for name, text in _sources().items():
        for found in CITED.finditer(ELSEWHERE.sub("", text)):
            section = ("Trust " if found["trust"] else "") + found["section"]
            if section not in _headings():
                missing.append(f"{name}: {section}")
    assert missing == []


def test_every_cited_rule_and_ruling_exists() -> None:
    """``§1.3 rules 30-31``, ``§3 C4`` and ``§8.1 I4`` are rows of the section that is named; ``trust §1 L5`` too."""
    missing = []
    for name, text in _sources().items():
        for found in CITED.finditer(ELSEWHERE.sub("", text)):
            section = ("Trust " if found["trust"] else "") + found["section"]
            for wanted in _rows_named(section, found["rest"]):
                if not re.search(
                    rf"^\|[^|]*\b{wanted}\b[^|]*\||^{wanted}\. ", _section(section), re.MULTILINE
                ):
                    missing.append(f"{name}: {section} {wanted}")
    assert missing == []


def _rows_named(section: str, rest: str) -> list[str]:
    if rules := re.match(r" rules? ([0-9]+)(?:-([0-9]+))?", rest):
        return [str(n) for n in range(int(rules[1]), int(rules[2] or rules[1]) + 1)]
    letter = {"3": "C", "8.1": "I", "7.1": "[SNBRDV]", "Trust 1": "L", "Trust 7": "B"}.get(section, "")
    row = letter and re.match(rf" ({letter}[0-9]*)\b", rest)
    return [row[1]] if row else []


def test_the_vectors_of_commission_hold() -> None:
    rows = [[int(cell) for cell in row] for row in _rows_after("Vectors, in fen:")]
    assert len(rows) == 6
    for base, rate_bp, gross, fee, owner in rows:
        split = split_commission(base, rate_bp, Rules().PLATFORM_FEE_BP, 0)
        assert (split.gross_fen, split.fee_fen, split.owner_fen) == (gross, fee, owner)


def test_the_accounts_are_those_of_the_ledger() -> None:
    written = [
        (_codes(account)[0], label, party != "platform", side == "debit")
        for account, label, party, side in _rows_after("\n### 6.6 ")
    ]
    assert written == [
        (kind.name, kind.label, kind in PARTY_KINDS, kind in DEBIT_NORMAL) for kind in AccountKind
    ]


def test_every_journal_is_described_with_known_accounts() -> None:
    rows = _rows_after("| Event | Transfers (debit → credit) | When |")
    assert {_codes(event)[0] for event, _transfers, _when in rows} == {kind.name for kind in JournalKind}
    named = {name for _event, transfers, _when in rows for name in re.findall(r"[A-Z_]{6,}", transfers)}
    assert named <= {kind.name for kind in AccountKind}


def test_the_criteria_are_those_of_the_tiers() -> None:
    rows = _rows_after("\n### 7.2 ")
    assert [int(row[7]) for row in rows] == list(Rules().BONUS_BP)
    assert [int(row[8]) for row in rows] == list(Rules().SHOPS_PER_TIER)
    assert [row[0].split()[-1] for row in rows] == [tier.name for tier in Tier]
    written = [
        (_fen(sales), int(orders), int(buyers), int(refunds), int(disputes), int(points))
        for _level, sales, orders, buyers, refunds, disputes, points, _bonus, _shops in rows[1:]
    ]
    assert written == [
        (row.sales_fen, row.orders, row.buyers, row.refund_bp, row.dispute_bp, row.points_below)
        for row in reversed(criteria_of(Rules()))
    ]


@pytest.mark.parametrize("row", _rows_after("\n### 7.4 "), ids=lambda row: f"row {row[0]}")
def test_the_boundaries_of_tiers_hold(row: list[str]) -> None:
    _number, sales, orders, buyers, rate, disputes, points, level = row
    refunded, ended = map(int, rate.split("/"))
    figures = Figures(
        sales_fen=_fen(sales),
        orders=int(orders),
        buyers=int(buyers),
        refunded=refunded,
        ended=ended,
        disputes=int(disputes),
        points=int(points),
    )
    assert f"L{target_level(figures, criteria_of(Rules()))}" == level


@pytest.mark.parametrize("row", _rows_after("Month by month"), ids=lambda row: row[0])
def test_the_sequences_of_tiers_hold(row: list[str]) -> None:
    start, targets, becomes = row
    (level, misses), *_none = _pairs(start)
    seen = []
    for target in targets.split(", "):
        level, misses = next_level(level, misses, int(target))
        seen.append((level, misses))
    assert seen == _pairs(becomes)


def _pairs(text: str) -> list[tuple[int, int]]:
    return [(int(level), int(misses)) for level, misses in re.findall(r"\(([0-9]),([0-9])\)", text)]


# Where each gate of §10.2 is tried on both sides, through the service that holds it.
GATES = {
    "credit score": (
        "storefronts/test_opening.py",
        "test_700_does_not_and_keeps_the_invitation",
        "test_701_joins",
    ),
    "registered capital, yuan": (
        "suppliers/test_entry.py",
        "test_who_does_not_is_told_why",
        "test_who_meets_the_conditions_may_apply",
    ),
    "authorisation chain": (
        "suppliers/test_entry.py",
        "test_who_does_not_is_told_why",
        "test_who_meets_the_conditions_may_apply",
    ),
    "supplier deposit, yuan": ("suppliers/test_deposit.py", "test_9999_99_is_not_enough"),
    "category bond, yuan": ("suppliers/test_bonds.py", "test_999_99_is_too_small"),
    "deposit held, yuan": (
        "suppliers/test_topping_up.py",
        "test_one_fen_short_is_told_at_once_and_off_sale_after_five_days",
        "test_a_whole_deposit_waits_for_nothing",
    ),
    "days to top up": (
        "suppliers/test_topping_up.py",
        "test_one_fen_short_is_told_at_once_and_off_sale_after_five_days",
    ),
    "points of a supplier": (
        "suppliers/test_topping_up.py",
        "test_thirty_six_points_double_it_and_a_cleared_out_one_is_asked_for_nothing_more",
    ),
    "hidden for 14 days": ("suppliers/test_topping_up.py", "test_points_hide_goods_to_the_second"),
    "deposit free after the last order": (
        "suppliers/test_leaving.py",
        "test_the_days_run_from_the_last_orders_end_to_the_second",
    ),
    "picks in a shop": ("concurrency/test_picks.py", "test_twenty_picks_at_999_leave_exactly_1000"),
    "age of a click when ordering": ("orders/test_placing.py", "test_a_click_counts_for_360_hours"),
    "withdrawal, yuan": (
        "commissions/test_withdrawals.py",
        "test_least_amount_and_balance",
        "test_most_in_a_day",
    ),
    "identity document valid until the 20th": (
        "commissions/test_withdrawals.py",
        "test_the_document_counts_through_its_last_day",
    ),
    "second withdrawal of an owner": (
        "commissions/test_withdrawal_review.py",
        "test_the_first_and_large_ones_are_reviewed",
    ),
    "second person for a withdrawal, yuan": (
        "commissions/test_withdrawal_review.py",
        "test_above_5000_yuan_it_takes_two_people",
    ),
    "second person to send a wrong payment back, yuan": (
        "payments/test_wrong_payments.py",
        "test_above_5000_yuan_two_people_send_it_back",
    ),
    "commission at 10 %": ("commissions/test_vectors.py", "test_below_one_fen_is_void"),
    "commission rate, bp": (
        "suppliers/test_goods.py",
        "test_within_the_limits",
        "test_beyond_the_limits",
    ),
    "second person for a ruling, yuan": (
        "disputes/test_rulings.py",
        "test_four_eyes_above_2000_yuan",
    ),
    "applications for one line": ("disputes/test_cases.py", "test_the_fifth_attempt_and_the_sixth"),
    "ship-by, paid 2026-05-01 09:00, promise 48 h": (
        "orders/test_moves.py",
        "test_shipping_on_the_last_second_is_on_time",
    ),
    "settlement month": (
        "commissions/test_settlement.py",
        "test_the_last_second_of_june_and_the_first_of_july",
    ),
    "supplier's statement": ("commissions/test_supplier_statements.py", "test_a_whole_summer_to_the_fen"),
    "copy, code points": (
        "storefronts/test_captions.py",
        "test_120_code_points_stay_one_piece",
        "test_121_are_split",
    ),
    "withholding, classic, yuan": ("tax/test_withholding.py", "test_every_vector_is_withheld"),
    "VAT of a month's invoice": ("tax/test_invoices.py", "test_the_rate_is_that_of_the_months_end"),
    "days to ship a customised good": ("orders/test_contracts.py", "test_the_bounds_of_a_version"),
    "cancel fee of a customised good": ("orders/test_contracts.py", "test_the_bounds_of_a_version"),
    "time to agree about a customised good": (
        "orders/test_contracts.py",
        "test_the_time_to_agree",
        "test_agreeing_in_the_last_second",
    ),
}


def test_every_gate_is_tried_on_both_sides() -> None:
    """A gate that is built names its tests; one that is not says so in the table."""
    gates = [gate for gate, _old, _new in _rows_after("\n### 10.2 ")]
    assert [gate for gate in gates if "*not built yet*" not in gate] == list(GATES)
    for file, *names in GATES.values():
        tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
        there = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert set(names) <= there, (file, set(names) - there)


def test_the_words_are_those_that_are_screened() -> None:
    data: dict[str, Any] = tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))
    written = {
        _codes(group)[0]: (words.split(), action)
        for group, words, action in _rows_after("in the text. The list is")
    }
    assert written == {name: (entry["words"], _action(entry)) for name, entry in data["groups"].items()}
    excused = re.search(r"Not a hit: ([^.]+)\.", _text())
    assert excused
    assert excused[1].split() == data["whitelist"]["phrases"]


def _action(entry: dict[str, Any]) -> str:
    words = [str(entry["action"])]
    words += [f"BLOCK in {', '.join(entry['block_in'])}"] if "block_in" in entry else []
    words += [f"WARN in {', '.join(entry['warn_in'])}"] if "warn_in" in entry else []
    return ", ".join(words)


def test_contents_lead_to_headings() -> None:
    targets = {
        re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^## (.+)$", _text(), re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", _text())) == targets
