"""Owners search a pool of a million goods, and lay out a shop with a thousand picks."""

import json
from concurrent.futures import ThreadPoolExecutor

from bench.part import Bench, part

GOODS, SUPPLIERS, PICKS = 1_000_000, 1_000, 1_000
CLIENTS, PROCESSES = 8, 2
SEARCHES = 60  # of each client
SEARCH_MS, PAGE_MS = 100, 300

PEOPLE = """
INSERT INTO suppliers_category (code, name, return_policy, position, bond_fen)
SELECT c, c, 'seven_days', row_number() OVER (), 0 FROM unnest(ARRAY['food', 'beauty', 'baby', 'home', 'apparel']) c
ON CONFLICT DO NOTHING;
INSERT INTO suppliers_category (code, name, return_policy, position, bond_fen, parent_id)
SELECT c.code || '/' || n, c.name || n, 'seven_days', n, 0, c.id
FROM suppliers_category c, generate_series(1, 8) n WHERE c.parent_id IS NULL
ON CONFLICT DO NOTHING;
INSERT INTO suppliers_supplier (id, public_id, name, kind, capital_fen, is_general_taxpayer, proof, voucher_note, freight_fen,
    free_freight_from_fen, status, decision_note, submitted_at)
SELECT n, 'bench' || n, '供应商' || n, 'brand', 100000000, true, 'chain', '', 0, 0,
    CASE n %% 50 WHEN 0 THEN 'suspended' ELSE 'active' END, '', now()
FROM generate_series(1, %(suppliers)s) n;
"""
# Words of very different frequency: the n-th of a list stands in one of n titles, roughly.
PARTS = """
CREATE TEMP TABLE noun AS SELECT * FROM unnest(string_to_array(
    '面霜 毛巾 茶叶 童装 锅具 口红 坚果 拖鞋 纸巾 洗衣液 牙膏 酸奶 积木 台灯 衬衫 防晒 奶粉 床单 水杯 袜子 燕麦 面膜 雨伞 香皂 围巾 '
    '拼图 咖啡 枕头 手套 蜂蜜 砧板 帽子 眉笔 尿裤 挂钩 腰带 果干 花洒 唇膏 泳衣', ' ')) WITH ORDINALITY AS t(word, n);
CREATE TEMP TABLE kind AS SELECT * FROM unnest(string_to_array(
    '滋润 保湿 纯棉 有机 便携 加厚 儿童 家用 清爽 手工 不锈钢 大容量 透气 抗菌 轻便 原味 柔软 防滑 经典 环保', ' ')) WITH ORDINALITY AS t(word, n)
"""
TITLES = """
INSERT INTO suppliers_good (id, public_id, supplier_id, category_id, source_id, title, brand, description, option_1, option_2,
    price_from_fen, rate_bp, ship_within_h, status, held_words, picture, gallery, attributes, keywords, version, market_sales,
    created_at, changed_at)
SELECT g.n, 'b' || lpad(g.n::text, 9, '0'), 1 + g.n %% %(suppliers)s, c.ids[1 + (g.n * 7) %% cardinality(c.ids)], '',
    kind.word || noun.word || ' ' || 'k' || g.n %% 977 || '号 ' || g.n %% 500 || 'g', '牌' || g.n %% 300, '', '', '',
    500 + (h %% 1000) * (1 + h %% 37), 300 + (h / 7) %% 3700, 48, CASE g.n %% 20 WHEN 0 THEN 'delisted' ELSE 'listed' END, '', '',
    '[]', '{}', CASE g.n %% 9 WHEN 0 THEN '敏感肌' ELSE '' END, 1, CASE g.n %% 3 WHEN 0 THEN NULL ELSE (h / 11) %% 90000 END, now(), now()
FROM (SELECT n, abs(hashint4(n)::bigint) AS h FROM generate_series(1, %(goods)s) n) g
CROSS JOIN (SELECT array_agg(id ORDER BY id) AS ids FROM suppliers_category WHERE parent_id IS NOT NULL) c
JOIN noun ON noun.n = 1 + floor(40 * power((h %% 10007) / 10007.0, 2))::int
JOIN kind ON kind.n = 1 + (h / 13) %% 20;
INSERT INTO suppliers_sku (good_id, name, value_1, value_2, barcode, is_on, position, price_fen, received, available, reserved, sold)
SELECT id, '默认', '', '', '', true, 0, price_from_fen, 60, CASE id %% 17 WHEN 0 THEN 0 ELSE 50 END, 0,
    CASE id %% 17 WHEN 0 THEN 60 ELSE 10 END
FROM suppliers_good;
"""
SHELF = """
INSERT INTO storefronts_pick (shop_id, good_id, slot, recommendation, bought, picked_at, told_delisted, place, seen_price_fen,
    seen_rate_bp)
SELECT %(shop)s, g.id, row_number() OVER (ORDER BY g.id), '', false, now(), false, row_number() OVER (ORDER BY g.id),
    g.price_from_fen - CASE g.id %% 10 WHEN 0 THEN 1 ELSE 0 END, g.rate_bp
FROM (SELECT * FROM suppliers_good ORDER BY hashint4(id::int) LIMIT %(picks)s) g
"""


@part("pool", needs_gb=3)
def pool(bench: Bench) -> None:
    """Search of 1,000,000 goods by 8 clients: p95 within 100 ms; pages of a shop with 1,000 picks within 300 ms."""
    goods = bench.size(GOODS)
    shop = int(bench.database.python("-m", "bench.searching", "owner"))
    values = {"goods": goods, "suppliers": min(SUPPLIERS, goods), "shop": shop, "picks": min(PICKS, goods)}
    bench.database.load(PEOPLE, PARTS, TITLES, SHELF, values=values)
    bench.database.settle()
    bench.say(f"{goods:,} goods loaded")
    with ThreadPoolExecutor(PROCESSES) as both:
        said = both.map(
            lambda n: bench.database.python(
                *("-m", "bench.searching", "search", str(CLIENTS // PROCESSES), str(SEARCHES), str(n))
            ),
            range(PROCESSES),
        )
        answers = [json.loads(line) for line in said]
    times = sorted(time for answer in answers for time in answer["ms"])
    problems = [problem for answer in answers for problem in answer["problems"]]
    bench.figure(f"search of {goods:,} goods, {CLIENTS} clients, p50", times[len(times) // 2], "ms")
    bench.figure(
        f"search of {goods:,} goods, {CLIENTS} clients, p95",
        times[len(times) * 95 // 100],
        "ms",
        goal=f"<= {SEARCH_MS}",
        problems=problems,
    )
    for page, ms in json.loads(bench.database.python("-m", "bench.searching", "pages")).items():
        bench.figure(f"{page}, {values['picks']:,} picks, p95", ms, "ms", goal=f"<= {PAGE_MS}")
