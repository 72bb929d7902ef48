"""What a supplier's first page says of its orders and its money, in as few statements as it takes. The tenant comes first."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from ledger.models import AccountKind
from orders.selectors.queue import SOON
from orders.selectors.rolls import KEPT, Kept
from orders.states import PAID_STATES
from suppliers.models import Supplier

# What is on its way to a supplier: the goods of orders that are not divided yet, without what went back.
ON_THE_WAY = """
    coalesce((SELECT sum(goods_fen) FROM orders_order
              WHERE supplier_id = %(supplier)s AND status = ANY (%(open)s)), 0)
    - coalesce((SELECT sum(l.refunded_fen) FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
                WHERE l.supplier_id = %(supplier)s AND l.refunded_fen > 0 AND o.status = ANY (%(open)s)
                  AND l.order_id >= (
                      SELECT min(f.id) FROM unnest(%(open)s) s CROSS JOIN LATERAL (
                          SELECT id FROM orders_order WHERE supplier_id = %(supplier)s AND status = s
                          ORDER BY id LIMIT 1) f)), 0)"""
COMMISSION = """
    SELECT coalesce(sum(gross_fen) FILTER (WHERE confirmed_at >= %(since)s), 0) AS now,
           coalesce(sum(gross_fen) FILTER (WHERE confirmed_at < %(since)s), 0) AS before
    FROM commissions_commissionline
    WHERE supplier = %(party)s AND supplier <> '' AND status <> 'void'
      AND confirmed_at >= %(earlier)s AND confirmed_at <= %(at)s"""
NEXT = """
    SELECT json_agg(json_build_array(number, ship_by, goods) ORDER BY ship_by, id)::text FROM (
        SELECT o.id, o.number, o.ship_by, (SELECT json_agg(json_build_array(l.title, l.quantity) ORDER BY l.id)
                                           FROM orders_orderline l WHERE l.order_id = o.id) AS goods
        FROM orders_order o WHERE o.supplier_id = %(supplier)s AND o.status IN ('paid', 'part_shipped')
        ORDER BY o.ship_by, o.id LIMIT %(size)s) n"""
NUMBERS = f"""
    SELECT ({NEXT}), w.*, {ON_THE_WAY},
           coalesce((SELECT b.balance_fen FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
                     WHERE a.kind = %(payable)s AND a.party = %(party)s), 0),
           c.now, c.before, k.*
    FROM (SELECT count(*), count(*) FILTER (WHERE ship_by < %(at)s),
                 count(*) FILTER (WHERE ship_by >= %(at)s AND ship_by <= %(soon)s)
          FROM orders_order WHERE supplier_id = %(supplier)s AND status IN ('paid', 'part_shipped')) w,
         ({COMMISSION}) c, ({KEPT}) k"""  # noqa: S608  (constants of this module)


@dataclass(frozen=True, slots=True)
class ToShip:
    """An order that waits: its goods with how many of each."""

    number: str
    ship_by: datetime
    goods: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class DeskNumbers:
    """Orders that wait, those with the next deadlines first, and a supplier's money in fen: on its way, owed to it, and the commission of what was finalised in a
    span and in the one before. ``kept``: for who reads days next.
    """

    next: list[ToShip]
    to_ship: int
    late: int
    soon: int
    on_the_way_fen: int
    payable_fen: int
    commission_fen: int
    commission_before_fen: int
    kept: Kept


def desk_numbers(
    supplier: Supplier, *, size: int, earlier: datetime, since: datetime, at: datetime
) -> DeskNumbers:
    """``size`` orders wait by name. Spans are ``[since, at]`` and ``[earlier, since)``; commission is what owners and platform have of it now."""
    values = {
        "supplier": supplier.pk,
        "party": supplier.public_id,
        "payable": str(AccountKind.SUPPLIER_PAYABLE),
        "open": [str(status) for status in PAID_STATES],
        "earlier": earlier,
        "since": since,
        "at": at,
        "size": size,
        "soon": at + SOON,
    }
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, values)
        following, *numbers, through, changed = cursor.fetchone()
    waiting = [
        ToShip(number, datetime.fromisoformat(ship_by), [(title, int(n)) for title, n in goods or ()])
        for number, ship_by, goods in json.loads(following or "[]")
    ]
    return DeskNumbers(waiting, *map(int, numbers), Kept(through, tuple(sorted(changed))))


def payable_on_the_way(supplier: Supplier) -> int:
    """Fen of paid orders that are not divided yet: what a supplier can still expect, before commission."""
    values = {"supplier": supplier.pk, "open": [str(status) for status in PAID_STATES]}
    with connection.cursor() as cursor:
        cursor.execute("SELECT" + ON_THE_WAY, values)
        return int(cursor.fetchone()[0])
