"""Who plays: two suppliers, three owners and their goods, built once; every example starts from here."""

from dataclasses import dataclass
from datetime import timedelta

from commissions import services as commissions
from ledger import posting
from ledger.models import AccountKind
from ledger.posting import Side
from ledger.services import open_months
from reconciliation import services as reconciliation
from reconciliation.services import Line
from storefronts import services as storefronts
from storefronts.models import Owner, Shop
from suppliers import services as suppliers
from suppliers.models import Good, Sku, Supplier, SupplierMember
from tax.states import Identity
from tests.factories import numbers, payouts, story
from tests.proof.model import Platform
from tests.proof.model import suppliers as model_suppliers
from tests.proof.model import wallets as model_wallets
from tests.proof.model.money import CHANNEL

HIRED = story.noon(2026, 2, 24)
BEGINS = story.noon(2026, 3, 2)
LAST = story.noon(2027, 12, 1)  # no step is taken after this: the books have partitions up to here
DEPOSIT, BOND = 1_000_000, 100_000
# Freight, free from an amount of goods on, and the wares: price in fen, rate in bp, pieces. Halves of a fen are frequent,
# one commission is less than a fen, some goods are dear enough for every limit, and one is soon sold out.
FIRMS = (
    (
        800,
        9_900,
        (
            (25, 1000, 900),
            (1_980, 910, 900),
            (33_333, 1500, 900),
            (12_345, 1_234, 900),
            (1_500_000, 5000, 900),
        ),
    ),
    (
        550,
        0,
        ((4, 1000, 900), (28_905, 1_801, 900), (99_990, 4_999, 900), (250_001, 750, 900), (777, 333, 9)),
    ),
)


@dataclass(frozen=True)
class Cast:
    """Everybody as the platform knows them."""

    suppliers: list[Supplier]
    owners: list[Owner]
    shops: dict[str, Shop]
    phones: dict[str, str]
    skus: list[Sku]
    goods: dict[int, Good]

    def owner(self, public_id: str) -> Owner:
        """One of the owners."""
        return next(owner for owner in self.owners if owner.public_id == public_id)

    def as_model(self) -> Platform:
        """The same people and goods in the model, with what suppliers paid in."""
        first, second = self.suppliers
        firms = [
            model_suppliers.Supplier(firm.public_id, freight, free_from)
            for firm, (freight, free_from, _wares) in zip(self.suppliers, FIRMS, strict=True)
        ]
        ann, bea, cai = (owner.public_id for owner in self.owners)
        people = [
            model_wallets.Owner(ann, 1),
            model_wallets.Owner(bea, 4),
            model_wallets.Owner(cai, 2, is_person=False, works_for=(first.public_id,)),
        ]
        goods = [
            model_suppliers.Good(
                sku.pk, sku.good.supplier.public_id, sku.price_fen, sku.good.rate_bp, sku.available
            )
            for sku in self.skus
        ]
        platform = Platform(firms, people, goods)
        for firm in (first, second):
            platform.books.move(CHANNEL, ("supplier_deposit", firm.public_id), DEPOSIT)
        platform.books.move(CHANNEL, ("category_bond", first.public_id), BOND)
        return platform


def build() -> Cast:
    """Let everybody in, through services."""
    firms = [story.supplier(HIRED, n) for n in (1, 2)]
    goods = [
        story.good(firm, HIRED, price_fen=price, rate_bp=rate, stock=pieces, title=f"滋润面霜 {price}")
        for firm, (_freight, _free_from, wares) in zip(firms, FIRMS, strict=True)
        for price, rate, pieces in wares
    ]
    for firm, (freight, free_from, _wares) in zip(firms, FIRMS, strict=True):
        actor = story.supplier_actor(firm)
        suppliers.set_freight(supplier=firm, freight_fen=freight, free_from_fen=free_from, actor=actor)
        commissions.set_supplier_account(
            supplier=firm, name=firm.name, account="120202019001234567", actor=actor, at=HIRED
        )
    _pay_bond(firms[0])
    owners = [story.owner(HIRED, 1), story.owner(HIRED, 2), _owner_who_works_for(firms[0])]
    shops = {}
    for n, (owner, level) in enumerate(zip(owners, (1, 4, 2), strict=True)):
        shops[owner.public_id] = story.shop(owner, HIRED, f"小满的店{n}")
        storefronts.pick(shop=shops[owner.public_id], goods=goods, at=HIRED)
        is_person = n < 2
        payouts.give_tax_info(
            owner,
            HIRED,
            Identity.PERSON if is_person else Identity.BUSINESS,
            name="" if is_person else "王小满工作室",
            number="" if is_person else numbers.company_code(77),
        )
        payouts.give_account(owner, HIRED)
        commissions.override_tier(owner=owner, level=level, reason="试用", actor=payouts.ANNA, at=HIRED)
    month = HIRED
    while month < LAST + timedelta(days=62):
        open_months(at=month)
        month += timedelta(days=90)
    phones = [numbers.phone(201), numbers.phone(202), numbers.phone(101)]
    return Cast(
        suppliers=firms,
        owners=owners,
        shops=shops,
        phones={owner.public_id: phone for owner, phone in zip(owners, phones, strict=True)},
        skus=list(Sku.objects.select_related("good__supplier").order_by("pk")),
        goods={sku.pk: sku.good for sku in Sku.objects.select_related("good__supplier")},
    )


def _owner_who_works_for(firm: Supplier) -> Owner:
    member = SupplierMember.objects.select_related("user").get(supplier=firm)
    code = storefronts.issue_invitation(max_uses=1, expires_at=BEGINS, actor=story.SYSTEM_STAFF, at=HIRED)
    return storefronts.join(
        user=member.user, invitation=code.code, name="王小满", id_number=numbers.identity(3), at=HIRED
    )


def _pay_bond(firm: Supplier) -> None:
    """Bonds have no service of their own yet: two people book one."""
    posting.ensure_accounts([Side(AccountKind.CATEGORY_BOND, firm.public_id)])
    line = Line(AccountKind.CHANNEL_CLEARING, "", AccountKind.CATEGORY_BOND, firm.public_id, BOND)
    row = reconciliation.propose_manual(
        lines=[line], reason="类目保证金", actor=payouts.ANNA, at=HIRED, token="8800000000000001"
    )
    reconciliation.approve_manual(number=row.number, actor=payouts.BELA, at=HIRED)
