"""Totals that people read, and digests that programs compare: both depend on the books alone.

Digests cover business rows by natural keys; keys of tables, encrypted columns and times of recording are left out.
"""

from taoxiaopu.flows.verify.ledger import BALANCES

# Each query gives (ending of the name, number); no ending: one row.
TOTALS = {
    "ledger.balance_fen.": f"SELECT kind, sum(balance) FROM ({BALANCES}) b GROUP BY kind ORDER BY kind",
    "ledger.journals.": "SELECT kind, count(*) FROM ledger_journal GROUP BY kind ORDER BY kind",
    "ledger.transfers": "SELECT '', count(*) FROM ledger_transfer",
    "invoices.": "SELECT status, count(*) FROM tax_commissioninvoice GROUP BY status ORDER BY status",
    "orders.": "SELECT status, count(*) FROM orders_order GROUP BY status ORDER BY status",
    "orders.paid_fen": """SELECT '', coalesce(sum(goods_fen + freight_fen), 0) FROM orders_order
                          WHERE paid_at IS NOT NULL""",
    "orders.refunded_fen": """SELECT '', coalesce(sum(goods_fen + freight_fen), 0) FROM orders_linerefund""",
    "refunds.": "SELECT status, count(*) FROM payments_refund GROUP BY status ORDER BY status",
    "stock.": """SELECT k, v FROM (SELECT sum(received) AS received, sum(available) AS available,
                        sum(reserved) AS reserved, sum(sold) AS sold FROM suppliers_sku) s,
                 LATERAL (VALUES ('received', received), ('available', available),
                                 ('reserved', reserved), ('sold', sold)) AS x(k, v)
                 WHERE v IS NOT NULL ORDER BY k""",
    "goods.": "SELECT status, count(*) FROM suppliers_good GROUP BY status ORDER BY status",
    "commissions.": """SELECT status, count(*) FROM commissions_commissionline
                       GROUP BY status ORDER BY status""",
    "cases.": "SELECT status, count(*) FROM disputes_case GROUP BY status ORDER BY status",
    "disputes.": "SELECT status, count(*) FROM disputes_dispute GROUP BY status ORDER BY status",
    "compensations.": "SELECT status, count(*) FROM orders_compensation GROUP BY status ORDER BY status",
    "statements": "SELECT '', count(*) FROM commissions_statement",
    "supplier_statements": "SELECT '', count(*) FROM commissions_supplierstatement",
    "suppliers.": """SELECT status, count(*) FROM suppliers_supplier GROUP BY status ORDER BY status""",
    "supplier_payouts.": """SELECT status, count(*) FROM commissions_supplierpayout
                            GROUP BY status ORDER BY status""",
    "deposit_returns.": """SELECT status, count(*) FROM commissions_depositreturn
                           GROUP BY status ORDER BY status""",
    "withdrawals.": """SELECT status, count(*) FROM commissions_withdrawal GROUP BY status ORDER BY status""",
    "withdrawals.paid_fen": """SELECT '', coalesce(sum(amount_fen), 0) FROM commissions_withdrawal
                               WHERE status = 'paid'""",
    "tier_months": "SELECT '', count(*) FROM commissions_tiermonth",
}

