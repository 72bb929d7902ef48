"""What this machine gives at the moment: not the project's speed, but what its absolute figures are to be read by."""

import time

from bench.part import Bench, Taken, measured, part

SECONDS = 2.0


@part("machine", needs_gb=0.1)
def machine(bench: Bench) -> None:
    """Round trips and durable commits of one bare connection, and turns of Python."""
    connection = bench.database.as_superuser()
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE bench_commit (id bigint GENERATED ALWAYS AS IDENTITY, note text)")

    def repeated(statement: str) -> Taken:
        start, count = time.perf_counter(), 0
        while time.perf_counter() - start < SECONDS * min(1.0, bench.scale):
            cursor.execute(statement)
            count += 1
        return Taken(time.perf_counter() - start, max(1, count))

    def counted() -> int:
        return sum(1 for _turn in range(round(2_000_000 * bench.scale)))

    reads = measured(lambda: repeated("SELECT 1"), "/s")
    bench.figure("round trips", reads, "/s")
    writes = measured(lambda: repeated("INSERT INTO bench_commit (note) VALUES ('durable')"), "/s")
    bench.figure("durable commits", writes, "/s")
    bench.figure("turns of a Python loop", measured(counted, "/s"), "/s")
    connection.close()
