"""What belongs together belongs to the same tenant (L14): keys over two columns, which no model can say.

A line is of its order's supplier, of a good of that supplier, of a SKU of that good, in a parcel of that order; an order's
owner is its shop's.
"""

import django.db.models.deletion
from django.db import migrations, models

KEYS = """
ALTER TABLE orders_orderline
    ADD CONSTRAINT line_of_suppliers_order FOREIGN KEY (supplier_id, order_id)
        REFERENCES orders_order (supplier_id, id) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT line_of_suppliers_good FOREIGN KEY (supplier_id, good_id)
        REFERENCES suppliers_good (supplier_id, id) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT line_of_goods_sku FOREIGN KEY (good_id, sku_id)
        REFERENCES suppliers_sku (good_id, id) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT line_in_orders_parcel FOREIGN KEY (order_id, shipped_in_id)
        REFERENCES orders_parcel (order_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE orders_order
    ADD CONSTRAINT order_of_owners_shop FOREIGN KEY (owner_id, shop_id)
        REFERENCES storefronts_shop (owner_id, id) DEFERRABLE INITIALLY DEFERRED;
"""
NO_KEYS = """
ALTER TABLE orders_order DROP CONSTRAINT order_of_owners_shop;
ALTER TABLE orders_orderline DROP CONSTRAINT line_in_orders_parcel, DROP CONSTRAINT line_of_goods_sku,
    DROP CONSTRAINT line_of_suppliers_good, DROP CONSTRAINT line_of_suppliers_order;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0008_line_supplier_so_far"),
        ("storefronts", "0008_shop_of_owner"),
        ("suppliers", "0006_sku_of_good"),
    ]
    operations = [
        migrations.AlterField(
            model_name="orderline",
            name="supplier",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="suppliers.supplier",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(fields=["supplier", "id"], name="order_of_supplier"),
        ),
        migrations.AddConstraint(
            model_name="parcel",
            constraint=models.UniqueConstraint(fields=["order", "id"], name="parcel_of_order"),
        ),
        migrations.RunSQL(KEYS, NO_KEYS),
    ]
