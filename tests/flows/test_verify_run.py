"""How ``verify`` runs: on one snapshot, in one transaction that reads, telling how far it is, and leaving nothing behind."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError

from taoxiaopu.flows.verify import report, sums, verify
from taoxiaopu.flows.verify.check import Check
from tests.factories.world import picture


@pytest.mark.django_db
def test_it_may_be_run_again_within_a_transaction() -> None:
    before = picture()
    first = verify().as_json()
    assert verify().as_json() == first
    assert picture() == before


@pytest.mark.django_db(transaction=True)
def test_nothing_can_be_written_by_what_it_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    before = picture()
    assert verify().problems == []
    writes = "WITH made AS (INSERT INTO ledger_account (kind, party) VALUES ('escrow', '') RETURNING id) SELECT id FROM made"
    with monkeypatch.context() as patch:
        patch.setattr(report, "_run", lambda _check, cursor, _report: cursor.execute(writes))
        with pytest.raises(DatabaseError, match="read-only transaction"):
            verify()
    assert picture() == before


@pytest.mark.django_db
def test_it_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "CHECKS", (Check("one", "t", "", "SELECT 1 WHERE false"),))
    monkeypatch.setattr(sums, "TOTALS", {"two": "SELECT '', 2"})
    monkeypatch.setattr(sums, "DIGESTS", {"three": "SELECT 'x'::text"})
    heard: list[tuple[str, int, int]] = []
    verify(lambda *told: heard.append(told))
    assert heard == [("one", 0, 3), ("sum two", 1, 3), ("digest three", 2, 3), ("", 3, 3)]


@pytest.mark.django_db
@pytest.mark.parametrize("on_a_terminal", [True, False])
def test_a_terminal_is_shown_how_far_it_is(on_a_terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    out, errors = StringIO(), StringIO()
    monkeypatch.setattr(errors, "isatty", lambda: on_a_terminal, raising=False)
    call_command("verify", stdout=out, stderr=errors)
    assert "verify: 0 problems" in out.getvalue()
    total = len(report.CHECKS) + len(sums.TOTALS) + len(sums.DIGESTS)
    assert errors.getvalue().strip().endswith(f"{total}/{total}") is on_a_terminal
    assert bool(errors.getvalue()) is on_a_terminal
