"""The demo's story: told once, every main state is there, the books are clean, the table is aligned."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from commissions.models import OwnerTier, Statement
from disputes.models import Dispute
from orders.models import Order
from orders.selectors import last_trade_of_phone
from storefronts.models import InvitationCode, Pick
from suppliers.models import Category, Good, Supplier
from taoxiaopu.flows import demo
from taoxiaopu.flows.demo import cast
from taoxiaopu.flows.demo.table import aligned, width
from taoxiaopu.flows.verify import verify

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def test_the_story_is_told_once_and_the_books_are_clean():
    assert demo.sign_ins() == ""
    call_command("seed_demo", "--no-real", stdout=StringIO())
    report = verify()
    assert [problem.sentence for problem in report.problems] == []
    assert set(Order.objects.values_list("status", flat=True)) == {
        "pending_payment", "paid", "shipped", "completed", "finalised", "closed_refunded",
    }  # fmt: skip
    assert Order.objects.filter(is_late=True).count() == 1
    assert set(Dispute.objects.values_list("status", flat=True)) == {"closed", "review", "second_approval"}
    assert dict(Supplier.objects.filter(credit_code__isnull=False).values_list("name", "status")) == {
        "见山生活用品有限公司": "active",
        "听泉食品贸易有限公司": "submitted",
    }
    roots = {
        code.partition("/")[0]
        for code in Category.objects.filter(goods__isnull=False).values_list("code", flat=True)
    }
    assert roots == {"food", "beauty", "baby", "home", "apparel"}
    assert Good.objects.filter(status="held", title=cast.HELD_LISTING.title).count() == 1
    assert InvitationCode.objects.get().code == "DUAT"
    assert Pick.objects.filter(slot__isnull=False).count() == 21
    assert OwnerTier.objects.get().level == 2
    assert Statement.objects.exists()

    before = report.as_json()
    call_command("seed_demo", "--no-real", stdout=StringIO())
    assert verify().as_json() == before

    out = StringIO()
    call_command("seed_demo", "--show", stdout=out)
    trade = last_trade_of_phone(cast.GUEST_PHONE)
    table = out.getvalue()
    assert f"查询码 {trade.lookup_code}" in table
    for words in ("/owner/", "/supplier/", "/admin/", "/api/v1/docs/", cast.OWNER, cast.PASSWORD):
        assert words in table


def test_production_refuses(settings):
    settings.SANDBOX_PROVIDERS = False
    with pytest.raises(CommandError, match="published passwords"):
        call_command("seed_demo")
    assert Supplier.objects.count() == 0


def test_columns_are_aligned_where_chinese_is_twice_as_wide():
    assert aligned([("角色", "地址"), ("a", "b"), ("中文名", "c")]).splitlines() == [
        "角色    地址",
        "------  ----",
        "a       b",
        "中文名  c",
    ]
    assert (width("中文"), width("ab"), width("")) == (4, 2, 0)
