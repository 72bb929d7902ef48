"""Our own POSTs may be sent twice: the second gets the first one's answer (docs/rules.md, trust §2)."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from taoxiaopu.kernel.errors import BadInput, KeyReused
from taoxiaopu.kernel.models import IdempotencyKey

KEEP = timedelta(hours=48)


def hash_of(inputs: Any) -> str:
    """A stable SHA-256 over JSON-able inputs."""
    text = json.dumps(inputs, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def run_once(*, actor: str, key: str, inputs: Any, at: datetime, work: Callable[[], Any]) -> Any:
    """Run ``work`` at most once for (actor, key) and return its JSON-able answer, remembered for 48 h.

    A parallel twin waits on the unique key until the first commits, then gets the same answer. An expected
    failure rolls everything back and is not remembered. Raises KeyReused for other inputs under the same key.
    """
    if not key or len(key) > 80 or not (key.isascii() and key.isprintable()):
        raise BadInput(what=_("缺少或错误的幂等键（Idempotency-Key）"))
    digest = hash_of(inputs)
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = IdempotencyKey.objects.create(
                    actor=actor[:80], key=key, request_hash=digest, created_at=at
                )
        except IntegrityError:
            seen = IdempotencyKey.objects.get(actor=actor[:80], key=key)
            if seen.request_hash != digest:
                raise KeyReused from None
            return seen.answer
        row.answer = work()
        row.save(update_fields=["answer"])
        return row.answer


def run_form_once(*, actor: str, key: str, inputs: Any, at: datetime, work: Callable[[], Any]) -> Any:
    """As ``run_once``, for a form whose key was drawn with its page; one that was sent without a key is simply done."""
    return run_once(actor=actor, key=key, inputs=inputs, at=at, work=work) if key else work()


def forget_old(*, at: datetime) -> int:
    """Delete keys older than 48 hours; return how many."""
    return IdempotencyKey.objects.filter(created_at__lt=at - KEEP).delete()[0]
