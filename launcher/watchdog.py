"""``python -m launcher.watchdog``: kills the demo's process groups when the demo has died.

The kernel's parent-death signal reaches a child, not the child's own workers; granian's and Celery's would
stay and hold the port. This process reads numbers of process groups from its standard input, whose other end
only the demo holds: ``+123`` to guard a group, ``-123`` to let it go. When the input ends, the demo is gone,
and so are the groups.
"""

import contextlib
import os
import signal
import sys


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # it ends with the demo, by the end of its input
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line.startswith("+"):
            groups.add(group)
        else:
            groups.discard(group)
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
