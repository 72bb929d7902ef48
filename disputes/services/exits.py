"""The end of a supplier's exit (docs/rules.md §1.6): when nothing of it is open in any app, staff let its money go.

Locks: the supplier, then what ``commissions.services.return_deposit`` locks.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from commissions import services as commissions
from disputes import errors
from disputes.leaving import Leaving, leaving_of
from suppliers.models import Supplier
from suppliers.services import lock_supplier
from suppliers.states import LEAVES, SUPPLIERS
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, MoveRefused
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.templatetags.kernel_format import local_time


def settle_exit(*, public_id: str, actor: Actor, at: datetime, reason: str) -> Supplier:
    """Staff found that nothing of a leaving supplier is open: what it owes is taken, the rest goes to the company's account.

    Above FOUR_EYES_PAYOUT_FEN the first call waits for another person's; the supplier is out (S13) when the bank paid, at
    once where nothing is left to pay. What a bank returned is sent anew by another call, also of one that is out.
    Raises BadInput without a reason, NotFound, MoveRefused, NotFreeYet, and what ``return_deposit`` raises.
    """
    reason = reason.strip()
    if len(reason) < 2:
        raise BadInput(what=_("请写明原因"))
    with transaction.atomic():
        supplier = lock_supplier(public_id)
        if actor.kind != ActorKind.STAFF or supplier.status not in LEAVES:
            raise MoveRefused(state=supplier.get_status_display(), event=str(SUPPLIERS.event_labels["exit"]))
        leaving = leaving_of(supplier, at=at)
        if not leaving.is_free:
            raise errors.NotFreeYet(why=why_not(leaving, at))
        commissions.return_deposit(supplier=supplier, actor=actor, at=at, reason=reason)
        return supplier


def why_not(leaving: Leaving, at: datetime) -> str:
    """What still stands between a supplier and its money, in words; empty when nothing does."""
    if not leaving.is_quiet:
        return _("还有 {orders} 笔订单、{cases} 个售后、{disputes} 个争议没有了结").format(
            orders=leaving.orders, cases=leaving.cases, disputes=leaving.disputes
        )
    if leaving.free_at is not None and at < leaving.free_at:
        return _("须到 {when}").format(when=local_time(leaving.free_at))
    if leaving.payouts:
        return _("还有 {n} 笔货款在打款").format(n=leaving.payouts)
    if leaving.debt_fen > leaving.held_fen:
        short = format_yuan(leaving.debt_fen - leaving.held_fen, thousands=True)
        return _("抵扣货款和保证金后仍欠 ¥{fen}").format(fen=short)
    return ""
