"""The platform's cast and its moves, through services only. Every move takes ``at``, so history is cheap."""

import json
from datetime import datetime, timedelta
from functools import cache
from io import BytesIO

from PIL import Image

from accounts.models import User
from accounts.providers.sandbox import TOTP_SECRET
from accounts.services import enrol_totp, sign_up
from orders import services as orders
from orders.models import Order, OrderLine, Trade
from orders.services import Delivery, Item, Shipment
from orders.states import Carrier
from payments.models import Charge, NoticeOutcome, Refund, SandboxMessage
from payments.providers import sandbox
from payments.providers.sandbox import Button
from payments.services import press_cashier, send_due_refunds
from storefronts import services as storefronts
from storefronts.models import Owner, Shop
from suppliers import services as suppliers
from suppliers.models import Good, Sku, Supplier
from suppliers.services import Application, GoodDraft
from suppliers.states import ProofKind, SupplierKind
from taoxiaopu.flows import stage
from taoxiaopu.flows.reference import ensure_reference
from taoxiaopu.flows.services import receive_notice
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.ids import public_id
from tests.factories import numbers

PASSWORD = "walks-the-long-way-7"
SYSTEM = Actor.system("tests")


def user(n: int, *, score: int = 701, nickname: str = "", is_staff: bool = False) -> User:
    """A user who signs in by phone."""
    made = sign_up(
        nickname=nickname or f"用户{n}", password=PASSWORD, phone=numbers.phone(n, score), is_staff=is_staff
    )
    if is_staff:
        enrol(made)
    return made


def enrol(person: User) -> User:
    """Give somebody an authenticator, without which desks of staff and suppliers stay closed."""
    enrol_totp(user=person, secret=TOTP_SECRET, at=clock.now())
    return person


def staff(n: int = 900) -> Actor:
    """An arbitrator."""
    person = user(n, nickname=f"小二{n}", is_staff=True)
    return Actor(ActorKind.STAFF, person.public_id, person.public_id)


def application(n: int = 1, **changes: object) -> Application:
    """A complete entry application."""
    fields: dict[str, object] = {
        "name": f"山茶花日化有限公司{n}",
        "kind": SupplierKind.BRAND,
        "credit_code": numbers.company_code(n),
        "capital_fen": 100_000_000,
        "is_general_taxpayer": True,
        "proof": ProofKind.CHAIN,
        "chain_levels": 3,
        "voucher_note": "",
        "brands": ("山茶花",),
    }
    return Application(**(fields | changes))  # type: ignore[arg-type]


def supplier(at: datetime, n: int = 1, **changes: object) -> Supplier:
    """A supplier that was let in."""
    ensure_reference()
    applied = applicant(at, n, **changes)
    return pay_deposit(stage.let_in(applied, SYSTEM_STAFF, at), at)


def applicant(at: datetime, n: int = 1, **changes: object) -> Supplier:
    """A supplier that handed in its application with everything that the checklist asks for."""
    return hand_in(enrol(user(100 + n)), at, n, **changes)


def hand_in(by: User, at: datetime, n: int = 1, **changes: object) -> Supplier:
    """An application with small papers by somebody."""
    return stage.hand_in(user=by, application=application(n, **changes), at=at, draw=small_scan)


@cache
def small_scan(words: str) -> bytes:
    """The smallest picture that passes for a paper."""
    made = BytesIO()
    Image.new("RGB", (8, 8), (len(words), 90, 90)).save(made, "PNG")
    return made.getvalue()


def pay_deposit(of: Supplier, at: datetime) -> Supplier:
    """The deposit of an approved supplier, paid at the sandbox cashier."""
    charge = suppliers.open_deposit_payment(supplier=of, actor=supplier_actor(of), at=at)
    press_cashier(charge=charge, button=Button.PAY, at=at)
    assert deliver(charge, at) == NoticeOutcome.APPLIED
    of.refresh_from_db()
    return of


def deliver(charge: Charge, at: datetime) -> NoticeOutcome:
    """The provider's notice about a charge, signed and handed over."""
    message = SandboxMessage.objects.get(sent_at=None, body__contains=charge.number)
    stamp = str(int(at.timestamp()))
    body = message.body.encode()
    headers = {"X-Sandbox-Timestamp": stamp, "X-Sandbox-Signature": sandbox.sign(body, stamp)}
    outcome = receive_notice(provider="sandbox", body=body, headers=headers, at=at)
    message.sent_at = at
    message.save()
    return outcome


SYSTEM_STAFF = Actor(ActorKind.STAFF, "tests", "tests")


def supplier_actor(of: Supplier) -> Actor:
    """Some member of a supplier."""
    return Actor(ActorKind.SUPPLIER, of.public_id, "tests")


