"""One big supplier: 100,000 goods and two years of 1,000,000 orders with lines, parcels, cases, commissions and books.

Generated in SQL by the number of the order, so that two runs load the same; only the present moves. Nothing here goes through
the services: the bench measures pages, and ``verify`` would find no stock movements behind these goods.
"""

import time

from bench.part import Bench

GOODS, ORDERS = 100_000, 1_000_000
LEAST_GOODS, LEAST_ORDERS = 60, 400  # below which no status has a row
SHOPS, BUYERS_WORDS = 50, 40
# What an order looks like by its number ``n``: evenly over two years, its status by its age.
SHAPES = """
CREATE UNLOGGED TABLE bench_order AS
SELECT n, placed, age, 'D' || to_char(n, 'FM000000000000') AS number, placed + interval '3 minutes' AS paid,
       CASE WHEN n %% 5 < 3 THEN 1 + n %% 50 END AS shop,
       CASE WHEN age < 0.02 AND n %% 3 = 0 THEN 'pending_payment' WHEN n %% 50 = 7 THEN 'closed_unpaid'
            WHEN n %% 40 = 3 AND age > 3 THEN 'closed_refunded' WHEN n %% 100 = 11 AND age < 4 THEN 'paid'
            WHEN age < 2 THEN CASE WHEN n %% 30 = 0 AND n %% 2 = 0 THEN 'part_shipped' ELSE 'paid' END
            WHEN age < 6 THEN 'shipped' WHEN age < 21 THEN 'completed' ELSE 'finalised' END AS status,
       good, (good + 1 + n %% 7) %% %(goods)s + 1 AS second, 1 + (n %% 9 = 0)::int AS quantity
FROM (SELECT n, timestamptz %(now)s - interval '730 days' * (1 - n::float8 / %(orders)s) AS placed,
             730 * (1 - n::float8 / %(orders)s) AS age,
             1 + floor(%(goods)s * power((n * 2654435761 %% 1000003)::float8 / 1000003, 2.5))::bigint AS good
      FROM generate_series(1, %(orders)s::bigint) n) o
"""
PRICE = "(3900 + {good} * 37 %% 300 * 100)"
PAID = "b.status NOT IN ('pending_payment', 'closed_unpaid')"
SENT = "b.status IN ('shipped', 'completed', 'finalised') OR b.status = 'part_shipped'"
GOODS_SQL = """
INSERT INTO suppliers_good (id, public_id, supplier_id, category_id, source_id, title, brand, description, option_1, option_2,
    price_from_fen, rate_bp, ship_within_h, status, held_words, picture, gallery, attributes, keywords, version, market_sales,
    created_at, changed_at)
SELECT n, 'g' || to_char(n, 'FM00000000000'), %(supplier)s,
       (SELECT id FROM suppliers_category ORDER BY id OFFSET n %% (SELECT count(*) FROM suppliers_category) LIMIT 1),
       'M' || to_char(n, 'FM00000000'),
       (ARRAY['高山','云南','手工','有机','冷榨','古法','云雾','海盐'])[1 + n %% 8]
       || (ARRAY['白茶','山茶','桂花','玫瑰','绿豆','燕麦','蜂蜜','椰子','薄荷'])[1 + n %% 9]
       || (ARRAY['面霜','洁面乳','洗衣液','沐浴露','护手霜','牙膏','香皂'])[1 + n %% 7] || ' ' || n || ' 号 '
       || (ARRAY['礼盒','家庭装','旅行装','替换装','试用装'])[1 + n %% 5],
       '山茶花', repeat('清爽不油腻，适合日常使用。', 4), '', '', 3900 + n * 37 %% 300 * 100, 2000, 48,
       CASE WHEN n %% 40 = 1 THEN 'delisted' WHEN n %% 400 = 2 THEN 'held' WHEN n %% 1000 = 3 THEN 'refused' ELSE 'listed' END,
       '', '', '[]', '{}', '', 1, NULL, timestamptz %(now)s - interval '730 days', timestamptz %(now)s - interval '30 days'
FROM generate_series(1, %(goods)s::bigint) n;
INSERT INTO suppliers_sku (id, good_id, name, value_1, value_2, barcode, is_on, position, price_fen, received, available,
    reserved, sold)
SELECT 2 * n - 2 + k, n, CASE k WHEN 1 THEN '默认' ELSE '大' END, '', '', '', true, k, 3900 + n * 37 %% 300 * 100,
       1000, CASE WHEN n %% 50 = 9 THEN n %% 9 ELSE 200 END, 0, 1000 - CASE WHEN n %% 50 = 9 THEN n %% 9 ELSE 200 END
FROM generate_series(1, %(goods)s::bigint) n, generate_series(1, 2) k WHERE k = 1 OR n %% 3 = 0
"""
PEOPLE = """
INSERT INTO accounts_user (id, password, is_superuser, public_id, phone, phone_index, nickname, is_staff, is_active,
                           joined_at, language, mfa_required, phone_verified)
SELECT 1000 + n, '', false, 'u' || n, '', 'bench' || n, 'owner ' || n, false, true, %(now)s, '', false, true
FROM generate_series(1, 50) n;
INSERT INTO storefronts_owner (id, public_id, joined_at, user_id)
SELECT n, 'o' || n, %(now)s, 1000 + n FROM generate_series(1, 50) n;
INSERT INTO storefronts_shop (id, owner_id, number, name, name_skeleton, description, status, opened_at)
SELECT n, n, 100000 + n, '小店' || n, '小店' || n, '', 'open', %(now)s FROM generate_series(1, 50) n
"""
ORDERS_SQL = """
INSERT INTO orders_trade (id, number, buyer, visitor, receiver, phone, address, lookup_code, amount_fen, placed_at, pay_by)
SELECT n, 'T' || to_char(n, 'FM000000000000'), md5((n %% 300000)::text) || md5((n %% 300000)::text), 'v' || n, %(receiver)s,
       %(phone)s, %(address)s, '123456', 5000, placed, placed + interval '30 minutes' FROM bench_order ORDER BY n;
INSERT INTO orders_order (id, number, trade_id, supplier_id, shop_id, owner_id, attribution, evidence, status, goods_fen,
    freight_fen, freight_refunded_fen, placed_at, paid_at, ship_by, shipped_at, confirm_by, completed_at, final_by, finalised_at,
    closed_at, is_late, printed_at)
SELECT b.n, b.number, b.n, %(supplier)s, b.shop, b.shop, CASE WHEN b.shop IS NULL THEN '' ELSE 'shared' END,
       CASE WHEN b.shop IS NULL THEN '' ELSE 'in_shop' END, b.status,
       {first} * b.quantity + CASE WHEN b.n %% 2 = 0 THEN {second} ELSE 0 END, 800, 0, b.placed,
       CASE WHEN {paid} THEN b.paid END, CASE WHEN {paid} THEN b.paid + interval '48 hours' END,
       CASE WHEN {sent} THEN b.paid + interval '1 day' END,
       CASE WHEN {sent} THEN b.paid + interval '11 days' END,
       CASE WHEN b.status IN ('completed', 'finalised') THEN b.paid + interval '5 days' END,
       CASE WHEN b.status IN ('completed', 'finalised') THEN b.paid + interval '20 days' END,
       CASE WHEN b.status = 'finalised' THEN b.paid + interval '20 days' END,
       CASE b.status WHEN 'closed_unpaid' THEN b.placed + interval '30 minutes'
                     WHEN 'closed_refunded' THEN least(b.paid + interval '6 days', %(now)s) END,
       b.n %% 100 = 11, CASE WHEN b.n %% 4 = 0 THEN b.paid + interval '3 hours' END
FROM bench_order b ORDER BY b.n;
INSERT INTO orders_parcel (id, order_id, carrier, tracking_number, shipped_at)
SELECT b.n, b.n, 'sf', 'SF' || to_char(b.n, 'FM0000000000000'), b.paid + interval '1 day'
FROM bench_order b WHERE {sent} ORDER BY b.n;
INSERT INTO orders_orderline (id, order_id, supplier_id, ref, good_id, sku_id, title, sku_name, snapshot, quantity,
    unit_price_fen, paid_fen, rate_bp, fee_bp, bonus_bp, refunded_fen, shipped_in_id)
SELECT 2 * b.n - 2 + k, b.n, %(supplier)s, b.number || '-' || k, g, 2 * g - 1, '高山白茶面霜 ' || g || ' 号 礼盒', '默认',
       jsonb_build_object('title', '高山白茶面霜 ' || g || ' 号 礼盒', 'brand', '山茶花', 'price_fen', price, 'supplier', '山茶花日化',
                          'return_policy', 'seven_days', 'version', 1), q, price, price * q, 2000, 1000, 0,
       CASE WHEN b.status = 'closed_refunded' THEN price * q WHEN b.n %% 60 = 31 AND k = 1 AND age > 3 AND {paid} THEN price / 4
            ELSE 0 END, CASE WHEN {sent} AND (b.status <> 'part_shipped' OR k = 1) THEN b.n END
FROM bench_order b, LATERAL (VALUES (1, b.good, {first}, b.quantity), (2, b.second, {second}, 1)) AS l (k, g, price, q)
WHERE k = 1 OR b.n %% 2 = 0 ORDER BY b.n, k;
INSERT INTO orders_linerefund (line_id, cause, cause_ref, goods_fen, freight_fen, owner_side, at)
SELECT l.id, 'case', 'A' || l.id, l.refunded_fen, 0, false, b.paid + interval '5 days'
FROM orders_orderline l JOIN bench_order b ON b.n = l.order_id WHERE l.refunded_fen > 0;
INSERT INTO commissions_commissionline (id, line_ref, order_number, owner_id, shop_id, supplier, title, kind, rate_bp, fee_bp,
    bonus_bp, base_fen, gross_fen, fee_fen, bonus_fen, in_confirmed_fen, status, frozen_from, void_reason, created_at,
    confirmed_at)
SELECT l.id, l.ref, b.number, b.shop, b.shop, CASE WHEN b.status = 'finalised' THEN %(party)s ELSE '' END, l.title, 'shared', 2000,
       1000, 0, l.paid_fen - l.refunded_fen, (l.paid_fen - l.refunded_fen) / 5, (l.paid_fen - l.refunded_fen) / 50, 0, 0,
       CASE b.status WHEN 'finalised' THEN 'withdrawable' WHEN 'completed' THEN 'locked' WHEN 'closed_refunded' THEN 'void'
                     ELSE 'estimated' END, '', '', b.paid, CASE WHEN b.status = 'finalised' THEN b.paid + interval '20 days' END
FROM orders_orderline l JOIN bench_order b ON b.n = l.order_id WHERE b.shop IS NOT NULL AND {paid} ORDER BY l.id
"""
CASES = """
INSERT INTO disputes_case (id, number, order_id, line_id, reason, description, received, before_shipping, amount_fen, status,
                           attempts, deadline, opened_at, closed_at)
SELECT b.n, 'A' || to_char(b.n, 'FM000000000000'), b.n, 2 * b.n - 1, 'quality', '瓶口裂了', true, false, 1000,
       CASE WHEN b.age > 12 THEN CASE b.n %% 400 WHEN 31 THEN 'succeeded' ELSE 'closed' END
            WHEN b.n %% 3 = 0 THEN 'rejected' WHEN b.n %% 7 = 0 THEN 'in_dispute' ELSE 'wait_supplier' END, 1,
       CASE WHEN b.age <= 12 THEN b.paid + interval '16 days' END, b.paid + interval '4 days',
       CASE WHEN b.age > 12 THEN b.paid + interval '9 days' END
FROM bench_order b WHERE b.status IN ('shipped', 'completed', 'finalised') AND (b.n %% 200 = 31 OR b.age < 12 AND b.n %% 50 = 31)
ORDER BY b.n;
INSERT INTO disputes_dispute (number, kind, order_id, line_id, case_id, claim_fen, status, buyer_done, supplier_done, claimed_by,
                              deadline, opened_at, closed_at)
SELECT 'Z' || number, 'aftersale', order_id, line_id, id, amount_fen,
       CASE status WHEN 'in_dispute' THEN 'evidence' ELSE 'closed' END, false, false, '', deadline, opened_at, closed_at
FROM disputes_case WHERE status = 'in_dispute' OR status = 'closed' AND id %% 3 = 0
"""
BOOKS = """
SELECT ledger_open_month(m::date) FROM generate_series(timestamptz %(now)s - interval '25 months',
                                                       timestamptz %(now)s + interval '1 month', '1 month') m;
INSERT INTO ledger_account (id, kind, party) VALUES (1, 'escrow', ''), (2, 'platform_fee', ''), (3, 'payout_clearing', '');
INSERT INTO ledger_account (id, kind, party) VALUES (4, 'supplier_payable', %(party)s), (5, 'supplier_deposit', %(party)s),
                                                    (6, 'supplier_debt', %(party)s);
INSERT INTO ledger_account (id, kind, party) SELECT 10 + n, 'owner_confirmed', 'o' || n FROM generate_series(1, 50) n;
INSERT INTO ledger_journal (id, kind, ref_type, ref_id, seq, order_number, inputs_hash, occurred_at, recorded_at, xid, posted_on)
SELECT b.n, 'finalise', 'order', b.number, 0, b.number, '', b.paid + interval '20 days', b.paid + interval '20 days', 1,
       ((b.paid + interval '20 days') AT TIME ZONE 'Asia/Shanghai')::date
FROM bench_order b WHERE b.status = 'finalised' ORDER BY b.n;
INSERT INTO ledger_transfer (journal_id, posted_on, debit_id, credit_id, amount_fen, line_ref)
SELECT j.id, j.posted_on, 1, CASE k WHEN 1 THEN 4 ELSE 10 + b.shop END, CASE k WHEN 1 THEN 4000 ELSE 900 END, b.number || '-1'
FROM ledger_journal j JOIN bench_order b ON b.n = j.id, generate_series(1, 2) k
WHERE k = 1 OR b.shop IS NOT NULL ORDER BY j.id, k;
INSERT INTO ledger_balance SELECT a.id, coalesce(sum(t.amount_fen), 0) FROM ledger_account a
LEFT JOIN ledger_transfer t ON t.credit_id = a.id WHERE a.party <> '' GROUP BY a.id;
INSERT INTO commissions_supplierstatement (supplier_id, month, through_id, lines, goods_fen, freight_fen, commission_fen,
    refunded_fen, compensated_fen, paid_fen, deposited_fen, corrected_fen, opening_payable_fen, closing_payable_fen,
    opening_deposit_fen, closing_deposit_fen, opening_debt_fen, closing_debt_fen, made_at)
SELECT %(supplier)s, m::date, 0, 0, 4000, 0, 0, 0, 0, 0, 0, 0, 0, 4000, 0, 0, 0, 0, %(now)s
FROM generate_series(date_trunc('month', timestamptz %(now)s AT TIME ZONE 'Asia/Shanghai') - interval '23 months',
                     date_trunc('month', timestamptz %(now)s AT TIME ZONE 'Asia/Shanghai') - interval '1 month', '1 month') m;
INSERT INTO commissions_supplierstatementline (statement_id, journal_id, kind, goods_fen, freight_fen, commission_fen,
    refunded_fen, compensated_fen, paid_fen, deposited_fen, corrected_fen, payable_fen, deposit_fen, debt_fen)
SELECT s.id, j.id, j.kind, 4000, 0, 0, 0, 0, 0, 0, 0, 4000, 0, 0
FROM commissions_supplierstatement s JOIN ledger_journal j
     ON j.posted_on >= s.month AND j.posted_on < (s.month + interval '1 month')::date ORDER BY j.id
"""
TRAIL = """
INSERT INTO kernel_auditentry (at, recorded_at, actor_kind, actor_ref, person, subject_type, subject_ref, event, from_state,
                               to_state, reason)
SELECT b.paid + interval '1 day', b.paid + interval '1 day', 'supplier', %(party)s, %(person)s, 'order', b.number, 'ship', 'paid',
       'shipped', '' FROM bench_order b WHERE {sent} ORDER BY b.n;
INSERT INTO suppliers_bulkedit (public_id, supplier_id, person, action, value, changed, refused, made_at, restored)
SELECT 'b' || n, %(supplier)s, %(person)s, 'stock', 100, 500, 0, timestamptz %(now)s - n * interval '1 day', 0
FROM generate_series(1, 60) n
"""
SEQUENCES = """
SELECT setval(pg_get_serial_sequence(t, 'id'), 10000000) FROM unnest(ARRAY['suppliers_good', 'suppliers_sku', 'accounts_user',
    'storefronts_owner', 'storefronts_shop', 'orders_trade', 'orders_order', 'orders_orderline', 'orders_parcel', 'disputes_case',
    'commissions_commissionline', 'ledger_account', 'ledger_journal']) t;
DROP TABLE bench_order
"""
SHARED = {
    "first": PRICE.format(good="b.good"),
    "second": PRICE.format(good="b.second"),
    "paid": PAID,
    "sent": f"({SENT})",
}
STEPS = (
    ("goods", GOODS_SQL),
    ("owners", PEOPLE),
    ("shapes", SHAPES),
    ("orders", ORDERS_SQL),
    ("cases", CASES),
    ("books", BOOKS),
    ("trail", TRAIL),
    ("sequences", SEQUENCES),
)


def sizes(bench: Bench) -> tuple[int, int]:
    """Goods and orders at this scale."""
    return max(LEAST_GOODS, bench.size(GOODS)), max(LEAST_ORDERS, bench.size(ORDERS))


def load(bench: Bench, values: dict[str, object]) -> None:
    """Write them all. ``values``: supplier (key), party (public id), person, now, goods, orders, receiver, phone, address."""
    start = time.monotonic()
    for what, statements in STEPS:
        shaped = statements
        for name, text in SHARED.items():
            shaped = shaped.replace("{" + name + "}", text)
        bench.database.load(*shaped.split(";\n"), values=values)
        bench.say(f"{what} loaded after {time.monotonic() - start:.0f} s")
    bench.database.settle()
