"""F8: the worker that settles a month is killed with -9 in the middle; the rerun ends with the same books to the fen."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from django.conf import settings
from django.db import connection

from accounts.models import InboxLetter
from commissions import services as commissions
from commissions.models import CommissionLine, Statement, StatementItem
from ledger.models import Journal
from orders import services as orders
from storefronts.models import Owner
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.ids import public_id
from taoxiaopu.kernel.models import AuditEntry, Job
from tests.factories import story
from tests.factories.world import books

JUNE = date(2026, 6, 1)
AT = story.noon(2026, 6, 3)
LAST = datetime(2026, 6, 30, 23, 59, 59, tzinfo=clock.SHANGHAI)
OWNERS = 6
WORKER = """
import django
django.setup()
from commissions.services import settlement
settlement.GROUP = 2
from commissions.tasks import settle
settle()
"""


def worker() -> "subprocess.Popen[bytes]":
    """A process of its own that runs the timetable's task, two owners in a transaction, as the app's role."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "taoxiaopu.settings.development",
        "DATABASE_URL": urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}")),
    }
    environment.pop("DATABASE_OWNER_URL")
    return subprocess.Popen(
        [sys.executable, "-c", WORKER],
        cwd=Path(settings.BASE_DIR),
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


@contextmanager
def held_letter(owner: Owner) -> Iterator[None]:
    """A stranger's transaction that is about to write the owner's letter: whoever writes it too has to wait."""
    of = connection.settings_dict
    stranger = psycopg2.connect(
        dbname=of["NAME"], user=of["USER"], password=of["PASSWORD"], host=of["HOST"], port=of["PORT"]
    )
    try:
        stranger.cursor().execute(
            "INSERT INTO accounts_inboxletter (public_id, user_id, kind, audience, ref, facts, link, created_at)"
            " VALUES (%s, %s, 'statement', 'owner', '2026-06', '{}', '[]', now())",
            [public_id(), owner.user_id],
        )
        yield
    finally:
        stranger.close()


def somebody_waits() -> bool:
    """Whether a session of this server waits for a transaction; another role's state is hidden, its locks are not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_a_settlement() -> None:
    good = story.good(story.supplier(AT), AT)
    shops = [story.picked_shop(AT, good, n=n) for n in range(1, OWNERS + 1)]
    for shop in shops:
        order = story.paid_order(good, AT, through=shop)
        story.ship(order, AT)
        story.confirm(order, LAST - timedelta(days=15, seconds=1))
    orders.sweep(at=LAST)
    assert CommissionLine.objects.filter(status="confirmed").count() == OWNERS

    with held_letter(shops[2].owner):  # the second group stands with everything written and nothing committed
        victim = worker()
        deadline = time.monotonic() + 60
        while not somebody_waits():
            assert victim.poll() is None, victim.stderr and victim.stderr.read().decode()[-2000:]
            assert time.monotonic() < deadline
            time.sleep(0.02)
        os.kill(victim.pid, signal.SIGKILL)
        assert victim.wait() == -signal.SIGKILL
        victim.stderr.close()  # type: ignore[union-attr]

    job = Job.objects.get(kind=commissions.SETTLE_MONTH)
    assert (job.status, job.done_steps, job.all_steps) == ("running", 2, OWNERS)
    assert (Statement.objects.count(), books()["owner_withdrawable"]) == (2, 2 * 1800)
    assert books()["owner_confirmed"] == 4 * 1800
    assert verify().problems == []

    # The lease of the dead worker has to run out first; then the hourly run goes on where it stopped.
    assert commissions.run_settlement(JUNE, at=clock.now()) is None
    later = clock.now() + timedelta(hours=1)
    assert commissions.catch_up_settlement(at=later) == 4
    assert commissions.catch_up_settlement(at=later + timedelta(hours=1)) == 0
    assert sorted(Statement.objects.values_list("owner", "month", "net_fen")) == [
        (shop.owner_id, JUNE, 1800) for shop in sorted(shops, key=lambda shop: shop.owner_id)
    ]
    assert StatementItem.objects.count() == Journal.objects.filter(kind="settle").count() == OWNERS
    assert AuditEntry.objects.filter(subject_type="commission", event="settle").count() == OWNERS
    assert InboxLetter.objects.filter(kind="statement").count() == OWNERS
    assert books()["owner_withdrawable"] == OWNERS * 1800
    assert "owner_confirmed" not in books()
    job.refresh_from_db()
    assert (job.status, job.error) == ("done", "")
    assert verify().problems == []
