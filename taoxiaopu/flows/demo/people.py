"""Who the story is about: staff, companies with their goods, owners with their shops."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from django.conf import settings

from accounts import services as accounts
from accounts.models import User
from accounts.providers.sandbox import TOTP_SECRET
from accounts.selectors import user_by_sign_in
from accounts.services import AddressDraft
from commissions import services as commissions
from payments import services as payments
from payments.providers.sandbox import Button
from storefronts import services as storefronts
from storefronts.models import Owner, ShareLink, Shop
from storefronts.states import Channel
from suppliers import services as suppliers
from suppliers.models import CatalogueImport, Good, Supplier
from suppliers.selectors import Profile, entry_checklist, sellable_goods
from suppliers.services import RUN_IMPORT, GoodDraft, ImportDefaults, PaperDraft
from suppliers.states import GoodStatus
from taoxiaopu.flows.demo import cast, goods
from taoxiaopu.flows.demo.cast import Company, Host
from taoxiaopu.flows.demo.goods import Listing
from taoxiaopu.flows.stage import certificate, deliver, hand_in, let_in, pay_deposit
from taoxiaopu.kernel import clock, jobs
from taoxiaopu.kernel.actors import Actor, ActorKind

SAMPLE = Path(settings.BASE_DIR) / "suppliers" / "samples" / "catalogue_gbk.csv"
CHANNELS = tuple(Channel)
COMPANY_ACCOUNT = "120202019001234567"
SHELF = 30  # goods that a shop picks at most


@dataclass(frozen=True, slots=True)
class Firm:
    """A supplier in the story and its goods for sale, in the order in which they were listed."""

    supplier: Supplier
    user: User
    goods: list[Good] = field(default_factory=list)

    @property
    def actor(self) -> Actor:
        """Whoever signs in for it."""
        return Actor(ActorKind.SUPPLIER, self.supplier.public_id, self.user.public_id)


@dataclass(frozen=True, slots=True)
class Stall:
    """An owner in the story with a shop, its goods, and share links by the key of their good."""

    host: Host
    owner: Owner
    shop: Shop
    shelf: list[Good]
    links: dict[int, ShareLink]

    @property
    def actor(self) -> Actor:
        """The owner."""
        return Actor(ActorKind.OWNER, self.owner.public_id, self.owner.user.public_id)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody whom later acts need."""

    staff: tuple[Actor, Actor]
    firms: list[Firm]
    stalls: list[Stall]
    members: list[User]


def assemble(start: datetime, now: datetime) -> Cast:
    """Everybody comes on: staff at ``start``, companies and owners in the hours after it, applicants yesterday."""
    staff = _staff(start)
    firms = [_firm(company, staff[0], start + timedelta(hours=n)) for n, company in enumerate(cast.COMPANIES)]
    _list_by_form(firms[0], staff[0], start)
    _bond(firms[4], start + timedelta(hours=9))
    _applicants(staff[0], start, now)
    _unfinished(staff[0], start, now)
    _papers_of_today(firms, staff[0], now)
    expires = now + timedelta(days=365)
    storefronts.issue_invitation(
        max_uses=1000, expires_at=expires, actor=staff[0], at=start, code=cast.INVITATION
    )
    at = start + timedelta(days=1)
    stalls = [_stall(host, at + timedelta(hours=3 * n)) for n, host in enumerate(cast.HOSTS)]
    return Cast(staff, firms, stalls, _members(start + timedelta(days=2)))


def account(nickname: str, *, email: str, phone: str = "") -> User:
    """An account with the demo's password."""
    return accounts.sign_up(nickname=nickname, password=cast.PASSWORD, email=email, phone=phone)


def _at_desk(company: Company, at: datetime) -> User:
    """Who signs in for a company, with the authenticator that the demo's page shows the code of."""
    user = account(company.nickname, email=company.email, phone=company.phone)
    accounts.enrol_totp(user=user, secret=TOTP_SECRET, at=at)
    return user


def _members(at: datetime) -> list[User]:
    """Consumers who signed up; the first has an address book."""
    members = [account(nickname, email=email, phone=phone) for nickname, email, phone in cast.MEMBERS]
    for receiver, region, street in cast.BOOK:
        draft = AddressDraft(receiver, cast.MEMBERS[0][2], region, street)
        accounts.add_address(user=members[0], draft=draft, at=at)
    return members


def _staff(start: datetime) -> tuple[Actor, Actor]:
    first, second = (
        accounts.hire(nickname=f"小二{n}号", email=email, password=cast.PASSWORD)
        for n, email in enumerate(cast.STAFF, 1)
    )
    for person in (first, second):
        accounts.enrol_totp(user=person, secret=TOTP_SECRET, at=start)
    return _staff_actor(first), _staff_actor(second)


