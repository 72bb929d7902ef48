"""Listings: create, edit, review, list and delist, rates and stock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.letters import Letter
from accounts.services import notify
from suppliers import errors, letters, photographs
from suppliers.models import Category, Good, Sku, Supplier
from suppliers.selectors import members_of
from suppliers.services.bonds import require_category
from suppliers.services.papers import refresh_cover
from suppliers.services.standing import require_listing
from suppliers.states import GOODS, GoodStatus, SupplierStatus
from suppliers.stock import receive, set_available
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.screening import Action, screen
from taoxiaopu.kernel.settings import Rules, rules_at

STOCK_MAX = 9_999_999
PRICE_MAX_FEN = 999_999_999


@dataclass(frozen=True, slots=True)
class GoodDraft:
    """What a supplier types into the form: price in fen, rate in bp, promise in hours, picture as uploaded bytes."""

    title: str
    category_code: str
    brand: str
    description: str
    price_fen: int
    stock: int
    rate_bp: int
    ship_within_h: int = 48
    picture: bytes | None = None


def create_good(*, supplier: Supplier, draft: GoodDraft, actor: Actor, at: datetime) -> Good:
    """List a good with one SKU; a title or description with a blocked word is kept and held for review (§8.3).

    Raises NotActive, ListingStopped, BadTitle, RateOutOfRange, ForeignBrand, BadStock, PermitMissing, BondMissing,
    PictureError's kinds.
    """
    category = _checked(supplier, draft, rules_at(at))
    require_listing(supplier, at)
    require_category(supplier, category, at=at)
    words = blocked_words(f"{draft.title} {draft.description}", category)
    picture = photographs.store(draft.picture) if draft.picture else ""
    with transaction.atomic():
        good = Good.objects.create(
            supplier=supplier,
            category=category,
            title=draft.title.strip(),
            brand=draft.brand.strip(),
            description=draft.description.strip(),
            price_from_fen=draft.price_fen,
            rate_bp=draft.rate_bp,
            ship_within_h=draft.ship_within_h,
            status=GoodStatus.HELD if words else GoodStatus.LISTED,
            held_words="、".join(words)[:200],
            picture=picture,
            created_at=at,
            changed_at=at,
        )
        sku = Sku.objects.create(
            good=good, price_fen=draft.price_fen, received=draft.stock, available=draft.stock
        )
        receive(skus=[sku], ref=good.public_id, actor=actor, at=at)
        refresh_cover([supplier.pk], [good.pk])
        audit.record(actor=actor, subject_type="good", subject_ref=good.public_id, event="create", at=at)
        if words:
            _tell(good, letters.GOOD_HELD, at, words=good.held_words)
    return good


def edit_good(*, good: Good, draft: GoodDraft, actor: Actor, at: datetime) -> Good:
    """Change a good with one SKU. Text with a blocked word holds it; placed orders never change.

    A higher rate counts at once, a lower one as ``change_rate`` says. Raises as ``create_good``.
    """
    category = _checked(good.supplier, draft, rules_at(at))
    if category.pk != good.category_id:
        require_category(good.supplier, category, at=at)
    words = blocked_words(f"{draft.title} {draft.description}", category)
    picture = photographs.store(draft.picture) if draft.picture else good.picture
    with transaction.atomic():
        row = _locked(good.public_id)
        row.title, row.brand, row.category = draft.title.strip(), draft.brand.strip(), category
        row.description, row.picture = draft.description.strip(), picture
        row.price_from_fen, row.ship_within_h = draft.price_fen, draft.ship_within_h
        row.version, row.changed_at = row.version + 1, at
        row.held_words = "、".join(words)[:200]
        row.save()
        Sku.objects.filter(good=row).update(price_fen=draft.price_fen)
        screen_status(row, bool(words), at=at)
        set_available(good=row, available=draft.stock, actor=actor, at=at)
        _change_rate(row, draft.rate_bp, actor, at)
        refresh_cover([row.supplier_id], [row.pk])
        audit.record(actor=actor, subject_type="good", subject_ref=row.public_id, event="edit", at=at)
    return row


def change_terms(
    *,
    good: Good,
    price_fen: int | None = None,
    stock: int | None = None,
    rate_bp: int | None = None,
    actor: Actor,
    at: datetime,
) -> Good:
    """Change price in fen, stock or rate in bp of a one-SKU good, all or none; what is None stays.

    Placed orders never change. Raises NotActive, BadInput, BadStock, RateOutOfRange.
    """
    if good.supplier.status != SupplierStatus.ACTIVE:
        raise errors.NotActive(state=good.supplier.get_status_display())
    if price_fen is not None:
        _check_price(price_fen)
    if stock is not None and not 0 <= stock <= STOCK_MAX:
        raise errors.BadStock(limit=STOCK_MAX)
    if rate_bp is not None:
        _check_rate(rate_bp, rules_at(at))
    with transaction.atomic():
        row = _locked(good.public_id)
        if price_fen is not None and price_fen != row.price_from_fen:
            row.price_from_fen, row.version, row.changed_at = price_fen, row.version + 1, at
            row.save(update_fields=["price_from_fen", "version", "changed_at"])
            Sku.objects.filter(good=row).update(price_fen=price_fen)
        if stock is not None:
            set_available(good=row, available=stock, actor=actor, at=at)
        if rate_bp is not None:
            _change_rate(row, rate_bp, actor, at)
        audit.record(actor=actor, subject_type="good", subject_ref=row.public_id, event="terms", at=at)
    return row


def screen_status(row: Good, has_blocked_words: bool, *, at: datetime) -> None:
    """Hold a locked good whose text became doubtful, clear one whose text became clean."""
    system = Actor.system("screening")
    if has_blocked_words and row.status != GoodStatus.HELD:
        GOODS.apply(row, "hold", actor=system, at=at, reason=row.held_words)
        _tell(row, letters.GOOD_HELD, at, words=row.held_words)
    elif not has_blocked_words and row.status in (GoodStatus.HELD, GoodStatus.REFUSED):
        GOODS.apply(row, "clear", actor=system, at=at)


def set_stock(*, good: Good, available: int, actor: Actor, at: datetime) -> None:
    """Set how many of a one-SKU good can be sold now. Raises BadStock."""
    if not 0 <= available <= STOCK_MAX:
        raise errors.BadStock(limit=STOCK_MAX)
    with transaction.atomic():
        row = _locked(good.public_id)
        set_available(good=row, available=available, actor=actor, at=at)
        audit.record(
            actor=actor,
            subject_type="good",
            subject_ref=row.public_id,
            event="stock",
            at=at,
            reason=str(available),
        )


def change_rate(*, good: Good, rate_bp: int, actor: Actor, at: datetime) -> None:
    """Raise the commission rate at once; lower it at the first midnight that is at least 24 h away (§6.1)."""
    _check_rate(rate_bp, rules_at(at))
    with transaction.atomic():
        _change_rate(_locked(good.public_id), rate_bp, actor, at)


def apply_due_rates(*, at: datetime) -> int:
    """Put lowered rates into force whose time has come; return how many."""
    with transaction.atomic():
        due = Good.objects.filter(next_rate_at__lte=at)
        return due.update(
            rate_bp=F("next_rate_bp"),
            next_rate_bp=None,
            next_rate_at=None,
            version=F("version") + 1,
            changed_at=at,
        )


def delist_good(*, good: Good, actor: Actor, at: datetime, reason: str = "") -> None:
    """Take a good off sale. Raises MoveRefused."""
    _move(good.public_id, "delist", actor, at, reason)


def list_good(*, good: Good, actor: Actor, at: datetime) -> None:
    """Put a delisted good on sale again. Raises MoveRefused, NotActive, PermitMissing, BondMissing."""
    if good.supplier.status != SupplierStatus.ACTIVE:
        raise errors.NotActive(state=good.supplier.get_status_display())
    require_category(good.supplier, good.category, at=at)
    _move(good.public_id, "list", actor, at, "")


def approve_good(*, public_id: str, actor: Actor, at: datetime, note: str = "") -> None:
    """Staff lists a held good. Raises NotFound, MoveRefused."""
    with transaction.atomic():
        _tell(_move(public_id, "approve", actor, at, note), letters.GOOD_APPROVED, at)


def refuse_good(*, public_id: str, actor: Actor, at: datetime, reason: str) -> None:
    """Staff refuses a held good with the reason. Raises BadInput without one, NotFound, MoveRefused."""
    if len(reason.strip()) < 2:
        raise BadInput(what=_("驳回须填写原因"))
    with transaction.atomic():
        _tell(_move(public_id, "refuse", actor, at, reason), letters.GOOD_REFUSED, at, reason=reason.strip())


def blocked_words(text: str, category: Category) -> list[str]:
    """The words of a text that §8.3 blocks in this category, each once."""
    root = category.code.partition("/")[0]
    return list(dict.fromkeys(f.word for f in screen(text, root) if f.action == Action.BLOCK))


def _move(public_id: str, event: str, actor: Actor, at: datetime, reason: str) -> Good:
    with transaction.atomic():
        row = _locked(public_id)
        GOODS.apply(row, event, actor=actor, at=at, reason=reason)
        row.changed_at = at
        row.save(update_fields=["changed_at"])
        return row


def _tell(row: Good, kind: Letter, at: datetime, **facts: str) -> None:
    notify(
        kind=kind,
        recipients=members_of([row.supplier_id]).get(row.supplier_id, []),
        ref=f"{row.public_id}:{row.version}:{at.isoformat()}",
        at=at,
        facts={"title": row.title, **facts},
        link=[row.public_id],
    )


def _locked(public_id: str) -> Good:
    rows = lock_rows(Good.objects.select_related("supplier", "category").filter(public_id=public_id))
    if not rows:
        raise NotFound
    return rows[0]


def _change_rate(row: Good, rate_bp: int, actor: Actor, at: datetime) -> None:
    if rate_bp < row.rate_bp:
        row.next_rate_bp = rate_bp
        row.next_rate_at = clock.local_instant(
            clock.local(at + timedelta(hours=24) - timedelta(microseconds=1)).date() + timedelta(days=1)
        )
    elif rate_bp > row.rate_bp:
        row.rate_bp, row.next_rate_bp, row.next_rate_at = rate_bp, None, None
    else:
        row.next_rate_bp, row.next_rate_at = None, None
    row.save(update_fields=["rate_bp", "next_rate_bp", "next_rate_at"])
    audit.record(
        actor=actor,
        subject_type="good",
        subject_ref=row.public_id,
        event="rate",
        at=at,
        reason=f"{rate_bp} bp",
    )


def _check_price(price_fen: int) -> None:
    if not 1 <= price_fen <= PRICE_MAX_FEN:
        raise BadInput(what=_("价格须在 0.01 到 9999999.99 元之间"))


def _check_rate(rate_bp: int, rules: Rules) -> None:
    if not rules.RATE_MIN_BP <= rate_bp <= rules.RATE_MAX_BP:
        raise errors.RateOutOfRange(low=rules.RATE_MIN_BP // 100, high=rules.RATE_MAX_BP // 100)


def _checked(supplier: Supplier, draft: GoodDraft, rules: Rules) -> Category:
    if supplier.status != SupplierStatus.ACTIVE:
        raise errors.NotActive(state=supplier.get_status_display())
    if not 1 <= len(draft.title.strip()) <= 120:
        raise errors.BadTitle
    if len(draft.description) > 5000:
        raise BadInput(what=_("商品描述最多 5000 字"))
    if not 0 <= draft.stock <= STOCK_MAX:
        raise errors.BadStock(limit=STOCK_MAX)
    _check_price(draft.price_fen)
    if draft.ship_within_h not in (24, 48, 72):
        raise BadInput(what=_("承诺发货时间须为 24、48 或 72 小时"))
    _check_rate(draft.rate_bp, rules)
    brand = draft.brand.strip()
    if brand and not supplier.brands.filter(name=brand).exists():
        raise errors.ForeignBrand(brand=brand)
    category = Category.objects.select_related("parent").filter(code=draft.category_code).first()
    if category is None:
        raise BadInput(what=_("请选择类目"))
    return category
