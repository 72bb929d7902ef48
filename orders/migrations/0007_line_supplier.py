"""A line's own supplier, which the version before this column does not write: the database fills it in then."""

import django.db.models.deletion
from django.db import migrations, models

FILL = """
CREATE FUNCTION orders_fill_line_supplier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.supplier_id := (SELECT o.supplier_id FROM orders_order o WHERE o.id = NEW.order_id);
    RETURN NEW;
END $$;
CREATE TRIGGER orders_orderline_supplier BEFORE INSERT ON orders_orderline
    FOR EACH ROW WHEN (NEW.supplier_id IS NULL) EXECUTE FUNCTION orders_fill_line_supplier();
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_compensations"), ("suppliers", "0006_sku_of_good")]
    operations = [
        migrations.AddField(
            model_name="orderline",
            name="supplier",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="suppliers.supplier",
            ),
        ),
        migrations.RunSQL(FILL, "DROP FUNCTION orders_fill_line_supplier CASCADE"),
    ]
