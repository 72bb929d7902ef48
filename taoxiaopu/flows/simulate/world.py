"""The people and goods of a simulation, in worlds that share nothing, so that several processes can tell at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from stdnum.cn import ric, uscc

from accounts import services as accounts
from accounts.errors import IdentityTaken, SignInTaken
from accounts.models import User
from commissions import services as commissions
from storefronts import services as storefronts
from storefronts.models import Owner, ShareLink, Shop
from storefronts.selectors import link_of_shop
from storefronts.states import Channel
from suppliers import services as suppliers
from suppliers.models import Good, Sku, Supplier
from suppliers.services import Application, GoodDraft
from suppliers.states import ProofKind, SupplierKind
from taoxiaopu.flows.stage import hand_in, let_in, pay_deposit
from taoxiaopu.kernel.actors import Actor, ActorKind

WORLDS = 4  # whatever the number of processes: the same seed tells the same
PLENTY, SCARCE = 200_000, 4
STARS_SHARE = 85  # percent of its world's orders that the star owner gets

BRANDS = ("青禾", "云岫", "拾光", "南枝", "鹿屿", "朝露", "松间", "橘井")
# Title, category, price in fen, rate in bp.
WARES = (
    ("滋润面霜 50g", "beauty/skincare", 12_900, 2000),
    ("氨基酸洗发水 500ml", "beauty/hair", 6_900, 1800),
    ("桂花乌龙茶 100g", "food/tea", 5_800, 1500),
    ("每日混合坚果 30 袋", "food/snacks", 9_900, 1600),
    ("粗陶饭碗 四只装", "home/kitchen", 8_800, 2200),
    ("水洗棉四件套", "home/living", 29_900, 2000),
    ("精梳棉中筒袜 6 双", "apparel/underwear", 3_990, 1800),
    ("榉木积木 60 粒", "baby/toys", 12_800, 2000),
    ("空气炸锅 5L", "home/kitchen", 39_900, 1200),
    ("轻便徒步鞋", "apparel/sports", 25_900, 1700),
)
SCARCE_WARE = ("手工限定茶盏", "home/kitchen", 16_800, 1500)
SHOP_WORDS = ("青橙", "小满", "有间", "晴日", "半夏", "南风", "阿禾", "知味")
OWNER_NAME = "模拟掌柜"
RECEIVERS = ("李女士", "周先生", "陈女士", "赵先生", "吴女士", "郑先生")
ADDRESSES = (
    "浙江省杭州市西湖区文三路 100 号",
    "四川省成都市武侯区科华北路 62 号",
    "广东省广州市天河区天河路 208 号",
    "江苏省南京市鼓楼区中山北路 88 号",
    "湖北省武汉市洪山区珞喻路 129 号",
)


@dataclass(frozen=True, slots=True)
class Ware:
    """One thing that can be bought."""

    good: Good
    sku: Sku


@dataclass(frozen=True, slots=True)
class Company:
    """A supplier, whoever acts for it, and what it sells. ``scarce`` is soon sold out."""

    supplier: Supplier
    actor: Actor
    wares: tuple[Ware, ...]
    scarce: Ware


@dataclass(slots=True)
class Shopkeeper:
    """An owner with one shop and its link; ``phone`` is what a purchase of the owner's own is known by."""

    owner: Owner
    shop: Shop
    link: ShareLink
    phone: str


@dataclass(slots=True)
class World:
    """Suppliers, owners and buyers who meet nobody from another world. Stories keep a list of buyers' phones."""

    number: int
    companies: list[Company]
    shopkeepers: list[Shopkeeper]
    staff: Sequence[Actor]
    buyers: int
    parcels: int = field(default=0)

    def company(self, public_id: str) -> Company:
        """The company of a supplier."""
        return next(company for company in self.companies if company.supplier.public_id == public_id)

    def next_tracking_number(self) -> str:
        """A parcel number that was not used before."""
        self.parcels += 1
        return f"SF{self.number}{self.parcels:010d}"


def staff_email(seed: int, n: int) -> str:
    """The n-th arbitrator's sign-in: by it a simulation that was told is known."""
    return f"simulate-{seed}-{n}@example.com"


