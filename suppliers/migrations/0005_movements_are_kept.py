"""Movements are never changed, removed or emptied away; what was there before them is told by them."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION suppliers_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'stock movements are never changed: % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER suppliers_stockmovement_append_only BEFORE UPDATE OR DELETE ON suppliers_stockmovement
    FOR EACH ROW EXECUTE FUNCTION suppliers_refuse_change();
CREATE TRIGGER suppliers_stockmovement_no_truncate BEFORE TRUNCATE ON suppliers_stockmovement
    FOR EACH STATEMENT EXECUTE FUNCTION suppliers_refuse_change();
"""
# What came and went again is left out: of it only the reservations tell.
SO_FAR = """
INSERT INTO suppliers_stockmovement (sku_id, kind, quantity, balance, ref, actor_kind, actor_ref, person, at)
SELECT x.sku_id, x.kind, x.quantity, sum(x.quantity * x.sign) OVER (PARTITION BY x.sku_id ORDER BY x.step, x.id),
       x.ref, 'system', 'stock so far', '', x.at
FROM (
    SELECT s.id AS sku_id, 'receive' AS kind, s.received AS quantity, 1 AS sign, 0 AS step, s.id, g.public_id AS ref,
           g.created_at AS at
    FROM suppliers_sku s JOIN suppliers_good g ON g.id = s.good_id WHERE s.received > 0
    UNION ALL
    SELECT r.sku_id, 'reserve', r.quantity, -1, 1, r.id, r.order_number, r.expires_at
    FROM suppliers_stockreservation r WHERE r.status IN ('held', 'taken')
    UNION ALL
    SELECT r.sku_id, 'take', r.quantity, 0, 2, r.id, r.order_number, r.expires_at
    FROM suppliers_stockreservation r WHERE r.status = 'taken'
) x
WHERE NOT EXISTS (SELECT 1 FROM suppliers_stockmovement m WHERE m.sku_id = x.sku_id)
ORDER BY x.sku_id, x.step, x.id
"""


class Migration(migrations.Migration):
    dependencies = [("suppliers", "0004_stock_movements")]
    operations = [
        migrations.RunSQL(GUARDS, "DROP FUNCTION suppliers_refuse_change CASCADE"),
        migrations.RunSQL(SO_FAR, migrations.RunSQL.noop),
    ]
