"""A stage for stories told through services: acts at chosen instants, in order of time, and who acts."""

import heapq
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from io import BytesIO
from itertools import count

from PIL import Image, ImageDraw

from accounts.models import User
from orders.models import Order, OrderLine, Trade
from orders.selectors import orders_of_trades
from payments import services as payments
from payments.models import SandboxMessage
from payments.providers import sandbox
from payments.providers.sandbox import Button
from suppliers import services as suppliers
from suppliers.models import Supplier
from suppliers.pictures.lettering import font
from suppliers.selectors import Profile, all_papers, permits_for, places_for
from suppliers.services import Application, PaperDraft
from suppliers.states import RequirementKind, RequirementScope
from taoxiaopu.flows.services import receive_notice
from taoxiaopu.kernel import clock, jobs
from taoxiaopu.kernel.actors import Actor, ActorKind

Act = Callable[[datetime], None]
PAPERS_D = 1095  # for how long a story's papers are good
_SOURCE = "产地直采，出货前逐批抽检"


class Stage:
    """Plans acts and plays them in order of time, with a daily run of everything that fell due."""

    def __init__(self) -> None:
        self._plan: list[tuple[datetime, int, Act]] = []
        self._turn = count()
        self._parcel = count(10_000_001)

    def at(self, moment: datetime, act: Act) -> None:
        """Plan an act."""
        heapq.heappush(self._plan, (moment, next(self._turn), act))

    def play(self, until: datetime) -> None:
        """Play all acts, those that acts planned too, up to and including ``until``."""
        while self._plan and self._plan[0][0] <= until:
            moment, _turn, act = heapq.heappop(self._plan)
            act(moment)

    def next_tracking_number(self) -> str:
        """A parcel number that was not used before."""
        return f"SF{next(self._parcel)}"


def deliver(at: datetime, only: Sequence[SandboxMessage] | None = None, part: jobs.Part = jobs.WHOLE) -> None:
    """Hand the sandbox provider's due notices over, or only these, signed as it signs them."""

    def post(body: bytes) -> bool:
        stamp = str(int(at.timestamp()))
        headers = {"X-Sandbox-Timestamp": stamp, "X-Sandbox-Signature": sandbox.sign(body, stamp)}
        receive_notice(provider="sandbox", body=body, headers=headers, at=at)
        return True

    sandbox.deliver_due(at=at, post=post, only=only, part=part)


@cache
def certificate(words: str) -> bytes:
    """A small picture that stands for a scanned paper."""
    sheet = Image.new("RGB", (420, 594), (252, 250, 244))
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((14, 14, 405, 579), outline=(181, 52, 32), width=3)
    for n in range(9):
        pen.line((60, 250 + 30 * n, 360 - 40 * (n % 3), 250 + 30 * n), fill=(150, 140, 130), width=2)
    pen.text((210, 110), words[:14], font=font(24), fill=(60, 50, 44), anchor="mm")
    pen.text((210, 160), "样本 SAMPLE", font=font(18), fill=(181, 52, 32), anchor="mm")
    made = BytesIO()
    sheet.save(made, "PNG")
    return made.getvalue()


def papers_for(
    profile: Profile, at: datetime, draw: Callable[[str], bytes] = certificate, *, permits: bool = True
) -> list[PaperDraft]:
    """Everything that the checklist asks a company for, with or without permits of categories, good for years."""
    today = clock.local(at).date()
    drafts = []
    for place in (*places_for(profile), *(permits_for() if permits else ())):
        item = place.requirement
        is_document = item.kind == RequirementKind.DOCUMENT
        ends = is_document and item.has_expiry and item.scope != RequirementScope.COMPANY
        drafts.append(
            PaperDraft(
                requirement=item.code,
                brand=place.brand,
                level=place.level,
                files=[draw(item.name)] if is_document else (),
                text="" if is_document else _SOURCE,
                is_declared=item.kind == RequirementKind.DECLARATION,
                valid_from=today - timedelta(days=30) if ends else None,
                valid_until=today + timedelta(days=PAPERS_D) if ends else None,
            )
        )
    return drafts


def hand_in(
    *,
    user: User,
    application: Application,
    at: datetime,
    draw: Callable[[str], bytes] = certificate,
    permits: bool = True,
) -> Supplier:
    """An application with everything that the checklist asks for."""
    brands = tuple(dict.fromkeys(brand.strip() for brand in application.brands if brand.strip()))
    profile = Profile(application.kind, application.proof, application.chain_levels or 0, brands)
    papers = papers_for(profile, at, draw, permits=permits)
    return suppliers.apply(user=user, application=application, papers=papers, at=at)


def review(supplier: Supplier, clerk: Actor, at: datetime) -> None:
    """Staff take an application into review and find every paper fine."""
    suppliers.take_application(public_id=supplier.public_id, actor=clerk, at=at)
    for item in all_papers(supplier, at=at):
        if item.open is not None:
            suppliers.judge_paper(public_id=item.open.public_id, is_fine=True, actor=clerk, at=at)


def let_in(supplier: Supplier, clerk: Actor, at: datetime, note: str = "") -> Supplier:
    """Staff read an application and approve it: its deposit is awaited."""
    review(supplier, clerk, at)
    return suppliers.approve_supplier(public_id=supplier.public_id, actor=clerk, at=at, note=note)


def pay_deposit(supplier: Supplier, actor: Actor, at: datetime) -> None:
    """An approved supplier pays its deposit at the sandbox cashier, the notice comes in, and it is let in."""
    charge = suppliers.open_deposit_payment(supplier=supplier, actor=actor, at=at)
    deliver(at, payments.press_cashier(charge=charge, button=Button.PAY, at=at))
    supplier.refresh_from_db()


def supplier_side(order: Order) -> Actor:
    """Whoever ships for the order's supplier."""
    return Actor(ActorKind.SUPPLIER, order.supplier.public_id)


def buyer_side(order: Order) -> Actor:
    """The order's consumer."""
    return Actor(ActorKind.BUYER, order.trade.number)


def order_of(trade: Trade) -> Order:
    """The only order of a trade, as it is now."""
    return orders_of_trades([trade.number])[0]


def line_of(trade: Trade) -> OrderLine:
    """The only line of a trade's order."""
    return order_of(trade).lines.select_related("order")[0]
