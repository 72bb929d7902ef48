"""What is compared: set-based queries that return (kind, reference, difference in fen).

Each row is one thing that does not agree; what one query has named the others leave out. ``cutoff`` is the end of the
day that the bills reach to; ``late`` is earlier by the time a notice may take.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Comparison:
    """One query with its name for people."""

    name: str
    says: str | Promise
    sql: str


COMPARISONS = (
    Comparison(
        "charges",
        _("支付单与入账"),
        """WITH charged AS (
               SELECT trade_number, min(number) AS number, sum(amount_fen) AS fen FROM payments_charge
               WHERE status = 'paid' AND purpose = 'trade' GROUP BY trade_number),
           booked AS (
               SELECT coalesce(t.number, j.ref_id) AS trade_number, min(j.ref_id) AS order_number, sum(x.amount_fen) AS fen
               FROM ledger_journal j JOIN ledger_transfer x ON x.journal_id = j.id
               LEFT JOIN orders_order o ON o.number = j.ref_id LEFT JOIN orders_trade t ON t.id = o.trade_id
               WHERE j.kind = 'payment' GROUP BY 1)
           SELECT CASE WHEN b.fen IS NULL THEN 'charge_unbooked' WHEN c.fen IS NULL THEN 'journal_uncharged' ELSE 'amount' END,
                  coalesce(c.number, b.order_number), coalesce(b.fen, 0) - coalesce(c.fen, 0)
           FROM charged c FULL JOIN booked b ON b.trade_number = c.trade_number WHERE c.fen IS DISTINCT FROM b.fen
           UNION ALL
           SELECT CASE WHEN b.fen IS NULL THEN 'charge_unbooked' WHEN c.number IS NULL THEN 'journal_uncharged' ELSE 'amount' END,
                  coalesce(c.number, b.number), coalesce(b.fen, 0) - coalesce(c.amount_fen, 0)
           FROM (SELECT * FROM payments_charge WHERE status = 'paid' AND purpose = 'deposit') c
           FULL JOIN (SELECT j.ref_id AS number, sum(x.amount_fen) AS fen FROM ledger_journal j
                      JOIN ledger_transfer x ON x.journal_id = j.id WHERE j.kind = 'deposit' GROUP BY j.ref_id) b
                  ON b.number = c.number
           WHERE c.amount_fen IS DISTINCT FROM b.fen""",
    ),
    Comparison(
        "payments",
        _("支付单与渠道账单"),
        """WITH known AS (
               SELECT provider_number, number, amount_fen, paid_at AS at FROM payments_charge WHERE status = 'paid'
               UNION ALL
               SELECT r.provider_number, r.number, r.amount_fen, r.requested_at FROM payments_refund r
               WHERE r.cause = 'stray'),
           billed AS (SELECT * FROM reconciliation_billline WHERE kind = 'pay')
           SELECT CASE WHEN k.number IS NULL THEN 'payment_unknown' WHEN b.id IS NULL THEN 'charge_not_in_bill' ELSE 'amount' END,
                  coalesce(k.number, b.provider_number), coalesce(k.amount_fen, 0) - coalesce(b.amount_fen, 0)
           FROM known k FULL JOIN billed b ON b.provider_number = k.provider_number
           WHERE k.amount_fen IS DISTINCT FROM b.amount_fen
             AND (b.id IS NULL OR k.number IS NOT NULL OR b.at < %(late)s)
             AND (k.number IS NULL OR b.id IS NOT NULL OR k.at < %(cutoff)s)""",
    ),
    Comparison(
        "refunds",
        _("退款与渠道账单"),
        """SELECT CASE WHEN r.id IS NULL THEN 'refund_unknown' WHEN b.id IS NULL THEN 'refund_not_in_bill' ELSE 'amount' END,
                  coalesce(r.number, b.reference), coalesce(b.amount_fen, 0) - coalesce(r.amount_fen, 0)
           FROM payments_refund r
           FULL JOIN (SELECT * FROM reconciliation_billline WHERE kind = 'refund') b ON b.reference = r.number
           WHERE r.amount_fen IS DISTINCT FROM b.amount_fen
             AND (b.id IS NOT NULL OR (r.status = 'succeeded' AND r.succeeded_at < %(cutoff)s))""",
    ),
    Comparison(
        "transfers",
        _("打款与渠道账单"),
        """SELECT CASE WHEN t.id IS NULL THEN 'transfer_unknown' WHEN b.id IS NULL THEN 'transfer_not_in_bill' ELSE 'amount' END,
                  coalesce(t.number, b.reference), coalesce(b.amount_fen, 0) - coalesce(t.amount_fen, 0)
           FROM payments_transfer t
           FULL JOIN (SELECT * FROM reconciliation_billline WHERE kind IN ('transfer', 'transfer_back')) b
                  ON b.reference = t.number
           WHERE t.amount_fen IS DISTINCT FROM b.amount_fen
             AND (b.id IS NOT NULL OR (t.status = 'paid' AND t.paid_at < %(cutoff)s))""",
    ),
    Comparison(
        "escrow",
        _("担保款与订单"),
        """SELECT 'escrow', o.number, h.held - CASE WHEN o.status IN ('paid', 'part_shipped', 'shipped', 'completed')
                  THEN o.goods_fen + o.freight_fen - o.freight_refunded_fen
                       - (SELECT sum(l.refunded_fen) FROM orders_orderline l WHERE l.order_id = o.id) ELSE 0 END
           FROM orders_order o
           JOIN (SELECT j.order_number AS number,
                        sum(CASE WHEN c.kind = 'escrow' THEN t.amount_fen ELSE 0 END
                            - CASE WHEN d.kind = 'escrow' THEN t.amount_fen ELSE 0 END) AS held
                 FROM ledger_transfer t JOIN ledger_journal j ON j.id = t.journal_id
                 JOIN ledger_account d ON d.id = t.debit_id JOIN ledger_account c ON c.id = t.credit_id
                 WHERE d.kind = 'escrow' OR c.kind = 'escrow' GROUP BY j.order_number HAVING bool_or(j.kind = 'payment')) h
                ON h.number = o.number
           WHERE o.paid_at IS NOT NULL
             AND h.held <> CASE WHEN o.status IN ('paid', 'part_shipped', 'shipped', 'completed')
                  THEN o.goods_fen + o.freight_fen - o.freight_refunded_fen
                       - (SELECT sum(l.refunded_fen) FROM orders_orderline l WHERE l.order_id = o.id) ELSE 0 END""",
    ),
    Comparison(
        "stock",
        _("库存与订单"),
        """SELECT 'stock', g.public_id || ' ' || s.name,
                  greatest(abs(s.received - s.available - s.reserved - s.sold), abs(s.reserved - coalesce(r.held, 0)),
                           abs(s.sold - coalesce(r.taken, 0)))
           FROM suppliers_sku s JOIN suppliers_good g ON g.id = s.good_id
           LEFT JOIN (SELECT sku_id, sum(quantity) FILTER (WHERE status = 'held') AS held,
                             sum(quantity) FILTER (WHERE status = 'taken') AS taken
                      FROM suppliers_stockreservation GROUP BY sku_id) r ON r.sku_id = s.id
           WHERE s.received <> s.available + s.reserved + s.sold
              OR s.reserved <> coalesce(r.held, 0) OR s.sold <> coalesce(r.taken, 0)""",
    ),
)

# What waits in a clearing account, by what it waits for: a refund or transfer by its own number once there is one. The
# items of an account add up to its balance, whatever was booked.
WAITING = """
    WITH moves AS (
        SELECT a.kind AS account, j.ref_type, j.ref_id, j.occurred_at,
               CASE WHEN t.credit_id = a.id THEN t.amount_fen ELSE -t.amount_fen END AS fen,
               CASE WHEN a.kind = 'refund_clearing' THEN coalesce(by_number.number, by_cause.number, j.ref_id)
                    WHEN a.kind = 'payout_clearing' THEN coalesce(paid_out.cause_ref, j.ref_id)
                    ELSE coalesce(nullif(j.order_number, ''), j.ref_id) END AS reference
        FROM ledger_account a
        JOIN ledger_transfer t ON a.id IN (t.debit_id, t.credit_id)
        JOIN ledger_journal j ON j.id = t.journal_id
        LEFT JOIN payments_refund by_number ON j.ref_type = 'refund' AND by_number.number = j.ref_id
        LEFT JOIN payments_refund by_cause ON j.ref_type <> 'refund' AND left(by_cause.cause_ref, 40) = j.ref_id
             AND by_cause.cause = CASE WHEN j.ref_type = 'payment' THEN 'stray' ELSE j.ref_type END
        LEFT JOIN payments_transfer paid_out ON j.ref_type = 'transfer' AND paid_out.number = j.ref_id
        WHERE a.kind IN ('refund_clearing', 'payout_clearing', 'compensation')
    )
    SELECT account, reference, sum(fen) AS fen, min(occurred_at) AS since FROM moves
    GROUP BY account, reference HAVING sum(fen) <> 0 ORDER BY since, reference
