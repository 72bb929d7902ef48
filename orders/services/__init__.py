"""Every write of orders, by noun: ``placing``, ``claiming``, ``paying``, ``fulfilment``, ``disclosure``, ``refunds``, ``compensating``, ``holds``, ``sweeps``, ``telling`` (letters)."""

from orders.services.claiming import claim_trades
from orders.services.compensating import (
    compensate_again,
    compensate_buyer,
    compensation_due,
    compensation_sent,
    lock_compensation,
)
from orders.services.disclosure import reveal_delivery
from orders.services.fulfilment import Shipment, confirm_receipt, ship
from orders.services.holds import lift_hold, place_hold
from orders.services.paying import cancel_trade, lock_trade, open_payment, pay_trade
from orders.services.placing import Delivery, Item, place_trade
from orders.services.refunds import LineRefunded, freight_with, refund_line
from orders.services.sweeps import sweep

__all__ = [
    "Delivery",
    "Item",
    "LineRefunded",
    "Shipment",
    "cancel_trade",
    "claim_trades",
    "compensate_again",
    "compensate_buyer",
    "compensation_due",
    "compensation_sent",
    "confirm_receipt",
    "freight_with",
    "lift_hold",
    "lock_compensation",
    "lock_trade",
    "open_payment",
    "pay_trade",
    "place_hold",
    "place_trade",
    "refund_line",
    "reveal_delivery",
    "ship",
    "sweep",
]
