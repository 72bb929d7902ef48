"""What violation points hide is asked of the supplier itself from now on: written down once for those who have some."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("suppliers", "0017_money_that_is_short"),
    ]

    operations = [
        migrations.RunSQL(
            """UPDATE suppliers_supplier s SET hidden_until =
                   CASE WHEN t.is_closed THEN '9000-01-01 00:00:00+00'::timestamptz ELSE t.hidden_until END
               FROM suppliers_supplierstanding t
               WHERE t.supplier_id = s.id AND (t.is_closed OR t.hidden_until IS NOT NULL)""",
            migrations.RunSQL.noop,
        ),
    ]
