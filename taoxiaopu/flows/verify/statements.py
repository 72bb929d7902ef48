"""Suppliers' statements against the sealed books (decision 19): each journal once, in its month, with what it moved.

By way of identities, not by the sums that the run writes: what an order's division left over for others is the commission,
what a refund took from others than the supplier is commission given back.
"""

from django.utils.translation import gettext_lazy as _

from ledger.models import SUPPLIER_KINDS
from taoxiaopu.flows.verify.check import Check

SUPPLIER_LIST = ", ".join(f"'{kind}'" for kind in SUPPLIER_KINDS)
KEY = "s.public_id || ' ' || to_char({month}, 'YYYY-MM')"
# What each journal changed in the accounts of a supplier who has statements, as far as the last one reaches.
MOVED = f"""
    SELECT s.id AS supplier_id, m.journal_id, m.posted_on,
           coalesce(sum(m.fen) FILTER (WHERE a.kind = 'supplier_payable'), 0) AS payable,
           coalesce(sum(m.fen) FILTER (WHERE a.kind IN ('supplier_deposit', 'category_bond')), 0) AS deposit,
           coalesce(-sum(m.fen) FILTER (WHERE a.kind = 'supplier_debt'), 0) AS debt
    FROM (SELECT supplier_id, max(month) AS month, max(through_id) AS through_id
          FROM commissions_supplierstatement GROUP BY supplier_id) e
    JOIN suppliers_supplier s ON s.id = e.supplier_id
    JOIN ledger_account a ON a.party = s.public_id AND a.kind IN ({SUPPLIER_LIST})
    JOIN (SELECT credit_id AS account_id, journal_id, posted_on, amount_fen AS fen FROM ledger_transfer
          UNION ALL SELECT debit_id, journal_id, posted_on, -amount_fen FROM ledger_transfer) m
      ON m.account_id = a.id AND m.journal_id <= e.through_id AND m.posted_on < e.month + interval '1 month'
    GROUP BY s.id, m.journal_id, m.posted_on"""
TOLD = """
    SELECT i.*, d.supplier_id, d.month, d.through_id FROM commissions_supplierstatementline i
    JOIN commissions_supplierstatement d ON d.id = i.statement_id"""
