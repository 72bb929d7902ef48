"""A guest who signs in makes what was bought in this session his own: it opens from any device from then on."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from orders.models import Trade
from orders.selectors import claimable_of
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.locking import lock_rows


def claim_trades(*, user: User, placed: Sequence[str], held: Sequence[str], at: datetime) -> list[Trade]:
    """Give guest trades to a member; the caller vouches that the session placed, or opened with phone and code, these.

    ``claimable_of`` says which of them may be claimed; the rest stays as it is. Returns what was claimed.
    """
    with transaction.atomic():
        trades = lock_rows(claimable_of(user, placed=placed, held=held))
        for trade in trades:
            trade.user = user
            trade.save(update_fields=["user"])
            audit.record(
                actor=Actor(ActorKind.BUYER, trade.number, user.public_id),
                subject_type="trade",
                subject_ref=trade.number,
                event="claim",
                at=at,
            )
    return trades
