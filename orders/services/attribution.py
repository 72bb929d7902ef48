"""Whose order it is and of which kind, decided once: when the order is placed (docs/rules.md §6.4, §6.5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from commissions.states import AttributionKind
from orders.models import Order, Trade
from orders.states import Chosen, Evidence, Lost
from storefronts.models import Click, Shop
from storefronts.selectors import clicks_of_visitors
from suppliers.models import SupplierMember
from taoxiaopu.kernel import rows
from taoxiaopu.kernel.settings import Rules

LOST_KEPT = 20


@dataclass(frozen=True, slots=True)
class Attribution:
    """The kind of an order that belongs to an owner, and what it was recognised by."""

    kind: AttributionKind
    evidence: Evidence


def attribution_of(order: Order, trade: Trade) -> Attribution:
    """What an order is that is being placed in an owner's shop.

    Signed in, an owner who has a phone and sends the parcel to another one buys on somebody's behalf.
    """
    assert order.owner is not None
    user = order.owner.user
    if rows.find(SupplierMember, supplier_id=order.supplier_id, user_id=user.pk):
        return Attribution(AttributionKind.OWN_GOODS, Evidence.WORKS_FOR_SUPPLIER)
    if user.phone_index is not None and user.phone_index == trade.buyer:
        return Attribution(AttributionKind.SELF, Evidence.OWN_PHONE)
    if trade.user_id != user.pk:
        return Attribution(AttributionKind.SHARED, Evidence.IN_SHOP)
    if user.phone_index is None:
        return Attribution(AttributionKind.SELF, Evidence.OWN_ACCOUNT)
    return Attribution(AttributionKind.ON_BEHALF, Evidence.OTHERS_PHONE)


def basis_of(
    shop: Shop, visitors: Iterable[str], *, rules: Rules, at: datetime
) -> tuple[Click | None, dict[str, Any]]:
    """The click that decides an order placed in a shop, if one does, and the copy of the evidence that the order keeps.

    Ordering in a shop is a click on it at that moment, so the order is its owner's either way: the last counted click on
    one of this shop's links within CLICK_WINDOW_H, to the second, is what it came by. Clicks on other shops' links lose.
    """
    since = at - timedelta(hours=rules.CLICK_WINDOW_H)
    chosen: Click | None = None
    lost: list[dict[str, Any]] = []
    for click in clicks_of_visitors(visitors, until=at):
        if not click.counted:
            why = Lost.NOT_COUNTED
        elif click.at < since:
            why = Lost.TOO_OLD
        elif click.link.shop_id != shop.pk:
            why = Lost.OTHER_SHOP
        elif chosen is not None:
            why = Lost.EARLIER
        else:
            chosen = click
            continue
        lost.append(_copy(click) | {"lost": why.value, "why_not": click.why_not})
    return chosen, {
        "rule": (Chosen.LAST_CLICK if chosen else Chosen.SHOP_VISIT).value,
        "window_h": rules.CLICK_WINDOW_H,
        "click": _copy(chosen) if chosen else None,
        "lost": lost[:LOST_KEPT],
        "more": max(len(lost) - LOST_KEPT, 0),
    }


def _copy(click: Click) -> dict[str, Any]:
    link = click.link
    return {
        "id": click.pk,
        "at": click.at.isoformat(),
        "way": str(click.way),
        "link": link.code,
        "channel": str(link.channel),
        "good": link.good_id,
        "shop": link.shop_id,
    }