SEALED = "(SELECT g.through_id FROM ledger_digest g WHERE g.day >= {day} ORDER BY g.day LIMIT 1)"
CHECKS = (
    Check(
        "supplier_statement_lines",
        "commissions_supplierstatementline",
        _("账户变动不在供应商的月结单上，或月份、金额与日记账不符"),
        f"""SELECT {KEY.format(month="coalesce(t.month, m.posted_on)")} || ' ' || coalesce(t.journal_id, m.journal_id) AS key,
                   t.payable_fen, t.deposit_fen, t.debt_fen, m.payable AS moved_payable_fen,
                   m.deposit AS moved_deposit_fen, m.debt AS moved_debt_fen
            FROM ({TOLD}) t FULL JOIN ({MOVED}) m ON m.supplier_id = t.supplier_id AND m.journal_id = t.journal_id
            JOIN suppliers_supplier s ON s.id = coalesce(t.supplier_id, m.supplier_id)
            WHERE t.id IS NULL OR m.journal_id IS NULL
               OR (t.payable_fen, t.deposit_fen, t.debt_fen) <> (m.payable, m.deposit, m.debt)
               OR m.posted_on >= t.month + interval '1 month' OR t.journal_id > t.through_id
               OR (m.posted_on < t.month AND t.journal_id <= {SEALED.format(day="t.month - 1")})
            ORDER BY 1""",
    ),
    Check(
        "supplier_statement_parts",
        "commissions_supplierstatementline",
        _("货款、运费、佣金、退款或打款与日记账不符"),
        f"""SELECT {KEY.format(month="x.month")} || ' ' || x.journal_id AS key, x.kind, x.goods_fen, x.freight_fen,
                   x.commission_fen, x.refunded_fen, x.paid_fen, x.deposited_fen, x.goods, x.freight, x.refunded
            FROM (SELECT t.id, t.supplier_id, t.month, t.journal_id, t.kind, j.kind AS journal_kind, t.goods_fen,
                         t.freight_fen, t.commission_fen, t.refunded_fen, t.paid_fen, t.deposited_fen, t.compensated_fen,
                         t.payable_fen + t.deposit_fen - t.debt_fen AS change, t.payable_fen, t.deposit_fen,
                         coalesce(sum(l.amount_fen) FILTER (WHERE d.kind = 'escrow' AND l.line_ref <> ''), 0)::bigint AS goods,
                         coalesce(sum(l.amount_fen) FILTER (WHERE d.kind = 'escrow' AND l.line_ref = ''), 0)::bigint AS freight,
                         coalesce(sum(l.amount_fen) FILTER (WHERE c.kind = 'refund_clearing'), 0)::bigint AS refunded
                  FROM ({TOLD}) t LEFT JOIN ledger_journal j ON j.id = t.journal_id
                  LEFT JOIN ledger_transfer l ON l.journal_id = j.id AND l.posted_on = j.posted_on
                  LEFT JOIN ledger_account d ON d.id = l.debit_id LEFT JOIN ledger_account c ON c.id = l.credit_id
                  GROUP BY t.id, t.supplier_id, t.month, t.journal_id, t.kind, j.kind, t.goods_fen, t.freight_fen,
                           t.commission_fen, t.refunded_fen, t.paid_fen, t.deposited_fen, t.compensated_fen, t.payable_fen,
                           t.deposit_fen, t.debt_fen) x
            JOIN suppliers_supplier s ON s.id = x.supplier_id
            WHERE x.journal_kind IS DISTINCT FROM x.kind
               OR ARRAY[x.goods_fen, x.freight_fen, x.commission_fen, x.refunded_fen, x.paid_fen, x.deposited_fen] <>
                  CASE x.kind WHEN 'finalise' THEN ARRAY[x.goods, x.freight, x.goods + x.freight - x.change, 0, 0, 0]
                              WHEN 'refund' THEN ARRAY[0, 0, -x.refunded - x.change, x.refunded, 0, 0]
                              WHEN 'commission_void' THEN ARRAY[0, 0, -x.change, 0, 0, 0]
                              WHEN 'deposit' THEN ARRAY[0, 0, 0, 0, 0, x.change]
                              WHEN 'bond' THEN ARRAY[0, 0, 0, 0, 0, x.change]
                              WHEN 'supplier_payout' THEN ARRAY[0, 0, 0, 0, -x.change, 0]
                              WHEN 'supplier_payout_back' THEN ARRAY[0, 0, 0, 0, -x.change, 0]
                              WHEN 'deposit_return' THEN ARRAY[0, 0, 0, 0, -x.payable_fen, x.deposit_fen]
                              WHEN 'deposit_return_back' THEN ARRAY[0, 0, 0, 0, -x.payable_fen, x.deposit_fen]
                              ELSE ARRAY[0, 0, 0, 0, 0, 0] END::bigint[]
            ORDER BY x.id""",
    ),
    Check(
        "supplier_statement_sums",
        "commissions_supplierstatement",
        _("月结单与其明细、上一张的期末余额或封账不符"),
        f"""SELECT {KEY.format(month="d.month")} AS key, d.lines, coalesce(i.n, 0) AS found_lines, d.through_id,
                   d.opening_payable_fen, d.was_payable, d.closing_payable_fen, coalesce(i.payable, 0) AS moved_payable_fen
            FROM (SELECT d.*, lag(closing_payable_fen, 1, 0::bigint) OVER w AS was_payable,
                         lag(closing_deposit_fen, 1, 0::bigint) OVER w AS was_deposit,
                         lag(closing_debt_fen, 1, 0::bigint) OVER w AS was_debt
                  FROM commissions_supplierstatement d WINDOW w AS (PARTITION BY supplier_id ORDER BY month)) d
            JOIN suppliers_supplier s ON s.id = d.supplier_id
            LEFT JOIN (SELECT statement_id, count(*) AS n, sum(goods_fen) AS goods, sum(freight_fen) AS freight,
                              sum(commission_fen) AS commission, sum(refunded_fen) AS refunded,
                              sum(compensated_fen) AS compensated, sum(paid_fen) AS paid, sum(deposited_fen) AS deposited,
                              sum(corrected_fen) AS corrected, sum(payable_fen) AS payable, sum(deposit_fen) AS deposit,
                              sum(debt_fen) AS debt
                       FROM commissions_supplierstatementline GROUP BY statement_id) i ON i.statement_id = d.id
            WHERE d.lines <> coalesce(i.n, 0)
               OR (d.goods_fen, d.freight_fen, d.commission_fen, d.refunded_fen, d.compensated_fen, d.paid_fen,
                   d.deposited_fen, d.corrected_fen) <>
                  (coalesce(i.goods, 0), coalesce(i.freight, 0), coalesce(i.commission, 0), coalesce(i.refunded, 0),
                   coalesce(i.compensated, 0), coalesce(i.paid, 0), coalesce(i.deposited, 0), coalesce(i.corrected, 0))
               OR (d.opening_payable_fen, d.opening_deposit_fen, d.opening_debt_fen)
                  <> (d.was_payable, d.was_deposit, d.was_debt)
               OR (d.closing_payable_fen, d.closing_deposit_fen, d.closing_debt_fen) <>
                  (d.opening_payable_fen + coalesce(i.payable, 0), d.opening_deposit_fen + coalesce(i.deposit, 0),
                   d.opening_debt_fen + coalesce(i.debt, 0))
               OR d.through_id IS DISTINCT FROM
                  {SEALED.format(day="(d.month + interval '1 month')::date - 1")}
            ORDER BY 1""",
    ),
)
