"""The demo's story: told once, everything in every state is there, the books are clean, the table is aligned."""

from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models, transaction

from commissions.models import OwnerTier, Statement, TierMonth
from disputes.models import Case, Dispute
from ledger.models import AccountKind
from orders.models import Order, Trade
from orders.selectors import last_trade_of_phone
from storefronts.models import InvitationCode, Owner, Pick, Poster, Shop
from suppliers.models import Category, Good, Supplier
from suppliers.photographs import file_of
from taoxiaopu.flows import demo
from taoxiaopu.flows.demo import cast
from taoxiaopu.flows.demo.table import aligned, width
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import clock

pytestmark = pytest.mark.django_db

OURS = (
    "kernel",
    "accounts",
    "ledger",
    "payments",
    "suppliers",
    "storefronts",
    "tax",
    "commissions",
    "orders",
    "disputes",
)
# What no story leaves behind, and why.
NEVER_LEFT = {
    ("Dispute", "status"): {"executing"},  # passes within one transaction
    ("Job", "status"): {"running"},  # a worker has it at this moment
    ("Message", "side"): {"system", "staff", "owner"},  # no page lets them write in a case
    ("Journal", "kind"): {
        "supplier_payout_back",  # a payout that staff held back or the bank returned
        "debt_repaid",  # an owner who owes and earns again
        "commission_void",  # a decision about a violation, which has no page yet
        "manual",  # two people of the staff put something right
        "compensation",  # staff compensate a buyer by hand
        "compensation_paid",
        "compensation_back",
    },
    ("ClosingBalance", "kind"): set(AccountKind.values),  # nobody closed a month yet
    ("Deduction", "kind"): {
        "debt",
        "earlier",
        "reversal",
    },  # an owner who owes, or a refund after the settlement
    ("TierOverride", "level"): {1, 2, 3, 4},  # what staff give by hand
    ("Account", "kind"): {
        "category_bond",
        "compensation",
        "supplier_debt",
        "tax_payable",
    },  # nothing booked yet
    ("Compensation", "status"): {"processing", "paid", "returned"},  # so is this: by hand, on an order's page
    ("Compensation", "reason"): {"late", "out_of_stock", "false_shipment"},
    ("Order", "evidence"): {"own_account"},  # no owner of the story buys while signed in
    ("Transfer", "cause"): {"compensation"},
    ("Transfer", "payee_kind"): {"payer"},
    ("TaxProfile", "identity"): {"business", "company"},  # every owner of the story is a natural person
    ("Withholding", "method"): {"classic", "none"},  # so all are taxed cumulatively
    ("Withdrawal", "status"): {"requested"},  # passes within one transaction
    ("SupplierPayout", "status"): {
        "requested",  # passes within one transaction
        "reviewing",
        "rejected",  # what a week comes to seldom reaches the limit
        "processing",
        "failed",  # the bank answers at once, or the week had nothing to pay
    },
    ("SupplierFailure", "run"): {"payout", "statement"},  # nothing fails in the story
    ("OutgoingMessage", "channel"): {"sms", "mail"},  # codes go out when somebody signs in
    ("SandboxLetter", "channel"): {"sms", "mail"},
    ("SandboxPhone", "mood"): {"fail", "well", "late"},  # what a tester makes of it
    ("OwnerStanding", "tier"): {4},  # 600 orders in a month
    ("OwnerTier", "level"): {4},
    ("TierMonth", "target"): {4},
    ("TierMonth", "level_before"): {3, 4},
    ("TierMonth", "level_after"): {4},
}


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / "imports").mkdir()


def told(**changes):
    demo.tell(now=clock.now(), real_file=None, say=lambda _line: None, **changes)


def missing_values():
    """Every value of every field with choices that no row of the demo has, but for those that never stay."""
    found = {}
    for model in apps.get_models():
        if model._meta.app_label not in OURS:
            continue
        for field in model._meta.concrete_fields:
            if not field.choices or isinstance(field, models.ForeignKey):
                continue
            seen = set(model.objects.order_by().values_list(field.name, flat=True).distinct())
            left = {value for value, _label in field.flatchoices} - seen
            left -= NEVER_LEFT.get((model.__name__, field.name), set()) | {"", None}
            if left:
                found[f"{model.__name__}.{field.name}"] = left
    return found


def test_the_story_has_everything_once_and_the_books_are_clean():
    assert demo.sign_ins() == ""
    told()
    report = verify()
    assert [problem.sentence for problem in report.problems] == []
    assert missing_values() == {}

    with_code = Supplier.objects.filter(credit_code__isnull=False)
    assert Counter(with_code.values_list("status", flat=True))["active"] == 6
    assert set(with_code.filter(status="active").values_list("kind", flat=True)) == {
        "brand", "dealer", "factory", "offline",
    }  # fmt: skip
    for supplier in with_code.filter(status="active"):
        assert supplier.goods.filter(status="listed").count() >= 5, supplier
        assert Order.objects.filter(supplier=supplier).exclude(status="pending_payment").count() >= 5, (
            supplier
        )
        assert Case.objects.filter(order__supplier=supplier).exists(), supplier
        assert Dispute.objects.filter(order__supplier=supplier).exists(), supplier
    for owner in Owner.objects.all():
        shop = owner.shops.order_by("pk")[0]
        assert shop.picks.filter(slot__isnull=False).count() >= 5, owner
        assert shop.picks.exclude(recommendation="").count() >= 3, owner
        assert shop.links.filter(good__isnull=False, clicks__isnull=False).exists(), owner
        assert Order.objects.filter(owner=owner).count() >= 5, owner
        assert Statement.objects.filter(owner=owner).count() >= 2, owner
        assert TierMonth.objects.filter(owner=owner).count() >= 4, owner
    assert Owner.objects.count() == 8
    roots = {
        code.partition("/")[0]
        for code in Category.objects.filter(goods__isnull=False).values_list("code", flat=True)
    }
    assert roots == {"food", "beauty", "baby", "home", "apparel"}
    first, last = (Order.objects.order_by(by)[0].placed_at for by in ("placed_at", "-placed_at"))
    assert last - first > timedelta(days=100)
    assert InvitationCode.objects.get().code == "DUAT"
    assert Poster.objects.filter(status="ready").count() == 4
    for good in Good.objects.all():
        assert file_of(good, 160).stat().st_size > 1000, good

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
    assert len(table.splitlines()) <= 22


def test_two_tellings_are_equal():
    now = clock.now()

    def one():
        with transaction.atomic():
            demo.tell(now=now, real_file=None, say=lambda _line: None, crowd=False)
            report = verify()
            transaction.set_rollback(True)
        assert report.problems == []
        return report.totals  # the digests hold numbers that are drawn by chance

    assert one() == one()
    assert Trade.objects.count() == Shop.objects.count() == Pick.objects.count() == 0
    assert OwnerTier.objects.count() == 0


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
