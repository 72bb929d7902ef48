"""What suppliers' own systems are told: gathered from what was written down anyway, so that no order waits for it.

Each endpoint is looked at from where it was looked at last, with an overlap for transactions that were still open then; an
event has one name and so one row, however often it is found.
"""

from datetime import datetime, timedelta
from functools import partial

from disputes.models import Case
from orders.models import Contract, ContractVersion, LineRefund, Order, Parcel
from suppliers.models import Good, WebhookEndpoint
from suppliers.services import Happened, queue_deliveries, send_due_deliveries
from suppliers.states import GoodStatus, WebhookEvent
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.jobs import by_itself

OVERLAP = timedelta(minutes=10)


def tell_webhooks(*, at: datetime) -> int:
    """Write down what happened for every active endpoint and send what is due; return how many rows moved."""
    moved = 0
    for endpoint in WebhookEndpoint.objects.select_related("supplier").filter(is_active=True).order_by("pk"):
        moved += by_itself(partial(_gather, endpoint, at), what=f"webhook {endpoint.public_id}")
    return moved + send_due_deliveries(at=at)


def _gather(endpoint: WebhookEndpoint, at: datetime) -> int:
    since = max(endpoint.made_at, endpoint.seen_until - OVERLAP)
    return queue_deliveries(
        endpoint=endpoint, happened=happened_to(endpoint, since=since, until=at), until=at
    )


def happened_to(endpoint: WebhookEndpoint, *, since: datetime, until: datetime) -> list[Happened]:
    """The events of an endpoint's supplier in ``(since, until]``, the oldest first; no consumer's data is among the facts."""
    whose, span = endpoint.supplier_id, {"gt": since, "lte": until}

    def within(field: str) -> dict[str, datetime]:
        return {f"{field}__{end}": moment for end, moment in span.items()}

    found = [
        Happened(
            WebhookEvent.ORDER_PAID, o.number, o.paid_at,
            {"order": o.number, "paid_fen": o.paid_fen, "ship_by": o.ship_by.isoformat() if o.ship_by else None},
        )
        for o in Order.objects.filter(supplier=whose, **within("paid_at"))
        if o.paid_at is not None
    ]  # fmt: skip
    found += [
        Happened(
            WebhookEvent.CONTRACT_VERSION, f"{v.contract.order.number}:{v.number}", v.at,
            {"order": v.contract.order.number, "version": v.number, "agree_by": v.contract.agree_by.isoformat()},
        )
        for v in ContractVersion.objects.select_related("contract__order").filter(
            contract__order__supplier=whose, side=ActorKind.BUYER, **within("at")
        )
    ]  # fmt: skip
    found += [
        Happened(
            WebhookEvent.CONTRACT_AGREED, c.order.number, c.agreed_at,
            {"order": c.order.number, "version": c.agreed_version},
        )
        for c in Contract.objects.select_related("order").filter(order__supplier=whose, **within("agreed_at"))
        if c.agreed_at is not None
    ]  # fmt: skip
    found += [
        Happened(
            WebhookEvent.ORDER_SHIPPED, f"{p.order.number}:{p.pk}", p.shipped_at,
            {"order": p.order.number, "carrier": p.carrier, "tracking_number": p.tracking_number},
        )
        for p in Parcel.objects.select_related("order").filter(order__supplier=whose, **within("shipped_at"))
    ]  # fmt: skip
    found += [
        Happened(
            WebhookEvent.ORDER_REFUNDED, f"{r.line.ref}:{r.pk}", r.at,
            {"order": r.line.order.number, "line": r.line.ref, "goods_fen": r.goods_fen, "freight_fen": r.freight_fen},
        )
        for r in LineRefund.objects.select_related("line__order").filter(line__order__supplier=whose, **within("at"))
    ]  # fmt: skip
    found += [
        Happened(
            WebhookEvent.CASE_OPENED, c.number, c.opened_at,
            {"case": c.number, "order": c.order.number, "line": c.line.ref, "amount_fen": c.amount_fen},
        )
        for c in Case.objects.select_related("order", "line").filter(order__supplier=whose, **within("opened_at"))
    ]  # fmt: skip
    found += [
        Happened(
            WebhookEvent.GOOD_HELD, f"{g.public_id}:{g.version}", g.changed_at,
            {"good": g.public_id, "words": g.held_words},
        )
        for g in Good.objects.filter(supplier=whose, status=GoodStatus.HELD, **within("changed_at"))
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.at, one.ref))