def good(
    of: Supplier,
    at: datetime,
    *,
    price_fen: int = 10_000,
    rate_bp: int = 2000,
    stock: int = 50,
    title: str = "滋润面霜 50g",
    picture: bytes | None = None,
    barcode: str = "",
) -> Good:
    """A listed good with one SKU."""
    draft = GoodDraft(
        title=title,
        category_code="beauty",
        brand="山茶花",
        description="清爽不油腻",
        price_fen=price_fen,
        stock=stock,
        rate_bp=rate_bp,
        picture=picture,
        barcode=barcode,
    )
    return suppliers.create_good(supplier=of, draft=draft, actor=supplier_actor(of), at=at)


def owner(at: datetime, n: int = 1, score: int = 701) -> Owner:
    """An owner who joined by invitation."""
    code = storefronts.issue_invitation(
        max_uses=1, expires_at=at + timedelta(days=1), actor=SYSTEM_STAFF, at=at
    )
    return storefronts.join(
        user=user(200 + n, score=score),
        invitation=code.code,
        name="王小满",
        id_number=numbers.identity(n),
        at=at,
    )


def shop(of: Owner, at: datetime, name: str = "小满的店") -> Shop:
    """An open shop."""
    return storefronts.open_shop(owner=of, name=name, description="好物分享", at=at)


def picked_shop(at: datetime, *goods: Good, n: int = 1) -> Shop:
    """An owner's shop with these goods picked."""
    made = shop(owner(at, n), at, name=f"小满的店{n}")
    storefronts.pick(shop=made, goods=goods, at=at)
    return made


def place(
    what: Good,
    at: datetime,
    *,
    through: Shop | None = None,
    quantity: int = 1,
    phone: str = "13911112222",
    visitor: str = "v1",
    user: User | None = None,
) -> Trade:
    """A consumer's trade of one good; ``user``: a member's."""
    sku = Sku.objects.get(good=what)
    return orders.place_trade(
        items=[Item(sku.pk, quantity, through, sku.price_fen)],
        delivery=Delivery("李青禾", phone, "浙江省杭州市西湖区文三路 1 号"),
        visitor=visitor,
        user=user,
        at=at,
    )


def notice(charge: Charge, at: datetime, **changes: object) -> tuple[bytes, dict[str, str]]:
    """A payment notice of the sandbox provider, signed at ``at``."""
    body = json.dumps(
        {
            "event_id": f"ev-{public_id()}",
            "kind": "paid",
            "charge_number": charge.number,
            "refund_number": "",
            "amount_fen": charge.amount_fen,
            "currency": "CNY",
            "app_id": sandbox.APP_ID,
            "provider_number": f"SP{public_id()}",
        }
        | changes
    ).encode()
    stamp = str(int(at.timestamp()))
    return body, {"X-Sandbox-Timestamp": stamp, "X-Sandbox-Signature": sandbox.sign(body, stamp)}


def pay(trade: Trade, at: datetime) -> NoticeOutcome:
    """The payment of a trade at the sandbox cashier, whose own book knows it, by its signed notice."""
    charge = orders.open_payment(trade=trade, at=at)
    press_cashier(charge=charge, button=Button.PAY, at=at)
    return deliver(charge, at)


def arrive_refunds(at: datetime) -> None:
    """The sandbox provider pays all requested refunds back and says so."""
    send_due_refunds(at=at)
    for message in SandboxMessage.objects.filter(sent_at=None, due_at__lte=at).order_by("pk"):
        stamp = str(int(at.timestamp()))
        body = message.body.encode()
        headers = {"X-Sandbox-Timestamp": stamp, "X-Sandbox-Signature": sandbox.sign(body, stamp)}
        receive_notice(provider="sandbox", body=body, headers=headers, at=at)
        message.sent_at = at
        message.save()
    assert not Refund.objects.filter(status="requested", next_try_at__lte=at).exists()


def paid_order(what: Good, at: datetime, **kwargs: object) -> Order:
    """One paid order."""
    trade = place(what, at, **kwargs)  # type: ignore[arg-type]
    assert pay(trade, at) == NoticeOutcome.APPLIED
    return Order.objects.get(trade=trade)


_parcels = iter(range(10**8))


def ship(order: Order, at: datetime) -> None:
    """Everything of an order in one parcel."""
    orders.ship(
        order=order,
        shipment=Shipment(Carrier.SF, f"SF{next(_parcels):010d}"),
        actor=supplier_actor(order.supplier),
        at=at,
    )


def confirm(order: Order, at: datetime) -> None:
    """The consumer confirms receipt."""
    orders.confirm_receipt(order=order, actor=Actor(ActorKind.BUYER, order.trade.number), at=at)


def finalised_order(what: Good, at: datetime, **kwargs: object) -> Order:
    """An order paid, shipped and received at ``at`` and finalised 15 days later."""
    order = paid_order(what, at, **kwargs)
    ship(order, at)
    confirm(order, at)
    orders.sweep(at=at + timedelta(days=15, seconds=1))
    order.refresh_from_db()
    return order


def line_of(order: Order) -> OrderLine:
    """The only line of an order."""
    return OrderLine.objects.select_related("order").get(order=order)


def noon(year: int, month: int, day: int) -> datetime:
    """Noon in Shanghai."""
    return datetime(year, month, day, 12, tzinfo=clock.SHANGHAI)
