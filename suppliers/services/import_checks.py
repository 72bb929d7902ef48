"""What a line of a catalogue must meet beside being readable: answers to its category's questions, the market reference of
its good, a sale window in order. The preview and the run ask the same.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from suppliers import catalogue_cells as cell
from suppliers import errors
from suppliers.catalogue_file import CatalogueRow
from suppliers.models import AttributeTemplate, Category, Good, MarketReference, Sku
from suppliers.selectors import latest_references, templates_of
from suppliers.services.attributes import checked_answers
from suppliers.services.goods import check_season
from suppliers.services.market import is_declared, price_limit
from suppliers.states import AttributeKind
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.templatetags.kernel_format import own_name, percent_bp

YES = frozenset({"是", "有", "yes", "y", "true", "1"})
NO = frozenset({"否", "无", "no", "n", "false", "0"})
_BETWEEN = re.compile(r"[、,;/|]")


def attribute_names() -> dict[str, str]:
    """Every question that is asked anywhere: by its name as a header is compared, what it is called."""
    asked = AttributeTemplate.objects.filter(is_on=True).order_by("-pk")
    return {key: str(row) for row in asked for key in _keys(row)}


def share_declarations(rows: Sequence[CatalogueRow]) -> list[CatalogueRow]:
    """The lines of a good say one reason why it is dearer: the first that is given."""
    said: dict[tuple[str, str], str] = {}
    for row in rows:
        if row.declaration:
            said.setdefault((row.brand, row.source_id), row.declaration)
    return [
        replace(row, declaration=said[row.brand, row.source_id])
        if (row.brand, row.source_id) in said
        else row
        for row in rows
    ]


class Checks:
    """What is known of the goods that some lines are about, read at once."""

    def __init__(self, rows: Sequence[tuple[Good | None, CatalogueRow]], skus: Iterable[Sku]) -> None:
        self._asked: dict[int, tuple[list[AttributeTemplate], dict[str, AttributeTemplate]]] = {}
        self.market = latest_references(list({good.pk for good, _row in rows if good is not None}))
        self.answers: dict[int, dict[str, Any]] = {}  # what a line answers, with what stays, by its number
        self.lowest = self._lowest(skus, rows) if self.market else {}

    def refusal(self, row: CatalogueRow, good: Good | None, category: Category) -> str:
        """Why a line is not taken; empty when it is. What it answers is kept in ``answers``."""
        try:
            self._answer(row, good, category)
            check_season(
                row.sale_from or (good.sale_from if good else None),
                row.sale_until or (good.sale_until if good else None),
            )
            found = self.market.get(good.pk) if good else None
            if good is not None and found is not None:
                self._compare(row, good, found)
        except DomainError as error:
            return str(error.sentence)
        return ""

    def templates(self, category: Category) -> list[AttributeTemplate]:
        """The questions of a category, read once."""
        return self._questions(category)[0]

    def _answer(self, row: CatalogueRow, good: Good | None, category: Category) -> None:
        if row.attributes is None or (good is not None and not row.attributes):
            return
        templates, by_key = self._questions(category)
        codes = {template.code for template in templates}
        typed = {code: value for code, value in (good.attributes if good else {}).items() if code in codes}
        for key, text in row.attributes.items():
            if key not in by_key:
                raise errors.BadAttribute(what=_("这个类目没有属性“{name}”").format(name=key[:24]))
            typed[by_key[key].code] = _typed(by_key[key], text)
        self.answers[row.line_no] = checked_answers(templates, typed)

    def _questions(self, category: Category) -> tuple[list[AttributeTemplate], dict[str, AttributeTemplate]]:
        if category.pk not in self._asked:
            templates = templates_of(category)
            self._asked[category.pk] = templates, {key: row for row in templates for key in _keys(row)}
        return self._asked[category.pk]

    def _compare(self, row: CatalogueRow, good: Good, found: MarketReference) -> None:
        if row.rate_bp is not None and found.rate_bp is not None and row.rate_bp < found.rate_bp:
            raise errors.RateBelowMarket(ours=percent_bp(row.rate_bp), market=percent_bp(found.rate_bp))
        limit = price_limit(found)
        if limit is None or row.price_fen <= limit or self.lowest.get(good.pk, 0) <= limit:
            return
        if not is_declared(row.declaration or ""):
            raise errors.PriceAboveMarket(
                ours=format_yuan(self.lowest[good.pk], thousands=True),
                market=format_yuan(found.price_fen or 0, thousands=True),
            )

    def _lowest(
        self, skus: Iterable[Sku], rows: Iterable[tuple[Good | None, CatalogueRow]]
    ) -> dict[int, int]:
        """The lowest price of each compared good as these lines would have it."""
        prices: dict[int, dict[str, int]] = {key: {} for key in self.market}
        off = set()
        for sku in skus:
            if sku.good_id in prices and sku.is_on:
                prices[sku.good_id][sku.name] = sku.price_fen
            elif sku.good_id in prices:
                off.add((sku.good_id, sku.name))
        for good, row in rows:
            if good is not None and good.pk in prices and (good.pk, row.sku) not in off:
                prices[good.pk][row.sku] = row.price_fen
        return {key: min(found.values()) for key, found in prices.items() if found}


def _keys(row: AttributeTemplate) -> set[str]:
    return {cell.header_key(name) for name in _in_all_languages(row.name)}


@lru_cache(maxsize=4096)
def _in_all_languages(name: str) -> frozenset[str]:
    """A file means the same to whoever looks at it and to the worker that writes it."""
    found = {name}
    for language, _words in settings.LANGUAGES:
        with override(language):
            found.add(own_name(name))
    return frozenset(found)


def _typed(row: AttributeTemplate, text: str) -> Any:
    """A cell as the form would give it; one that says nothing known stays text, which the check refuses by name."""
    plain = unicodedata.normalize("NFKC", text).strip()
    options = {name: option for option in row.options for name in _in_all_languages(option)}
    match row.kind:
        case AttributeKind.YES_NO:
            folded = plain.casefold()
            return True if folded in YES else False if folded in NO else plain
        case AttributeKind.MULTI:
            parts = [part.strip() for part in _BETWEEN.split(plain) if part.strip()]
            return [options.get(part, part) for part in parts]
        case AttributeKind.CHOICE:
            return options.get(plain, plain)
        case AttributeKind.NUMBER:
            units = sorted(_in_all_languages(row.unit), key=len, reverse=True)
            return next((plain.removesuffix(u).strip() for u in units if u and plain.endswith(u)), plain)
        case AttributeKind.DATE:
            try:
                return cell.day(plain).isoformat()
            except cell.Unreadable:
                return plain
    return plain
