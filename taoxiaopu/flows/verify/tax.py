"""Withheld tax: as the transfers carried it, recomputed from the payments by the dated tables, and as it is owed; invoices:
their amounts by the transfers of the month's journals, the tax in them, and their series.
"""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.flows.verify.check import Check
from taoxiaopu.flows.verify.ledger import platform_balance
from taoxiaopu.flows.verify.orders import audited
from taoxiaopu.kernel.settings import Rules
from tax.services.withholding import LEAST_PAID_FEN
from tax.states import TaxMethod
from tax.tables import Table, tables

BP = 10_000


def _brackets() -> str:
    """Every bracket of every table as rows: method, first day, next table's first day, figures, bracket."""
    rows = []
    for table in tables():
        mine = [other for other in tables() if other.method == table.method]
        first = table is mine[0]
        later = [other.effective_on for other in mine if other.effective_on > table.effective_on]
        span = "-infinity" if first else str(table.effective_on), str(min(later)) if later else "infinity"
        rows += [_row(table, *span, bracket.rate_bp, bracket.quick_fen) for bracket in table.brackets]
    return ", ".join(rows)


def _row(table: Table, begins: str, ends: str, rate_bp: int, quick_fen: int) -> str:
    figures = (table.expense_bp, table.monthly_fen, table.small_fen, table.allowance_fen, rate_bp, quick_fen)
    return (
        f"('{table.method}', '{begins}'::date, '{ends}'::date, {', '.join(f'{n}::numeric' for n in figures)})"
    )


# The tables are convex, so the tax is the greatest of what the brackets give; rounded half-up once.
TAX = f"""
    SELECT greatest(0, max(floor(y.taxable * b.rate / {BP}::numeric + 0.5) - b.quick))
    FROM (VALUES {_brackets()}) AS b(method, begins, ends, expense, monthly, small, allowance, rate, quick)
    CROSS JOIN LATERAL (SELECT greatest(0, CASE
        WHEN b.method = '{TaxMethod.CLASSIC}' AND x.income <= b.small THEN x.income - b.allowance
        WHEN b.method = '{TaxMethod.CLASSIC}' THEN x.income * ({BP} - b.expense) / {BP}
        ELSE x.income * ({BP} - b.expense) / {BP} - b.monthly * x.months - x.other END) AS taxable) y
    WHERE b.method = x.method AND x.day >= b.begins AND x.day < b.ends
"""


def _known(moment: str) -> str:
    """What was known of the owner's other payments of the period at a moment of payment ``w`` ({moment} of it)."""
    return f"""
        SELECT w.*, p.month AS of_month, (w.{moment} AT TIME ZONE 'Asia/Shanghai')::date AS day,
               coalesce(k.income, 0) AS known_income, coalesce(k.tax, 0) AS known_tax,
               CASE WHEN w.method = 'cumulative'
                    THEN 1 + extract(month FROM p.month) - extract(month FROM coalesce(k.first, p.month))
                    ELSE 1 END AS known_months,
               CASE WHEN w.method = 'cumulative'
                    THEN coalesce((SELECT sum(d.amount_fen) FROM tax_deduction d
                                   WHERE d.owner_id = w.owner_id AND d.noted_at <= w.{moment}
                                     AND d.year = extract(year FROM p.month)), 0) ELSE 0 END AS known_other
        FROM tax_withholding w
        CROSS JOIN LATERAL (SELECT date_trunc('month', w.{moment} AT TIME ZONE 'Asia/Shanghai')::date AS month) p
        LEFT JOIN LATERAL (
            SELECT sum(o.income_fen) AS income, sum(o.tax_fen) AS tax, min(o.month) AS first
            FROM tax_withholding o
            WHERE o.owner_id = w.owner_id AND o.id <> w.id AND o.method <> 'none'
              AND o.paid_at <= w.{moment} AND (o.paid_at < w.{moment} OR o.id < w.id)
              AND (o.voided_at IS NULL OR o.voided_at > w.{moment})
              AND o.month <= p.month
              AND o.month >= CASE w.method WHEN 'classic' THEN p.month ELSE date_trunc('year', p.month) END
        ) k ON true
        WHERE w.{moment} IS NOT NULL
    """


def _recomputed(moment: str, column: str, *, most: str) -> str:
    """Payments whose ``column`` is not the tax due at ``moment``, of which a payment bears ``most``."""
    return f"""
        SELECT x.ref AS key, x.method, x.{column} AS kept_fen, x.right_fen, x.income AS income_so_far_fen
        FROM (SELECT k.*, CASE WHEN k.method = 'none' THEN 0 ELSE least({most}, greatest(0, t.tax - k.known_tax)) END AS right_fen
              FROM (SELECT k.*, k.known_income + k.income_fen AS income, k.known_months AS months_so_far
                    FROM ({_known(moment)}) k) k
              LEFT JOIN LATERAL (
                  SELECT ({TAX}) AS tax
                  FROM (SELECT k.method, k.day, k.income::numeric AS income, k.known_months AS months,
                               k.known_other::numeric AS other) x
              ) t ON true) x
        WHERE x.{column} <> x.right_fen ORDER BY 1"""


