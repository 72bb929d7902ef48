from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storefronts", "0004_when_debts_began"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="ownerstanding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("debt_fen", 0), ("debt_since", None), ("debt_told", False)),
                    models.Q(("debt_fen__gt", 0), ("debt_since__isnull", False)),
                    _connector="OR",
                ),
                name="standing_debt_since",
            ),
        ),
    ]
