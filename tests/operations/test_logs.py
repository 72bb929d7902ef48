"""Logs hold who did what to which order, and nothing by which a person could be known (docs/rules.md §8.4)."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from celery import signals
from django.core.cache import cache
from django.db import IntegrityError
from django.test import Client

from accounts.models import User
from orders.models import Order
from payments.models import Charge
from payments.providers import sandbox
from taoxiaopu.flows.services import sweep
from taoxiaopu.flows.tasks import sweep_due
from taoxiaopu.kernel import clock, jobs
from taoxiaopu.operations import logs, tasks
from taoxiaopu.operations.models import TimetableRun
from tests.factories import browsing, story
from tests.operations import broken_urls

RECEIVER, PHONE, STREET = "欧阳拂晓", "13877665544", "浙江省杭州市西湖区云栖竹径 73 号"
EMAIL, NICKNAME, PASSWORD = "fuxiao.ouyang@mail.test", "拂晓同学", "Wx-73-yunqi"


class Lines:
    """The lines of the production format, as they would reach a server's log."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def __iter__(self) -> Iterator[dict[str, object]]:
        return iter([json.loads(line) for line in self.text.splitlines()])

    def of(self, event: str) -> list[dict[str, object]]:
        return [line for line in self if line["event"] == event]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Every logger's lines, from DEBUG of our own to INFO of the libraries."""
    caught = Lines()
    handler = logging.StreamHandler(caught.stream)
    handler.setFormatter(logs.json_formatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield caught
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("call 13911112222 now", "call [hidden] now"),
        ("+86 139-1111-2222", "[hidden]"),
        ("order 20260603113911112222 paid", "order 20260603113911112222 paid"),
        ("at 1780000000123", "at 1780000000123"),
        ("mail A.b+c@shop.example.com!", "mail [hidden]!"),
        ("id 11010119900307721X", "id [hidden]"),
        ("Authorization: Bearer abcdefgh1234", "Authorization: Bearer [hidden]"),
        ("redis://:Secret123@host/0", "redis://:[hidden]@host/0"),
        ("postgresql://app:Secret123@db/x", "postgresql://app:[hidden]@db/x"),
        ("GET /x?code=482913&page=2", "GET /x?code=[hidden]&page=2"),
        ("DETAIL:  Key (nickname)=(王) exists.\nnext", "DETAIL: [hidden]\nnext"),
        ("gAAAAABk" + "x" * 40, "[hidden]"),
        ("¥123.00 for 3 pieces", "¥123.00 for 3 pieces"),
    ],
)
def test_shapes(text: str, kept: str) -> None:
    assert logs.scrub_text(text) == kept


def test_names_of_fields() -> None:
    event = {
        "event": "x",
        "phone": "王小明",
        "user": {"real_name": "王", "public_id": "abc", "API_TOKEN": "t", "addresses": 2},
        "list": [{"receiver": "王"}, "13911112222"],
        "password": None,
        "code": "482913",
        "count": 13911112222,
    }
    assert logs.scrub(None, "info", event) == {
        "event": "x",
        "phone": "[hidden]",
        "user": {"real_name": "[hidden]", "public_id": "abc", "API_TOKEN": "[hidden]", "addresses": 2},
        "list": [{"receiver": "[hidden]"}, "[hidden]"],
        "password": None,
        "code": "[hidden]",
        "count": 13911112222,
    }


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("req-12345678", True),
        ("a" * 65, False),
        ("short", False),
        ("x y z 1234567", False),
        ("a\nb12345678", False),
    ],
)
def test_a_request_id_is_taken_over_in_a_safe_shape_only(
    db: None, lines: Lines, given: str, taken: bool
) -> None:
    answer = Client().get("/", headers={"x-request-id": given})
    assert (answer["X-Request-ID"] == given) is taken
    assert lines.of("request_finished")[0]["request_id"] == answer["X-Request-ID"]


def test_a_line_says_what_happened_without_the_query(db: None, lines: Lines) -> None:
    Client().get(f"/orders/lookup/?phone={PHONE}&q={RECEIVER}")
    (line,) = lines.of("request_finished")
    assert (line["path"], line["method"], line["status"], line["view"]) == (
        "/orders/lookup/",
        "GET",
        200,
        "order-lookup",
    )
    assert PHONE not in lines.text


def test_long_random_parts_of_a_path_stay_out(db: None, lines: Lines) -> None:
    Client().get("/accounts/reset/MTIz-c9x8v7b6n5m4a3s2d1f0g9h8/")
    assert lines.of("request_finished")[0]["path"] == "/accounts/reset/…/"


