"""The chain of daily digests, as ``ledger_write_digest`` writes it and as ``verify`` recomputes it.

A journal's leaf is the SHA-256 of its columns, joined by ``|``: key, kind, reference, sequence, order, hash of its
movements, when it happened and was recorded (UTC, to the microsecond), transaction and day of the books. The hash
of its movements, which ``verify`` recomputes as well, holds accounts, amounts and lines of its transfers. A day's digest is
the SHA-256 of the digest before, the day and the keys that it covers, joined by ``|``, followed by the leaves in the order
of keys. The first day's digest before is 64 zeros.
"""

LEAF = """sha256(convert_to(concat_ws('|', j.id, j.kind, j.ref_type, j.ref_id, j.seq, j.order_number, j.inputs_hash,
    to_char(j.occurred_at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS'),
    to_char(j.recorded_at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS'),
    j.xid, to_char(j.posted_on, 'YYYY-MM-DD')), 'UTF8'))"""
# Every day that is not what its neighbours and its journals say, the first one first.
BROKEN = f"""
    SELECT to_char(d.day, 'YYYY-MM-DD') AS key, d.journals AS sealed, x.journals AS found,
           CASE WHEN d.previous <> d.digest_before OR d.after_id <> d.through_before THEN 'link' ELSE 'content' END
               AS broken
    FROM (SELECT d.*, lag(d.digest, 1, repeat('0', 64)) OVER (ORDER BY d.day) AS digest_before,
                 lag(d.through_id, 1, 0) OVER (ORDER BY d.day) AS through_before FROM ledger_digest d) d
    CROSS JOIN LATERAL (
        SELECT count(*) AS journals,
               encode(sha256(convert_to(concat_ws('|', d.previous, to_char(d.day, 'YYYY-MM-DD'), d.after_id,
                                                  d.through_id), 'UTF8')
                             || coalesce(string_agg({LEAF}, '' ORDER BY j.id), '')), 'hex') AS digest
        FROM ledger_journal j WHERE j.id > d.after_id AND j.id <= d.through_id
    ) x
    WHERE x.digest <> d.digest OR x.journals <> d.journals
       OR d.previous <> d.digest_before OR d.after_id <> d.through_before
    ORDER BY d.day"""  # noqa: S608
