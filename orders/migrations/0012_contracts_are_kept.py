"""Orders of customised goods move along the graph of docs/rules.md §5.3 too; what a contract said is never changed, and no
order waits for its payment before both sides accepted one version.

The edges are written out here, as a migration must; an architecture test compares them with ``orders/states.py``.
"""

from django.db import migrations

EDGES = (
    ("await_agreement", "pending_payment"),
    ("await_agreement", "closed_unpaid"),
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
BEFORE = EDGES[2:]


def graph(edges: tuple[tuple[str, str], ...]) -> str:
    """The function that holds the graph, as 0002 has it."""
    return f"""
CREATE OR REPLACE FUNCTION orders_refuse_wrong_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN ({", ".join(f"('{a}', '{b}')" for a, b in edges)}) THEN
        RAISE EXCEPTION 'order % cannot move from % to %', OLD.number, OLD.status, NEW.status
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""


KEPT = """
CREATE FUNCTION orders_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER orders_contractversion_append_only BEFORE UPDATE OR DELETE ON orders_contractversion
    FOR EACH ROW EXECUTE FUNCTION orders_refuse_change();
CREATE TRIGGER orders_contractversion_no_truncate BEFORE TRUNCATE ON orders_contractversion
    FOR EACH STATEMENT EXECUTE FUNCTION orders_refuse_change();
CREATE TRIGGER orders_contractacceptance_append_only BEFORE UPDATE OR DELETE ON orders_contractacceptance
    FOR EACH ROW EXECUTE FUNCTION orders_refuse_change();
CREATE TRIGGER orders_contractacceptance_no_truncate BEFORE TRUNCATE ON orders_contractacceptance
    FOR EACH STATEMENT EXECUTE FUNCTION orders_refuse_change();

CREATE FUNCTION orders_contract_seal(version orders_contractversion) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(jsonb_build_array(
        (SELECT o.number FROM orders_contract c JOIN orders_order o ON o.id = c.order_id WHERE c.id = version.contract_id),
        coalesce((SELECT v.seal FROM orders_contractversion v
                  WHERE v.contract_id = version.contract_id AND v.number = version.number - 1), ''),
        version.number, version.side, version.making, version.wishes, version.terms, version.lead_d, version.cancel_fee_bp,
        to_char(version.at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS'))::text, 'UTF8')), 'hex')
$$;
CREATE FUNCTION orders_seal_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.seal := orders_contract_seal(NEW);
    RETURN NEW;
END $$;
CREATE TRIGGER orders_contractversion_seal BEFORE INSERT ON orders_contractversion
    FOR EACH ROW EXECUTE FUNCTION orders_seal_version();

CREATE FUNCTION orders_require_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM orders_contract c JOIN orders_contractversion v
                   ON v.contract_id = c.id AND v.number = c.agreed_version
                   WHERE c.order_id = NEW.id
                     AND (SELECT count(*) FROM orders_contractacceptance a WHERE a.version_id = v.id) = 2) THEN
        RAISE EXCEPTION 'order % has no contract version that both sides accepted', NEW.number
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER orders_order_agreed BEFORE UPDATE OF status ON orders_order
    FOR EACH ROW WHEN (OLD.status = 'await_agreement' AND NEW.status = 'pending_payment')
    EXECUTE FUNCTION orders_require_agreement();
"""
GONE = """
DROP FUNCTION orders_require_agreement CASCADE;
DROP FUNCTION orders_seal_version CASCADE;
DROP FUNCTION orders_contract_seal CASCADE;
DROP FUNCTION orders_refuse_change CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0011_contracts")]
    operations = [migrations.RunSQL(graph(EDGES), graph(BEFORE)), migrations.RunSQL(KEPT, GONE)]
