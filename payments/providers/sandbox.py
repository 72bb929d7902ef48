"""The sandbox provider: a cashier that pays, fails, is late, pays twice or pays a wrong amount on demand.

It pays out to any account, except that one ending in 0000 is returned at once, one ending in 9999 takes two days, and
what was paid to one ending in 5555 comes back after three days. It keeps its own book (``SandboxPayment``, ``SandboxTransfer``), as a real provider would, and sends signed notices over HTTP
from its outbox (``SandboxMessage``). Signature: HMAC-SHA-256 over ``timestamp.body`` with SANDBOX_NOTICE_KEY.
"""

import dataclasses
import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from payments.errors import BadNotice, BadSignature
from payments.models import Charge, SandboxMessage, SandboxPayment, SandboxTransfer
from payments.providers import (
    BILL_PAY,
    BILL_REFUND,
    BILL_TRANSFER,
    BILL_TRANSFER_BACK,
    KINDS,
    PAID,
    REFUNDED,
    TRANSFER_KINDS,
    TRANSFER_PAID,
    TRANSFER_RETURNED,
    BillItem,
    Payee,
    ProviderNotice,
)
from payments.states import PAYER
from taoxiaopu.kernel import clock, rows
from taoxiaopu.kernel.ids import public_id
from taoxiaopu.kernel.jobs import WHOLE, Part, by_itself
from taoxiaopu.kernel.locking import lock_found

APP_ID = "sandbox-taoxiaopu"
MAX_AGE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)


MAX_FEN = 10**11
RETURNED_ENDING, SLOW_ENDING, LATE_ENDING = "0000", "9999", "5555"
SLOW, LATE = timedelta(days=2), timedelta(days=3)
FIELDS = {field.name for field in dataclasses.fields(ProviderNotice)}
OPTIONAL = {"transfer_number"}


class Button(models.TextChoices):
    """What a tester can make the cashier do."""

    PAY = "pay", _("付款成功")
    FAIL = "fail", _("付款失败")
    LATE = "late", _("扣款成功，通知迟到")
    TWICE = "twice", _("重复付款")
    WRONG = "wrong", _("少付 1 分")


class SandboxProvider:
    """The adapter; see ``Provider``."""

    name = "sandbox"
    app_id = APP_ID

    def cashier_url(self, charge_number: str) -> str:
        return reverse("payments:cashier", args=[charge_number])

    def refund(
        self, *, refund_number: str, charge_number: str, provider_number: str, amount_fen: int, at: datetime
    ) -> None:
        with transaction.atomic():
            asked = SandboxPayment(
                refund_number=refund_number,
                charge_number=charge_number,
                provider_number=f"SR{public_id(14)}",
                kind="refund",
                amount_fen=amount_fen,
                at=at,
            )
            if rows.insert(asked, once=True):
                _send(
                    kind=REFUNDED,
                    charge_number=charge_number,
                    refund_number=refund_number,
                    amount_fen=amount_fen,
                    provider_number=provider_number,
                    due_at=at,
                )

    def transfer(self, *, transfer_number: str, payee: Payee, amount_fen: int, at: datetime) -> None:
        ending = (
            "" if payee.kind == PAYER else payee.account[-4:]
        )  # a charge's number is drawn, it says nothing
        is_returned, comes_back = ending == RETURNED_ENDING, ending == LATE_ENDING
        with transaction.atomic():
            row, created = SandboxTransfer.objects.get_or_create(
                transfer_number=transfer_number,
                defaults={
                    "provider_number": f"ST{public_id(14)}",
                    "amount_fen": amount_fen,
                    "fate": "returned" if is_returned else "paid",
                    "at": at,
                    "back_at": at + LATE if comes_back else None,
                },
            )
            if not created:
                return
            paid_at = at + SLOW if ending == SLOW_ENDING else at
            news = [(TRANSFER_RETURNED, at)] if is_returned else [(TRANSFER_PAID, paid_at)]
            if row.back_at is not None:
                news.append((TRANSFER_RETURNED, row.back_at))
            for kind, due_at in news:
                _send(
                    kind=kind,
                    transfer_number=transfer_number,
                    amount_fen=amount_fen,
                    provider_number=row.provider_number,
                    due_at=due_at,
                )

    def read_notice(self, body: bytes, headers: dict[str, str], *, at: datetime) -> ProviderNotice:
        stamp, signature = headers.get("X-Sandbox-Timestamp", ""), headers.get("X-Sandbox-Signature", "")
        if not hmac.compare_digest(sign(body, stamp).encode(), signature.encode("utf-8", "replace")):
            raise BadSignature
        if not (stamp.isdecimal() and len(stamp) <= 12):
            raise BadSignature
        if abs(at.timestamp() - int(stamp)) > MAX_AGE.total_seconds():
            raise BadSignature
        return _read(body)

    def fetch_bill(self, day: date) -> Iterator[BillItem]:
        since, until = clock.local_instant(day), clock.local_instant(day + timedelta(days=1))
        for row in SandboxPayment.objects.filter(at__gte=since, at__lt=until).order_by("pk").iterator(5000):
            if row.kind == "pay":
                yield BillItem(BILL_PAY, row.provider_number, row.charge_number, row.amount_fen, row.at)
            else:
                yield BillItem(
                    BILL_REFUND, row.provider_number, row.refund_number or "", row.amount_fen, row.at
                )
        paid = SandboxTransfer.objects.filter(fate="paid").order_by("pk")
        for sent in paid.filter(at__gte=since, at__lt=until).iterator(5000):
            yield BillItem(
                BILL_TRANSFER, sent.provider_number, sent.transfer_number, sent.amount_fen, sent.at
            )
        for sent in paid.filter(back_at__gte=since, back_at__lt=until).iterator(5000):
            assert sent.back_at is not None
            yield BillItem(
                BILL_TRANSFER_BACK, sent.provider_number, sent.transfer_number, sent.amount_fen, sent.back_at
            )


