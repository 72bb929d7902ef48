"""What an order remembers of whose it is (docs/rules.md §6.4): for its owner, and for staff with other shops' names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.states import Chosen, Lost
from storefronts.models import Shop
from storefronts.states import Channel, Way

WHY_NOT = {
    "bot": _("链接预览或爬虫"),
    "own_device": _("掌柜本人登录打开"),
    "too_many": _("同一网络一小时内打开过多"),
}


@dataclass(frozen=True, slots=True)
class ProofClick:
    """One click as it was when the order was placed; ``link`` and ``shop`` are empty where the reader may not know them."""

    at: datetime
    way: str | Promise
    channel: str | Promise
    link: str
    shop: str
    is_own: bool
    lost: str | Promise = ""
    why_not: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """The rule that chose, the click by which it did, and those that lost; ``more`` were left out of the copy."""

    rule: str | Promise
    is_click: bool
    window_h: int
    click: ProofClick | None
    lost: list[ProofClick]
    more: int


def proof_of(order: Order, *, for_staff: bool = False) -> Proof | None:
    """The evidence that an order kept; None for one without an owner, or from before evidence was kept.

    Its owner sees that there were clicks on other shops' links, and when, but not whose.
    """
    basis: dict[str, Any] | None = order.basis
    if not basis:
        return None
    copies = [*([basis["click"]] if basis["click"] else []), *basis["lost"]]
    names = dict(Shop.objects.filter(pk__in=[copy["shop"] for copy in copies]).values_list("pk", "name"))

    def click(copy: dict[str, Any]) -> ProofClick:
        is_own = copy["shop"] == order.shop_id
        is_told = is_own or for_staff
        return ProofClick(
            at=datetime.fromisoformat(copy["at"]),
            way=Way(copy["way"]).label,
            channel=Channel(copy["channel"]).label,
            link=copy["link"] if is_told else "",
            shop=names.get(copy["shop"], "") if is_told else "",
            is_own=is_own,
            lost=Lost(copy["lost"]).label if "lost" in copy else "",
            why_not=WHY_NOT.get(copy.get("why_not", ""), ""),
        )

    return Proof(
        rule=Chosen(basis["rule"]).label,
        is_click=basis["rule"] == Chosen.LAST_CLICK,
        window_h=basis["window_h"],
        click=click(basis["click"]) if basis["click"] else None,
        lost=[click(copy) for copy in basis["lost"]],
        more=basis["more"],
    )