def test_a_failure_has_its_traceback_without_values(db: None, lines: Lines, settings: object) -> None:
    settings.ROOT_URLCONF = "tests.operations.broken_urls"  # type: ignore[attr-defined]
    client = Client(raise_request_exception=False)
    answer = client.get(f"/broken/?phone={broken_urls.PHONE}")
    assert answer.status_code == 500
    (line,) = lines.of("request_failed")
    assert "in broken" in str(line["exception"])
    assert (line["status"], line["path"]) == (500, "/broken/")
    assert line["request_id"] == answer["X-Request-ID"]
    assert broken_urls.PHONE not in lines.text


@pytest.mark.django_db(transaction=True)
def test_real_flows_leave_no_personal_data(lines: Lines) -> None:
    """Sign-up, sign-in with a wrong password, checkout, cashier, notices, sweeps, a database error."""
    cache.clear()
    at = clock.now()
    good = story.good(story.supplier(at), at)
    shop = story.picked_shop(at, good)
    client = browsing.client()
    up = {"identifier": EMAIL, "nickname": NICKNAME, "password1": PASSWORD}
    assert client.post("/accounts/sign-up/", up).status_code == 302
    assert User.objects.filter(nickname=NICKNAME).exists()
    for login in (EMAIL, PHONE):
        wrong = {"login": login, "password": f"wrong-{PASSWORD}", "next": f"/?phone={PHONE}"}
        assert browsing.client().post(f"/accounts/sign-in/?phone={PHONE}", wrong).status_code == 422
    assert browsing.client().post("/accounts/sign-in/code/", {"identifier": PHONE}).status_code == 302
    form = browsing.order_form(good, through=shop, receiver=RECEIVER, phone=PHONE, address=STREET)
    answer = client.post("/checkout/", form)
    assert answer.status_code == 303
    order = Order.objects.get()
    client.get(f"/trades/{order.trade.number}/")
    client.post("/orders/lookup/", {"number": order.number, "phone": PHONE})
    client.post(f"/trades/{order.trade.number}/payment/", {})
    charge = Charge.objects.get(trade_number=order.trade.number)
    client.get(f"/cashier/{charge.number}/")
    client.post(f"/cashier/{charge.number}/pay/", {"key": "k" * 24})
    sandbox.deliver_due(at=clock.now())
    sweep(at=clock.now())
    member = Client()
    member.force_login(good.supplier.members.get().user)
    member.get(f"/supplier/orders/{order.number}/")
    logging.getLogger("any.library").warning("could not reach %s of %s", PHONE, EMAIL)
    try:
        User.objects.create(email="x@y.example", nickname=NICKNAME, public_id=User.objects.first().public_id)  # type: ignore[union-attr]
    except IntegrityError:
        logging.getLogger("any.library").exception("write failed")
    for secret in (RECEIVER, PHONE, STREET, "云栖竹径", EMAIL, "fuxiao", PASSWORD, NICKNAME):
        assert secret not in lines.text, [line for line in lines.text.splitlines() if secret in line]
    seen = lines.of("request_finished")
    assert all(line["request_id"] for line in seen)
    assert all(line["level"] == "info" for line in seen)
    checkout = next(line for line in seen if line["path"] == "/checkout/" and line["method"] == "POST")
    assert order.trade.number in str(checkout["to"])
    desk = next(line for line in seen if str(line["path"]).startswith("/supplier/orders/"))
    assert (desk["role"], desk["tenant"], desk["number"]) == (
        "supplier",
        good.supplier.public_id,
        order.number,
    )
    assert desk["user"] == good.supplier.members.get().user.public_id


def test_a_jobs_lines_name_the_job(db: None, lines: Lines, settings: object) -> None:
    settings.RAISE_JOB_ERRORS = False  # type: ignore[attr-defined]
    at = clock.now()
    job = jobs.enqueue(kind="test.kind", key="k-1", argument="", at=at)

    def work(row: object) -> None:
        structlog.get_logger("work").info("half way")
        raise ValueError(f"no such thing: {PHONE}")

    assert jobs.work_off("test.kind", at=at, work=work) == 1
    assert [(line["event"], line["job"], line["job_kind"]) for line in lines if "job" in line] == [
        ("half way", job.pk, "test.kind"),
        ("job_failed", job.pk, "test.kind"),
    ]
    assert PHONE not in lines.text


def test_a_task_has_one_line_and_its_row_in_the_timetable(db: None, lines: Lines) -> None:
    assert signals.task_postrun.has_listeners(), tasks
    sweep_due.apply()
    (line,) = lines.of("task_finished")
    assert (line["task"], line["state"], line["error"]) == ("flows.sweep", "SUCCESS", "")
    assert line["task_id"]
    assert TimetableRun.objects.get().failures == 0
