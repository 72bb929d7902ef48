"""The books by themselves, and the books against orders and commissions (docs/rules.md §6.6, trust §1)."""

from django.utils.translation import gettext_lazy as _

from ledger.models import DEBIT_NORMAL, OWNER_KINDS, PARTY_KINDS
from ledger.shapes import shape_rows
from taoxiaopu.flows.verify.check import Check

OWNER = tuple(str(kind) for kind in OWNER_KINDS)
JOURNAL = "j.kind || ' ' || j.ref_type || ' ' || j.ref_id || '#' || j.seq"
SHAPE_LIST = ", ".join(f"('{kind}', '{debit}', '{credit}')" for kind, debit, credit, _back in shape_rows())
OWNER_LIST = ", ".join(f"'{kind}'" for kind in OWNER)
PARTY_LIST = ", ".join(f"'{kind}'" for kind in sorted(PARTY_KINDS))
DEBIT_LIST = ", ".join(f"'{kind}'" for kind in sorted(DEBIT_NORMAL))
# Every account's balance on its normal side.
BALANCES = f"""
    SELECT a.kind, a.party,
           (CASE WHEN a.kind IN ({DEBIT_LIST}) THEN 1 ELSE -1 END)
           * (coalesce(d.n, 0) - coalesce(c.n, 0)) AS balance
    FROM ledger_account a
    LEFT JOIN (SELECT debit_id, sum(amount_fen) AS n FROM ledger_transfer GROUP BY debit_id) d
           ON d.debit_id = a.id
    LEFT JOIN (SELECT credit_id, sum(amount_fen) AS n FROM ledger_transfer GROUP BY credit_id) c
           ON c.credit_id = a.id
"""
PLATFORM = "coalesce((SELECT balance FROM ({balances}) b WHERE kind = '{kind}'), 0)"


def platform_balance(kind: str) -> str:
    """An SQL expression for the balance of one of the platform's own accounts."""
    return PLATFORM.format(balances=BALANCES, kind=kind)


def by_hand(kind: str) -> str:
    """An SQL expression: what manual journals credited to one of the platform's accounts, less what they debited."""
    return (
        "coalesce((SELECT sum(CASE WHEN c.kind = '" + kind + "' THEN t.amount_fen ELSE -t.amount_fen END)"
        " FROM ledger_journal j JOIN ledger_transfer t ON t.journal_id = j.id"
        " JOIN ledger_account d ON d.id = t.debit_id JOIN ledger_account c ON c.id = t.credit_id"
        " WHERE j.kind = 'manual' AND '" + kind + "' IN (c.kind, d.kind)), 0)"
    )


