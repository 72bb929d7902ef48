"""What orders write down here about goods: what became of their lines."""


def good_records_fragment(*, source: str) -> str:
    """The statement that writes down the records of all goods and drops those of goods that no longer have any.

    ``source`` is a SELECT with the columns good_id, ordered, refunded, shipped, late and counted_at.
    """
    return f"""
    WITH found AS ({source}), dropped AS (
        DELETE FROM suppliers_goodrecord r WHERE NOT EXISTS (SELECT FROM found f WHERE f.good_id = r.good_id)
    )
    INSERT INTO suppliers_goodrecord (good_id, ordered, refunded, shipped, late, counted_at)
    SELECT good_id, ordered, refunded, shipped, late, counted_at FROM found
    ON CONFLICT (good_id) DO UPDATE SET ordered = excluded.ordered, refunded = excluded.refunded,
        shipped = excluded.shipped, late = excluded.late, counted_at = excluded.counted_at"""  # noqa: S608
