"""Every write of orders, by noun: ``asking`` (questions about a line), ``placing``, ``contracts`` and ``production`` (of customised goods), ``claiming``, ``paying``, ``fulfilment``, ``batches`` (tracking numbers), ``printing``, ``shortage``, ``disclosure``, ``refunds``, ``compensating``, ``holds``, ``rolls`` (days added up), ``sweeps``, ``telling`` (letters)."""

from orders.services.asking import ask_about_line, hand_question_over
from orders.services.batches import BatchLine, carrier_named, check_batch, ship_batch
from orders.services.claiming import claim_trades
from orders.services.compensating import (
    compensate_again,
    compensate_buyer,
    compensation_due,
    compensation_sent,
    lock_compensation,
)
from orders.services.contracts import (
    Terms,
    Wish,
    accept_version,
    decline_contract,
    propose_version,
)
from orders.services.disclosure import reveal_delivery
from orders.services.fulfilment import Shipment, confirm_receipt, ship
from orders.services.holds import lift_hold, place_hold
from orders.services.paying import cancel_trade, lock_trade, open_payment, pay_trade
from orders.services.placing import Delivery, Item, place_trade
from orders.services.printing import PRINT_MAX, mark_printed
from orders.services.production import cancel_fee_of, cancel_with_fee, start_production
from orders.services.records import count_good_records
from orders.services.refunds import LineRefunded, freight_with, refund_line
from orders.services.rolls import roll_changed_days, roll_days
from orders.services.shortage import Shortage, report_shortage, shortage_of
from orders.services.sweeps import sweep

__all__ = [
    "PRINT_MAX",
    "BatchLine",
    "Delivery",
    "Item",
    "LineRefunded",
    "Shipment",
    "Shortage",
    "Terms",
    "Wish",
    "accept_version",
    "ask_about_line",
    "cancel_fee_of",
    "cancel_trade",
    "cancel_with_fee",
    "carrier_named",
    "check_batch",
    "claim_trades",
    "compensate_again",
    "compensate_buyer",
    "compensation_due",
    "compensation_sent",
    "confirm_receipt",
    "count_good_records",
    "decline_contract",
    "freight_with",
    "hand_question_over",
    "lift_hold",
    "lock_compensation",
    "lock_trade",
    "mark_printed",
    "open_payment",
    "pay_trade",
    "place_hold",
    "place_trade",
    "propose_version",
    "refund_line",
    "report_shortage",
    "reveal_delivery",
    "roll_changed_days",
    "roll_days",
    "ship",
    "ship_batch",
    "shortage_of",
    "start_production",
    "sweep",
]
