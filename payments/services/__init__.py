"""Writes about money through providers, by noun: ``charges``, ``strays``, ``refunds``, ``transfers``, ``notices``."""

from payments.services.charges import (
    Applied,
    apply_payment,
    close_charges,
    close_deposit_charges,
    learn_closed,
    open_charge,
    open_charge_of,
    press_cashier,
)
from payments.services.notices import conclude_notice, store_notice
from payments.services.refunds import (
    conclude_refund,
    new_refund_number,
    refund_by_number,
    request_refund,
    send_due_refunds,
)
from payments.services.strays import needs_two, return_wrong_payment
from payments.services.transfers import (
    conclude_transfer,
    is_about,
    request_transfer,
    send_due_transfers,
    transfer_by_number,
)
from payments.services.wiring import DELIVER, SEND_REFUND, SEND_TRANSFER, provider_named

__all__ = [
    "DELIVER",
    "SEND_REFUND",
    "SEND_TRANSFER",
    "Applied",
    "apply_payment",
    "close_charges",
    "close_deposit_charges",
    "conclude_notice",
    "conclude_refund",
    "conclude_transfer",
    "is_about",
    "learn_closed",
    "needs_two",
    "new_refund_number",
    "open_charge",
    "open_charge_of",
    "press_cashier",
    "provider_named",
    "refund_by_number",
    "request_refund",
    "request_transfer",
    "return_wrong_payment",
    "send_due_refunds",
    "send_due_transfers",
    "store_notice",
    "transfer_by_number",
]
