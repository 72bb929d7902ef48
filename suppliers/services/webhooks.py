"""Outgoing webhooks: endpoints with a secret that is shown once, events as rows, signed, sent again with growing pauses."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from suppliers import errors
from suppliers.models import Supplier, WebhookDelivery, WebhookEndpoint
from suppliers.states import DeliveryStatus, WebhookEvent
from taoxiaopu.kernel import audit, outgoing
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.locking import lock_found

ENDPOINTS_MAX = 5
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
ATTEMPTS_MAX = len(PAUSES) + 1
FAILURES_MAX = 30  # attempts in a row, after which the endpoint is switched off
LEASE = timedelta(seconds=60)
KEPT_ANSWER = 2_000


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that an endpoint may want to know: ``ref`` names it once and for all, ``facts`` is JSON."""

    event: WebhookEvent
    ref: str
    at: datetime
    facts: dict[str, Any]


def add_endpoint(
    *, supplier: Supplier, url: str, events: Sequence[WebhookEvent], actor: Actor, at: datetime
) -> tuple[WebhookEndpoint, str]:
    """Register an address; the secret is returned here and shown never again. Raises BadAddress, TooManyEndpoints."""
    outgoing.check_address(url)
    secret = _new_secret()
    with transaction.atomic():
        lock_found(Supplier, id=supplier.pk)
        if WebhookEndpoint.objects.filter(supplier=supplier).count() >= ENDPOINTS_MAX:
            raise errors.TooManyEndpoints(limit=ENDPOINTS_MAX)
        row = WebhookEndpoint.objects.create(
            supplier=supplier, url=url, secret=secret, events=[str(event.value) for event in events],
            made_at=at, seen_until=at,
        )  # fmt: skip
        _record("webhook_add", row, actor, at)
    return row, secret


def rotate_secret(*, endpoint: WebhookEndpoint, actor: Actor, at: datetime) -> str:
    """A new secret, returned here and shown never again; what is sent from now on is signed with it. Raises NotFound."""
    secret = _new_secret()
    with transaction.atomic():
        if not WebhookEndpoint.objects.filter(pk=endpoint.pk).update(secret=secret):
            raise NotFound
        _record("webhook_secret", endpoint, actor, at)
    return secret


def switch_endpoint(*, endpoint: WebhookEndpoint, is_active: bool, actor: Actor, at: datetime) -> None:
    """Switch an endpoint off, or on again from now: what happened in between is not sent."""
    with transaction.atomic():
        (row,) = lock_found(WebhookEndpoint, id=endpoint.pk)
        if row.is_active != is_active:
            row.is_active, row.failures, row.seen_until = is_active, 0, at
            row.save(update_fields=["is_active", "failures", "seen_until"])
            _record("webhook_on" if is_active else "webhook_off", row, actor, at)


def remove_endpoint(*, endpoint: WebhookEndpoint, actor: Actor, at: datetime) -> None:
    """Forget an endpoint with its log."""
    with transaction.atomic():
        _record("webhook_remove", endpoint, actor, at)
        endpoint.delete()


def queue_deliveries(*, endpoint: WebhookEndpoint, happened: Sequence[Happened], until: datetime) -> int:
    """Write down what this endpoint wants to know, each event once, and that events were looked for ``until`` then."""
    wanted = [one for one in happened if one.event in endpoint.events]
    with transaction.atomic():
        before = WebhookDelivery.objects.filter(endpoint=endpoint).count() if wanted else 0
        WebhookDelivery.objects.bulk_create(
            [
                WebhookDelivery(
                    endpoint=endpoint, event=one.event, ref=one.ref, body=_body(one), due_at=until, made_at=one.at
                )
                for one in wanted
            ],
            ignore_conflicts=True,
            batch_size=500,
        )  # fmt: skip
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(seen_until=until)
        return WebhookDelivery.objects.filter(endpoint=endpoint).count() - before if wanted else 0


def send_due_deliveries(*, at: datetime, limit: int = 20) -> int:
    """Send what is due, the oldest first, at most ``limit``; a worker that dies in between loses a minute, no delivery."""
    sent = 0
    due = WebhookDelivery.objects.filter(
        status=DeliveryStatus.WAITING, due_at__lte=at, endpoint__is_active=True
    ).order_by("due_at", "pk")
    for key in list(due.values_list("pk", flat=True)[:limit]):
        row = _claim(key, at)
        if row is not None:
            _send(row, at)
            sent += 1
    return sent


def resend(*, delivery: WebhookDelivery, at: datetime) -> None:
    """Send once more, at once, whatever became of it. The body is the same, the signature's time is new."""
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        status=DeliveryStatus.WAITING, due_at=at, attempts=0
    )


def signature(secret: str, timestamp: int, body: str) -> str:
    """HMAC-SHA256 over ``<unix time>.<body>``, in hex behind its version."""
    text = f"{timestamp}.{body}".encode()
    return "v1=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def _new_secret() -> str:
    return f"whsec_{secrets.token_urlsafe(32)}"


def _body(one: Happened) -> str:
    told = {"event": one.event.value, "ref": one.ref, "at": one.at.isoformat(), "data": one.facts}
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def _claim(key: int, at: datetime) -> WebhookDelivery | None:
    with transaction.atomic():
        found = lock_found(WebhookDelivery, wait=False, id=key, status=DeliveryStatus.WAITING)
        if not found or found[0].due_at > at:
            return None
        row = found[0]
        row.due_at, row.attempts = at + LEASE, row.attempts + 1
        row.save(update_fields=["due_at", "attempts"])
        return row


def _send(row: WebhookDelivery, at: datetime) -> None:
    """Outside of any transaction: the other side takes its time."""
    endpoint = row.endpoint
    stamp = int(at.timestamp())
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Taoxiaopu-Webhooks/1",
        "X-Taoxiaopu-Event": str(row.event),
        "X-Taoxiaopu-Delivery": row.public_id,
        "X-Taoxiaopu-Timestamp": str(stamp),
        "X-Taoxiaopu-Signature": signature(endpoint.secret, stamp, row.body),
    }
    status, text, problem = None, "", ""
    try:
        answer = outgoing.post(endpoint.url, row.body.encode(), headers)
        status, text = answer.status, answer.body[:KEPT_ANSWER]
    except outgoing.NoAnswer as nothing:
        problem = str(nothing)[:64]
    except outgoing.BadAddress:
        problem = "address"
    row.answer_status, row.answer, row.problem, row.sent_at = status, text, problem, at
    is_taken = status is not None and 200 <= status < 300
    if is_taken:
        row.status = DeliveryStatus.TAKEN
    elif row.attempts >= ATTEMPTS_MAX:
        row.status = DeliveryStatus.FAILED
    else:
        row.due_at = at + PAUSES[row.attempts - 1]
    with transaction.atomic():
        row.save(update_fields=["answer_status", "answer", "problem", "sent_at", "status", "due_at"])
        _count(endpoint, at, is_taken=is_taken)


def _count(endpoint: WebhookEndpoint, at: datetime, *, is_taken: bool) -> None:
    found = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    found.update(failures=0 if is_taken else F("failures") + 1)
    if not is_taken and found.filter(failures__gte=FAILURES_MAX, is_active=True).update(is_active=False):
        _record("webhook_off", endpoint, Actor.system("webhooks"), at)


def _record(event: str, row: WebhookEndpoint, actor: Actor, at: datetime) -> None:
    audit.record(
        actor=actor, subject_type="webhook", subject_ref=row.public_id, event=event, at=at, reason=row.url
    )  # fmt: skip
