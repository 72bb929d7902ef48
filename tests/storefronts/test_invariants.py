"""The ban of pyramid selling as seven invariants (docs/rules.md §8.1), and that owners neither publish nor edit goods.

I1 to I4 and I7 are also tested where the money is: tests/commissions, tests/ledger, tests/proof.
"""

import re
from datetime import datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from commissions import services as commissions
from commissions.models import CommissionLine, OrderFact
from ledger.models import Journal, Transfer
from orders.models import Order
from storefronts.models import InvitationCode, Owner, OwnerStanding
from suppliers.models import Good, Sku
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.settings import Rules
from tests.factories import story

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
# Words for people under or above somebody; "downstream" and the like would hit too, and would have to be named here.
RECRUIT = re.compile(
    r"recruit|referr(?:al|er)|inviter|invited_by|invitees?|upline|downline|sponsor|team_(?:size|bonus|sales)|genealog|"
    r"descendant|下线|上线人|拉新|邀请人|邀请奖|团队计酬|团队奖",
    re.IGNORECASE,
)


@pytest.fixture
def at() -> datetime:
    return clock.now()


DENIALS = (
    "不看邀请人数，没有团队奖励",  # the tier page says so
    "`recruiting` - 发展下线、收取加盟费或团队计酬",  # the offence that costs 48 points (§4)
    "- recruiting\n",
    "noreferrer",  # of links that leave the platform
)


def _without_denials(text: str) -> str:
    for words in DENIALS:
        text = text.replace(words, "")
    return text


def columns() -> list[str]:
    return [
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
    ]


def routes(resolver: URLResolver | None = None, prefix: str = "") -> list[tuple[str, URLPattern]]:
    found: list[tuple[str, URLPattern]] = []
    for one in (resolver or get_resolver()).url_patterns:
        path = prefix + str(one.pattern)
        found += routes(one, path) if isinstance(one, URLResolver) else [(path, one)]
    return found


def test_i1_nothing_is_charged_to_an_owner_who_joins_opens_and_picks(at: datetime) -> None:
    good = story.good(story.supplier(at), at)
    journals = Journal.objects.count()
    shop = story.picked_shop(at, good)
    assert Journal.objects.count() == journals
    assert OwnerStanding.objects.get(owner=shop.owner).debt_fen == 0
    purposes = dict(apps.get_model("payments", "Charge")._meta.get_field("purpose").choices)
    assert not [purpose for purpose in purposes if "owner" in purpose or "join" in purpose]


def test_i2_and_i3_one_owner_at_most_earns_from_a_line_and_nobody_else(at: datetime) -> None:
    for model in (Order, OrderFact, CommissionLine):
        owners = [f for f in model._meta.local_concrete_fields if f.related_model is Owner]
        assert len(owners) == 1, model
    good = story.good(story.supplier(at), at)
    shop, other = story.picked_shop(at, good), story.picked_shop(at, good, n=2)
    order = story.paid_order(good, at, through=shop)
    touched = Transfer.objects.filter(journal__order_number=order.number)
    parties = {t.debit.party for t in touched} | {t.credit.party for t in touched}
    assert other.owner.public_id not in parties


def test_i4_a_code_knows_how_often_it_was_used_and_not_by_whom(at: datetime) -> None:
    fields = {f.name for f in InvitationCode._meta.get_fields()}
    assert fields == {"id", "code", "max_uses", "uses", "expires_at", "created_at"}
    pointing = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if field.related_model is InvitationCode
    ]
    assert pointing == []


def test_i5_no_table_relates_one_owner_to_another() -> None:
    assert [name for name in columns() if RECRUIT.search(name)] == []
    related = [
        (model, [f.name for f in model._meta.local_concrete_fields if f.related_model is Owner])
        for model in apps.get_models()
    ]
    assert [(model, names) for model, names in related if len(names) > 1] == []
    assert [f.name for f in Owner._meta.local_concrete_fields if f.related_model is Owner] == []
    with connection.cursor() as cursor:  # what no model knows of, too
        cursor.execute(
            "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'"
        )
        assert [name for (name,) in cursor.fetchall() if RECRUIT.search(name)] == []


def test_i5_no_route_page_or_export_leads_to_recruits() -> None:
    named = [f"{path} {pattern.name}" for path, pattern in routes()]
    assert len(named) > 200
    assert [route for route in named if RECRUIT.search(route)] == []
    for template in (ROOT / "templates").rglob("*.html"):
        if "/rules/" not in str(template):
            assert RECRUIT.search(_without_denials(template.read_text("utf-8"))) is None, template


def test_i5_the_api_neither_shows_nor_takes_recruits() -> None:
    schema = (ROOT / "docs" / "openapi.yaml").read_text("utf-8")
    assert RECRUIT.search(_without_denials(schema)) is None
    invitations = set(re.findall(r"/v1/[^\s:]*invit[^\s:]*", schema))
    assert {path for path in invitations if "/owner/" in path} == set()


def test_i6_tiers_are_judged_by_six_figures_of_ones_own_orders() -> None:
    asked = {name for name in Rules.__dataclass_fields__ if name.startswith("TIER_")}
    assert {name for name in asked if RECRUIT.search(name)} == set()
    assert asked >= {
        "TIER_SALES_FEN",
        "TIER_ORDERS",
        "TIER_BUYERS",
        "TIER_REFUND_BP",
        "TIER_DISPUTE_BP",
        "TIER_POINTS_BELOW",
    }
    for source in [*(ROOT / "commissions").rglob("*.py")]:
        text = source.read_text("utf-8")
        assert RECRUIT.search(text) is None, source
        assert "InvitationCode" not in text, source


def test_i7_no_service_moves_one_owners_commission_to_another() -> None:
    takes_two = [
        name
        for name in commissions.__all__
        if callable(getattr(commissions, name))
        and len(
            [p for p in getattr(getattr(commissions, name), "__annotations__", {}).values() if p is Owner]
        )
        > 1
    ]
    assert takes_two == []


# --- Owners neither publish nor edit goods (§1.3 rule 25) -------------------------------------------------


def test_no_address_of_owners_takes_a_good_to_write() -> None:
    of_owners = [path for path, _pattern in routes() if path.startswith(("owner/", "api/v1/owner/"))]
    writing = [
        p for p in of_owners if re.search(r"goods/(new|import|bulk|scan)|/(price|rate|stock|skus?|edit)/", p)
    ]
    assert [p for p in writing if "shop/edit" not in p] == []


def test_an_owner_at_a_suppliers_doors_changes_nothing(at: datetime) -> None:
    good = story.good(story.supplier(at), at)
    shop = story.picked_shop(at, good)
    client = Client()
    client.force_login(shop.owner.user)
    before = list(Good.objects.values()), list(Sku.objects.values())
    typed = {
        "title": "改",
        "price_fen": 1,
        "price": "1",
        "rate_bp": 1,
        "rate": "1",
        "status": "delisted",
        "stock": 9,
    }
    for path, pattern in routes():
        if not path.startswith(("supplier/", "api/v1/supplier/", "owner/goods", "api/v1/owner/goods")):
            continue
        filled = re.sub(r"<(?:slug|str):\w+>", good.public_id, path)
        filled = re.sub(r"<int:\w+>", str(good.pk), filled)
        if "<" in filled or "(?" in filled or pattern.name in ("pick",):
            continue
        for method in (client.post, client.put, client.patch, client.delete):
            method(f"/{filled}", typed, content_type="application/json")
        client.post(f"/{filled}", typed)
    assert (list(Good.objects.values()), list(Sku.objects.values())) == before
