"""The demo's story: told once, everything in every state is there, the books are clean, the table is aligned."""

from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models, transaction

from commissions.models import OwnerTier, Statement, SupplierPayout, TierMonth, TierOverride, Withdrawal
from disputes.models import Case, Dispute
from ledger.models import AccountKind, MonthClosing
from ledger.selectors import month_to_close
from orders.models import Order, Trade
from orders.selectors import last_trade_of_phone
from reconciliation.models import Difference, ManualJournal, Run
from reconciliation.states import DifferenceKind
from storefronts.models import InvitationCode, Owner, OwnerStanding, Pick, Poster, Shop
from suppliers.models import Category, Good, Supplier
from suppliers.photographs import file_of
from taoxiaopu.flows import demo
from taoxiaopu.flows.demo import cast
from taoxiaopu.flows.demo.table import aligned, width
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.models import AuditEntry
from taoxiaopu.kernel.staff import event_words, subject_words
from tax.models import Withholding

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
    "reconciliation",
)
SOUND = {
    DifferenceKind.PAYMENT_UNKNOWN,
    DifferenceKind.TRANSFER_STUCK,
}  # what differs though nothing is broken
# What the story's manual journals move between.
DEBITED = {AccountKind.PLATFORM_FEE, AccountKind.SUPPLIER_DEPOSIT, AccountKind.CHANNEL_CLEARING}
CREDITED = {AccountKind.SUPPLIER_PAYABLE, AccountKind.PLATFORM_FEE}
# What no story leaves behind, and why.
NEVER_LEFT = {
    ("ContractVersion", "side"): {"owner", "staff", "system"},  # a contract has two sides
    ("ContractAcceptance", "side"): {"owner", "staff", "system"},
    ("Dispute", "status"): {"executing"},  # passes within one transaction
    ("Job", "status"): {"running"},  # a worker has it at this moment
    ("Penalty", "offence"): {"fake_traffic", "recruiting", "counterfeit"},  # stop somebody's whole trade
    ("BulkEdit", "action"): {
        "price_set",
        "price_percent",
        "price_add",
        "stock_set",
        "rate_set",
        "list",
        "delist",
    },
    ("Supplier", "exit_from"): {"suspended"},
    ("Supplier", "exit_by"): {"staff"},
    ("MemberInvitation", "role"): {"admin", "goods", "after_sales", "read_only"},
    ("SupplierMember", "role"): {"goods", "after_sales", "finance", "read_only"},
    ("SavedView", "page"): {"goods", "cases"},
    ("WebhookDelivery", "event"): {
        "order.paid",
        "order.shipped",
        "order.refunded",
        "case.opened",
        "contract.version",
        "contract.agreed",
    },
    ("WebhookDelivery", "status"): {"taken", "failed"},  # the demo calls nobody
    ("CatalogueImport", "status"): {
        "mapping",  # the story's files have the columns that an import knows
        "undoing",
        "undone",  # nobody regrets an upload
    },
    ("StockMovement", "kind"): {"undo"},
    ("StockMovement", "actor_kind"): {"owner", "staff"},  # neither has goods
    ("Message", "side"): {"system", "staff", "owner"},  # no page lets them write in a case
    ("ConversationMessage", "side"): {"system"},
    ("Journal", "kind"): {
        "compensation_back",  # no bank sends a buyer's compensation back
    },
    ("ClosingBalance", "kind"): {
        "category_bond",
        "supplier_debt",  # nothing booked at all
        "compensation",
        "owner_debt",
        "platform_bonus",
        "refund_clearing",
        "tax_payable",  # nothing booked before the month that is open, on most days
    },
    ("Compensation", "status"): {"returned"},  # nor is this
    ("Order", "evidence"): {"own_account", "others_phone"},  # no owner of the story buys while signed in
    ("Order", "attribution"): {"on_behalf"},
    ("CommissionLine", "kind"): {"on_behalf"},
    ("Click", "way"): {"passcode", "number"},  # everybody in the story opens links
    ("Deduction", "kind"): {"earlier"},  # from before causes were written down
    ("Difference", "kind"): set(DifferenceKind) - SOUND,
    ("ManualMovement", "debit"): set(AccountKind) - DEBITED,
    ("ManualMovement", "credit"): set(AccountKind) - CREDITED,
    ("Account", "kind"): {"supplier_debt"},  # nothing booked yet
    ("TaxProfile", "identity"): {"company"},
    ("Withholding", "method"): {"classic"},  # the rules say cumulative
    ("Withdrawal", "status"): {"requested"},  # passes within one transaction
    ("SupplierPayout", "status"): {
        "requested",  # passes within one transaction
        "processing",  # the bank answers at once
    },
    ("DepositReturn", "status"): {
        "requested",  # passes within one transaction
        "processing",  # the bank answers at once
        "rejected",
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


def without_words():
    """Subjects and events of the trail that staff's pages would show as code."""
    pairs = AuditEntry.objects.order_by().values_list("subject_type", "event").distinct()
    entries = [AuditEntry(subject_type=subject, event=event) for subject, event in pairs]
    return {e.subject_type for e in entries if subject_words(e.subject_type) == e.subject_type} | {
        f"{e.subject_type} {e.event}" for e in entries if event_words(e) == e.event
    }


def test_the_story_has_everything_once_and_the_books_are_clean():
    assert demo.sign_ins() == ""
    told()
    report = verify()
    assert [problem.sentence for problem in report.problems] == []
    assert missing_values() == {}
    assert without_words() == set()

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
        assert file_of(good, 160).stat().st_size > 500, good

    the_books_were_kept()

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


def the_books_were_kept():
    """What staff and the nights leave behind in the books, on whatever day the story ends."""
    this_month = clock.month_of(clock.now())
    closed = list(MonthClosing.objects.order_by("month").values_list("month", flat=True))
    assert len(closed) >= 3
    assert closed[-1] < month_to_close() < this_month
    assert Run.objects.filter(finished_at=None).count() == 0
    assert Run.objects.count() == 6
    assert Counter(Difference.objects.values_list("kind", "status")) == {
        ("transfer_stuck", "closed"): 1,
        ("payment_unknown", "explained"): 1,
        ("payment_unknown", "assigned"): 1,
        ("payment_unknown", "open"): 1,
    }
    assert dict(ManualJournal.objects.values_list("status", "amount_fen")) == {
        "posted": 1_200,
        "rejected": 50_000,
        "proposed": 680_000,
    }
    assert list(TierOverride.objects.order_by("level").values_list("level", flat=True)) == [1, 2, 3, 4]
    assert OwnerStanding.objects.filter(debt_fen__gt=0).count() == 1
    assert Withholding.objects.filter(tax_fen__gt=0, paid_at__isnull=False).count() == 1
    assert Withdrawal.objects.filter(status="paid", endorsed_by__gt="").count() == 1
    assert SupplierPayout.objects.filter(status="reviewing", endorsed_by__gt="").count() == 1


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
