"""Attributes by category: what goods of a category are asked, and answers that fit (docs/rules.md §1.3 rule 39)."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from suppliers import errors
from suppliers.models import AttributeTemplate, Category
from suppliers.selectors import templates_of
from suppliers.states import AttributeKind
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput, NotFound

TEXT_MAX = 60
OPTIONS_MAX = 30
KEYWORDS_MAX = 300
_NUMBER = re.compile(r"[0-9]{1,7}(\.[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """One question of a category; ``options`` are the answers of CHOICE and MULTI, ``unit`` that of NUMBER."""

    code: str
    name: str
    kind: AttributeKind
    unit: str = ""
    options: tuple[str, ...] = ()
    required: bool = False
    searchable: bool = False
    position: int = 0


def ensure_template(*, category_code: str, draft: TemplateDraft, using: str | None = None) -> None:
    """Create a question that is missing; one that exists keeps what staff made of it."""
    category = Category.objects.using(using).get(code=category_code)
    AttributeTemplate.objects.using(using).get_or_create(
        category=category, code=draft.code, defaults=_fields(draft)
    )


def save_template(
    *,
    category: Category,
    draft: TemplateDraft,
    template: AttributeTemplate | None,
    actor: Actor,
    at: datetime,
) -> AttributeTemplate:
    """Staff adds or changes a question; answers that were given stay. Raises BadInput."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,23}", draft.code) or not 1 <= len(draft.name.strip()) <= 20:
        raise BadInput(what=_("代码须为小写字母、数字或下划线，名称 1 到 20 字"))
    is_choice = draft.kind in (AttributeKind.CHOICE, AttributeKind.MULTI)
    if is_choice and not 1 <= len(draft.options) <= OPTIONS_MAX:
        raise BadInput(what=_("单选、多选须有 1 到 {limit} 个可选值").format(limit=OPTIONS_MAX))
    if any(not 1 <= len(option) <= 30 for option in draft.options):
        raise BadInput(what=_("每个可选值须为 1 到 30 字"))
    row = template or AttributeTemplate(category=category, code=draft.code)
    for name, value in _fields(draft).items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save()
            audit.record(
                actor=actor, subject_type="category", subject_ref=category.code, event="attribute", at=at,
                reason=row.name,
            )  # fmt: skip
    except IntegrityError:
        raise BadInput(what=_("这个类目已有代码为“{code}”的属性").format(code=draft.code)) from None
    return row


def switch_template(*, template: AttributeTemplate, actor: Actor, at: datetime) -> None:
    """Staff no longer asks a question, or asks it again; answers that were given stay stored."""
    with transaction.atomic():
        row = AttributeTemplate.objects.select_for_update().filter(pk=template.pk).first()
        if row is None:
            raise NotFound
        row.is_on = not row.is_on
        row.save(update_fields=["is_on"])
        audit.record(
            actor=actor, subject_type="category", subject_ref=template.category.code, event="attribute", at=at,
            reason=row.name,
        )  # fmt: skip


def checked_attributes(category: Category, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Answers by code as they are stored: text, a number as text, one option, a list of options, a bool, an ISO day.

    Unanswered ones are left out. Raises BadAttribute, also for a code that nobody asks for.
    """
    return checked_answers(templates_of(category), typed)


def checked_answers(asked: Sequence[AttributeTemplate], typed: Mapping[str, Any]) -> dict[str, Any]:
    """As ``checked_attributes``, for questions that were read already."""
    templates = {template.code: template for template in asked}
    unknown = sorted(set(typed) - set(templates))
    if unknown:
        raise errors.BadAttribute(what=_("这个类目没有属性“{name}”").format(name=unknown[0][:24]))
    clean: dict[str, Any] = {}
    for code, template in templates.items():
        value = typed.get(code)
        if value is None or value in ("", []):
            if template.required:
                raise errors.BadAttribute(what=_("请填写属性“{name}”").format(name=template))
            continue
        kept = _value(template, value)
        if kept is None:
            raise errors.BadAttribute(what=_("属性“{name}”的值有误").format(name=template))
        clean[code] = kept
    return clean


def keywords_of(
    category: Category, attributes: Mapping[str, Any], asked: Sequence[AttributeTemplate] | None = None
) -> str:
    """The searchable answers as one text; ``asked`` are the category's questions where they were read already."""
    words = [
        part
        for template in (templates_of(category) if asked is None else asked)
        if template.searchable and template.code in attributes
        for part in _words(attributes[template.code])
    ]
    return " ".join(words)[:KEYWORDS_MAX]


def texts_of(attributes: Mapping[str, Any]) -> str:
    """Every answer in words, for the words that §8.3 blocks."""
    return " ".join(part for value in attributes.values() for part in _words(value))


def _words(value: Any) -> Sequence[str]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _value(template: AttributeTemplate, value: Any) -> Any:
    if template.kind == AttributeKind.YES_NO:
        return value if isinstance(value, bool) else None
    if template.kind == AttributeKind.MULTI:
        known = isinstance(value, list) and all(option in template.options for option in value)
        return [option for option in template.options if option in value] if known else None
    if not isinstance(value, str):
        return None
    text = " ".join(unicodedata.normalize("NFKC", value).split())
    if template.kind == AttributeKind.CHOICE:
        return value if value in template.options else None
    if template.kind == AttributeKind.NUMBER:
        return text if _NUMBER.fullmatch(text) else None
    if template.kind == AttributeKind.DATE:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            return None
    return text if 1 <= len(text) <= TEXT_MAX else None


def _fields(draft: TemplateDraft) -> dict[str, Any]:
    return {
        "name": draft.name.strip(), "kind": draft.kind, "unit": draft.unit.strip()[:10], "options": list(draft.options),
        "required": draft.required, "searchable": draft.searchable, "position": draft.position,
    }  # fmt: skip