# What must still lie in ESCROW for each order: what was paid and neither refunded nor divided.
ESCROW_DUE = """
    SELECT o.number, o.status,
           CASE WHEN o.status IN ('paid', 'part_shipped', 'shipped', 'completed')
                THEN o.goods_fen + o.freight_fen - o.freight_refunded_fen
                     - coalesce((SELECT sum(l.refunded_fen) FROM orders_orderline l WHERE l.order_id = o.id), 0)
                ELSE 0 END AS due
    FROM orders_order o
"""
ESCROW_HELD = """
    SELECT j.order_number AS number,
           sum(CASE WHEN c.kind = 'escrow' THEN t.amount_fen ELSE 0 END
               - CASE WHEN d.kind = 'escrow' THEN t.amount_fen ELSE 0 END) AS held
    FROM ledger_transfer t
    JOIN ledger_journal j ON j.id = t.journal_id
    JOIN ledger_account d ON d.id = t.debit_id
    JOIN ledger_account c ON c.id = t.credit_id
    WHERE d.kind = 'escrow' OR c.kind = 'escrow'
    GROUP BY j.order_number
"""
CHECKS = (
    Check(
        "journal_not_empty",
        "ledger_journal",
        _("日记账没有任何分录"),
        f"""SELECT {JOURNAL} AS key FROM ledger_journal j
            WHERE NOT EXISTS (SELECT 1 FROM ledger_transfer t WHERE t.journal_id = j.id) ORDER BY 1""",
    ),
    Check(
        "journal_as_posted",
        "ledger_journal",
        _("分录与记账时的摘要不一致（分录被改动、删除或添加）"),
        f"""SELECT {JOURNAL} AS key, t.transfers, t.total_fen FROM ledger_journal j JOIN (
                SELECT t.journal_id, count(*) AS transfers, sum(t.amount_fen) AS total_fen,
                       encode(sha256(convert_to('[' || string_agg(
                           '["' || d.kind || '", "' || d.party || '", "' || c.kind || '", "' || c.party || '", '
                           || t.amount_fen || ', "' || t.line_ref || '"]',
                           ', ' ORDER BY t.id) || ']', 'UTF8')), 'hex') AS digest
                FROM ledger_transfer t
                JOIN ledger_account d ON d.id = t.debit_id
                JOIN ledger_account c ON c.id = t.credit_id
                GROUP BY t.journal_id
            ) t ON t.journal_id = j.id WHERE t.digest <> j.inputs_hash ORDER BY 1""",
    ),
    Check(
        "transfer_shape",
        "ledger_transfer",
        _("该事件不应有这样的借贷方向"),
        f"""SELECT t.id AS key, j.kind, d.kind AS debit, c.kind AS credit FROM ledger_transfer t
            JOIN ledger_journal j ON j.id = t.journal_id
            JOIN ledger_account d ON d.id = t.debit_id
            JOIN ledger_account c ON c.id = t.credit_id
            WHERE (j.kind, d.kind, c.kind) NOT IN (VALUES {SHAPE_LIST})
               OR t.amount_fen <= 0 OR t.debit_id = t.credit_id ORDER BY t.id""",
    ),
    Check(
        "account_party",
        "ledger_account",
        _("账户的主体与科目不符或不存在"),
        f"""SELECT a.kind || ' ' || a.party AS key FROM ledger_account a
            WHERE (a.kind IN ({PARTY_LIST})) <> (a.party <> '')
               OR (a.kind LIKE 'owner_%' AND NOT EXISTS
                   (SELECT 1 FROM storefronts_owner o WHERE o.public_id = a.party))
               OR (a.party <> '' AND a.kind NOT LIKE 'owner_%' AND NOT EXISTS
                   (SELECT 1 FROM suppliers_supplier s WHERE s.public_id = a.party)) ORDER BY 1""",
    ),
    Check(
        "party_balance",
        "ledger_account",
        _("余额为负"),
        f"""SELECT kind || ' ' || party AS key, balance FROM ({BALANCES}) b
            WHERE party <> '' AND balance < 0 ORDER BY 1""",
    ),
    Check(
        "order_escrow",
        "orders_order",
        _("担保款余额不等于已付、未退、未分的金额"),
        f"""SELECT coalesce(due.number, held.number) AS key, due.status, coalesce(due.due, 0) AS due_fen,
                   coalesce(held.held, 0) AS held_fen
            FROM ({ESCROW_DUE}) due FULL JOIN ({ESCROW_HELD}) held ON held.number = due.number
            WHERE coalesce(due.due, 0) <> coalesce(held.held, 0) ORDER BY 1""",
    ),
    Check(
        "order_payment",
        "orders_order",
        _("收款日记账与订单不符"),
        """SELECT o.number AS key, o.status, o.goods_fen + o.freight_fen AS order_fen,
                  count(DISTINCT j.id) AS journals, coalesce(sum(t.amount_fen), 0) AS journal_fen
           FROM orders_order o
           LEFT JOIN ledger_journal j
                  ON j.kind = 'payment' AND j.ref_type = 'order' AND j.ref_id = o.number
           LEFT JOIN ledger_transfer t ON t.journal_id = j.id
           GROUP BY o.id
           HAVING (o.paid_at IS NOT NULL) <> (count(DISTINCT j.id) = 1)
               OR (o.paid_at IS NOT NULL AND coalesce(sum(t.amount_fen), 0) <> o.goods_fen + o.freight_fen)
           ORDER BY 1""",
    ),
    Check(
        "order_division",
        "orders_order",
        _("已结清的订单须恰有一笔结清日记账，未结清的不得有"),
        """SELECT o.number AS key, o.status, o.freight_fen - o.freight_refunded_fen AS freight_left_fen,
                  count(j.id) AS journals
           FROM orders_order o
           LEFT JOIN orders_contract c ON c.order_id = o.id AND c.fee_fen > 0
           LEFT JOIN ledger_journal j
                  ON j.kind = 'finalise' AND j.ref_type = 'order' AND j.ref_id = o.number
           GROUP BY o.id, c.id
           HAVING count(j.id) <> CASE WHEN o.status = 'finalised' THEN 1
                   WHEN o.status = 'closed_refunded' AND (o.freight_fen > o.freight_refunded_fen OR c.id IS NOT NULL) THEN 1
                   ELSE 0 END
           ORDER BY 1""",
    ),
    Check(
        "owner_credit",
        "commissions_commissionline",
        _("掌柜分录合计不等于该行现在应得的佣金"),
        f"""SELECT coalesce(c.line_ref, l.line_ref) AS key, c.status,
                   CASE WHEN c.confirmed_at IS NULL THEN 0 ELSE c.gross_fen - c.fee_fen + c.bonus_fen END
                       AS entitled_fen,
                   coalesce(l.credited, 0) AS credited_fen
            FROM (SELECT c.*, o.public_id AS owner FROM commissions_commissionline c
                  JOIN storefronts_owner o ON o.id = c.owner_id) c
            FULL JOIN (
                SELECT line_ref, party, sum(fen) AS credited FROM (
                    SELECT t.line_ref, a.party, t.amount_fen AS fen FROM ledger_transfer t
                    JOIN ledger_account a ON a.id = t.credit_id AND a.kind IN ({OWNER_LIST})
                    UNION ALL
                    SELECT t.line_ref, a.party, -t.amount_fen FROM ledger_transfer t
                    JOIN ledger_account a ON a.id = t.debit_id AND a.kind IN ({OWNER_LIST})
                ) moves WHERE line_ref <> '' GROUP BY line_ref, party
            ) l ON l.line_ref = c.line_ref AND l.party = c.owner
            WHERE coalesce(l.credited, 0)
                  <> CASE WHEN c.confirmed_at IS NULL THEN 0
                          ELSE c.gross_fen - c.fee_fen + c.bonus_fen END
            ORDER BY 1""",
    ),
    Check(
        "owner_confirmed",
        "ledger_account",
        _("“已确认佣金”余额不等于佣金明细中未结算部分之和"),
        f"""SELECT coalesce(b.party, c.party) AS key, coalesce(b.balance, 0) AS balance_fen,
                   coalesce(c.n, 0) AS lines_fen
            FROM (SELECT * FROM ({BALANCES}) x WHERE kind = 'owner_confirmed') b
            FULL JOIN (SELECT o.public_id AS party, sum(c.in_confirmed_fen) AS n
                       FROM commissions_commissionline c JOIN storefronts_owner o ON o.id = c.owner_id
                       GROUP BY o.public_id) c ON c.party = b.party
            WHERE coalesce(b.balance, 0) <> coalesce(c.n, 0) ORDER BY 1""",
    ),
    Check(
        "owner_debt",
        "storefronts_ownerstanding",
        _("掌柜欠款与账本不符"),
        f"""SELECT o.public_id AS key, s.debt_fen, coalesce(b.balance, 0) AS ledger_fen
            FROM storefronts_ownerstanding s JOIN storefronts_owner o ON o.id = s.owner_id
            LEFT JOIN ({BALANCES}) b ON b.kind = 'owner_debt' AND b.party = o.public_id
            WHERE s.debt_fen <> coalesce(b.balance, 0) ORDER BY 1""",
    ),
    Check(
        "debt_unpaid",
        "ledger_account",
        _("掌柜有欠款，佣金却没有先用于抵还"),
        f"""SELECT d.party AS key, d.balance AS debt_fen, sum(b.balance) AS has_fen
            FROM ({BALANCES}) d JOIN ({BALANCES}) b ON b.party = d.party
             AND b.kind IN ('owner_confirmed', 'owner_withdrawable')
            WHERE d.kind = 'owner_debt' AND d.balance > 0 GROUP BY 1, 2 HAVING sum(b.balance) > 0 ORDER BY 1""",
    ),
    Check(
        "refund_clearing",
        "ledger_account",
        _("退款清算余额不等于已申请未到账的退款"),
        f"""SELECT * FROM (SELECT 'refund_clearing' AS key, {platform_balance("refund_clearing")} AS balance_fen,
                   coalesce((SELECT sum(amount_fen) FROM payments_refund WHERE status = 'requested'), 0)
                   + {by_hand("refund_clearing")} AS on_the_way_fen) x WHERE balance_fen <> on_the_way_fen""",
    ),
    Check(
        "channel_clearing",
        "ledger_account",
        _("渠道清算余额不等于已入账的收款减去已到账的退款与打款"),
        f"""SELECT * FROM (SELECT 'channel_clearing' AS key,
                   {platform_balance("channel_clearing")} AS balance_fen,
                   coalesce((SELECT sum((payload->>'amount_fen')::bigint) FROM payments_notice
                             WHERE payload->>'kind' = 'paid' AND outcome IN ('applied', 'stray')), 0)
                   + coalesce((SELECT sum(amount_fen) FROM payments_wrongpayment w
                               WHERE w.status = 'returned' AND NOT EXISTS (
                                   SELECT 1 FROM payments_notice n WHERE n.outcome = 'stray'
                                      AND n.payload->>'provider_number' = w.provider_number)), 0)
                   - coalesce((SELECT sum(amount_fen) FROM payments_refund WHERE status = 'succeeded'), 0)
                   - coalesce((SELECT sum(amount_fen) FROM payments_transfer WHERE status = 'paid'), 0)
                   - {by_hand("channel_clearing")} AS notices_fen) x WHERE balance_fen <> notices_fen""",
    ),
)
