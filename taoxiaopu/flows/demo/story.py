"""The demo's story, four months long: companies, goods, a shop, consumers, and orders in every main state.

It is told in one transaction, so that it is there whole or not at all, and it is the same story every time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from django.conf import settings
from django.db import transaction

from accounts import services as accounts
from accounts.models import User
from accounts.providers.sandbox import TOTP_SECRET
from accounts.selectors import user_by_sign_in
from disputes import services as disputes
from disputes.states import CaseReason, RulingOutcome
from orders.models import Trade
from storefronts import services as storefronts
from storefronts.models import Owner, ShareLink, Shop
from storefronts.states import Channel
from suppliers import services as suppliers
from suppliers.models import Good, Supplier
from suppliers.selectors import sellable_goods
from suppliers.services import GoodDraft, ImportDefaults
from taoxiaopu.flows.demo import cast, stage
from taoxiaopu.flows.reference import ensure_reference
from taoxiaopu.flows.stage import Stage, order_of, pay_deposit, supplier_side
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.locking import lock_name

DAYS = 116
SAMPLE = Path(settings.BASE_DIR) / "suppliers" / "samples" / "catalogue_gbk.csv"
REAL_FILE = Path(settings.BASE_DIR).parent / "shared" / "data" / "taobao_beauty_2016_gbk.csv"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Cast:
    """The people whom later acts need."""

    staff: tuple[Actor, Actor]
    supplier: Supplier
    owner: Owner
    shop: Shop


def is_told() -> bool:
    """Whether the demo's data is there."""
    return user_by_sign_in(cast.STAFF[0]) is not None


def tell(*, now: datetime, real_file: Path | None, say: Say) -> bool:
    """Tell the story so that it ends at ``now``; False when it was told before.

    ``real_file`` names a large catalogue to import too, or None. ``say`` gets a line for each step.
    """
    with transaction.atomic():
        lock_name("demo story")
        if is_told():
            return False
        ensure_reference()
        start = now - timedelta(days=DAYS)
        say("演示数据：平台人员、供应商与商品")
        people = _people(start, now)
        goods = _goods(people, start)
        _import_sample(start)
        if real_file is not None:
            say(f"演示数据：导入 {real_file.name}")
            _import(real_file.read_bytes(), real_file.name, "beauty", 2000, start)
        say("演示数据：小铺、分享与订单")
        shelf, links = _fill_shop(people, goods, start)
        play = Stage()
        for day in range(2, DAYS + 1, 2):
            play.at(start + timedelta(days=day) - timedelta(seconds=1), stage.run_due)
        _everyday_orders(play, people, shelf, links, now)
        _orders_of_today(play, people, goods, shelf, links, now)
        play.play(now)
    return True


def _people(start: datetime, now: datetime) -> Cast:
    first, second = (
        accounts.hire(nickname=f"小二{n}号", email=email, password=cast.PASSWORD)
        for n, email in enumerate(cast.STAFF, 1)
    )
    for person in (first, second):
        accounts.enrol_totp(user=person, secret=TOTP_SECRET, at=start)
    staff = (_staff(first), _staff(second))
    seller = _account("见山运营", email=cast.SUPPLIER)
    accounts.enrol_totp(user=seller, secret=TOTP_SECRET, at=start)
    applied = suppliers.apply(user=seller, application=cast.COMPANY, at=start)
    supplier = suppliers.approve_supplier(
        public_id=applied.public_id, actor=staff[0], at=start + timedelta(hours=3), note="资质齐全"
    )
    pay_deposit(supplier, _member(supplier, seller), start + timedelta(hours=4))
    suppliers.set_freight(
        supplier=supplier, freight_fen=800, free_from_fen=9900, actor=_member(supplier, seller)
    )
    suppliers.apply(
        user=_account("听泉食品", email=cast.APPLICANT),
        application=cast.APPLICANT_COMPANY,
        at=now - timedelta(hours=20),
    )
    storefronts.issue_invitation(
        max_uses=1000, expires_at=now + timedelta(days=365), actor=staff[0], at=start, code=cast.INVITATION
    )
    owner = storefronts.join(
        user=_account("小满", email=cast.OWNER, phone=cast.OWNER_PHONE),
        invitation=cast.INVITATION,
        name=cast.OWNER_NAME,
        id_number=cast.OWNER_ID,
        at=start + timedelta(hours=4),
    )
    shop = storefronts.open_shop(
        owner=owner,
        name=cast.SHOP,
        description="把日常用得上的好东西分享给你，下单后由供应商发货与售后。",
        at=start + timedelta(hours=5),
    )
    supplier.refresh_from_db()
    return Cast(staff, supplier, owner, shop)


