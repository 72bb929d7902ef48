"""So that a key over two columns can ask for a shop of that very owner."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("storefronts", "0007_violations")]
    operations = [
        migrations.AddConstraint(
            model_name="shop",
            constraint=models.UniqueConstraint(fields=["owner", "id"], name="shop_of_owner"),
        )
    ]
