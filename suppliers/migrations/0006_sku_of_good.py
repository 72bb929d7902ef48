"""So that a key over two columns can ask for a SKU of that very good."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("suppliers", "0005_movements_are_kept")]
    operations = [
        migrations.AddConstraint(
            model_name="sku",
            constraint=models.UniqueConstraint(fields=["good", "id"], name="sku_of_good"),
        )
    ]
