"""What a supplier pays a buyer for a promise it broke (docs/rules.md §5.6): once for each line and reason."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.services import notify
from ledger import posting
from ledger.models import AccountKind, JournalKind
from ledger.posting import Event, Movement, Side
from orders import letters
from orders.models import Compensation, Order, OrderLine
from orders.services.fulfilment import lock_order
from orders.states import COMPENSATIONS, CompensationReason
from payments import services as payments
from payments.providers import Payee
from payments.selectors import paid_charge_of_trade
from payments.states import PAYER, TransferCause
from suppliers.selectors import members_of
from suppliers.services import take_from_supplier
from taoxiaopu.kernel import audit, rows
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput, MoveRefused, NotFound
from taoxiaopu.kernel.ids import order_number
from taoxiaopu.kernel.locking import lock_found
from taoxiaopu.kernel.money import half_up
from taoxiaopu.kernel.settings import Rules, rules_at

SYSTEM = Actor.system("compensation")
CLEARING = Side(AccountKind.COMPENSATION)
CAUSE = TransferCause.COMPENSATION


def compensation_due(paid_fen: int, reason: CompensationReason, rules: Rules) -> int:
    """What a line of ``paid_fen`` is compensated with, in fen: a share of it, within its least and most."""
    n = list(CompensationReason).index(reason)
    share = half_up(paid_fen * rules.COMPENSATION_BP[n], 10_000)
    return min(max(share, rules.COMPENSATION_MIN_FEN[n]), rules.COMPENSATION_MAX_FEN[n])


def compensate_buyer(
    *, line: OrderLine, reason: CompensationReason, actor: Actor, at: datetime
) -> Compensation:
    """Charge the supplier (payable, bond, deposit, then a debt) and send the buyer the amount that the rules state.

    A second call returns the first one's row. Raises MoveRefused when the order was never paid.
    """
    with transaction.atomic():
        order = lock_order(line.order.number)
        for known in rows.find(Compensation, line_id=line.pk, reason=reason):
            return known
        charge = paid_charge_of_trade(order.trade.number)
        if order.paid_at is None or charge is None:
            raise MoveRefused(state=order.get_status_display(), event=_("赔付"))
        amount = compensation_due(line.paid_fen, reason, rules_at(at))
        row = Compensation(
            number=order_number(), order=order, line=line, reason=reason, amount_fen=amount, asked_at=at
        )
        rows.insert(row)
        audit.record(
            actor=actor, subject_type="compensation", subject_ref=row.number, event="ask", at=at,
            to_state=row.status, reason=str(reason.value),
        )  # fmt: skip
        shares = take_from_supplier(order.supplier.public_id, amount)
        posting.post(
            Event(JournalKind.COMPENSATION, "compensation", row.number, order_number=order.number),
            [Movement(side, CLEARING, share, line.ref) for side, share in shares],
            at=at,
        )
        _send(row, order, charge.number, at)
        _tell(row, order, at)
        return row


def compensate_again(*, number: str, actor: Actor, at: datetime, reason: str) -> Compensation:
    """Send once more what the provider returned. Raises BadInput without a reason, NotFound, MoveRefused."""
    if len(reason.strip()) < 2:
        raise BadInput(what=_("请写明原因"))
    with transaction.atomic():
        row = lock_compensation(number)
        if row is None:
            raise NotFound
        COMPENSATIONS.apply(row, "again", actor=actor, at=at, reason=reason, sent=row.sent + 1, ended_at=None)
        charge = paid_charge_of_trade(row.order.trade.number)
        assert charge is not None, "an order that was compensated was paid"
        _send(row, row.order, charge.number, at)
        return row


def lock_compensation(cause_ref: str) -> Compensation | None:
    """The compensation that a transfer's cause names, locked after its order."""
    number = cause_ref.partition("/")[0]
    for unlocked in Compensation.objects.select_related("order").filter(number=number):
        order = lock_order(unlocked.order.number)
        (row,) = lock_found(Compensation, id=unlocked.pk)
        row.order = order
        return row
    return None


def compensation_sent(*, compensation: Compensation, is_paid: bool, at: datetime) -> None:
    """The provider paid or returned it. The caller holds its lock and concluded the transfer."""
    event = "paid" if is_paid else "returned"
    COMPENSATIONS.apply(compensation, event, actor=SYSTEM, at=at, ended_at=at)


def _send(row: Compensation, order: Order, charge_number: str, at: datetime) -> None:
    payments.request_transfer(
        cause=CAUSE,
        cause_ref=f"{row.number}/{row.sent}",
        payee=Payee(PAYER, "", charge_number),
        amount_fen=row.amount_fen,
        at=at,
    )


def _tell(row: Compensation, order: Order, at: datetime) -> None:
    facts = {"number": order.number, "amount_fen": row.amount_fen, "reason": row.reason}
    notify(
        kind=letters.COMPENSATED,
        recipients=[order.trade.user_id],
        ref=row.number,
        at=at,
        facts=facts,
        link=[order.number],
    )
    notify(
        kind=letters.CHARGED_FOR,
        recipients=members_of([order.supplier_id]).get(order.supplier_id, []),
        ref=row.number,
        at=at,
        facts=facts,
        link=[order.number],
    )
