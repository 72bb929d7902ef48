"""Providers' notices: stored once as they came, and what became of them."""

import hashlib
from datetime import datetime

from payments.models import Notice, NoticeOutcome
from payments.providers import ProviderNotice
from taoxiaopu.kernel import rows


def store_notice(*, provider: str, notice: ProviderNotice, body: bytes, at: datetime) -> Notice | None:
    """Keep a verified notice once; None when this event was stored before."""
    row = Notice(
        provider=provider,
        event_id=notice.event_id[:64],
        payload_hash=hashlib.sha256(body).hexdigest(),
        payload={
            "kind": notice.kind,
            "charge": notice.charge_number,
            "refund": notice.refund_number,
            "transfer": notice.transfer_number,
            "amount_fen": notice.amount_fen,
            "currency": notice.currency,
            "app_id": notice.app_id,
            "provider_number": notice.provider_number,
        },
        received_at=at,
    )
    return rows.insert(row, once=True)


def conclude_notice(notice: Notice, outcome: NoticeOutcome) -> None:
    """Write down what became of a stored notice."""
    notice.outcome = outcome
    rows.update(notice, "outcome")
