"""Damage to change sets, market references, told rates, bonds and webhooks. What is damaged is made first, by services."""

from datetime import date, timedelta

from accounts.models import InboxLetter
from storefronts.services import tell_of_lowered_rates
from suppliers import services as suppliers
from suppliers.models import (
    BondedCategory,
    Category,
    Good,
    GoodChange,
    MarketReference,
    Supplier,
    WebhookEndpoint,
)
from suppliers.services import GoodDraft, Happened, MarketDraft
from suppliers.states import WebhookEvent
from taoxiaopu.kernel.actors import Actor
from tests.factories import story
from tests.factories.payouts import ANNA
from tests.flows.planting.registry import Found, damage, run
from tests.flows.planting.world import NOW, World


def seller(world: World) -> Actor:
    """The company, as an actor."""
    return story.supplier_actor(world.company)


def propose(world: World) -> GoodChange:
    """An edit of the good that waits for review."""
    good = Good.objects.get(pk=world.good.pk)
    draft = GoodDraft(
        "特供滋润面霜", good.category.code, good.brand, "清爽", good.price_from_fen, 1_000, good.rate_bp
    )
    suppliers.edit_good(good=good, draft=draft, actor=seller(world), at=NOW)
    return GoodChange.objects.get(status="open")


@damage("review_decision", "good_change_audited")
def a_change_refused_by_hand(world: World) -> Found:
    change = propose(world)
    GoodChange.objects.filter(pk=change.pk).update(status="refused", decided_at=NOW)
    return change.public_id, change.public_id


@damage("change_shown")
def a_good_that_does_not_show_its_change(world: World) -> str:
    suppliers.approve_change(public_id=propose(world).public_id, actor=ANNA, at=NOW)
    Good.objects.filter(pk=world.good.pk).update(title="滋润面霜")
    return world.good.public_id


@damage("one_open_change", "guard_constraint")
def two_open_changes(world: World) -> Found:
    run("DROP INDEX good_change_open_once")
    change = propose(world)
    change.pk, change.public_id = None, "another000000000"
    change.save()
    return world.good.public_id, "suppliers_goodchange good_change_open_once"


@damage("market_rate")
def a_rate_below_the_market(world: World) -> str:
    draft = MarketDraft("淘宝", "https://example.com/1", date(2026, 7, 1), None, 1_500)
    suppliers.record_reference(good=world.good, draft=draft, actor=seller(world), at=NOW)
    MarketReference.objects.update(rate_bp=2_000, our_rate_bp=2_000)
    Good.objects.filter(pk=world.good.pk).update(rate_bp=1_999)
    return world.good.public_id


def lower(world: World, rate_bp: int = 1_500) -> None:
    """The good's rate will fall, and those who picked it are told."""
    suppliers.change_rate(good=world.good, rate_bp=rate_bp, actor=seller(world), at=NOW)
    assert tell_of_lowered_rates(at=NOW) == 1


@damage("rate_told")
def a_picker_who_was_not_told(world: World) -> str:
    lower(world)
    InboxLetter.objects.filter(kind="rate_lowered").delete()
    return world.good.public_id


@damage("rate_told")
def a_rate_that_falls_too_soon(world: World) -> str:
    lower(world)
    Good.objects.filter(pk=world.good.pk).update(
        next_rate_at=NOW + timedelta(hours=23, minutes=59, seconds=59)
    )
    return world.good.public_id


@damage("rate_told")
def a_lowered_rate_in_force_at_once(world: World) -> str:
    suppliers.change_rate(good=world.good, rate_bp=3_000, actor=seller(world), at=NOW - timedelta(days=1))
    lower(world)
    Good.objects.filter(pk=world.good.pk).update(
        rate_bp=1_500,
        next_rate_bp=None,
        next_rate_at=None,
        rate_told_at=None,
        changed_at=NOW + timedelta(hours=23),
    )
    return world.good.public_id


@damage("bond_held")
def a_good_listed_without_its_bond(world: World) -> str:
    category = Category.objects.get(code=world.good.category.code)
    suppliers.set_bond(code=category.code, bond_fen=200_000, actor=ANNA, at=NOW - timedelta(days=1))
    good = Good.objects.get(pk=world.good.pk)
    suppliers.delist_good(good=good, actor=seller(world), at=NOW)
    Category.objects.filter(pk=category.pk).update(bond_fen=0)
    suppliers.list_good(good=Good.objects.get(pk=good.pk), actor=seller(world), at=NOW)
    Category.objects.filter(pk=category.pk).update(bond_fen=200_000)
    return good.public_id


@damage("bond_paid")
def a_bond_that_nobody_paid(world: World) -> str:
    other = Supplier.objects.exclude(pk=world.company.pk).filter(status="active")[0]
    category = Category.objects.get(code="home/appliances")
    BondedCategory.objects.create(supplier=other, category=category, since=NOW)
    return f"{other.public_id} home/appliances"


def endpoint(world: World) -> WebhookEndpoint:
    """Where the company wants to be told of paid orders."""
    made, _secret = suppliers.add_endpoint(
        supplier=world.company,
        url="https://example.com/hook",
        events=[WebhookEvent.ORDER_PAID],
        actor=seller(world),
        at=NOW,
    )
    return made


@damage("webhook_delivery")
def a_delivery_that_nobody_answered(world: World) -> str:
    made = endpoint(world)
    suppliers.queue_deliveries(
        endpoint=made, happened=[Happened(WebhookEvent.ORDER_PAID, "1", NOW, {})], until=NOW
    )
    row = made.deliveries.get()
    row.status = "taken"
    row.save()
    return row.public_id


@damage("webhook_endpoint")
def an_endpoint_that_failed_too_often(world: World) -> str:
    made = endpoint(world)
    made.failures = 30
    made.save()
    return made.public_id