"""

# What the provider has, by its bills.
BILL_BALANCE = """
    SELECT coalesce(sum(CASE WHEN kind = 'pay' THEN amount_fen WHEN kind IN ('refund', 'transfer') THEN -amount_fen END), 0)
    FROM reconciliation_billline WHERE at < %(cutoff)s
"""

# What the provider's bill has and the books only had after the cutoff, or have not yet.
TRANSIT = """
    SELECT coalesce(sum(fen), 0) FROM (
        SELECT b.amount_fen AS fen FROM reconciliation_billline b
        LEFT JOIN payments_charge c ON c.provider_number = b.provider_number AND c.status = 'paid'
        LEFT JOIN payments_refund r ON r.cause = 'stray' AND r.cause_ref = b.provider_number
        WHERE b.kind = 'pay' AND b.at < %(cutoff)s
          AND coalesce(c.paid_at, r.requested_at, 'infinity') >= %(cutoff)s
        UNION ALL
        SELECT -b.amount_fen FROM reconciliation_billline b
        LEFT JOIN payments_refund r ON r.number = b.reference
        WHERE b.kind = 'refund' AND b.at < %(cutoff)s AND coalesce(r.succeeded_at, 'infinity') >= %(cutoff)s
        UNION ALL
        SELECT -b.amount_fen FROM reconciliation_billline b
        LEFT JOIN payments_transfer t ON t.number = b.reference
        WHERE b.kind = 'transfer' AND b.at < %(cutoff)s AND coalesce(t.paid_at, 'infinity') >= %(cutoff)s
    ) x
"""
