"""A crowd of 10,000 orders told to its end through the services, with the books proved: within five minutes."""

import time

from bench.part import Bench, part

ORDERS = 10_000
LEAST = 50  # below which the simulation has no story of every kind
SECONDS = 300


@part("simulation", needs_gb=1)
def simulation(bench: Bench) -> None:
    """10,000 orders told from the first click to the last fen, and proved, within five minutes."""
    orders = max(LEAST, bench.size(ORDERS))
    start = time.perf_counter()
    # which fails on a bad row
    bench.database.python("manage.py", "simulate", "--orders", str(orders), "--seed", "1")
    seconds = time.perf_counter() - start
    bench.figure(f"{orders:,} orders", seconds, "s", goal=f"<= {SECONDS}")
    bench.figure("orders a second", orders / seconds, "/s")
