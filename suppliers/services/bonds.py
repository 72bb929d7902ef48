"""Category bonds (docs/rules.md §1.3 rule 38, C15): held apart from the deposit, paid at the same cashier."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.services import notify
from ledger import posting, selectors
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from payments import services as payments
from payments.models import Charge
from payments.selectors import overdue_deposits
from payments.states import Purpose
from suppliers import errors, letters
from suppliers.models import BondedCategory, Category, Supplier
from suppliers.selectors import members_of, permit_checklist
from suppliers.services.locks import lock_supplier
from suppliers.services.topping_up import review_deposit
from suppliers.states import SupplierStatus
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, MoveRefused
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.templatetags.kernel_format import listed


def bonded_root(category: Category) -> Category | None:
    """The category whose bond is asked for before listing here: this one, else its root, or None where neither asks."""
    if category.bond_fen:
        return category
    return category.parent if category.parent is not None and category.parent.bond_fen else None


def missing_bond(supplier: Supplier, category: Category) -> int:
    """Fen that the supplier's bonds are short of what it has to hold to list in this category; 0: it may.

    It has to hold the bonds of all categories for which it paid one, and of this one; what a compensation drew is missing.
    """
    asking = bonded_root(category)
    if asking is None:
        return 0
    paid = Category.objects.filter(bonded__supplier=supplier, bonded__since__isnull=False)
    wanted = {row.pk: row.bond_fen for row in (*paid, asking)}
    held = selectors.balance(AccountKind.CATEGORY_BOND, supplier.public_id)
    return max(0, sum(wanted.values()) - held)


def require_category(supplier: Supplier, category: Category, *, at: datetime) -> None:
    """Refuse to list in a category whose permits are not in force or whose bond is not paid.

    Raises PermitMissing, BondMissing.
    """
    items = permit_checklist(supplier, category, at=at)
    wrong = [item.place.words for item in items if item.is_required and not item.counts]
    if wrong:
        raise errors.PermitMissing(category=str(category), items=listed(wrong))
    missing = missing_bond(supplier, category)
    if missing:
        raise errors.BondMissing(category=str(category), fen=format_yuan(missing, thousands=True))


def open_bond_payment(*, supplier: Supplier, category_code: str, actor: Actor, at: datetime) -> Charge:
    """The charge for what a category's bond is short of; one is open at a time, another category's is closed.

    Raises BadInput where nothing is missing, NotActive, MoveRefused for another actor.
    """
    with transaction.atomic():
        row = lock_supplier(supplier.public_id)
        if actor.kind != ActorKind.SUPPLIER or actor.ref != row.public_id:
            raise MoveRefused(state=row.get_status_display(), event=_("缴纳类目保证金"))
        if not _may_pay(row):
            raise errors.NotActive(state=row.get_status_display())
        found = Category.objects.select_related("parent").filter(code=category_code).first()
        category = bonded_root(found) if found is not None else None
        missing = missing_bond(row, category) if category is not None else 0
        if category is None or not missing:
            raise BadInput(what=_("该类目不需要再缴保证金"))
        posting.ensure_accounts([Side(AccountKind.CATEGORY_BOND, row.public_id)])
        bonded, _made = BondedCategory.objects.get_or_create(supplier=row, category=category)
        _close_others(row, bonded, missing, at)
        charge = payments.open_charge(
            purpose=Purpose.BOND,
            reference=row.public_id,
            amount_fen=missing,
            title=_("类目保证金 {category} {name}").format(category=category, name=row.name),
            expires_at=at + timedelta(minutes=rules_at(at).PAY_TIMEOUT_MIN),
            at=at,
        )
        bonded.charge_number = charge.number
        bonded.save(update_fields=["charge_number"])
        return charge


def _may_pay(row: Supplier) -> bool:
    """Who is active pays bonds; who is suspended tops up what it is short of."""
    is_topping_up = row.status == SupplierStatus.SUSPENDED and row.top_up_by is not None
    return row.status == SupplierStatus.ACTIVE or is_topping_up


def _close_others(row: Supplier, bonded: BondedCategory, missing: int, at: datetime) -> None:
    """Leave open only the charge for this category, for this amount and in time."""
    charge = payments.open_charge_of(purpose=Purpose.BOND, reference=row.public_id)
    if charge is None:
        return
    is_this = charge.number == bonded.charge_number and charge.amount_fen == missing
    if not is_this or at > charge.expires_at:
        payments.close_deposit_charges(reference=row.public_id, at=at, purpose=Purpose.BOND)


def awaits_bond(supplier: Supplier, charge: Charge, *, at: datetime) -> bool:
    """Whether money for this charge is still wanted: it is the category's last one, in time, and the bond is short."""
    bonded = BondedCategory.objects.select_related("category__parent").filter(charge_number=charge.number)
    row = bonded.filter(supplier=supplier).first()
    if row is None or not _may_pay(supplier) or at > charge.expires_at:
        return False
    return missing_bond(supplier, row.category) > 0


def receive_bond(*, supplier: Supplier, charge: Charge, at: datetime) -> None:
    """A bond charge was paid: book it. The caller has locked the supplier and applied the payment; once per charge."""
    with transaction.atomic():
        bonded = BondedCategory.objects.select_related("category").get(
            supplier=supplier, charge_number=charge.number
        )
        side = Side(AccountKind.CATEGORY_BOND, supplier.public_id)
        posting.post(
            Event(JournalKind.BOND, "charge", charge.number),
            [Movement(Side(AccountKind.CHANNEL_CLEARING), side, charge.amount_fen)],
            at=at,
        )
        bonded.since = bonded.since or at
        bonded.save(update_fields=["since"])
        payments.close_deposit_charges(reference=supplier.public_id, at=at, purpose=Purpose.BOND)
        notify(
            kind=letters.BOND_RECEIVED,
            recipients=members_of([supplier.pk]).get(supplier.pk, []),
            ref=charge.number,
            at=at,
            facts={"amount_fen": charge.amount_fen, "category": bonded.category.name},
        )
        review_deposit(supplier, at=at, ref=charge.number)


def close_overdue_bonds(*, at: datetime) -> int:
    """Close bond charges that nobody paid in time, supplier by supplier; returns how many."""
    closed = 0
    for public_id in overdue_deposits(at=at, purpose=Purpose.BOND):
        with transaction.atomic():
            lock_supplier(public_id)
            closed += payments.close_deposit_charges(
                reference=public_id, at=at, overdue_only=True, purpose=Purpose.BOND
            )
    return closed
