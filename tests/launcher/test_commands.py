"""``manage.py``: starts what a command needs, and nothing for one that needs nothing."""

import os

import pytest

from launcher.commands import needs_servers
from launcher.paths import DataDir
from tests.launcher.conftest import processes_of, python, wait_until


@pytest.mark.parametrize(
    ("line", "needed"),
    [
        ("", False),
        ("help", False),
        ("help migrate", False),
        ("migrate --help", False),
        ("--version", False),
        ("check", False),
        ("check --deploy", False),
        ("check --database default", True),
        ("collectstatic --noinput", False),
        ("makemigrations --check --dry-run", False),
        ("makemessages -l en", False),
        ("compilemessages", False),
        ("migrate", True),
        ("shell", True),
        ("verify --json", True),
        ("seed_demo", True),
    ],
)
def test_which_commands_need_servers(line: str, needed: bool) -> None:
    assert needs_servers(line.split()) is needed


def test_a_command_without_servers_leaves_no_trace(data_dir: DataDir) -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "taoxiaopu.settings.development"}
    process = python("manage.py", "diffsettings", env=environment)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output
    assert list(data_dir.path.iterdir()) == []


def test_the_first_command_migrates_a_new_database_and_stops_what_it_started(data_dir: DataDir) -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "taoxiaopu.settings.development"}
    question = "from django.db import connection as c; k = c.cursor(); k.execute('SELECT current_user'); "
    question += "print(k.fetchone()[0], len(c.introspection.table_names()) > 10)"
    for said_before in ("manage.py: the database is new, migrating it first\n", ""):
        process = python("manage.py", "shell", "--no-imports", "-c", question, env=environment)
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output
        assert output == said_before + "taoxiaopu_app True\n"
        assert wait_until(lambda: not processes_of(data_dir.path)), processes_of(data_dir.path)