def _staff_actor(user: User) -> Actor:
    return Actor(ActorKind.STAFF, user.public_id, user.public_id)


def _firm(company: Company, staff: Actor, at: datetime) -> Firm:
    """A company applies, is let in, sets its freight and imports its brands of the sample file."""
    user = _at_desk(company, at)
    applied = hand_in(user=user, application=company.application, at=at)
    supplier = let_in(applied, staff, at + timedelta(hours=3), note="资质齐全")
    firm = Firm(supplier, user)
    pay_deposit(supplier, firm.actor, at + timedelta(hours=4))
    suppliers.set_freight(
        supplier=supplier,
        freight_fen=company.freight_fen,
        free_from_fen=company.free_from_fen,
        actor=firm.actor,
    )
    supplier.refresh_from_db()
    commissions.set_supplier_account(
        supplier=supplier,
        name=supplier.name,
        account=COMPANY_ACCOUNT,
        actor=firm.actor,
        at=at + timedelta(hours=4),
    )
    for file in company.files:
        catalogue = preview(
            firm, f"{file.brand}.csv", file.category, file.rate_bp, at + timedelta(hours=5), brand=file.brand
        )
        work_off(catalogue, at + timedelta(hours=6))
    firm.goods.extend(Good.objects.filter(supplier=supplier, status=GoodStatus.LISTED).order_by("pk"))
    return firm


def preview(
    firm: Firm, filename: str, category: str, rate_bp: int, at: datetime, *, brand: str = ""
) -> CatalogueImport:
    """A company uploads the committed sample: the lines of one brand, or all of them with what is wrong in them."""
    header, *lines = SAMPLE.read_bytes().splitlines(keepends=True)
    ending = brand.encode("gb18030")
    raw = header + b"".join(line for line in lines if line.rstrip().endswith(ending))
    return suppliers.preview_import(
        supplier=firm.supplier,
        person=firm.user.public_id,
        filename=filename,
        raw=raw,
        defaults=ImportDefaults(category, 600, rate_bp),
        at=at,
    )


def work_off(catalogue: CatalogueImport, at: datetime) -> None:
    """Work an import off as it would have been at ``at``."""
    for _done, _all in suppliers.run_import_now(catalogue=catalogue, now=lambda: at):
        pass


def import_real(file: Path, at: datetime) -> None:
    """The real catalogue, by staff: one supplier a brand."""
    catalogue = suppliers.preview_import(
        supplier=None,
        person="demo",
        filename=file.name,
        raw=file.read_bytes(),
        defaults=ImportDefaults("beauty", 200, 2000),
        at=at,
    )
    work_off(catalogue, at)


def imports_of_today(firms: Sequence[Firm], now: datetime) -> None:
    """An upload that waits for its yes, one that a worker is about to take up, and one whose file was lost."""
    later = (now - timedelta(minutes=n) for n in (50, 30, 20))
    preview(firms[0], "见山新品.csv", "home/living", 2000, next(later), brand="木屿居")
    running = preview(firms[4], "木屿居-补货.csv", "home/living", 2200, next(later), brand="木屿居")
    suppliers.start_import(catalogue=running, at=now)
    lost = preview(firms[2], "云岭拾穗-十月.csv", "food/snacks", 1500, next(later), brand="云岭拾穗")
    suppliers.start_import(catalogue=lost, at=now - timedelta(minutes=20))
    (Path(settings.DATA_DIR) / "imports" / lost.stored_as).unlink()
    with _unlogged():
        _fail(now)


def _fail(now: datetime) -> None:
    """A worker tries the upload whose file is gone as often as it tries anything."""
    for _try in range(jobs.MAX_ATTEMPTS):
        for job_id in jobs.due(RUN_IMPORT, at=now - timedelta(minutes=1)):
            job = jobs.claim(job_id, at=now - timedelta(minutes=1))
            if job is not None:
                with suppress(FileNotFoundError):
                    jobs.run_claimed(job, at=now - timedelta(minutes=15), work=suppliers.run_import)