def _account(nickname: str, *, email: str, phone: str = "") -> User:
    return accounts.sign_up(nickname=nickname, password=cast.PASSWORD, email=email, phone=phone)


def _staff(user: User) -> Actor:
    return Actor(ActorKind.STAFF, user.public_id, user.public_id)


def _member(supplier: Supplier, user: User) -> Actor:
    return Actor(ActorKind.SUPPLIER, supplier.public_id, user.public_id)


def _goods(people: Cast, start: datetime) -> list[Good]:
    """The company lists its goods by the form; the last one is held for its words and not returned."""
    actor = Actor(ActorKind.SUPPLIER, people.supplier.public_id)
    made = []
    for index, listing in enumerate((*cast.LISTINGS, cast.HELD_LISTING)):
        draft = GoodDraft(
            title=listing.title,
            category_code=listing.category,
            brand=listing.brand,
            description=listing.description,
            price_fen=listing.price_fen,
            stock=300,
            rate_bp=listing.rate_bp,
            ship_within_h=listing.ship_within_h,
        )
        at = start + timedelta(hours=6, minutes=index)
        made.append(suppliers.create_good(supplier=people.supplier, draft=draft, actor=actor, at=at))
    return made[:-1]


def _import_sample(start: datetime) -> None:
    """The committed sample, once for each brand: goods of one file share the category that the import fills in."""
    header, *lines = SAMPLE.read_bytes().splitlines(keepends=True)
    for brand, (category, rate_bp) in cast.SAMPLE_BRANDS.items():
        ending = brand.encode("gb18030")
        raw = header + b"".join(line for line in lines if line.rstrip().endswith(ending))
        _import(raw, f"{brand}.csv", category, rate_bp, start)


def _import(raw: bytes, filename: str, category: str, rate_bp: int, at: datetime) -> None:
    catalogue = suppliers.preview_import(
        supplier=None,
        person="demo",
        filename=filename,
        raw=raw,
        defaults=ImportDefaults(category, 200, rate_bp),
        at=at,
    )
    for _done, _all in suppliers.run_import_now(catalogue=catalogue, now=lambda: at):
        pass


def _fill_shop(people: Cast, goods: list[Good], start: datetime) -> tuple[list[Good], dict[int, ShareLink]]:
    """Pick the company's goods and some of the pool, recommend and share: the shelf, and links by good."""
    at = start + timedelta(hours=8)
    pool = [good for brand in cast.SAMPLE_BRANDS for good in sellable_goods(query=brand)[:2]]
    shelf = [*goods, *pool, sellable_goods(query=cast.DEAR_GOOD)[0]]
    picks = storefronts.pick(shop=people.shop, goods=list(reversed(shelf)), at=at)
    picks.reverse()
    links: dict[int, ShareLink] = {}
    for pick, words in zip(picks, cast.RECOMMENDATIONS, strict=False):
        storefronts.recommend(pick=pick, text=words, at=at)
    for pick in picks[: len(cast.RECOMMENDATIONS)]:
        channel = Channel.WECHAT if pick.good_id % 2 else Channel.MOMENTS
        links[pick.good_id] = storefronts.share(pick=pick, channel=channel, at=at).link
    return shelf, links


