"""What PostgreSQL holds of the books while they are written, proved again from the rows (trust §1 L3, L4, L8-L10).

Whoever may switch triggers off can get past the guards, but not past these.
"""

from django.utils.translation import gettext_lazy as _

from ledger.chain import BROKEN
from ledger.models import OWNER_KINDS, SUPPLIER_KINDS
from ledger.shapes import REVERSALS, shape_rows
from taoxiaopu.flows.verify.check import Check
from taoxiaopu.flows.verify.ledger import BALANCES, JOURNAL

OWNERS = ", ".join(f"'{kind}'" for kind in OWNER_KINDS)
SUPPLIERS = ", ".join(f"'{kind}'" for kind in SUPPLIER_KINDS)
SHAPE_VALUES = ", ".join(str(row) for row in sorted(set(shape_rows())))
REVERSAL_VALUES = ", ".join(f"('{kind}', '{of}')" for kind, of in REVERSALS.items())

CHECKS = (
    Check(
        "chart_of_shapes",
        "ledger_shape",
        _("数据库中的借贷规则与程序不一致"),
        f"""SELECT coalesce(s.kind, w.kind) || ' ' || coalesce(s.debit, w.debit) || ' ' || coalesce(s.credit, w.credit)
                   AS key, s.kind IS NOT NULL AS allowed, w.kind IS NOT NULL AS wanted
            FROM ledger_shape s FULL JOIN (VALUES {SHAPE_VALUES}) AS w (kind, debit, credit, reverses)
            USING (kind, debit, credit, reverses) WHERE s.ctid IS NULL OR w.kind IS NULL ORDER BY 1""",
    ),
    Check(
        "kept_balance",
        "ledger_balance",
        _("缓存的余额不等于分录之和"),
        f"""SELECT s.kind || ' ' || s.party AS key, k.balance_fen AS kept_fen, s.balance AS sum_fen
            FROM ({BALANCES}) s
            LEFT JOIN (SELECT a.kind, a.party, b.balance_fen FROM ledger_balance b
                       JOIN ledger_account a ON a.id = b.account_id) k ON k.kind = s.kind AND k.party = s.party
            WHERE (s.party <> '') <> (k.kind IS NOT NULL) OR (s.party <> '' AND k.balance_fen <> s.balance)
            ORDER BY 1""",
    ),
    Check(
        "transfer_lies_in_its_journal",
        "ledger_transfer",
        _("分录没有日记账或账户、与日记账不在同一天，或编号重复"),
        """SELECT t.id AS key, t.journal_id, t.posted_on, j.posted_on AS journal_posted_on
           FROM ledger_transfer t LEFT JOIN ledger_journal j ON j.id = t.journal_id
           WHERE j.id IS NULL OR j.posted_on <> t.posted_on
              OR t.debit_id NOT IN (SELECT id FROM ledger_account)
              OR t.credit_id NOT IN (SELECT id FROM ledger_account)
           UNION ALL
           SELECT id, NULL, posted_on, NULL
           FROM (SELECT id, posted_on, lag(id) OVER (ORDER BY id, posted_on) AS before FROM ledger_transfer) t
           WHERE id = before
           ORDER BY 1""",
    ),
    Check(
        "default_partition",
        "ledger_transfer_default",
        _("分录所在月份没有自己的分区"),
        """SELECT to_char(posted_on, 'YYYY-MM') AS key, count(*) AS transfers FROM ledger_transfer_default
           GROUP BY 1 ORDER BY 1""",
    ),
    Check(
        "journal_day",
        "ledger_journal",
        _("记账日不是发生之日，也不是其后首个未关账月份的第一天"),
        f"""SELECT {JOURNAL} AS key, j.posted_on, j.occurred_at FROM ledger_journal j
            WHERE j.posted_on < (j.occurred_at AT TIME ZONE 'Asia/Shanghai')::date
               OR (j.posted_on > (j.occurred_at AT TIME ZONE 'Asia/Shanghai')::date
                   AND (EXTRACT(day FROM j.posted_on) <> 1 OR NOT EXISTS (
                       SELECT 1 FROM ledger_monthclosing m WHERE m.month = j.posted_on - interval '1 month')))
            ORDER BY 1""",
    ),
    Check(
        "closed_month",
        "ledger_monthclosing",
        _("已关账月份的分录被改动，或关账有间断"),
        """SELECT to_char(m.month, 'YYYY-MM') AS key, m.transfers AS closed_transfers, coalesce(t.n, 0) AS transfers,
                  m.total_fen AS closed_fen, coalesce(t.fen, 0) AS fen, m.journals AS closed_journals,
                  coalesce(j.n, 0) AS journals
           FROM (SELECT m.*, lag(m.month) OVER (ORDER BY m.month) AS before FROM ledger_monthclosing m) m
           LEFT JOIN (SELECT date_trunc('month', posted_on)::date AS month, count(*) AS n, sum(amount_fen) AS fen
                      FROM ledger_transfer WHERE posted_on < (SELECT max(month) + interval '1 month'
                                                              FROM ledger_monthclosing)
                      GROUP BY 1) t ON t.month = m.month
           LEFT JOIN (SELECT date_trunc('month', posted_on)::date AS month, count(*) AS n
                      FROM ledger_journal GROUP BY 1) j ON j.month = m.month
           WHERE m.transfers <> coalesce(t.n, 0) OR m.total_fen <> coalesce(t.fen, 0)
              OR m.journals <> coalesce(j.n, 0) OR m.before <> m.month - interval '1 month'
           ORDER BY 1""",
    ),
    Check(
        "closing_balance",
        "ledger_closingbalance",
        _("月末余额不等于截至月末的分录之和"),
        """SELECT to_char(coalesce(c.closing_id, t.month), 'YYYY-MM') || ' ' || coalesce(c.kind, t.kind) AS key,
                  c.debit_fen, t.debit_fen AS moved_debit_fen, c.credit_fen, t.credit_fen AS moved_credit_fen
           FROM ledger_closingbalance c
           FULL JOIN (
               SELECT m.month, s.kind, sum(s.debit_fen) AS debit_fen, sum(s.credit_fen) AS credit_fen
               FROM ledger_monthclosing m JOIN (
                   SELECT date_trunc('month', t.posted_on)::date AS month, d.kind, sum(t.amount_fen) AS debit_fen,
                          0 AS credit_fen
                   FROM ledger_transfer t JOIN ledger_account d ON d.id = t.debit_id GROUP BY 1, 2
                   UNION ALL
                   SELECT date_trunc('month', t.posted_on)::date, c.kind, 0, sum(t.amount_fen)
                   FROM ledger_transfer t JOIN ledger_account c ON c.id = t.credit_id GROUP BY 1, 2
               ) s ON s.month <= m.month GROUP BY m.month, s.kind
           ) t ON t.month = c.closing_id AND t.kind = c.kind
           WHERE c.debit_fen IS DISTINCT FROM t.debit_fen OR c.credit_fen IS DISTINCT FROM t.credit_fen
           ORDER BY 1""",
    ),
    Check(
        "order_adds_up",
        "ledger_journal",
        _("订单的划分不平：担保款或退款清算为负、已结清而仍有担保款，或一单多个供应商"),
        """SELECT x.order_number AS key, x.escrow_fen, x.clearing_fen, x.suppliers FROM (
               SELECT j.order_number, bool_or(j.kind = 'finalise') AS finalised,
                      sum(CASE WHEN c.kind = 'escrow' THEN t.amount_fen ELSE 0 END
                          - CASE WHEN d.kind = 'escrow' THEN t.amount_fen ELSE 0 END) AS escrow_fen,
                      sum(CASE WHEN c.kind = 'refund_clearing' THEN t.amount_fen ELSE 0 END
                          - CASE WHEN d.kind = 'refund_clearing' THEN t.amount_fen ELSE 0 END) AS clearing_fen,
                      count(DISTINCT c.party) FILTER (WHERE j.kind = 'finalise' AND c.kind = 'supplier_payable')
                          AS suppliers
               FROM ledger_journal j
               JOIN ledger_transfer t ON t.journal_id = j.id
               JOIN ledger_account d ON d.id = t.debit_id
               JOIN ledger_account c ON c.id = t.credit_id
               WHERE j.kind IN ('payment', 'finalise', 'refund', 'refund_paid') AND j.order_number <> ''
               GROUP BY j.order_number
           ) x WHERE x.escrow_fen < 0 OR x.clearing_fen < 0 OR x.suppliers > 1 OR (x.finalised AND x.escrow_fen <> 0)
           ORDER BY 1""",
    ),
    Check(
        "line_adds_up",
        "ledger_journal",
        _("某订单行收回的多于付出的，奖励多于技术服务费，或一行多个掌柜"),
        f"""SELECT x.order_number || ' ' || x.line_ref AS key, x.supplier_fen, x.owner_fen, x.fee_fen, x.bonus_fen,
                   x.owners
            FROM (
                SELECT j.order_number, t.line_ref,
                       sum(CASE WHEN c.kind IN ({SUPPLIERS}) THEN t.amount_fen ELSE 0 END
                           - CASE WHEN d.kind IN ({SUPPLIERS}) THEN t.amount_fen ELSE 0 END) AS supplier_fen,
                       sum(CASE WHEN c.kind IN ({OWNERS}) THEN t.amount_fen ELSE 0 END
                           - CASE WHEN d.kind IN ({OWNERS}) THEN t.amount_fen ELSE 0 END) AS owner_fen,
                       sum(CASE WHEN c.kind = 'platform_fee' THEN t.amount_fen ELSE 0 END
                           - CASE WHEN d.kind = 'platform_fee' THEN t.amount_fen ELSE 0 END) AS fee_fen,
                       sum(CASE WHEN d.kind = 'platform_bonus' THEN t.amount_fen ELSE 0 END
                           - CASE WHEN c.kind = 'platform_bonus' THEN t.amount_fen ELSE 0 END) AS bonus_fen,
                       count(DISTINCT c.party) FILTER (WHERE c.kind = 'owner_confirmed') AS owners
                FROM ledger_journal j
                JOIN ledger_transfer t ON t.journal_id = j.id
                JOIN ledger_account d ON d.id = t.debit_id
                JOIN ledger_account c ON c.id = t.credit_id
                WHERE j.kind IN ('finalise', 'refund', 'commission_void')
                GROUP BY j.order_number, t.line_ref
            ) x
            WHERE x.supplier_fen < 0 OR x.owner_fen < 0 OR x.fee_fen < 0 OR x.bonus_fen < 0
               OR x.bonus_fen > x.fee_fen OR x.owners > 1
            ORDER BY 1""",
    ),
    Check(
        "one_party",
        "ledger_transfer",
        _("分录在两个不同主体的账户之间移动"),
        """SELECT t.id AS key, d.party AS debit, c.party AS credit FROM ledger_transfer t
           JOIN ledger_account d ON d.id = t.debit_id
           JOIN ledger_account c ON c.id = t.credit_id
           WHERE d.party <> '' AND c.party <> '' AND d.party <> c.party ORDER BY 1""",
    ),
    Check(
        "taken_back",
        "ledger_journal",
        _("退回的多于付出的"),
        f"""SELECT r.kind || ' ' || r.ref_type || ' ' || r.ref_id AS key, sum(x.fen) AS left_fen
            FROM (SELECT DISTINCT v.kind, v.of, j.ref_type, j.ref_id FROM (VALUES {REVERSAL_VALUES}) AS v (kind, of)
                  JOIN ledger_journal j ON j.kind = v.kind) r
            JOIN ledger_journal o ON o.kind IN (r.kind, r.of) AND o.ref_type = r.ref_type AND o.ref_id = r.ref_id
            JOIN ledger_transfer t ON t.journal_id = o.id
            CROSS JOIN LATERAL (VALUES (
                CASE WHEN o.kind = r.kind THEN t.credit_id ELSE t.debit_id END,
                CASE WHEN o.kind = r.kind THEN t.debit_id ELSE t.credit_id END,
                CASE WHEN o.kind = r.kind THEN -t.amount_fen ELSE t.amount_fen END)) AS x (debit_id, credit_id, fen)
            GROUP BY r.kind, r.ref_type, r.ref_id, x.debit_id, x.credit_id HAVING sum(x.fen) < 0
            ORDER BY 1""",
    ),
    Check("digest_chain", "ledger_digest", _("每日摘要链断裂：账本在封存后被改动"), BROKEN),
    Check(
        "checkpoint",
        "ledger_checkpoint",
        _("余额检查点不等于截至当日的分录之和"),
        """SELECT to_char(k.day, 'YYYY-MM-DD') || ' ' || k.kind AS key, k.debit_fen, k.credit_fen,
                  k.moved_debit_fen, k.moved_credit_fen
           FROM (
               SELECT d.day, a.kind, c.debit_fen, c.credit_fen,
                      sum(coalesce(s.debit_fen, 0)) OVER w AS moved_debit_fen,
                      sum(coalesce(s.credit_fen, 0)) OVER w AS moved_credit_fen
               FROM ledger_digest d
               JOIN ledger_account a ON a.party = ''
               LEFT JOIN ledger_checkpoint c ON c.digest_id = d.day AND c.account_id = a.id
               LEFT JOIN (
                   SELECT m.day, m.account_id, sum(m.debit_fen) AS debit_fen, sum(m.credit_fen) AS credit_fen FROM (
                       SELECT d.day, t.debit_id AS account_id, t.amount_fen AS debit_fen, 0 AS credit_fen
                       FROM ledger_digest d
                       JOIN ledger_transfer t ON t.journal_id > d.after_id AND t.journal_id <= d.through_id
                       UNION ALL
                       SELECT d.day, t.credit_id, 0, t.amount_fen
                       FROM ledger_digest d
                       JOIN ledger_transfer t ON t.journal_id > d.after_id AND t.journal_id <= d.through_id
                   ) m GROUP BY m.day, m.account_id
               ) s ON s.day = d.day AND s.account_id = a.id
               WINDOW w AS (PARTITION BY a.id ORDER BY d.day)
           ) k
           WHERE coalesce(k.debit_fen, 0) <> k.moved_debit_fen OR coalesce(k.credit_fen, 0) <> k.moved_credit_fen
           ORDER BY 1""",
    ),
)
