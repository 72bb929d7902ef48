"""Three high, one low: the tags of goods and the clock of their review that follows (docs/rules.md §1.3 rule 28)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import Combinable

from suppliers.models import Good, SupplierBrand
from suppliers.states import Tag
from taoxiaopu.kernel.settings import Rules


def tags_for(good: Good, *, is_known: bool, rules: Rules) -> tuple[Tag, ...]:
    """Which of the four a good has. Its margin is its commission rate, the announced lower one where there is one: what its
    supplier paid for it nobody tells the platform. A repurchase rate that nothing is known of is none.
    """
    rate_bp = good.rate_bp if good.next_rate_bp is None else min(good.rate_bp, good.next_rate_bp)
    found = (
        (Tag.MARGIN, rate_bp >= rules.TAG_MARGIN_BP),
        (Tag.REPURCHASE, good.repurchase_bp is not None and good.repurchase_bp >= rules.TAG_REPURCHASE_BP),
        (Tag.KNOWN, is_known),
        (Tag.LOW_PRICE, good.price_from_fen <= rules.TAG_PRICE_FEN),
    )
    return tuple(tag for tag, has in found if has)


def tags_of(goods: Iterable[Good], *, rules: Rules) -> dict[int, tuple[Tag, ...]]:
    """The tags of each of these goods by key, in one query."""
    found = list(goods)
    known = set(
        SupplierBrand.objects.filter(
            supplier__in={good.supplier_id for good in found}, is_known=True
        ).values_list("supplier_id", "name")
    )
    return {
        good.pk: tags_for(good, is_known=(good.supplier_id, good.brand) in known, rules=rules)
        for good in found
    }


def with_known_brand(goods: "QuerySet[Good]") -> "QuerySet[Good]":
    """Goods that say themselves (``has_known_brand``) what ``tags_for`` asks of their brand: for pages that count statements."""
    known = SupplierBrand.objects.filter(supplier=OuterRef("supplier"), name=OuterRef("brand"), is_known=True)
    return goods.annotate(has_known_brand=Exists(known))


def is_fast(tags: Iterable[Tag], rules: Rules) -> bool:
    """Whether a good with these tags is reviewed by the shorter clock."""
    return len(tuple(tags)) >= rules.TAGS_FOR_FAST_REVIEW


def review_due(good: Good, tags: Iterable[Tag], rules: Rules) -> datetime:
    """By when staff decide about a held good, from its last change."""
    hours = rules.GOOD_REVIEW_FAST_H if is_fast(tags, rules) else rules.GOOD_REVIEW_H
    return good.changed_at + timedelta(hours=hours)


def tag_count(rules: Rules) -> Combinable:
    """How many tags a good has, for the database: what ``tags_for`` says."""
    known = SupplierBrand.objects.filter(supplier=OuterRef("supplier"), name=OuterRef("brand"), is_known=True)
    is_kept_high = Q(next_rate_bp=None) | Q(next_rate_bp__gte=rules.TAG_MARGIN_BP)
    return (
        _one(Q(rate_bp__gte=rules.TAG_MARGIN_BP) & is_kept_high)
        + _one(Q(repurchase_bp__gte=rules.TAG_REPURCHASE_BP))
        + _one(Q(Exists(known)))
        + _one(Q(price_from_fen__lte=rules.TAG_PRICE_FEN))
    )


def by_review_due(goods: "QuerySet[Good]", rules: Rules) -> "QuerySet[Good]":
    """Goods with ``due_at`` as ``review_due`` says it; who is due first comes first."""
    clocks = Case(
        When(tags__gte=rules.TAGS_FOR_FAST_REVIEW, then=Value(timedelta(hours=rules.GOOD_REVIEW_FAST_H))),
        default=Value(timedelta(hours=rules.GOOD_REVIEW_H)),
        output_field=DurationField(),
    )
    due = ExpressionWrapper(F("changed_at") + clocks, output_field=DateTimeField())
    return goods.annotate(tags=tag_count(rules)).annotate(due_at=due).order_by("due_at", "pk")


def _one(holds: Q) -> Case:
    return Case(When(holds, then=1), default=0, output_field=IntegerField())
