"""What a tour needs of the told story: who signs in, and the ids that addresses name."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.test import Client

from accounts.models import User
from accounts.selectors import user_by_sign_in
from accounts.services import sign_up
from disputes.models import Case, Dispute
from orders.gates import KEY
from orders.models import Order
from rulebook.models import Version
from rulebook.services import draft_version
from storefronts.models import Owner, Shop
from storefronts.selectors import owner_of, shops_of
from suppliers.models import CatalogueImport, Supplier
from suppliers.selectors import supplier_of
from taoxiaopu.flows.demo import cast
from taoxiaopu.flows.demo.people import SAMPLE, import_real
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind

OURS = (
    "kernel",
    "rulebook",
    "accounts",
    "ledger",
    "payments",
    "suppliers",
    "storefronts",
    "commissions",
    "orders",
    "disputes",
    "tax",
    "reconciliation",
)


@dataclass(frozen=True, slots=True)
class World:
    """The accounts of the tour; ``guest`` is a cookie's session that holds trades."""

    owner: Owner
    shop: Shop
    supplier: Supplier
    people: dict[str, User | None]
    held: list[str]
    cookies: dict[str, str]  # sessions by role, signed in; none for a visitor

    def order(self, status: str) -> Order:
        """An order of the shop in this status that the guest holds."""
        return Order.objects.filter(shop=self.shop, status=status, trade__number__in=self.held).order_by(
            "pk"
        )[0]

    def case(self, **having: str) -> Case:
        """A case about one of the orders that the guest holds."""
        return Case.objects.filter(order__trade__number__in=self.held, **having).order_by("pk")[0]

    def dispute(self, **having: str) -> Dispute:
        """A dispute about one of the orders that the guest holds."""
        return Dispute.objects.filter(order__trade__number__in=self.held, **having).order_by("pk")[0]


def build() -> World:
    """Find everything, and make the accounts that have nothing yet."""
    owner_user, supplier_user = _user(cast.OWNER), _user(cast.SUPPLIER)
    owner, supplier = owner_of(owner_user), supplier_of(supplier_user)
    assert owner
    assert supplier
    shop = shops_of(owner)[0]
    people = {
        "visitor": None,
        "guest": None,
        "member": _user(cast.MEMBER),
        "owner": owner_user,
        "supplier": supplier_user,
        "applicant": _user(cast.APPLICANT),
        "mending": _user(cast.MENDING.email),
        "short": _user(cast.SUSPENDED.email),
        "leaving": _user(cast.LEAVING.email),
        "gone": _user(cast.GONE.email),
        "staff": _user(cast.STAFF[0]),
        "newcomer": sign_up(nickname="新掌柜", password=cast.PASSWORD, phone=cast.NEW_OWNER_PHONE),
    }
    if not CatalogueImport.objects.filter(supplier=None).exists():  # the real catalogue was not at hand
        import_real(SAMPLE, clock.now())
    if not Version.objects.filter(status="draft").exists():  # the story has none
        draft_version(code="tiers", actor=Actor(ActorKind.STAFF, "tour", "tour"), at=clock.now())
    held = _trades_in_every_state(shop)
    cookies = {role: _session(user, held if role == "guest" else []) for role, user in people.items()}
    return World(owner, shop, supplier, people, held, cookies)


def _user(identifier: str) -> User:
    found = user_by_sign_in(identifier)
    assert found
    return found


def _trades_in_every_state(shop: Shop) -> list[str]:
    """Guests' trades of the shop: orders, cases and disputes in each status."""
    mine = Order.objects.filter(shop=shop, trade__user=None).select_related("trade").order_by("-pk")
    rows: list[Order] = []
    for status in mine.order_by().values_list("status", flat=True).distinct():
        rows.extend(mine.filter(status=status)[:2])
    rows.extend(mine.filter(contract__isnull=False))
    for model in (Case, Dispute):
        for status in model._default_manager.order_by().values_list("status", flat=True).distinct():
            found = model._default_manager.filter(
                status=status, order__shop=shop, order__trade__user=None
            ).order_by("-pk")
            rows.extend(item.order for item in found.select_related("order__trade")[:1])
    return list(dict.fromkeys(row.trade.number for row in rows))


def _session(user: User | None, held: list[str]) -> str:
    client = Client()
    if user is not None:
        client.force_login(user)
    session = client.session
    if held:
        session[KEY] = held
    session.save()
    return str(session.session_key) if user or held else ""


def words_of_users() -> set[str]:
    """Every text in the database that people wrote or that names them: no translation is expected of it."""
    found: set[str] = set()
    for model in apps.get_models():
        if model._meta.app_label not in OURS:
            continue
        for column in model._meta.concrete_fields:
            if (
                isinstance(column, (models.CharField, models.TextField, models.JSONField))
                and not column.choices
            ):
                for value in (
                    model._default_manager.order_by().values_list(column.attname, flat=True).distinct()
                ):
                    found.update(_texts(value))
    return {text for text in found if any("\u4e00" <= char <= "\u9fff" for char in text)}


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
