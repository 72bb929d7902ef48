"""pgbench, which drives limits: bare statements, prepared, durable, by one client."""

import re
import shutil
import subprocess
import tempfile

from bench.servers import Database
from launcher import postgres


def seconds(database: Database, script: str, times: int, **values: str) -> float:
    """What it takes to run a script so many times as the app's role, without connecting. ``values`` are its variables.

    Raises CalledProcessError, and RuntimeError where there is no pgbench.
    """
    beside = postgres.binaries() / "pgbench"
    program = str(beside) if beside.exists() else shutil.which("pgbench")
    if program is None:
        raise RuntimeError(f"there is no pgbench in {beside.parent} nor on the PATH")
    defined = [f"--define={name}={value}" for name, value in values.items()]
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        command = [
            program,
            "--no-vacuum",
            "--protocol=prepared",
            f"--transactions={times}",
            f"--file={file.name}",
        ]
        said = subprocess.run(
            [*command, *defined, database.addresses.database_url],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
    rate = re.search(r"tps = ([\d.]+) \(without initial connection time\)", said)
    done = re.search(r"actually processed: (\d+)/(\d+)", said)
    if rate is None or done is None or done[1] != done[2]:
        raise RuntimeError(said)
    return times / float(rate[1])
