"""Own servers are used when all three are named; half of a set is refused."""

import os

import pytest

from launcher.addresses import Addresses, given
from launcher.errors import LauncherError
from launcher.paths import DataDir
from tests.launcher.conftest import python

ALL = {"DATABASE_URL": "postgresql://a", "DATABASE_OWNER_URL": "postgresql://o", "REDIS_URL": "redis://r"}


def test_none_set_means_embedded() -> None:
    assert given({}) is None
    assert given(dict.fromkeys(ALL, "")) is None


def test_all_set_are_used() -> None:
    assert given(ALL) == Addresses("postgresql://a", "postgresql://o", "redis://r")


@pytest.mark.parametrize(
    ("present", "sentence"),
    [
        ({"DATABASE_URL"}, "DATABASE_URL is set, but DATABASE_OWNER_URL and REDIS_URL are missing."),
        (
            {"DATABASE_URL", "REDIS_URL"},
            "DATABASE_URL and REDIS_URL are set, but DATABASE_OWNER_URL is missing.",
        ),
    ],
)
def test_some_set_are_refused(present: set[str], sentence: str) -> None:
    with pytest.raises(LauncherError) as refusal:
        given({name: ALL[name] for name in present})
    assert str(refusal.value).startswith(sentence)
    assert refusal.value.code == 2


@pytest.mark.parametrize("command", [("manage.py", "shell"), ("-m", "launcher.demo")])
def test_commands_refuse_half_a_set_and_start_nothing(command: tuple[str, ...], data_dir: DataDir) -> None:
    process = python(*command, env=os.environ | {"DATABASE_URL": "postgresql://a"})
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 2, output
    assert "DATABASE_URL is set, but DATABASE_OWNER_URL and REDIS_URL are missing." in output
    assert not data_dir.postgres.exists()


def test_pytest_refuses_half_a_set() -> None:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    process = python("-m", "pytest", "--collect-only", env=ours | {"REDIS_URL": "redis://r"})
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 2, output
    assert "tests: REDIS_URL is set, but DATABASE_URL and DATABASE_OWNER_URL are missing." in output
