"""The bench harness: pairs and goals, the files it writes, and a real part on a real database at a tiny scale."""

import json
import os
from pathlib import Path

import psycopg2
import pytest
from django.db import connection
from PIL import Image

from bench import __main__ as command
from bench import results
from bench.part import PARTS, Bench, Taken, measured
from bench.results import Result, meets
from bench.servers import Database, Servers, superuser_url
from launcher import addresses
from launcher.paths import DataDir


def bench(out: Path, database: Database | None = None) -> Bench:
    """A part's hand tools without a part."""
    return Bench("trial", 0.001, database, out, [], lambda _line: None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "goal", "ok"),
    [(1.1, "<= 1.1", True), (1.1001, "<= 1.1", False), (0.5, ">= 0.5", True), (0.4999, ">= 0.5", False), (9, "", True)],
)  # fmt: skip
def test_a_goal_is_a_bound(value: float, goal: str, ok: bool) -> None:
    assert meets(value, goal) is ok


def test_a_goal_that_is_no_bound_is_refused() -> None:
    with pytest.raises(ValueError, match="a bound like"):
        meets(1.0, "fast 1")


def test_limit_and_product_run_in_turn_and_pair_by_pair(tmp_path: Path) -> None:
    order: list[str] = []
    bare, ours = iter([1.0, 2.0, 4.0]), iter([2.0, 2.0, 2.0])

    def limit() -> Taken:
        order.append("A")
        return Taken(next(bare))

    def product() -> Taken:
        order.append("B")
        return Taken(next(ours))

    result = bench(tmp_path).compare(
        "work", limit=limit, product=product, goal="<= 1.1", rounds=3, prepare=lambda: order.append("-")
    )
    assert "".join(order) == "-A-B-A-B-A-B"
    assert (result.limit, result.value, result.rounds) == (2.0, 2.0, 3)
    assert (result.ratio, result.ratio_min, result.ratio_max, result.ok) == (1.0, 0.5, 2.0, True)


def test_a_broken_invariant_makes_the_run_void(tmp_path: Path) -> None:
    found = iter([[], ["a fen too many"], [], []])
    result = bench(tmp_path).compare(
        "work",
        limit=lambda: 1,
        product=lambda: 1,
        goal=">= 0",
        unit="/s",
        rounds=2,
        check=lambda: next(found),
    )
    assert (result.ok, result.problems) == (False, ("product: a fen too many",))
    assert "VOID" in results.table([result])


def test_a_rate_counts_what_was_done() -> None:
    assert measured(lambda: Taken(2.0, 500), "/s") == 250
    assert measured(lambda: Taken(2.0, 500), "s") == 2.0


def test_the_file_has_the_promised_fields(tmp_path: Path) -> None:
    results.write(tmp_path / "results.json", [Result("a: b", 1.5, "s", 1.0, 1.5, 1.4, 1.6, "<= 1.1", False)])
    assert json.loads((tmp_path / "results.json").read_text()) == [
        {
            "name": "a: b", "value": 1.5, "unit": "s", "limit": 1.0, "ratio": 1.5, "ratio_min": 1.4, "ratio_max": 1.6,
            "goal": "<= 1.1", "ok": False,
        }
    ]  # fmt: skip


def test_a_curve_is_a_picture_with_both_lines(tmp_path: Path) -> None:
    lines = {"bare": [(0.1, 4.0), (1.0, 47.0)], "ours": [(0.1, 5.0), (1.0, 50.0)]}
    path = bench(tmp_path).curve("growth", lines, x_title="owners", y_title="s")
    with Image.open(path) as picture:
        colours = {colour for _count, colour in picture.convert("RGB").getcolors(1 << 20) or []}
    assert path.name == "trial-growth.png"
    assert {(0x8A, 0x8A, 0x8A), (0xD4, 0x38, 0x0D)} <= colours


def test_too_little_disk_stops_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "free_gb", lambda: 2.0)
    monkeypatch.setattr(command, "started", lambda: pytest.fail("servers were started"))
    with pytest.raises(SystemExit) as stopped:
        command.run([PARTS["machine"]], scale=1, out=tmp_path)
    assert stopped.value.code == 2
    assert "2 GB of disk are free, 3 are needed" in capsys.readouterr().err


@pytest.fixture
def servers(transactional_db: None) -> Servers:
    """The tests' own servers; a part's database is a copy of the test database, which nobody may use meanwhile."""
    found = addresses.given()
    assert found is not None
    data_dir = Path(os.environ["DATA_DIR"])
    cluster = DataDir(data_dir if (data_dir / "run" / "services.json").exists() else data_dir.parent)
    name = str(connection.settings_dict["NAME"])
    connection.close()
    superuser = superuser_url(cluster)
    others = psycopg2.connect(superuser)
    others.autocommit = True
    others.cursor().execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", [name]
    )
    others.close()
    return Servers(cluster, found, superuser, template=name)


@pytest.mark.slow
def test_every_part_runs_at_a_tiny_scale(
    servers: Servers, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found: list[Result] = []
    for each in PARTS.values():
        command._run_part(servers, each, 0.0001, tmp_path, found)
    assert {result.name.split(":")[0] for result in found} == set(PARTS)
    assert [result.problems for result in found if result.problems] == []
    assert all(part.title in capsys.readouterr().out for part in list(PARTS.values())[:1])