def build(*, seed: int, orders: int, at: datetime) -> list[World]:
    """Hire, let in, list and open everything through services, all at ``at``."""
    chance = Random(f"people {seed}")  # noqa: S311  (the same people every time)
    staff = [_hire(seed, n) for n in range(1, 4)]
    owners = max(2, min(6, orders // WORLDS // 60))
    firms = 2 if orders < 1000 else 3
    invitation = storefronts.issue_invitation(
        max_uses=WORLDS * owners,
        expires_at=at + timedelta(days=365),
        actor=staff[0],
        at=at,
        code=_invitation(chance),
    )
    worlds = []
    for number in range(WORLDS):
        companies = [_company(chance, seed, staff[0], number, n, at) for n in range(firms)]
        shopkeepers = [
            _shopkeeper(chance, seed, invitation.code, companies, number, n, at) for n in range(owners)
        ]
        worlds.append(World(number, companies, shopkeepers, staff, max(20, orders // 6)))
    return worlds


def _hire(seed: int, n: int) -> Actor:
    user = accounts.hire(nickname=f"模拟小二{n}", email=staff_email(seed, n), password="")
    return Actor(ActorKind.STAFF, user.public_id, user.public_id)


def _invitation(chance: Random) -> str:
    return "S" + "".join(chance.choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=7))


def _user(chance: Random, nickname: str) -> tuple[User, str]:
    """Somebody with a good credit score and a phone that nobody has yet."""
    while True:
        phone = f"1{chance.randrange(3, 10)}{chance.randrange(10**6):06d}{chance.randrange(720, 900)}"
        try:
            return accounts.sign_up(nickname=nickname, password="", phone=phone), phone
        except SignInTaken:
            continue


def _company(chance: Random, seed: int, clerk: Actor, world: int, n: int, at: datetime) -> Company:
    brand = BRANDS[(world * 3 + n) % len(BRANDS)]
    body = f"91{chance.randrange(10**6):06d}MA{chance.randrange(10**7):07d}"
    user, _phone = _user(chance, f"{brand}运营")
    applied = hand_in(
        user=user,
        application=Application(
            name=f"{brand}生活用品有限公司 S{seed}-{world + 1}{n + 1}",
            kind=tuple(SupplierKind)[(world + n) % len(SupplierKind)],
            credit_code=body + uscc.calc_check_digit(body),
            capital_fen=200_000_000,
            is_general_taxpayer=True,
            proof=ProofKind.CHAIN,
            chain_levels=2,
            voucher_note="",
            brands=(brand,),
        ),
        at=at,
    )
    supplier = let_in(applied, clerk, at)
    actor = Actor(ActorKind.SUPPLIER, supplier.public_id, user.public_id)
    pay_deposit(supplier, actor, at)
    suppliers.set_freight(supplier=supplier, freight_fen=800, free_from_fen=9_900, actor=actor)
    supplier.refresh_from_db()
    commissions.set_supplier_account(
        supplier=supplier,
        name=supplier.name,
        account=f"1202{chance.randrange(10**9):09d}11",
        actor=actor,
        at=at,
    )
    wares = tuple(_list(supplier, actor, brand, ware, PLENTY, at) for ware in WARES)
    return Company(supplier, actor, wares, _list(supplier, actor, brand, SCARCE_WARE, SCARCE, at))


def _list(
    supplier: Supplier, actor: Actor, brand: str, ware: tuple[str, str, int, int], stock: int, at: datetime
) -> Ware:
    title, category, price_fen, rate_bp = ware
    draft = GoodDraft(
        title=f"{brand} {title}",
        category_code=category,
        brand=brand,
        description=f"{brand}出品，{title}。",
        price_fen=price_fen,
        stock=stock,
        rate_bp=rate_bp,
        ship_within_h=48,
    )
    good = suppliers.create_good(supplier=supplier, draft=draft, actor=actor, at=at)
    return Ware(good, good.skus.get())


def _shopkeeper(
    chance: Random,
    seed: int,
    invitation: str,
    companies: Sequence[Company],
    world: int,
    n: int,
    at: datetime,
) -> Shopkeeper:
    word = SHOP_WORDS[(world + n) % len(SHOP_WORDS)]
    user, phone = _user(chance, f"{word}掌柜")
    owner = _join(chance, user, invitation, at)
    shop = storefronts.open_shop(
        owner=owner,
        name=f"{word}{seed}店{world + 1}街{n + 1}号",
        description="把日常用得上的好东西分享给你。",
        at=at,
    )
    goods = [ware.good for company in companies for ware in (*company.wares, company.scarce)]
    picks = storefronts.pick(shop=shop, goods=goods, at=at)
    storefronts.recommend(pick=picks[0], text="质地清爽不黏，秋冬换季备一瓶。", at=at)
    storefronts.share(pick=picks[0], channel=Channel.WECHAT, at=at)
    link = link_of_shop(shop)
    assert link is not None
    return Shopkeeper(owner, shop, link, phone)


def _join(chance: Random, user: User, invitation: str, at: datetime) -> Owner:
    while True:
        born = date(1965, 1, 1) + timedelta(days=chance.randrange(13_000))
        body = f"110101{born:%Y%m%d}{chance.randrange(1000):03d}"
        try:
            return storefronts.join(
                user=user,
                invitation=invitation,
                name=OWNER_NAME,
                id_number=body + ric.calc_check_digit(body + "0"),
                at=at,
            )
        except IdentityTaken:
            continue
