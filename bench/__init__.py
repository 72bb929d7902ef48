"""What ``make bench`` runs: every speed that the project promises, as a ratio against a limit in the same run.

A *part* is a module here with a function under ``@part``; ``bench.parts`` names the modules. The harness starts
durable servers of its own, gives each part a freshly migrated database, runs limit and product in turn, and writes
``bench/out/``: ``results.json`` and growth curves as PNG. Adding a part::

    @part("ledger", needs_gb=4)
    def ledger(bench: Bench) -> None:
        \"\"\"P6: posting against a bare INSERT of its rows.\"\"\"
        bench.compare("post one journal", limit=bare, product=ours, goal=">= 0.5", unit="/s", check=invariants)

It is not part of the platform: nothing imports it, and it may look at tables directly.
"""
