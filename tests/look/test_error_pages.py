"""What people, programs and fragments read when a page cannot be given."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as conf
from django.test import Client
from django.urls import reverse
from prometheus_client import REGISTRY
from redis.exceptions import ConnectionError as RedisAway

from accounts.models import User
from orders.errors import TooManyTries
from taoxiaopu.desks.views import shopper
from taoxiaopu.kernel import error_pages
from tests.factories import story

pytestmark = pytest.mark.django_db
NOWHERE = "/there-is-no-such-page/"


def visitor() -> Client:
    """A browser that is shown the error page instead of the traceback."""
    return Client(raise_request_exception=False)


def failing(error: BaseException) -> Any:
    """A selector that fails so."""

    def fail(*_args: object, **_kwargs: object) -> None:
        raise error

    return fail


class TestForPeople:
    def test_a_missing_page_says_what_to_do_and_leads_back(self) -> None:
        answer = visitor().get(NOWHERE)
        assert answer.status_code == 404
        assert "页面不见了" in answer.text
        assert 'href="/"' in answer.text
        assert "问题编号" not in answer.text

    @pytest.mark.parametrize(
        ("path", "home", "words"),
        [("/supplier/x/", "/supplier/", "回到工作台"), ("/owner/x/", "/owner/", "回到掌柜中心"), ("/staff/x/", "/admin/", "回到工作台")],
    )  # fmt: skip
    def test_the_way_back_is_the_readers_own_desk(self, path: str, home: str, words: str) -> None:
        answer = visitor().get(path)
        assert answer.status_code == 404
        assert f'href="{home}"' in answer.text
        assert words in answer.text

    def test_a_nul_byte_is_no_request(self) -> None:
        answer = visitor().get("/goods/?q=%00")
        assert answer.status_code == 400
        assert "请求没有看懂" in answer.text

    def test_a_form_without_its_token_stood_open_too_long(self) -> None:
        answer = Client(enforce_csrf_checks=True).post(reverse("order-lookup"), {"phone": "1", "code": "2"})
        assert answer.status_code == 403
        assert "页面停留太久了" in answer.text

    def test_an_address_of_forms_cannot_be_opened(self) -> None:
        user = User.objects.get(pk=story.user(1).pk)
        client = visitor()
        client.force_login(user)
        answer = client.get(reverse("account_logout"))
        assert answer.status_code == 405
        assert answer["Allow"] == "POST"
        assert "这个地址不能直接打开" in answer.text

    def test_too_large_a_form_is_413_and_the_limit_itself_is_not(self, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
        text = "phone="
        fits, over = text + "1" * (1_000 - len(text)), text + "1" * (1_001 - len(text))
        form = "application/x-www-form-urlencoded"
        assert visitor().post(reverse("order-lookup"), fits, content_type=form).status_code != 413
        answer = visitor().post(reverse("order-lookup"), over, content_type=form)
        assert answer.status_code == 413
        assert "提交的内容太大" in answer.text

    def test_too_many_fields_and_too_many_files_are_413(self, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
        assert visitor().post(reverse("order-lookup"), dict.fromkeys("abc", "1")).status_code != 413
        assert visitor().post(reverse("order-lookup"), dict.fromkeys("abcd", "1")).status_code == 413
        settings.DATA_UPLOAD_MAX_NUMBER_FILES = 1
        one = Path(__file__)
        with one.open("rb") as first, one.open("rb") as second:
            answer = visitor().post(reverse("order-lookup"), {"a": first, "b": second})
        assert answer.status_code == 413

    def test_a_throttle_says_when_to_come_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shopper, "root_categories", failing(TooManyTries(minutes=15)))
        answer = visitor().get("/")
        assert answer.status_code == 429
        assert answer["Retry-After"] == "900"
        assert "尝试次数过多，请 15 分钟后再试" in answer.text
        assert "15 分钟后" in answer.text

    def test_a_crash_gives_an_id_that_the_log_has(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(shopper, "root_categories", failing(RuntimeError("broken")))
        answer = visitor().get("/")
        assert answer.status_code == 500
        assert "我们这边出了点问题" in answer.text
        request_id = answer["X-Request-ID"]
        assert request_id in answer.text
        assert request_id in caplog.text
        assert "broken" not in answer.text

    def test_a_crash_is_told_even_without_templates(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shopper, "root_categories", failing(RuntimeError("broken")))
        monkeypatch.setattr(error_pages, "render_to_string", failing(RuntimeError("no templates")))
        answer = visitor().get("/")
        assert answer.status_code == 500
        assert "Something went wrong on our side" in answer.text
        assert answer["X-Request-ID"] in answer.text


class TestForFragmentsAndPrograms:
    def test_a_fragment_gets_a_fragment_and_a_flash(self) -> None:
        answer = visitor().get(NOWHERE, headers={"HX-Request": "true"})
        assert answer.status_code == 404
        assert "<html" not in answer.text
        assert json.loads(answer["HX-Trigger"]) == {"flash": {"text": "页面不见了", "tone": "bad"}}

    def test_a_program_gets_json(self) -> None:
        answer = visitor().get("/api/v1/there-is-no-such-thing/")
        assert answer.status_code == 404
        assert answer.json() == {
            "code": "not_found",
            "message": "它可能已下架、被移动，或链接不完整。",
            "field": None,
        }

    def test_a_program_reads_413_too(self, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
        answer = visitor().post("/hooks/payments/sandbox/", b"x" * 11, content_type="application/json")
        assert answer.status_code == 413
        assert answer.json()["code"] == "too_large"


class TestSomethingIsAway:
    def test_redis_away_is_503_counted_and_says_when_to_come_back(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Only where Redis itself is asked: the cache is patient, and a miss is no error."""
        before = REGISTRY.get_sample_value("txp_unavailable_total", {"cause": "redis"}) or 0
        monkeypatch.setattr(shopper, "root_categories", failing(RedisAway()))
        answer = visitor().get("/")
        assert answer.status_code == 503
        assert answer["Retry-After"] == "5"
        assert "系统正忙，马上就好" in answer.text
        assert "5 秒后" in answer.text
        assert REGISTRY.get_sample_value("txp_unavailable_total", {"cause": "redis"}) == before + 1

    def test_a_database_away_is_503_for_everyone(self, tmp_path: Path) -> None:
        """A process of its own whose PostgreSQL and Redis are not there, asked for pages, fragments and JSON."""
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "taoxiaopu.settings.development",
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "DATA_DIR": str(tmp_path),
        }
        environment.pop("DATABASE_OWNER_URL", None)
        done = subprocess.run(
            [sys.executable, "-c", ASK], cwd=conf.BASE_DIR, env=environment, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()[-2000:]
        told = json.loads(done.stdout)
        assert {name: answer["status"] for name, answer in told.items()} == dict.fromkeys(told, 503)
        assert {answer["retry"] for answer in told.values()} == {"5"}
        assert "系统正忙，马上就好" in told["page"]["text"]
        assert told["page"]["id"] in told["page"]["text"]
        assert "系统正忙，马上就好" in told["signed in"]["text"]
        assert "<html" not in told["fragment"]["text"]
        assert json.loads(told["program"]["text"])["code"] == "unavailable"


ASK = """
import json, logging, django
django.setup()
logging.disable(logging.CRITICAL)
from django.test import Client
def ask(path, cookie=False, **headers):
    client = Client(raise_request_exception=False, headers=headers)
    if cookie:
        client.cookies["sessionid"] = "x" * 32
    answer = client.get(path, HTTP_HOST="localhost")
    return {"status": answer.status_code, "retry": answer.headers.get("Retry-After"),
            "id": answer.headers.get("X-Request-ID"), "text": answer.content.decode()}
print(json.dumps({
    "page": ask("/"),
    "signed in": ask("/owner/", cookie=True),
    "fragment": ask("/goods/", **{"HX-Request": "true"}),
    "program": ask("/api/v1/goods/", Authorization="Bearer txp_" + "a" * 40),
}))
"""
