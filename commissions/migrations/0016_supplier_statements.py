"""Suppliers' monthly statements, which PostgreSQL refuses to change or delete, as those of owners."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

KEPT = ("commissions_supplierstatement", "commissions_supplierstatementline")
FORWARD = "".join(
    f"""
CREATE TRIGGER {table}_never_changes BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION commissions_refuse_settled_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION commissions_refuse_settled_change();
"""
    for table in KEPT
)


class Migration(migrations.Migration):
    dependencies = [
        ("commissions", "0015_supplier_failures"),
        ("ledger", "0011_take_in"),
        ("suppliers", "0002_await_deposit"),
    ]

    operations = [
        migrations.AlterField(
            model_name="supplierfailure",
            name="run",
            field=models.CharField(
                choices=[("payout", "每周打款"), ("statement", "货款月结单")],
                max_length=10,
                verbose_name="事项",
            ),
        ),
        migrations.CreateModel(
            name="SupplierStatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("goods_fen", models.BigIntegerField(verbose_name="商品货款（分）")),
                ("freight_fen", models.BigIntegerField(verbose_name="运费（分）")),
                ("commission_fen", models.BigIntegerField(verbose_name="佣金（分）")),
                ("refunded_fen", models.BigIntegerField(verbose_name="结清后退款（分）")),
                ("compensated_fen", models.BigIntegerField(verbose_name="赔付（分）")),
                ("paid_fen", models.BigIntegerField(verbose_name="打款（分）")),
                ("deposited_fen", models.BigIntegerField(verbose_name="缴保证金（分）")),
                ("corrected_fen", models.BigIntegerField(verbose_name="更正（分）")),
                ("month", models.DateField(verbose_name="月份")),
                ("through_id", models.BigIntegerField(verbose_name="截至日记账")),
                ("lines", models.PositiveIntegerField(verbose_name="笔数")),
                ("opening_payable_fen", models.BigIntegerField(verbose_name="期初应付货款（分）")),
                ("closing_payable_fen", models.BigIntegerField(verbose_name="期末应付货款（分）")),
                ("opening_deposit_fen", models.BigIntegerField(verbose_name="期初保证金（分）")),
                ("closing_deposit_fen", models.BigIntegerField(verbose_name="期末保证金（分）")),
                ("opening_debt_fen", models.BigIntegerField(verbose_name="期初欠款（分）")),
                ("closing_debt_fen", models.BigIntegerField(verbose_name="期末欠款（分）")),
                ("made_at", models.DateTimeField(verbose_name="出单时间")),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="suppliers.supplier",
                        verbose_name="供应商",
                    ),
                ),
            ],
            options={
                "verbose_name": "货款月结单",
                "verbose_name_plural": "货款月结单",
            },
        ),
        migrations.CreateModel(
            name="SupplierStatementLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("goods_fen", models.BigIntegerField(verbose_name="商品货款（分）")),
                ("freight_fen", models.BigIntegerField(verbose_name="运费（分）")),
                ("commission_fen", models.BigIntegerField(verbose_name="佣金（分）")),
                ("refunded_fen", models.BigIntegerField(verbose_name="结清后退款（分）")),
                ("compensated_fen", models.BigIntegerField(verbose_name="赔付（分）")),
                ("paid_fen", models.BigIntegerField(verbose_name="打款（分）")),
                ("deposited_fen", models.BigIntegerField(verbose_name="缴保证金（分）")),
                ("corrected_fen", models.BigIntegerField(verbose_name="更正（分）")),
                ("kind", models.CharField(max_length=20)),
                ("payable_fen", models.BigIntegerField(verbose_name="应付货款变动（分）")),
                ("deposit_fen", models.BigIntegerField(verbose_name="保证金变动（分）")),
                ("debt_fen", models.BigIntegerField(verbose_name="欠款变动（分）")),
                (
                    "journal",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.journal",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="commissions.supplierstatement",
                    ),
                ),
            ],
            options={
                "verbose_name": "货款月结明细",
                "verbose_name_plural": "货款月结明细",
            },
        ),
        migrations.AddConstraint(
            model_name="supplierstatement",
            constraint=models.UniqueConstraint(fields=("supplier", "month"), name="supplier_statement_once"),
        ),
        migrations.AddConstraint(
            model_name="supplierstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "closing_payable_fen",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("opening_payable_fen"),
                                            "+",
                                            models.F("opening_deposit_fen"),
                                        ),
                                        "-",
                                        models.F("opening_debt_fen"),
                                    ),
                                    "+",
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    django.db.models.expressions.CombinedExpression(
                                                        django.db.models.expressions.CombinedExpression(
                                                            django.db.models.expressions.CombinedExpression(
                                                                models.F("goods_fen"),
                                                                "+",
                                                                models.F("freight_fen"),
                                                            ),
                                                            "-",
                                                            models.F("commission_fen"),
                                                        ),
                                                        "-",
                                                        models.F("refunded_fen"),
                                                    ),
                                                    "-",
                                                    models.F("compensated_fen"),
                                                ),
                                                "-",
                                                models.F("paid_fen"),
                                            ),
                                            "+",
                                            models.F("deposited_fen"),
                                        ),
                                        "+",
                                        models.F("corrected_fen"),
                                    ),
                                ),
                                "-",
                                models.F("closing_deposit_fen"),
                            ),
                            "+",
                            models.F("closing_debt_fen"),
                        ),
                    )
                ),
                name="supplier_statement_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closing_debt_fen__gte", 0),
                    ("closing_deposit_fen__gte", 0),
                    ("closing_payable_fen__gte", 0),
                ),
                name="supplier_statement_balances",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierstatementline",
            constraint=models.UniqueConstraint(
                fields=("statement", "journal"), name="supplier_statement_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierstatementline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "payable_fen",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    django.db.models.expressions.CombinedExpression(
                                                        django.db.models.expressions.CombinedExpression(
                                                            models.F("goods_fen"),
                                                            "+",
                                                            models.F("freight_fen"),
                                                        ),
                                                        "-",
                                                        models.F("commission_fen"),
                                                    ),
                                                    "-",
                                                    models.F("refunded_fen"),
                                                ),
                                                "-",
                                                models.F("compensated_fen"),
                                            ),
                                            "-",
                                            models.F("paid_fen"),
                                        ),
                                        "+",
                                        models.F("deposited_fen"),
                                    ),
                                    "+",
                                    models.F("corrected_fen"),
                                ),
                                "-",
                                models.F("deposit_fen"),
                            ),
                            "+",
                            models.F("debt_fen"),
                        ),
                    )
                ),
                name="supplier_statement_line_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierstatementline",
            constraint=models.CheckConstraint(
                condition=models.Q(("corrected_fen", 0), ("kind", "manual"), _connector="OR"),
                name="supplier_statement_line_explained",
            ),
        ),
        migrations.RunSQL(FORWARD, migrations.RunSQL.noop),
    ]
