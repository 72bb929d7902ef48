"""Orders so far: a paid one as its commission was, an unpaid one as it would be paid now, but never against its bonus."""

from django.db import migrations

DECIDE = """
    UPDATE orders_order o SET attribution = found.kind, evidence = found.evidence
    FROM (
        SELECT o.id, x.kind, CASE x.kind WHEN 'own_goods' THEN 'works_for_supplier' WHEN 'shared' THEN 'in_shop'
                   ELSE CASE WHEN u.phone_index = t.buyer THEN 'own_phone' ELSE 'own_account' END END AS evidence
        FROM orders_order o
        JOIN orders_trade t ON t.id = o.trade_id
        JOIN storefronts_owner w ON w.id = o.owner_id
        JOIN accounts_user u ON u.id = w.user_id
        CROSS JOIN LATERAL (SELECT coalesce(
            (SELECT l.kind FROM commissions_commissionline l WHERE l.order_number = o.number ORDER BY l.id LIMIT 1),
            CASE WHEN EXISTS (SELECT 1 FROM orders_orderline l WHERE l.order_id = o.id AND l.bonus_bp > 0) THEN 'shared'
                 WHEN EXISTS (SELECT 1 FROM suppliers_suppliermember m
                              WHERE m.supplier_id = o.supplier_id AND m.user_id = w.user_id) THEN 'own_goods'
                 WHEN t.user_id = w.user_id OR u.phone_index = t.buyer THEN 'self' ELSE 'shared' END) AS kind) x
        WHERE o.attribution = ''
    ) found
    WHERE found.id = o.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0004_attribution"),
        ("commissions", "0011_supplier_payouts"),
        ("suppliers", "0002_await_deposit"),
        ("storefronts", "0002_told_of_delisting"),
        ("accounts", "0004_second_factor_and_messages"),
    ]

    operations = [migrations.RunSQL(DECIDE, migrations.RunSQL.noop)]
