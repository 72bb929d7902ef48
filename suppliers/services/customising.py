"""Customised goods: what a supplier offers to make to order, and a buyer's wishes that fit it (docs/rules.md §5.8).

A good keeps its offer as JSON in ``Good.custom``; an empty one means that the good is sold as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from suppliers.errors import BadOffer, BadWish
from suppliers.states import WishKind
from taoxiaopu.kernel.settings import Rules

LABEL_MAX = 20
OPTIONS_MAX = 20
OPTION_MAX = 20
WISH_MAX: Mapping[str, int] = {WishKind.TEXT: 40, WishKind.MEASURE: 20, WishKind.NOTE: 300}


@dataclass(frozen=True, slots=True)
class WishField:
    """One thing that the buyer may decide; ``options`` are the answers of CHOICE."""

    label: str
    kind: WishKind
    options: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True, slots=True)
class CustomOffer:
    """What is offered: from how many to how many days it takes, what cancelling in production costs in bp of the price, and
    what the buyer decides.
    """

    lead_min_d: int
    lead_max_d: int
    cancel_fee_bp: int
    fields: tuple[WishField, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As a good keeps it."""
        kept = asdict(self)
        kept["fields"] = [
            asdict(one) | {"kind": str(one.kind), "options": list(one.options)} for one in self.fields
        ]
        return kept


def offer_of(custom: Mapping[str, Any]) -> CustomOffer | None:
    """The offer that a good or an order's snapshot keeps; None when it is no customised good."""
    if not custom:
        return None
    fields = tuple(
        WishField(one["label"], WishKind(one["kind"]), tuple(one["options"]), one["required"])
        for one in custom["fields"]
    )
    return CustomOffer(custom["lead_min_d"], custom["lead_max_d"], custom["cancel_fee_bp"], fields)


def checked_offer(offer: CustomOffer | None, rules: Rules) -> dict[str, Any]:
    """An offer as it is kept, trimmed; {} for None. Raises BadOffer, which names the field and the limit."""
    if offer is None:
        return {}
    if not 1 <= offer.lead_min_d <= offer.lead_max_d <= rules.CUSTOM_LEAD_MAX_D:
        raise BadOffer(
            why=_("制作天数须为 1 到 {limit} 天，且最短不超过最长").format(limit=rules.CUSTOM_LEAD_MAX_D)
        )
    if not 0 <= offer.cancel_fee_bp <= rules.CUSTOM_CANCEL_FEE_MAX_BP:
        raise BadOffer(why=_("取消费须为 0% 到 {limit}%").format(limit=rules.CUSTOM_CANCEL_FEE_MAX_BP // 100))
    if not 1 <= len(offer.fields) <= rules.CUSTOM_FIELDS_MAX:
        raise BadOffer(why=_("请列出 1 到 {limit} 个由买家决定的内容").format(limit=rules.CUSTOM_FIELDS_MAX))
    fields = tuple(_checked_field(one) for one in offer.fields)
    if len({one.label for one in fields}) != len(fields):
        raise BadOffer(why=_("定制内容的名称不能重复"))
    return CustomOffer(offer.lead_min_d, offer.lead_max_d, offer.cancel_fee_bp, fields).as_json()


def _checked_field(one: WishField) -> WishField:
    label = " ".join(one.label.split())
    if not 1 <= len(label) <= LABEL_MAX:
        raise BadOffer(why=_("定制内容的名称须为 1 到 {limit} 个字").format(limit=LABEL_MAX))
    options: tuple[str, ...] = ()
    if one.kind == WishKind.CHOICE:
        options = tuple(dict.fromkeys(" ".join(option.split()) for option in one.options if option.strip()))
        if not 2 <= len(options) <= OPTIONS_MAX or any(len(option) > OPTION_MAX for option in options):
            raise BadOffer(
                why=_("“{label}”须有 2 到 {most} 个可选项，每项最多 {length} 个字").format(
                    label=label, most=OPTIONS_MAX, length=OPTION_MAX
                )
            )
    return WishField(label, one.kind, options, one.required)


def texts_of_offer(custom: Mapping[str, Any]) -> str:
    """Everything that people read of an offer as it is kept, for the screening of §8.3."""
    return " ".join(" ".join([one["label"], *one["options"]]) for one in custom.get("fields", ()))


def checked_wishes(offer: CustomOffer, wishes: Sequence[str]) -> list[dict[str, str]]:
    """A buyer's answers, one for each field of the offer in its order, as a contract keeps them: label and value; what was
    left open is left out. Raises BadWish, which names the field and the limit.
    """
    if len(wishes) != len(offer.fields):
        raise BadWish(why=_("定制内容已由商家修改，请重新填写"))
    found = []
    for one, typed in zip(offer.fields, wishes, strict=True):
        value = typed.strip() if one.kind == WishKind.NOTE else " ".join(typed.split())
        if not value:
            if one.required:
                raise BadWish(why=_("请填写“{label}”").format(label=one.label))
            continue
        if one.kind == WishKind.CHOICE and value not in one.options:
            raise BadWish(why=_("请从可选项中选择“{label}”").format(label=one.label))
        if len(value) > WISH_MAX.get(one.kind, OPTION_MAX):
            raise BadWish(
                why=_("“{label}”最多 {limit} 个字").format(label=one.label, limit=WISH_MAX[one.kind])
            )
        found.append({"label": one.label, "value": value})
    return found
