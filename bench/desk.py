"""The supplier's desk with 100,000 goods and 1,000,000 orders: queries of each page, and its time for eight clients at once."""

import contextlib
import http.client
import json
import signal
import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from bench import desk_data
from bench.part import Bench, part
from launcher.demo import web_command
from launcher.paths import ROOT
from launcher.processes import free_port, see_off, spawn

QUERIES, P95_MS, CLIENTS = 12, 300, 8
TURNS = 12  # of each client through all pages, the first of them to warm up
WAIT_S, READ_S = 60, 60
# Who the supplier is, and somebody who works there and is signed in with a second factor: made by the product itself.
PEOPLE = """
import json
import django
django.setup()
from django.test import Client
from accounts.providers.sandbox import TOTP_SECRET
from accounts.services import enrol_totp, sign_up
from suppliers.models import Supplier, SupplierBrand, SupplierMember
from suppliers.states import MemberRole
from taoxiaopu.flows.reference import ensure_reference
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.personal import encrypt

ensure_reference()
at = clock.now()
user = sign_up(nickname="bench", password="walks-the-long-way-7", phone="13800138000")
user.mfa_required = True
user.save()
enrol_totp(user=user, secret=TOTP_SECRET, at=at)
supplier = Supplier.objects.create(
    name="bench", kind="brand", capital_fen=100_000_000, is_general_taxpayer=True, proof="chain", chain_levels=1,
    status="active", submitted_at=at, decided_at=at)
SupplierBrand.objects.create(supplier=supplier, name="山茶花")
SupplierMember.objects.create(supplier=supplier, user=user, role=MemberRole.ADMIN)
client = Client()
client.force_login(user)
print(json.dumps({
    "supplier": supplier.pk, "party": supplier.public_id, "person": user.public_id, "now": at.isoformat(),
    "cookie": client.cookies["sessionid"].value, "receiver": encrypt("王小明"), "phone": encrypt("13900139000"),
    "address": encrypt("浙江省杭州市西湖区文三路 1 号")}))
"""
# What nights would have done.
NIGHTS = """
import django
django.setup()
from orders.tasks import roll

roll()
"""
# One request a page, and what it asks of the database; each page is opened once before, to read what a process keeps.
COUNTED = """
import json, sys
import django
django.setup()
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

settings.ALLOWED_HOSTS = ["*"]
cookie, pages = sys.argv[1], json.loads(sys.argv[2])
client = Client()
client.cookies["sessionid"] = cookie
found = {}
for name, (path, is_file) in pages.items():
    for _turn in range(2):
        with CaptureQueriesContext(connection) as queries:
            page = client.get(path)
            if is_file:
                next(iter(page.streaming_content))
        page.close()
    slow = max(queries.captured_queries, key=lambda query: float(query["time"]), default={"time": 0, "sql": ""})
    found[name] = (page.status_code, len(queries), slow["time"], slow["sql"][:2000])
print(json.dumps(found))
"""


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked for; of a file only the first bytes are waited for."""

    path: str
    is_file: bool = False


@dataclass
class Walked:
    """Milliseconds of each page, and what went wrong."""

    took: dict[str, list[float]]
    wrong: list[str] = field(default_factory=list)
    rate: float = 0.0


@part("desk", needs_gb=9)
def desk(bench: Bench) -> None:
    """A supplier with 100,000 goods and 1,000,000 orders: 12 queries a page, p95 of 300 ms for 8 clients, no page by number."""
    told = json.loads(bench.database.python("-c", PEOPLE).strip().splitlines()[-1])
    goods, orders = desk_data.sizes(bench)
    bench.say(f"loading {goods:,} goods and {orders:,} orders")
    cookie = told.pop("cookie")
    desk_data.load(bench, told | {"goods": goods, "orders": orders})
    bench.database.python("-c", NIGHTS)
    bench.database.settle()
    bench.say("days that are over added up")
    pages = pages_of(goods, orders)
    asked = json.dumps({name: (page.path, page.is_file) for name, page in pages.items()})
    counted = json.loads(bench.database.python("-c", COUNTED, cookie, asked).strip().splitlines()[-1])
    with web(bench) as port:
        walked = walk(port, cookie, pages)
    for name in pages:
        status, queries, slowest, sql = counted[name]
        problems = [] if status == 200 else [f"{name}: answered {status}"]
        problems += [wrong for wrong in walked.wrong if wrong.startswith(f"{name}: ")]
        bench.figure(f"{name}, queries", queries, "", goal=f"<= {QUERIES}", problems=problems)
        took = sorted(walked.took[name])
        bench.figure(f"{name}, p50", statistics.median(took), "ms")
        result = bench.figure(
            f"{name}, p95", took[int(len(took) * 0.95)], "ms", goal=f"<= {P95_MS}", problems=problems
        )
        if not result.ok:
            bench.say(f"  its slowest query, {slowest} s alone: {sql}")
    bench.figure("pages a second", walked.rate, "/s")


def pages_of(goods: int, orders: int) -> dict[str, Page]:
    """What a supplier looks at, with keys in the middle of what there is."""
    some = quote("桂花 礼盒")
    deep = f"D{orders // 2:012}"
    return {
        "first page": Page("/supplier/"),
        "first page, 90 days": Page("/supplier/?days=90"),
        "goods": Page("/supplier/goods/"),
        "goods, deep": Page(f"/supplier/goods/?after={goods // 2}"),
        "goods, by words": Page(f"/supplier/goods/?q={some}"),
        "goods, by a word that is rare": Page(f"/supplier/goods/?q={goods // 3}"),
        "goods, by number": Page(f"/supplier/goods/?q=M{goods // 2:08}"),
        "goods, delisted": Page("/supplier/goods/?status=delisted"),
        "goods, one category": Page("/supplier/goods/?category=beauty"),
        "to ship": Page("/supplier/orders/"),
        "to ship, late and not printed": Page("/supplier/orders/?due=late&printed=no"),
        "orders": Page("/supplier/orders/?status=all"),
        "orders, deep": Page(f"/supplier/orders/?status=all&after={orders // 2}"),
        "orders, finalised, deep": Page(f"/supplier/orders/?status=finalised&after={orders // 3}"),
        "orders, refunded": Page("/supplier/orders/?status=closed_refunded"),
        "orders, by number": Page(f"/supplier/orders/?q={deep}"),
        "orders, by parcel": Page(f"/supplier/orders/?q=SF{orders // 2:013}"),
        "one order": Page(f"/supplier/orders/{deep}/"),
        "cases": Page("/supplier/cases/"),
        "cases, over": Page("/supplier/cases/?tab=over"),
        "money": Page("/supplier/payable/"),
        "money, deep": Page("/supplier/payable/?after=" + str(orders // 2)),
        "statements": Page("/supplier/statements/"),
        "changes of many goods": Page("/supplier/goods/bulk/"),
        "trail": Page("/supplier/members/trail/"),
        "goods as a file": Page("/supplier/exports/goods/", is_file=True),
    }


@contextlib.contextmanager
def web(bench: Bench) -> Iterator[int]:
    """The web server as the launcher starts it, on a port of its own."""
    port = free_port()
    log = bench.out / "desk-web.log"
    process = spawn(web_command(port), signal.SIGTERM, log=log, cwd=ROOT, env=bench.database.environment())
    try:
        until = time.monotonic() + WAIT_S
        while True:
            with contextlib.suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/livez")
                connection.getresponse().read()
                break
            if time.monotonic() > until or process.poll() is not None:
                raise RuntimeError(f"the web server did not start: {log}")
            time.sleep(0.2)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        see_off(process, 10)


def walk(port: int, cookie: str, pages: dict[str, Page]) -> Walked:
    """Eight clients at once, each through all pages again and again, each beginning at another; files after the pages."""
    walked = Walked({name: [] for name in pages})
    for is_file, turns in ((False, TURNS), (True, 3)):
        wanted = [(name, page) for name, page in pages.items() if page.is_file == is_file]
        start = time.perf_counter()
        threads = [
            threading.Thread(target=_client, args=(port, cookie, wanted, turns, walked, number))
            for number in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if not is_file:
            walked.rate = CLIENTS * turns * len(wanted) / (time.perf_counter() - start)
    return walked


def _client(
    port: int, cookie: str, pages: list[tuple[str, Page]], turns: int, walked: Walked, number: int
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=READ_S)
    headers = {"Cookie": f"sessionid={cookie}", "Accept-Language": "zh-hans"}
    first = number * len(pages) // CLIENTS
    for turn in range(turns):
        for name, page in pages[first:] + pages[:first]:
            start = time.perf_counter()
            try:
                connection.request("GET", page.path, headers=headers)
                answer = connection.getresponse()
                answer.read(1 if page.is_file else None)
                if page.is_file:
                    connection.close()
                if answer.status != http.HTTPStatus.OK:
                    walked.wrong.append(f"{name}: answered {answer.status}")
            except OSError as error:
                walked.wrong.append(f"{name}: {error!r}")
                connection.close()
            if turn:
                walked.took[name].append(1000 * (time.perf_counter() - start))
