"""Invoices for suppliers' commission: drafted, then issued once; PostgreSQL refuses every other change, and a gap in the series."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION tax_issue_once() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.status = 'draft' THEN
        RETURN NEW;
    END IF;
    IF TG_OP <> 'UPDATE' OR OLD.status <> 'draft' OR NEW.status <> 'issued'
       OR to_jsonb(NEW) - '{status,serial,tax_number,issued_at}'::text[]
          <> to_jsonb(OLD) - '{status,serial,tax_number,issued_at}'::text[] THEN
        RAISE EXCEPTION 'an invoice is issued once and never changed: % on %', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.serial <> (SELECT coalesce(max(serial), 0) + 1 FROM tax_commissioninvoice) THEN
        RAISE EXCEPTION 'invoices are numbered without a gap: % is not the next', NEW.serial
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER tax_commissioninvoice_issued_once BEFORE INSERT OR UPDATE OR DELETE ON tax_commissioninvoice
    FOR EACH ROW EXECUTE FUNCTION tax_issue_once();
CREATE TRIGGER tax_commissioninvoice_no_truncate BEFORE TRUNCATE ON tax_commissioninvoice
    FOR EACH STATEMENT EXECUTE FUNCTION tax_issue_once();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("suppliers", "0002_await_deposit"),
        ("tax", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CommissionInvoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=24, unique=True, verbose_name="编号")),
                ("month", models.DateField(verbose_name="月份")),
                ("buyer_name", models.CharField(max_length=60, verbose_name="购买方名称")),
                ("buyer_code", models.CharField(max_length=18, verbose_name="购买方税号")),
                ("rate_bp", models.PositiveIntegerField(verbose_name="税率（bp）")),
                ("net_fen", models.BigIntegerField(verbose_name="不含税金额（分）")),
                ("vat_fen", models.BigIntegerField(verbose_name="税额（分）")),
                ("total_fen", models.BigIntegerField(verbose_name="价税合计（分）")),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "待开具"), ("issued", "已开具")],
                        default="draft",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("serial", models.PositiveIntegerField(null=True, unique=True, verbose_name="开票序号")),
                ("tax_number", models.CharField(blank=True, max_length=20, verbose_name="发票号码")),
                ("drafted_at", models.DateTimeField(verbose_name="拟好时间")),
                ("issued_at", models.DateTimeField(null=True, verbose_name="开具时间")),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commission_invoices",
                        to="suppliers.supplier",
                        verbose_name="供应商",
                    ),
                ),
            ],
            options={
                "verbose_name": "佣金发票",
                "verbose_name_plural": "佣金发票",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "draft")),
                        fields=["month"],
                        name="commission_invoice_drafts",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("supplier", "month"), name="commission_invoice_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "total_fen",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("net_fen"), "+", models.F("vat_fen")
                                ),
                            ),
                            models.Q(("total_fen", 0), _negated=True),
                        ),
                        name="commission_invoice_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("issued_at", None), ("serial", None), ("status", "draft"), ("tax_number", "")
                            ),
                            models.Q(
                                ("issued_at__isnull", False),
                                ("serial__gte", 1),
                                ("status", "issued"),
                                models.Q(("tax_number", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="commission_invoice_issued_whole",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, "DROP FUNCTION tax_issue_once CASCADE"),
    ]