def _everyday_orders(
    play: Stage, people: Cast, shelf: list[Good], links: dict[int, ShareLink], now: datetime
) -> None:
    """Orders that were finalised in the last two whole months, enough in the last one to rise a level, and some that
    still wait for the end of their after-sales window; every ninth from the platform's own pages.
    """
    chance = Random(2026)  # noqa: S311  (the same story every time)
    last = clock.previous_month(clock.month_of(now))
    start, end = clock.month_bounds(last)
    before, _start = clock.month_bounds(clock.previous_month(last))
    pause = timedelta(days=2)
    moments = _spread(before + pause, start - pause, 14) + _spread(start + pause, end - pause, 27)
    moments += _spread(end + pause, now + timedelta(days=11), 6)
    for n, final in enumerate(moments):
        good = shelf[chance.randrange(8) if n % 3 else chance.randrange(len(shelf))]
        shop = None if n % 9 == 8 else people.shop
        buyer, quantity = chance.randrange(1, len(cast.BUYERS)), chance.choice((1, 2, 2, 3))
        link = links.get(good.pk) if shop else None
        at = final - timedelta(days=19, minutes=chance.randrange(600))
        forgets = n < 14 and n % 5 == 4
        play.at(at, partial(_everyday_order, play, good, shop, link, buyer, quantity, forgets))
    play.at(before - timedelta(days=18), partial(_own_purchase, play, people, shelf[0]))
    for n, link in enumerate(links.values()):
        for look in range(4):
            at = now - timedelta(days=2 * look, hours=2 + n, minutes=7 * look)
            play.at(at, partial(_look, link, f"demo-looker-{n}-{look}", f"198.51.100.{n * 9 + look}"))


def _spread(start: datetime, end: datetime, how_many: int) -> list[datetime]:
    return [start + (end - start) * n / how_many for n in range(how_many)]


def _look(link: ShareLink, visitor: str, network: str, at: datetime) -> None:
    stage.open_link(link, visitor, at, network)


def _everyday_order(
    play: Stage,
    good: Good,
    shop: Shop | None,
    link: ShareLink | None,
    buyer: int,
    quantity: int,
    forgets: bool,
    at: datetime,
) -> None:
    if link is not None:
        stage.open_link(link, f"demo-visitor-{buyer}", at, f"203.0.113.{buyer}")
    trade = stage.place(good, shop, buyer, quantity, at + timedelta(minutes=4))
    stage.pay(trade, at + timedelta(minutes=6))
    play.at(at + timedelta(hours=20), lambda then: stage.ship(play, trade, then))
    if not forgets:  # else time confirms
        play.at(at + timedelta(days=3, hours=5), lambda then: stage.confirm(trade, then))


def _own_purchase(play: Stage, people: Cast, good: Good, at: datetime) -> None:
    """The owner buys one for herself, and may then say that she used it."""
    trade = stage.place(good, people.shop, 0, 1, at, phone=cast.OWNER_PHONE)
    stage.pay(trade, at + timedelta(minutes=2))
    play.at(at + timedelta(hours=22), lambda then: stage.ship(play, trade, then))
    play.at(at + timedelta(days=2), lambda then: stage.confirm(trade, then))
    play.at(at + timedelta(days=60), lambda then: _recommend(people, good, then))


def _recommend(people: Cast, good: Good, at: datetime) -> None:
    pick = people.shop.picks.select_related("good__category").get(good=good)
    storefronts.recommend(pick=pick, text=cast.OWN_USE, at=at)