@contextmanager
def _unlogged() -> Iterator[None]:
    """A failure that belongs to the story is no news for the log."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def _list_by_form(firm: Firm, staff: Actor, start: datetime) -> None:
    """The first company lists its goods by the form: for sale, held, refused, taken down and sold out."""
    at = start + timedelta(hours=6)
    made = [_list(firm, listing, at + timedelta(minutes=n)) for n, listing in enumerate(goods.LISTINGS)]
    firm.goods.extend(made)
    _list(firm, goods.SOLD_OUT, at)
    _list(firm, goods.HELD, at)
    refused = _list(firm, goods.REFUSED, at)
    suppliers.refuse_good(
        public_id=refused.public_id, actor=staff, at=at + timedelta(days=1), reason="标题含广告法禁用词"
    )
    delisted = _list(firm, goods.DELISTED, at)
    suppliers.delist_good(good=delisted, actor=firm.actor, at=at + timedelta(days=30), reason="换季下架")
    firm.goods.append(_list(firm, goods.FRESH, at))


def edits_under_review(firm: Firm, staff: Actor, now: datetime) -> None:
    """A live good gets other titles: one that staff refuse, one withdrawn, one let through, one replaced by one that waits.
    It sells on as it was meanwhile.
    """
    listing = goods.LISTINGS[0]
    good = Good.objects.get(supplier=firm.supplier, title=listing.title)

    def edit(title: str, hours: int) -> None:
        row = Good.objects.get(pk=good.pk)
        draft = replace(draft_of(listing), title=title, price_fen=row.price_from_fen)
        suppliers.edit_good(good=row, draft=draft, actor=firm.actor, at=now - timedelta(hours=hours))

    def waiting() -> str:
        change = suppliers.open_change_of(good)
        assert change is not None
        return change.public_id

    edit(goods.DOUBTFUL_TITLE, 60)
    suppliers.refuse_change(
        public_id=waiting(),
        actor=staff,
        at=now - timedelta(hours=50),
        reason="“顶级”是广告法禁用词，请换一种说法",
    )
    edit(f"{listing.title} 第一", 40)
    suppliers.withdraw_change(good=good, actor=firm.actor, at=now - timedelta(hours=39))
    edit(f"{listing.title} 最佳搭档装", 30)
    suppliers.approve_change(
        public_id=waiting(),
        actor=staff,
        at=now - timedelta(hours=28),
        note="“最佳搭档”说的是组合，不是宣传用语",
    )
    edit(f"{listing.title} 最佳", 5)
    edit(goods.DOUBTFUL_TITLE, 3)


def _list(firm: Firm, listing: Listing, at: datetime) -> Good:
    draft = draft_of(listing)
    return suppliers.create_good(supplier=firm.supplier, draft=draft, actor=firm.actor, at=at)


def draft_of(listing: Listing) -> GoodDraft:
    """What the form would send."""
    return GoodDraft(
        title=listing.title,
        category_code=listing.category,
        brand=listing.brand,
        description=listing.description,
        price_fen=listing.price_fen,
        stock=listing.stock,
        rate_bp=listing.rate_bp,
        ship_within_h=listing.ship_within_h,
        barcode=listing.barcode,
    )


def _applicants(staff: Actor, start: datetime, now: datetime) -> None:
    """Companies in the other states of the entry: waiting, asked for the deposit, sent back, suspended, about to leave."""
    submitted = cast.SUBMITTED
    hand_in(
        user=_at_desk(submitted, start),
        application=submitted.application,
        at=now - timedelta(hours=20),
    )
    approved = cast.APPROVED
    applied = hand_in(
        user=_at_desk(approved, start),
        application=approved.application,
        permits=False,
        at=now - timedelta(days=3),
    )
    let_in(applied, staff, now - timedelta(days=2), note="资质齐全，请缴纳保证金")
    rejected = cast.REJECTED
    applied = hand_in(
        user=_at_desk(rejected, start),
        application=rejected.application,
        permits=False,
        at=now - timedelta(days=4),
    )
    suppliers.take_application(public_id=applied.public_id, actor=staff, at=now - timedelta(days=3))
    suppliers.reject_supplier(
        public_id=applied.public_id, actor=staff, at=now - timedelta(days=3), reason=cast.WHY_REJECTED
    )
    suspended = _firm(cast.SUSPENDED, staff, start)
    for listing in goods.OF_SUSPENDED:
        _list(suspended, listing, start + timedelta(days=1))
    suppliers.suspend_supplier(
        public_id=suspended.supplier.public_id,
        actor=staff,
        at=now - timedelta(days=9),
        reason=cast.WHY_SUSPENDED,
    )
    for company in (cast.LEAVING, cast.GONE):
        _firm(company, staff, start)


def _unfinished(staff: Actor, start: datetime, now: datetime) -> None:
    """Companies that nobody decided about yet: one in review and late, one asked for more, one that still types."""
    late = hand_in(
        user=_at_desk(cast.UNREAD, start),
        application=cast.UNREAD.application,
        permits=False,
        at=now - timedelta(hours=50),
    )
    suppliers.take_application(public_id=late.public_id, actor=staff, at=now - timedelta(hours=3))
    mending = hand_in(
        user=_at_desk(cast.MENDING, start), application=cast.MENDING.application, at=now - timedelta(days=2)
    )
    at = now - timedelta(days=1)
    suppliers.take_application(public_id=mending.public_id, actor=staff, at=at)
    for item in entry_checklist(mending, at=at):
        if item.open is not None:
            is_fine = item.place.level != 2
            suppliers.judge_paper(
                public_id=item.open.public_id, is_fine=is_fine, actor=staff, at=at,
                note="" if is_fine else cast.WHY_MENDING,
            )  # fmt: skip
    suppliers.ask_for_more(public_id=mending.public_id, actor=staff, at=at)
    email, nickname, name = cast.DRAFTING
    user = account(nickname, email=email)
    draft = suppliers.start_application(user=user, at=at)
    suppliers.save_draft(
        supplier=draft,
        typed={"name": name, "brands": "半山", "proof": "chain", "chain_levels": "1"},
        profile=Profile("", "chain", 1, ("半山",)),
        actor=Actor(ActorKind.SUPPLIER, draft.public_id, user.public_id),
        at=at,
    )


def _papers_of_today(firms: Sequence[Firm], staff: Actor, now: datetime) -> None:
    """A licence that runs out in three weeks, and a new paper that waits for staff."""
    at = now - timedelta(days=2)
    ends = clock.local(now).date() + timedelta(days=20)
    scan = [certificate("营业执照")]
    renewed = PaperDraft("licence", files=scan, valid_until=ends)
    paper = suppliers.hand_in_paper(supplier=firms[0].supplier, draft=renewed, actor=firms[0].actor, at=at)
    suppliers.judge_paper(public_id=paper.public_id, is_fine=True, actor=staff, at=at + timedelta(hours=2))
    suppliers.remind_of_papers(at=now - timedelta(hours=5))
    waiting = PaperDraft("taxpayer", files=[certificate("一般纳税人")])
    suppliers.hand_in_paper(
        supplier=firms[1].supplier, draft=waiting, actor=firms[1].actor, at=now - timedelta(hours=6)
    )


def _bond(firm: Firm, at: datetime) -> None:
    """The factory pays the bond of small appliances."""
    charge = suppliers.open_bond_payment(
        supplier=firm.supplier, category_code="home/appliances", actor=firm.actor, at=at
    )
    deliver(at, payments.press_cashier(charge=charge, button=Button.PAY, at=at))


def _stall(host: Host, at: datetime) -> Stall:
    """An owner joins by invitation, opens a shop, picks, recommends and shares."""
    user = user_by_sign_in(host.email) or account(host.nickname, email=host.email, phone=host.phone)
    owner = storefronts.join(
        user=user,
        invitation=cast.INVITATION,
        name=host.name,
        id_number=host.id_number,
        at=at,
    )
    shop = storefronts.open_shop(
        owner=owner, name=host.shop, description=host.description, at=at + timedelta(hours=1)
    )
    shelf = _shelf(host)
    picks = storefronts.pick(shop=shop, goods=list(reversed(shelf)), at=at + timedelta(hours=2))
    picks.reverse()
    links: dict[int, ShareLink] = {}
    for n, pick in enumerate(picks[: 2 * host.links]):
        root = pick.good.category.code.partition("/")[0]
        words = cast.RECOMMENDATIONS[root]
        storefronts.recommend(pick=pick, text=words[n % len(words)], at=at + timedelta(hours=2))
    for n, pick in enumerate(picks[: host.links]):
        shared = storefronts.share(pick=pick, channel=CHANNELS[n % len(CHANNELS)], at=at + timedelta(hours=3))
        links[pick.good_id] = shared.link
    if host.email == cast.OWNER:
        storefronts.share_shop(
            shop=shop,
            channel=Channel.WEIBO,
            picks=picks[:3],
            greeting=cast.GREETING,
            at=at + timedelta(hours=3),
        )
    return Stall(host, owner, shop, shelf, links)


def _shelf(host: Host) -> list[Good]:
    """Goods of the host's brands, one brand after the other in turn, with the dear one at the end."""
    by_brand = [
        list(sellable_goods().filter(brand=brand, skus__available__gt=0).order_by("pk"))
        for brand in host.brands
    ]
    chance = Random(host.phone)  # noqa: S311  (the same story every time)
    for one_brand in by_brand[2:]:
        chance.shuffle(one_brand)
    turns = [row[n] for n in range(max(map(len, by_brand))) for row in by_brand if n < len(row)]
    dear = next((good for good in turns if is_dear(good)), None)
    shelf = [good for good in turns if good is not dear][: SHELF - 1]
    return [*shelf, dear] if dear else shelf


def is_dear(good: Good) -> bool:
    """Whether a good is the one that is dear enough for a second arbitrator."""
    return goods.DEAR_GOOD in good.title
