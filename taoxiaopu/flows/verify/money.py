"""What each party has of an order, against the order and its commission (docs/rules.md §6.6)."""

from django.utils.translation import gettext_lazy as _

from ledger.models import SUPPLIER_KINDS
from taoxiaopu.flows.verify.check import Check
from taoxiaopu.flows.verify.orders import audited

SUPPLIER_LIST = ", ".join(f"'{kind}'" for kind in SUPPLIER_KINDS)
CHECKS = (
    Check(
        "order_shares",
        "orders_order",
        _("供应商、平台服务费或等级奖励不等于按订单与佣金重算的份额"),
        f"""SELECT o.number AS key, b.supplier_fen, o.left_fen - coalesce(c.gross, 0) AS due_supplier_fen,
                   b.fee_fen, coalesce(c.fee, 0) AS due_fee_fen, b.bonus_fen, coalesce(c.bonus, 0) AS due_bonus_fen
            FROM (SELECT o.number, o.freight_fen - o.freight_refunded_fen + sum(l.paid_fen - l.refunded_fen) AS left_fen
                  FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id GROUP BY o.id) o
            LEFT JOIN (SELECT order_number, sum(gross_fen) AS gross, sum(fee_fen) AS fee, sum(bonus_fen) AS bonus
                       FROM commissions_commissionline WHERE confirmed_at IS NOT NULL GROUP BY order_number) c
                 ON c.order_number = o.number
            JOIN (SELECT j.order_number,
                         sum(CASE WHEN c.kind IN ({SUPPLIER_LIST}) THEN t.amount_fen ELSE 0 END
                             - CASE WHEN d.kind IN ({SUPPLIER_LIST}) THEN t.amount_fen ELSE 0 END) AS supplier_fen,
                         sum(CASE WHEN c.kind = 'platform_fee' THEN t.amount_fen ELSE 0 END
                             - CASE WHEN d.kind = 'platform_fee' THEN t.amount_fen ELSE 0 END) AS fee_fen,
                         sum(CASE WHEN d.kind = 'platform_bonus' THEN t.amount_fen ELSE 0 END
                             - CASE WHEN c.kind = 'platform_bonus' THEN t.amount_fen ELSE 0 END) AS bonus_fen,
                         bool_or(j.kind = 'finalise') AS is_divided
                  FROM ledger_journal j JOIN ledger_transfer t ON t.journal_id = j.id
                  JOIN ledger_account d ON d.id = t.debit_id JOIN ledger_account c ON c.id = t.credit_id
                  WHERE j.kind IN ('payment', 'finalise', 'refund', 'commission_void') AND j.order_number <> ''
                  GROUP BY j.order_number) b ON b.order_number = o.number AND b.is_divided
            WHERE (b.supplier_fen, b.fee_fen, b.bonus_fen) IS DISTINCT FROM
                  (o.left_fen - coalesce(c.gross, 0), coalesce(c.fee, 0), coalesce(c.bonus, 0))
            ORDER BY 1""",
    ),
    Check(
        "manual_journal",
        "reconciliation_manualjournal",
        _("手工分录与其日记账不符"),
        """SELECT coalesce(m.number, j.ref_id) AS key, m.status, coalesce(m.amount_fen, 0) AS proposed_fen,
                  coalesce(j.fen, 0) AS journal_fen
           FROM reconciliation_manualjournal m
           FULL JOIN (SELECT j.ref_id, sum(t.amount_fen) AS fen FROM ledger_journal j
                      JOIN ledger_transfer t ON t.journal_id = j.id WHERE j.kind = 'manual' GROUP BY j.ref_id) j
                  ON j.ref_id = m.number
           WHERE coalesce(j.fen, 0) <> CASE WHEN m.status = 'posted' THEN m.amount_fen ELSE 0 END ORDER BY 1""",
    ),
    audited("manual", "reconciliation_manualjournal", ("proposed",)),
    audited("difference", "reconciliation_difference", ("open",)),
)
