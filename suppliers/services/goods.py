"""Listings: create, edit, review, list and delist, rates and stock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.letters import Letter
from accounts.services import notify
from suppliers import errors, letters
from suppliers.models import Category, Good, Supplier
from suppliers.selectors import members_of
from suppliers.services.attributes import checked_attributes, keywords_of, texts_of
from suppliers.services.bonds import require_category
from suppliers.services.changes import (
    LIVE,
    Content,
    needs_review,
    open_change_of,
    propose,
    says_anew,
    withdraw_open,
)
from suppliers.services.customising import CustomOffer, checked_offer, texts_of_offer
from suppliers.services.decisions import record_decision
from suppliers.services.gallery import (
    Gallery,
    PictureDraft,
    as_shown,
    pictures_known,
    require_known,
    store_pictures,
)
from suppliers.services.library import learn_barcodes
from suppliers.services.market import check_market
from suppliers.services.papers import refresh_cover
from suppliers.services.skus import (
    DEFAULT_SKU,
    SkuDraft,
    SkuTerms,
    check_stock,
    checked_skus,
    lowest_price,
    only_sku,
    write_skus,
    write_terms,
)
from suppliers.services.standing import require_listing
from suppliers.states import GOODS, GoodStatus, SupplierStatus, Verdict
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.screening import Action, screen, words_version
from taoxiaopu.kernel.settings import Rules, rules_at


@dataclass(frozen=True, slots=True)
class GoodDraft:
    """What a supplier types into the form: price in fen, rate in bp, promise in hours.

    ``pictures`` are all of them, the main one first; None leaves them as they are, but for a new main ``picture`` as uploaded
    bytes. ``attributes`` answers the category's questions; None leaves them as they are, unasked. ``offer`` says what can be
    customised (None: nothing), and is read only ``with_offer``; else it stays as it is. ``price_fen``, ``stock`` and
    ``barcode`` are those of a good in one form; with ``skus`` nobody reads them. On sale from ``sale_from`` until before
    ``sale_until``, without one from now or for ever.
    """

    title: str
    category_code: str
    brand: str
    description: str
    price_fen: int
    stock: int
    rate_bp: int
    ship_within_h: int = 48
    picture: bytes | None = None
    barcode: str = ""
    options: tuple[str, ...] = ()
    skus: tuple[SkuDraft, ...] = ()
    declaration: str = ""
    attributes: Mapping[str, Any] | None = None
    pictures: Sequence[PictureDraft] | None = None
    sale_from: datetime | None = None
    sale_until: datetime | None = None
    with_offer: bool = False
    offer: CustomOffer | None = None

    @property
    def all_skus(self) -> tuple[SkuDraft, ...]:
        """The SKUs, or the one that price, stock and barcode describe."""
        return self.skus or (SkuDraft((DEFAULT_SKU,), self.price_fen, self.stock, self.barcode),)

    def all_pictures(self, others: Sequence[str] = ()) -> list[PictureDraft]:
        """The pictures, or the new main one before those others that the good shows."""
        if self.pictures is not None:
            return list(self.pictures)
        main = [PictureDraft(self.picture)] if self.picture else []
        return [*main, *(PictureDraft(name=name) for name in others)]


def create_good(*, supplier: Supplier, draft: GoodDraft, actor: Actor, at: datetime) -> Good:
    """List a good with its SKUs; a title or description with a blocked word is kept and held for review (§8.3).

    Raises NotActive, ListingStopped, BadTitle, RateOutOfRange, ForeignBrand, BadSkus, BadStock, BadBarcode, BadSeason, BadOffer,
    PermitMissing, BondMissing, TooManyPictures, PictureGone, PictureError's kinds.
    """
    rules = rules_at(at)
    category = _checked(supplier, draft, rules)
    require_listing(supplier, at)
    require_category(supplier, category, at=at)
    skus = checked_skus(draft.options, draft.all_skus, category.root_code)
    attributes = checked_attributes(category, draft.attributes) if draft.attributes is not None else {}
    custom = checked_offer(draft.offer, rules) if draft.with_offer else {}
    words = blocked_words(_texts(draft, attributes, custom), category)
    shown = store_pictures(draft.all_pictures(), known=(), most=rules.GOOD_PICTURES_MAX)
    with transaction.atomic():
        good = Good.objects.create(
            supplier=supplier,
            category=category,
            title=draft.title.strip(),
            brand=draft.brand.strip(),
            description=draft.description.strip(),
            option_1=(*draft.options, "", "")[0],
            option_2=(*draft.options, "", "")[1],
            price_from_fen=min(sku.price_fen for sku in skus if sku.is_on),
            rate_bp=draft.rate_bp,
            ship_within_h=draft.ship_within_h,
            status=GoodStatus.HELD if words else GoodStatus.LISTED,
            held_words="、".join(words)[:200],
            words_version=words_version(),
            picture=shown.picture,
            gallery=shown.gallery,
            attributes=attributes,
            keywords=keywords_of(category, attributes),
            sale_from=draft.sale_from,
            sale_until=draft.sale_until,
            custom=custom,
            created_at=at,
            changed_at=at,
        )
        write_skus(good, skus, is_single=not draft.skus, actor=actor, at=at)
        learn_barcodes(good, at=at)
        refresh_cover([supplier.pk], [good.pk])
        audit.record(actor=actor, subject_type="good", subject_ref=good.public_id, event="create", at=at)
        if words:
            _tell(good, letters.GOOD_HELD, at, words=good.held_words)
    return good


def edit_good(*, good: Good, draft: GoodDraft, actor: Actor, at: datetime) -> Good:
    """Change a good and its SKUs; placed orders never change. What of a live good needs review becomes a change set
    and the good sells on as it was (``changes.needs_review``); one under review or refused is held or cleared by its text.

    A higher rate counts at once, a lower one as ``change_rate`` says. Raises as ``create_good``.
    """
    rules = rules_at(at)
    category = _checked(good.supplier, draft, rules)
    if category.pk != good.category_id:
        require_category(good.supplier, category, at=at)
    skus = checked_skus(draft.options, draft.all_skus, category.root_code)
    shown = _stored(good, draft, rules)
    with transaction.atomic():
        row = _locked(good.public_id)
        content = _content(row, draft, category, shown, rules)
        if needs_review(row, content):
            propose(row, content, actor=actor, at=at)
        else:
            withdraw_open(row, actor=actor, at=at)
            is_same_text = not says_anew(row, content)
            words = row.held_words if is_same_text and row.status in LIVE else content.held_words
            content.put_on(row)
            row.held_words = words
        row.option_1, row.option_2 = (*draft.options, "", "")[:2]
        row.ship_within_h = draft.ship_within_h
        row.sale_from, row.sale_until = draft.sale_from, draft.sale_until
        write_skus(row, skus, is_single=not draft.skus, actor=actor, at=at)
        row.price_from_fen = lowest_price(row)
        check_market(
            row, row.price_from_fen, draft.rate_bp, declaration=draft.declaration, actor=actor, at=at
        )
        row.version, row.changed_at = row.version + 1, at
        row.save()
        if row.status not in LIVE:
            screen_status(row, bool(row.held_words), at=at)
        _change_rate(row, draft.rate_bp, actor, at)
        learn_barcodes(row, at=at)
        refresh_cover([row.supplier_id], [row.pk])
        audit.record(actor=actor, subject_type="good", subject_ref=row.public_id, event="edit", at=at)
    return row


def _texts(draft: GoodDraft, attributes: dict[str, Any], custom: dict[str, Any]) -> str:
    """Everything that a buyer would read of it."""
    return f"{draft.title} {draft.description} {texts_of(attributes)} {texts_of_offer(custom)}"


def _stored(good: Good, draft: GoodDraft, rules: Rules) -> Gallery | None:
    """The pictures that the supplier put together; None: as they are."""
    if draft.pictures is None and not draft.picture:
        return None
    change = open_change_of(good)
    drafts = draft.all_pictures(as_shown(change or good).names[1:])
    return store_pictures(drafts, known=pictures_known(good, change), most=rules.GOOD_PICTURES_MAX)


def _content(
    row: Good, draft: GoodDraft, category: Category, pictures: Gallery | None, rules: Rules
) -> Content:
    """What the good would say; without others the pictures of the open change set stay, or its own. Raises PictureGone
    when one was taken away while this was edited.
    """
    change = open_change_of(row)
    shown = change or row
    gallery = as_shown(shown) if pictures is None else pictures
    require_known(gallery.kept, pictures_known(row, change))
    attributes = shown.attributes if category == shown.category else {}
    if draft.attributes is not None:
        attributes = checked_attributes(category, draft.attributes)
    custom = checked_offer(draft.offer, rules) if draft.with_offer else shown.custom
    return Content(
        title=draft.title.strip(),
        brand=draft.brand.strip(),
        category=category,
        description=draft.description.strip(),
        picture=gallery.picture,
        gallery=gallery.gallery,
        shows_new=gallery.shows_new(row),
        attributes=attributes,
        custom=custom,
        words=tuple(blocked_words(_texts(draft, attributes, custom), category)),
    )


def change_terms(
    *,
    good: Good,
    price_fen: int | None = None,
    stock: int | None = None,
    rate_bp: int | None = None,
    skus: Sequence[SkuTerms] = (),
    declaration: str = "",
    actor: Actor,
    at: datetime,
) -> Good:
    """Change price in fen, stock or rate in bp of a good, all or none; what is None stays.

    ``price_fen`` and ``stock`` are for a good in one form, ``skus`` for one in several. Placed orders never change.
    ``declaration`` says why it is dearer than elsewhere. Raises NotActive, BadInput, BadStock, BadSkus, SeveralSkus,
    RateOutOfRange, RateBelowMarket, PriceAboveMarket, NotFound for a SKU of another good.
    """
    if good.supplier.status != SupplierStatus.ACTIVE:
        raise errors.NotActive(state=good.supplier.get_status_display())
    if rate_bp is not None:
        _check_rate(rate_bp, rules_at(at))
    with transaction.atomic():
        row = _locked(good.public_id)
        terms = list(skus)
        if price_fen is not None or stock is not None:
            terms.append(SkuTerms(only_sku(row).pk, price_fen, stock))
        if terms:
            _write_terms(row, terms, actor, at)
        check_market(
            row,
            row.price_from_fen,
            row.rate_bp if rate_bp is None else rate_bp,
            declaration=declaration,
            actor=actor,
            at=at,
        )
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
    """Set how many of a good in one form can be sold now. Raises BadStock, SeveralSkus."""
    check_stock(available)
    with transaction.atomic():
        row = _locked(good.public_id)
        write_terms(row, [SkuTerms(only_sku(row).pk, stock=available)], actor=actor, at=at)
        audit.record(
            actor=actor,
            subject_type="good",
            subject_ref=row.public_id,
            event="stock",
            at=at,
            reason=str(available),
        )


def change_rate(*, good: Good, rate_bp: int, actor: Actor, at: datetime) -> None:
    """Raise the commission rate at once; lower it at the first midnight that is at least 24 h after the owners who
    picked the good were told (§6.1). Raises RateOutOfRange, RateBelowMarket.
    """
    _check_rate(rate_bp, rules_at(at))
    with transaction.atomic():
        row = _locked(good.public_id)
        check_market(row, row.price_from_fen, rate_bp, actor=actor, at=at)
        _change_rate(row, rate_bp, actor, at)


def lowered_rates_to_tell(limit: int) -> list[Good]:
    """Goods whose lowered rate nobody was told of yet, locked, oldest first. Needs a transaction."""
    due = Good.objects.filter(next_rate_at__isnull=False, rate_told_at=None).order_by("pk")
    return lock_rows(
        Good.objects.filter(pk__in=list(due.values_list("pk", flat=True)[:limit]), rate_told_at=None)
    )


def rate_counts_from(at: datetime) -> datetime:
    """The first midnight that is at least 24 h after an instant (§6.1)."""
    return clock.local_instant(
        clock.local(at + timedelta(hours=24) - timedelta(microseconds=1)).date() + timedelta(days=1)
    )


def mark_rate_told(*, good: Good, at: datetime) -> None:
    """Everybody who picked this locked good was told of its lower rate: from now on its 24 h run."""
    good.rate_told_at, good.next_rate_at = at, rate_counts_from(at)
    good.save(update_fields=["rate_told_at", "next_rate_at"])


def apply_due_rates(*, at: datetime) -> int:
    """Put lowered rates into force whose time has come and whose pickers were told; return how many."""
    with transaction.atomic():
        due = Good.objects.filter(next_rate_at__lte=at, rate_told_at__isnull=False)
        return due.update(
            rate_bp=F("next_rate_bp"),
            next_rate_bp=None,
            next_rate_at=None,
            rate_told_at=None,
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
        row = _move(public_id, "approve", actor, at, note)
        record_decision(row, Verdict.APPROVED, reason=note, actor=actor, at=at)
        learn_barcodes(row, at=at)
        _tell(row, letters.GOOD_APPROVED, at)


def refuse_good(*, public_id: str, actor: Actor, at: datetime, reason: str) -> None:
    """Staff refuses a held good with the reason. Raises BadInput without one, NotFound, MoveRefused."""
    if len(reason.strip()) < 2:
        raise BadInput(what=_("驳回须填写原因"))
    with transaction.atomic():
        row = _move(public_id, "refuse", actor, at, reason)
        record_decision(row, Verdict.REFUSED, reason=reason, actor=actor, at=at)
        _tell(row, letters.GOOD_REFUSED, at, reason=reason.strip())


def blocked_words(text: str, category: Category) -> list[str]:
    """The words of a text that §8.3 blocks in this category, each once."""
    return list(dict.fromkeys(f.word for f in screen(text, category.root_code) if f.action == Action.BLOCK))


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


def _write_terms(row: Good, terms: Sequence[SkuTerms], actor: Actor, at: datetime) -> None:
    """What a buyer sees changes with the price or the switch of a SKU, not with its stock."""
    if write_terms(row, terms, actor=actor, at=at):
        row.price_from_fen, row.version, row.changed_at = lowest_price(row), row.version + 1, at
        row.save(update_fields=["price_from_fen", "version", "changed_at"])


def _change_rate(row: Good, rate_bp: int, actor: Actor, at: datetime) -> None:
    if rate_bp == row.next_rate_bp:
        return  # it was lowered to this before, and its time runs
    row.rate_told_at = None
    if rate_bp < row.rate_bp:
        row.next_rate_bp, row.next_rate_at = rate_bp, rate_counts_from(at)
    elif rate_bp > row.rate_bp:
        row.rate_bp, row.next_rate_bp, row.next_rate_at = rate_bp, None, None
    else:
        row.next_rate_bp, row.next_rate_at = None, None
    row.save(update_fields=["rate_bp", "next_rate_bp", "next_rate_at", "rate_told_at"])
    audit.record(
        actor=actor,
        subject_type="good",
        subject_ref=row.public_id,
        event="rate",
        at=at,
        reason=f"{rate_bp} bp",
    )


def check_season(sale_from: datetime | None, sale_until: datetime | None) -> None:
    """Raises BadSeason when a sale window ends before it begins, or as it does."""
    if sale_from is not None and sale_until is not None and sale_until <= sale_from:
        raise errors.BadSeason


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
    if draft.ship_within_h not in (24, 48, 72):
        raise BadInput(what=_("承诺发货时间须为 24、48 或 72 小时"))
    check_season(draft.sale_from, draft.sale_until)
    _check_rate(draft.rate_bp, rules)
    brand = draft.brand.strip()
    if brand and not supplier.brands.filter(name=brand).exists():
        raise errors.ForeignBrand(brand=brand)
    category = Category.objects.select_related("parent").filter(code=draft.category_code).first()
    if category is None:
        raise BadInput(what=_("请选择类目"))
    return category
