"""An order's status moves only along the graph of docs/rules.md §5.3, held by PostgreSQL (L12).

The edges are written out here, as a migration must; an architecture test compares them with ``orders/states.py``.
"""

from django.db import migrations

EDGES = (
    ("pending_payment", "paid"),
    ("pending_payment", "closed_unpaid"),
    ("paid", "shipped"),
    ("paid", "part_shipped"),
    ("paid", "closed_refunded"),
    ("part_shipped", "shipped"),
    ("part_shipped", "closed_refunded"),
    ("shipped", "completed"),
    ("shipped", "closed_refunded"),
    ("completed", "finalised"),
    ("completed", "closed_refunded"),
)

FORWARD = f"""
CREATE FUNCTION orders_refuse_wrong_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN ({", ".join(f"('{a}', '{b}')" for a, b in EDGES)}) THEN
        RAISE EXCEPTION 'order % cannot move from % to %', OLD.number, OLD.status, NEW.status
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER orders_order_status_graph BEFORE UPDATE OF status ON orders_order
    FOR EACH ROW EXECUTE FUNCTION orders_refuse_wrong_move();
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION orders_refuse_wrong_move CASCADE")]
