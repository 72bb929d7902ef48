"""Lines so far: of their order's supplier."""

from django.db import migrations

SO_FAR = """
UPDATE orders_orderline l SET supplier_id = o.supplier_id FROM orders_order o
WHERE o.id = l.order_id AND l.supplier_id IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_line_supplier")]
    operations = [migrations.RunSQL(SO_FAR, migrations.RunSQL.noop)]
