"""Balances that PostgreSQL keeps for parties (L8, L9), and the chart: which account may move to which (``ledger.shapes``)."""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
-- Which account may be debited towards which, by kind of journal; the kind that it takes back, if any. Written by
-- manage.py migrate from ledger/shapes.py.
CREATE TABLE ledger_shape (
    kind text NOT NULL,
    debit text NOT NULL,
    credit text NOT NULL,
    reverses text NOT NULL DEFAULT '',
    PRIMARY KEY (kind, debit, credit, reverses)
);

CREATE TABLE ledger_balance (
    account_id bigint PRIMARY KEY REFERENCES ledger_account DEFERRABLE INITIALLY DEFERRED,
    balance_fen bigint NOT NULL,
    CONSTRAINT balance_floor CHECK (balance_fen >= 0)
) WITH (fillfactor = 70);

CREATE FUNCTION ledger_open_balance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO ledger_balance VALUES (NEW.id, 0);
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_account_balance AFTER INSERT ON ledger_account
    FOR EACH ROW WHEN (NEW.party <> '') EXECUTE FUNCTION ledger_open_balance();

INSERT INTO ledger_balance
SELECT a.id, (CASE WHEN a.kind IN ('owner_debt', 'supplier_debt') THEN 1 ELSE -1 END)
             * (coalesce(d.fen, 0) - coalesce(c.fen, 0))
FROM ledger_account a
LEFT JOIN (SELECT debit_id, sum(amount_fen) AS fen FROM ledger_transfer GROUP BY debit_id) d ON d.debit_id = a.id
LEFT JOIN (SELECT credit_id, sum(amount_fen) AS fen FROM ledger_transfer GROUP BY credit_id) c ON c.credit_id = a.id
WHERE a.party <> '';
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_months")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(FORWARD)],
            state_operations=[
                migrations.CreateModel(
                    name="Balance",
                    fields=[
                        (
                            "account",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                serialize=False,
                                to="ledger.account",
                            ),
                        ),
                        ("balance_fen", models.BigIntegerField(verbose_name="余额（分）")),
                    ],
                    options={
                        "verbose_name": "余额",
                        "verbose_name_plural": "余额",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("balance_fen__gte", 0)), name="balance_floor"
                            )
                        ],
                    },
                ),
            ],
        )
    ]
