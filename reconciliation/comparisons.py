"""What is compared: set-based queries that return (kind, reference, difference in fen).

Each row is one thing that does not agree; what one query has named the others leave out. ``cutoff`` is the end of the
day that the bills reach to; ``late`` is earlier by the time a notice may take. Of charges, payments, refunds and transfers
the difference is what the books have more in the channel, so that all of them add up to what the balances differ by;
TRANSIT is only on its way: the bill has it already.
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


TRANSIT = "transit"  # no difference: the bill has it, and the books will hear of it
COMPARISONS = (
    Comparison(
        "charges",
        _("支付单与入账"),
        """WITH charged AS (
               SELECT trade_number, min(number) AS number, sum(amount_fen) AS fen FROM payments_charge
               WHERE status = 'paid' AND purpose = 'trade' AND paid_at < %(cutoff)s GROUP BY trade_number),
           booked AS (
               SELECT coalesce(t.number, j.ref_id) AS trade_number, min(j.ref_id) AS order_number, sum(x.amount_fen) AS fen
               FROM ledger_journal j JOIN ledger_transfer x ON x.journal_id = j.id
               LEFT JOIN orders_order o ON o.number = j.ref_id LEFT JOIN orders_trade t ON t.id = o.trade_id
               WHERE j.kind = 'payment' AND j.occurred_at < %(cutoff)s GROUP BY 1)
           SELECT CASE WHEN b.fen IS NULL THEN 'charge_unbooked' WHEN c.fen IS NULL THEN 'journal_uncharged' ELSE 'amount' END,
                  coalesce(c.number, b.order_number), coalesce(b.fen, 0) - coalesce(c.fen, 0)
           FROM charged c FULL JOIN booked b ON b.trade_number = c.trade_number WHERE c.fen IS DISTINCT FROM b.fen
           UNION ALL
           SELECT CASE WHEN b.fen IS NULL THEN 'charge_unbooked' WHEN c.number IS NULL THEN 'journal_uncharged' ELSE 'amount' END,
                  coalesce(c.number, b.number), coalesce(b.fen, 0) - coalesce(c.amount_fen, 0)
           FROM (SELECT * FROM payments_charge WHERE status = 'paid' AND purpose IN ('deposit', 'bond') AND paid_at < %(cutoff)s) c
           FULL JOIN (SELECT j.ref_id AS number, sum(x.amount_fen) AS fen FROM ledger_journal j
                      JOIN ledger_transfer x ON x.journal_id = j.id
                      WHERE j.kind IN ('deposit', 'bond') AND j.occurred_at < %(cutoff)s GROUP BY j.ref_id) b ON b.number = c.number
           WHERE c.amount_fen IS DISTINCT FROM b.fen""",
    ),
    Comparison(
        "payments",
        _("支付单与渠道账单"),
        """WITH known AS (
               SELECT provider_number, number, amount_fen, paid_at AS at FROM payments_charge WHERE status = 'paid'
               UNION ALL
               SELECT provider_number, number, amount_fen, requested_at FROM payments_refund WHERE cause = 'stray'),
           items AS (
               SELECT k.number, k.at < %(cutoff)s AS is_known, b.id, b.provider_number, b.at < %(late)s AS is_late,
                      CASE WHEN k.at < %(cutoff)s THEN k.amount_fen ELSE 0 END AS books_fen,
                      CASE WHEN b.at < %(cutoff)s THEN b.amount_fen ELSE 0 END AS bill_fen
               FROM known k FULL JOIN (SELECT * FROM reconciliation_billline WHERE kind = 'pay') b
                    ON b.provider_number = k.provider_number)
           SELECT CASE WHEN number IS NULL AND is_late THEN 'payment_unknown' WHEN is_known IS NOT TRUE THEN 'transit'
                       WHEN id IS NULL THEN 'charge_not_in_bill' ELSE 'amount' END,
                  coalesce(number, provider_number), books_fen - bill_fen
           FROM items WHERE books_fen <> bill_fen""",
    ),
    Comparison(
        "refunds",
        _("退款与渠道账单"),
        """WITH items AS (
               SELECT r.number, r.amount_fen, b.id, b.reference, b.amount_fen AS billed_fen,
                      CASE WHEN r.succeeded_at < %(cutoff)s THEN -r.amount_fen ELSE 0 END AS books_fen,
                      CASE WHEN b.at < %(cutoff)s THEN -b.amount_fen ELSE 0 END AS bill_fen
               FROM payments_refund r FULL JOIN (SELECT * FROM reconciliation_billline WHERE kind = 'refund') b
                    ON b.reference = r.number)
           SELECT CASE WHEN number IS NULL THEN 'refund_unknown' WHEN id IS NULL THEN 'refund_not_in_bill'
                       WHEN amount_fen <> billed_fen THEN 'amount' ELSE 'transit' END,
                  coalesce(number, reference), books_fen - bill_fen
           FROM items WHERE books_fen <> bill_fen""",
    ),
    # A transfer that came back after it was paid is two lines of the bill and two journals of the books.
    Comparison(
        "transfers",
        _("打款与渠道账单"),
        """WITH billed AS (
               SELECT reference, sum(amount_fen) FILTER (WHERE kind = 'transfer') AS out_fen,
                      sum(amount_fen) FILTER (WHERE kind = 'transfer_back') AS back_fen,
                      max(at) FILTER (WHERE kind = 'transfer_back') < %(late)s AS is_late
               FROM reconciliation_billline
               WHERE kind IN ('transfer', 'transfer_back') AND at < %(cutoff)s GROUP BY reference),
           items AS (
               SELECT t.number, t.amount_fen, b.*, coalesce(t.paid_at < %(cutoff)s, false) AS is_paid,
                      coalesce(t.returned_at < %(cutoff)s, false) AS is_returned
               FROM payments_transfer t FULL JOIN billed b ON b.reference = t.number),
           sums AS (
               SELECT *, coalesce(back_fen, 0) - coalesce(out_fen, 0) AS bill_fen,
                      CASE WHEN is_paid AND NOT is_returned THEN -amount_fen ELSE 0 END AS books_fen FROM items)
           SELECT CASE WHEN number IS NULL THEN 'transfer_unknown'
                       WHEN out_fen IS NULL THEN 'transfer_not_in_bill'
                       WHEN amount_fen <> out_fen OR amount_fen <> back_fen THEN 'amount'
                       WHEN is_returned THEN 'return_not_in_bill'
                       WHEN back_fen > 0 AND is_late THEN 'return_unknown' ELSE 'transit' END,
                  coalesce(number, reference), books_fen - bill_fen
           FROM sums WHERE books_fen <> bill_fen""",
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
                    ELSE split_part(coalesce(paid_out.cause_ref, j.ref_id), '/', 1) END AS reference
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

# What the provider has, by its bills: every line moved money.
BILL_BALANCE = """
    SELECT coalesce(sum(CASE WHEN kind IN ('pay', 'transfer_back') THEN amount_fen ELSE -amount_fen END), 0)
    FROM reconciliation_billline WHERE at < %(cutoff)s
"""

# What manual journals moved in the channel to correct a difference, by that difference.
CORRECTED = """
    SELECT d.kind, d.reference, sum(CASE WHEN g.kind = 'channel_clearing' THEN t.amount_fen ELSE -t.amount_fen END)
    FROM reconciliation_manualjournal m
    JOIN reconciliation_difference d ON d.number = m.difference
    JOIN ledger_journal j ON j.kind = 'manual' AND j.ref_type = 'manual' AND j.ref_id = m.number
    JOIN ledger_transfer t ON t.journal_id = j.id
    JOIN ledger_account g ON g.id = t.debit_id JOIN ledger_account c ON c.id = t.credit_id
    WHERE j.posted_on <= %(day)s AND 'channel_clearing' IN (g.kind, c.kind)
    GROUP BY d.kind, d.reference
"""