def _read(body: bytes) -> ProviderNotice:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise BadNotice from None
    if not isinstance(data, dict) or not FIELDS - OPTIONAL <= set(data) <= FIELDS:
        raise BadNotice
    amount = data["amount_fen"]
    if type(amount) is not int or not 0 <= amount <= MAX_FEN:
        raise BadNotice
    texts = [value for name, value in data.items() if name != "amount_fen"]
    if not all(isinstance(text, str) and len(text) <= 40 and text.isprintable() for text in texts):
        raise BadNotice
    if not data["event_id"] or data["kind"] not in KINDS:
        raise BadNotice
    if data["kind"] in TRANSFER_KINDS | {PAID} and not data["provider_number"]:
        raise BadNotice
    return ProviderNotice(**data)


def sign(body: bytes, stamp: str) -> str:
    """The hex signature over a body and its timestamp (whole seconds)."""
    message = stamp.encode("utf-8", "replace") + b"." + body
    return hmac.new(settings.SANDBOX_NOTICE_KEY.encode(), message, hashlib.sha256).hexdigest()


def press(charge: Charge, button: Button, *, at: datetime) -> list[SandboxMessage]:
    """What the cashier does when a button is pressed: books payments on its side and queues notices, which it returns."""
    if button == Button.FAIL:
        return []
    amount = charge.amount_fen - 1 if button == Button.WRONG else charge.amount_fen
    due = charge.expires_at + timedelta(minutes=1) if button == Button.LATE else at
    messages = []
    with transaction.atomic():
        for _payment in range(2 if button == Button.TWICE else 1):
            number = f"SP{public_id(14)}"
            payment = SandboxPayment(
                charge_number=charge.number, provider_number=number, kind="pay", amount_fen=amount, at=at
            )
            rows.insert(payment)
            message = _send(
                kind=PAID,
                charge_number=charge.number,
                amount_fen=amount,
                provider_number=number,
                due_at=due,
            )
            messages.append(message)
    return messages


def _send(
    *,
    kind: str,
    amount_fen: int,
    provider_number: str,
    due_at: datetime,
    charge_number: str = "",
    refund_number: str = "",
    transfer_number: str = "",
) -> SandboxMessage:
    event = f"ev-{public_id(16)}"
    body = {
        "event_id": event,
        "kind": kind,
        "charge_number": charge_number,
        "refund_number": refund_number,
        "transfer_number": transfer_number,
        "amount_fen": amount_fen,
        "currency": "CNY",
        "app_id": APP_ID,
        "provider_number": provider_number,
    }
    message = SandboxMessage(event_id=event, body=json.dumps(body, sort_keys=True), due_at=due_at)
    rows.insert(message)
    return message


def deliver_due(
    *,
    at: datetime,
    post: Callable[[bytes], bool] | None = None,
    only: Sequence[SandboxMessage] | None = None,
    part: Part = WHOLE,
) -> int:
    """Send every due notice over HTTP to the platform; an unanswered one is sent again later. Returns how many.

    ``post`` hands a body over in another way: a story that is told without a web server. ``only`` names the notices.
    """
    if only is None:
        waiting = part.of(SandboxMessage.objects.filter(sent_at=None, due_at__lte=at))
        due = list(waiting.order_by("due_at", "pk").values_list("pk", "event_id"))
    else:
        due = [(message.pk, message.event_id) for message in only]
    return sum(
        by_itself(partial(_deliver, pk, at, post or _post), what=f"notice {event}") for pk, event in due
    )


def _deliver(pk: int, at: datetime, post: Callable[[bytes], bool]) -> bool:
    with transaction.atomic():
        found = lock_found(SandboxMessage, wait=False, id=pk, sent_at=None)
        if not found:
            return False
        message = found[0]
        message.attempts += 1
        is_taken = post(message.body.encode())
        if is_taken:
            message.sent_at = at
        else:
            message.due_at = at + min(LONGEST_PAUSE, timedelta(seconds=15 * 2 ** min(message.attempts, 12)))
        rows.update(message, "attempts", "sent_at", "due_at")
        return is_taken


def _post(body: bytes) -> bool:
    stamp = str(int(clock.now().timestamp()))
    request = urllib.request.Request(  # noqa: S310  (the address is our own BASE_URL from settings)
        settings.BASE_URL + reverse("payment-notice", args=["sandbox"]),
        data=body,
        headers={
            "Content-Type": "application/json",
            "X-Sandbox-Timestamp": stamp,
            "X-Sandbox-Signature": sign(body, stamp),
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