CHECKS = (
    Check(
        "tax_of_transfer",
        "tax_withholding",
        _("扣缴记录与提现单、打款单不符"),
        """SELECT coalesce(w.ref, t.cause_ref) AS key, coalesce(w.income_fen, 0) AS income_fen,
                  coalesce(w.tax_fen, 0) AS tax_fen, coalesce(t.withheld_fen, 0) AS withheld_fen, t.status
           FROM tax_withholding w
           FULL JOIN (SELECT * FROM payments_transfer WHERE cause = 'withdrawal') t ON t.cause_ref = w.ref
           WHERE w.id IS NULL OR t.id IS NULL OR t.withheld_fen <> w.tax_fen
              OR t.amount_fen + t.withheld_fen <> w.income_fen
              OR (t.paid_at IS NOT NULL) <> (w.paid_at IS NOT NULL)
              OR (t.status = 'returned') <> (w.voided_at IS NOT NULL)
           ORDER BY 1""",
    ),
    Check(
        "tax_recomputed",
        "tax_withholding",
        _("扣缴税款不等于按付款记录重算的税款"),
        _recomputed("planned_at", "tax_fen", most=f"k.income_fen - {LEAST_PAID_FEN}"),
    ),
    Check(
        "tax_due_recomputed",
        "tax_withholding",
        _("应扣税款不等于按支付日重算的税款"),
        _recomputed("paid_at", "due_fen", most="'infinity'"),
    ),
    Check(
        "tax_payable",
        "ledger_account",
        _("代扣税款余额不等于已扣缴减去已解缴"),
        f"""SELECT * FROM (SELECT 'tax_payable' AS key, {platform_balance("tax_payable")} AS balance_fen,
                   coalesce((SELECT sum(tax_fen) FROM tax_withholding
                             WHERE paid_at IS NOT NULL AND voided_at IS NULL), 0) AS withheld_fen,
                   coalesce((SELECT sum(CASE WHEN d.kind = 'tax_payable' THEN t.amount_fen ELSE -t.amount_fen END)
                             FROM ledger_transfer t JOIN ledger_journal j ON j.id = t.journal_id
                             JOIN ledger_account d ON d.id = t.debit_id
                             JOIN ledger_account c ON c.id = t.credit_id
                             WHERE 'tax_payable' IN (d.kind, c.kind)
                               AND j.kind NOT IN ('payout_paid', 'payout_returned')), 0) AS remitted_fen) x
            WHERE balance_fen <> withheld_fen - remitted_fen""",
    ),
    Check(
        "commission_invoice_amount",
        "tax_commissioninvoice",
        _("佣金发票不等于该月账本中收取减去退回的佣金，或缺少发票"),
        """SELECT coalesce(v.number, c.number) AS key, coalesce(v.total_fen, 0) AS invoice_fen,
                  coalesce(c.fen, 0) AS commission_fen
           FROM tax_commissioninvoice v
           FULL JOIN (
               SELECT d.supplier_id, d.month, s.public_id || '-' || to_char(d.month, 'YYYYMM') AS number,
                      sum(CASE WHEN f.kind = 'escrow' THEN t.amount_fen ELSE -t.amount_fen END) AS fen
               FROM commissions_supplierstatement d
               JOIN suppliers_supplier s ON s.id = d.supplier_id
               JOIN commissions_supplierstatementline i ON i.statement_id = d.id
               JOIN ledger_journal j ON j.id = i.journal_id
               JOIN ledger_transfer t ON t.journal_id = j.id AND t.posted_on = j.posted_on
               JOIN ledger_account f ON f.id = t.debit_id
               JOIN ledger_account c ON c.id = t.credit_id
               WHERE (j.kind = 'finalise' AND f.kind = 'escrow' AND c.party <> s.public_id)
                  OR (j.kind = 'refund' AND c.kind = 'refund_clearing' AND f.party <> s.public_id)
                  OR (j.kind = 'commission_void' AND c.party = s.public_id)
               GROUP BY d.supplier_id, d.month, s.public_id HAVING
                      sum(CASE WHEN f.kind = 'escrow' THEN t.amount_fen ELSE -t.amount_fen END) <> 0
           ) c ON c.supplier_id = v.supplier_id AND c.month = v.month
           WHERE coalesce(v.total_fen, 0) <> coalesce(c.fen, 0) OR v.number <> c.number ORDER BY 1""",
    ),
    Check(
        "commission_invoice_vat",
        "tax_commissioninvoice",
        _("佣金发票的税额不等于按税率反算的结果，或税率不是当月月末的税率"),
        f"""SELECT v.number AS key, v.total_fen, v.rate_bp, x.rate AS due_rate_bp, v.vat_fen, y.vat AS due_vat_fen, v.net_fen
            FROM tax_commissioninvoice v
            CROSS JOIN LATERAL (SELECT coalesce((
                SELECT (r.changes ->> 'SERVICE_VAT_BP')::int FROM kernel_rulesversion r
                WHERE r.changes ? 'SERVICE_VAT_BP' AND r.withdrawn_at IS NULL
                  AND r.effective_at < (v.month + interval '1 month') AT TIME ZONE 'Asia/Shanghai'
                ORDER BY r.effective_at DESC, r.id DESC LIMIT 1), {Rules().SERVICE_VAT_BP}) AS rate) x
            CROSS JOIN LATERAL (SELECT sign(v.total_fen) * floor(
                abs(v.total_fen)::numeric * x.rate / ({BP} + x.rate) + 0.5) AS vat) y
            WHERE v.rate_bp <> x.rate OR v.vat_fen <> y.vat OR v.net_fen <> v.total_fen - y.vat ORDER BY 1""",
    ),
    Check(
        "commission_invoice_series",
        "tax_commissioninvoice",
        _("开票序号不连续，或发票号码重复"),
        """SELECT number AS key, serial, nth, tax_number FROM (
               SELECT number, serial, tax_number, row_number() OVER (ORDER BY serial) AS nth,
                      count(*) OVER (PARTITION BY tax_number) AS same
               FROM tax_commissioninvoice WHERE status = 'issued') x
           WHERE serial <> nth OR same > 1 ORDER BY 1""",
    ),
    audited("commission_invoice", "tax_commissioninvoice", ("draft",)),
)