def _orders_of_today(
    play: Stage,
    people: Cast,
    goods: list[Good],
    shelf: list[Good],
    links: dict[int, ShareLink],
    now: datetime,
) -> None:
    """Orders that wait for somebody right now, one or two in each main state."""

    def order(good: Good, days: float, quantity: int = 1, buyer: int = 5) -> tuple[Trade, datetime]:
        at = now - timedelta(days=days)
        link = links.get(good.pk)
        if link is not None:
            stage.open_link(link, f"demo-visitor-{buyer}", at - timedelta(minutes=5), f"203.0.113.{buyer}")
        return stage.place(good, people.shop, buyer, quantity, at), at

    def plan(days: float, act: Callable[[], None]) -> None:
        play.at(now - timedelta(days=days), lambda _at: act())

    plan(52, lambda: _disputed(play, people, order(goods[4], 52, 2), "decided"))
    plan(12, lambda: _disputed(play, people, order(shelf[-1], 12, 9, 7), "second"))
    plan(9, lambda: _disputed(play, people, order(goods[7], 9, 1, 8), "review"))
    plan(8, lambda: _refunded(play, order(goods[2], 8, 1, 9)))
    plan(5, lambda: _case_waiting(play, order(goods[0], 5, 1, 10), now))
    plan(4, lambda: _on_its_way(play, order(goods[1], 4, 2, 11)))
    plan(3.2, lambda: _paid(order(goods[6], 3.2, 1, 12)))  # late: it should have been shipped after 48 hours
    plan(0.6, lambda: _paid(order(goods[3], 0.6, 2, 13)))
    plan(0.2, lambda: _paid(order(goods[5], 0.2, 1, 0)))  # the guest whom the table of sign-ins names
    plan(0.01, lambda: _unpaid(order(goods[0], 0.01, 1, 14)))


Placed = tuple[Trade, datetime]


def _unpaid(placed: Placed) -> None:
    del placed  # it was placed, and nobody pays


def _paid(placed: Placed) -> None:
    trade, at = placed
    stage.pay(trade, at + timedelta(minutes=3))


def _on_its_way(play: Stage, placed: Placed) -> None:
    trade, at = placed
    _paid(placed)
    play.at(at + timedelta(hours=18), lambda then: stage.ship(play, trade, then))


def _refunded(play: Stage, placed: Placed) -> None:
    """The consumer changes her mind before it is shipped, and the supplier agrees."""
    trade, at = placed
    _paid(placed)

    def agree(then: datetime) -> None:
        case = stage.apply_for_refund(trade, CaseReason.NO_REASON, "拍错口味了，麻烦退款。", then)
        actor = supplier_side(order_of(trade))
        disputes.agree_case(case=case, actor=actor, at=then + timedelta(hours=1))

    play.at(at + timedelta(hours=5), agree)


def _case_waiting(play: Stage, placed: Placed, now: datetime) -> None:
    trade, _at = placed
    _on_its_way(play, placed)
    play.at(
        now - timedelta(hours=6),
        lambda then: (
            stage.apply_for_refund(
                trade, CaseReason.QUALITY, "瓶口有渗漏，外盒也湿了，希望退一半。", then, 6_000
            )
            and None
        ),
    )


def _disputed(play: Stage, people: Cast, placed: Placed, until: str) -> None:
    """A case that the supplier refused: under review, waiting for the second approval, or long decided."""
    trade, at = placed
    _on_its_way(play, placed)

    def argue(then: datetime) -> None:
        case = stage.apply_for_refund(trade, CaseReason.QUALITY, "收到时有破损，无法正常使用。", then)
        dispute = stage.quarrel(trade, case, then + timedelta(hours=4))
        if until == "second":
            stage.rule(dispute, people.staff[0], RulingOutcome.FULL_REFUND, 0, then + timedelta(hours=30))
        if until == "decided":
            half = case.amount_fen // 2
            stage.rule(
                dispute, people.staff[0], RulingOutcome.PARTIAL_REFUND, half, then + timedelta(hours=30)
            )

    # The dispute under review began so late that its 48 hours have not passed.
    wait = timedelta(days=7, hours=20) if until == "review" else timedelta(days=4)
    play.at(at + wait, argue)