# Each query gives one text a row, ordered by natural key.
DIGESTS = {
    # A day's journals of a kind are one line, which holds what each of them booked by the hash of its movements, which the
    # check "journal_as_posted" holds to its transfers.
    "ledger": """
        SELECT json_build_array(kind, day, count(*), encode(sha256(string_agg(leaf, '' ORDER BY ref_type COLLATE "C",
                                                                              ref_id COLLATE "C", seq)), 'hex'))::text
        FROM (SELECT kind, ref_type, ref_id, seq, (occurred_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
                     sha256(convert_to(concat_ws('|', ref_type, ref_id, seq, order_number, inputs_hash, to_char(
                         occurred_at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS')), 'UTF8')) AS leaf FROM ledger_journal) j
        GROUP BY kind, day
        ORDER BY kind COLLATE "C", day""",
    "goods": """
        SELECT json_build_array(g.public_id, s.public_id, c.code, g.source_id, g.title, g.brand, g.description,
                                g.price_from_fen, g.rate_bp, g.next_rate_bp, g.status, g.held_words, g.picture,
                                g.version, g.market_sales, g.market_comments, g.market_seen_on)::text
        FROM suppliers_good g
        JOIN suppliers_supplier s ON s.id = g.supplier_id
        JOIN suppliers_category c ON c.id = g.category_id
        ORDER BY g.public_id COLLATE "C" """,
    "stock": """
        SELECT json_build_array(g.public_id, k.name, k.price_fen, k.received, k.available, k.reserved,
                                k.sold)::text
        FROM suppliers_sku k JOIN suppliers_good g ON g.id = k.good_id
        ORDER BY g.public_id COLLATE "C", k.name COLLATE "C" """,
    "orders": """
        SELECT json_build_array(t.number, t.amount_fen, o.number, s.public_id, h.number, o.status, o.goods_fen,
                                o.freight_fen, o.freight_refunded_fen, o.placed_at, o.paid_at, o.shipped_at,
                                o.completed_at, o.finalised_at, o.closed_at, o.is_late)::text
        FROM orders_order o
        JOIN orders_trade t ON t.id = o.trade_id
        JOIN suppliers_supplier s ON s.id = o.supplier_id
        LEFT JOIN storefronts_shop h ON h.id = o.shop_id
        ORDER BY o.number COLLATE "C" """,
    "lines": """
        SELECT json_build_array(l.ref, g.public_id, l.title, l.sku_name, l.snapshot, l.quantity,
                                l.unit_price_fen, l.paid_fen, l.rate_bp, l.fee_bp, l.bonus_bp,
                                l.refunded_fen)::text
        FROM orders_orderline l JOIN suppliers_good g ON g.id = l.good_id
        ORDER BY l.ref COLLATE "C" """,
    "commissions": """
        SELECT json_build_array(c.line_ref, o.public_id, c.kind, c.base_fen, c.gross_fen, c.fee_fen,
                                c.bonus_fen, c.in_confirmed_fen, c.status, c.frozen_from, c.confirmed_at,
                                s.month)::text
        FROM commissions_commissionline c
        JOIN storefronts_owner o ON o.id = c.owner_id
        LEFT JOIN commissions_statement s ON s.id = c.statement_id
        ORDER BY c.line_ref COLLATE "C" """,
    "statements": """
        SELECT json_build_array(o.public_id, s.month, s.lines, s.commission_fen, s.bonus_fen,
                                s.taken_back_fen, s.net_fen, s.settled_at)::text
        FROM commissions_statement s JOIN storefronts_owner o ON o.id = s.owner_id
        ORDER BY o.public_id COLLATE "C", s.month""",
    "supplier_statements": """
        SELECT json_build_array(s.public_id, d.month, d.lines, d.goods_fen, d.freight_fen, d.commission_fen, d.refunded_fen,
                                d.compensated_fen, d.paid_fen, d.deposited_fen, d.corrected_fen, d.closing_payable_fen,
                                d.closing_deposit_fen, d.closing_debt_fen, d.made_at)::text
        FROM commissions_supplierstatement d JOIN suppliers_supplier s ON s.id = d.supplier_id
        ORDER BY s.public_id COLLATE "C", d.month""",
    "invoices": """
        SELECT json_build_array(v.number, v.buyer_name, v.buyer_code, v.rate_bp, v.net_fen, v.vat_fen, v.total_fen, v.status,
                                v.serial, v.tax_number, v.drafted_at, v.issued_at)::text
        FROM tax_commissioninvoice v ORDER BY v.number COLLATE "C" """,
    "withdrawals": """
        SELECT json_build_array(w.number, o.public_id, w.amount_fen, w.status, w.requested_at, w.ended_at,
                                t.number, t.status)::text
        FROM commissions_withdrawal w
        JOIN storefronts_owner o ON o.id = w.owner_id
        LEFT JOIN payments_transfer t ON t.cause = 'withdrawal' AND t.cause_ref = w.number
        ORDER BY w.number COLLATE "C" """,
    "tiers": """
        SELECT json_build_array(o.public_id, m.month, m.sales_fen, m.orders, m.buyers, m.refunded, m.ended,
                                m.disputes, m.points, m.target, m.level_before, m.level_after,
                                m.misses_after)::text
        FROM commissions_tiermonth m JOIN storefronts_owner o ON o.id = m.owner_id
        ORDER BY o.public_id COLLATE "C", m.month""",
    "disputes": """
        SELECT json_build_array(d.number, d.kind, l.ref, d.claim_fen, d.status, d.opened_at, d.closed_at,
                                (SELECT json_agg(json_build_array(r.round, r.outcome, r.liable, r.amount_fen,
                                                                  r.executed_at) ORDER BY r.round)
                                 FROM disputes_ruling r WHERE r.dispute_id = d.id))::text
        FROM disputes_dispute d JOIN orders_orderline l ON l.id = d.line_id
        ORDER BY d.number COLLATE "C" """,
    "shops": """
        SELECT json_build_array(h.number, o.public_id, h.name, h.status,
                                (SELECT json_agg(json_build_array(p.slot, g.public_id, p.recommendation)
                                                 ORDER BY p.slot)
                                 FROM storefronts_pick p JOIN suppliers_good g ON g.id = p.good_id
                                 WHERE p.shop_id = h.id AND p.slot IS NOT NULL))::text
        FROM storefronts_shop h JOIN storefronts_owner o ON o.id = h.owner_id
        ORDER BY h.number COLLATE "C" """,
}
