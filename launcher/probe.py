"""``python -m launcher.probe URL`` or ``… FILES --younger-than=SECONDS``: a container's healthcheck. 0 is healthy."""

import glob
import os
import sys
import time
import urllib.error
import urllib.request

TIMEOUT_S = 8


def answers(url: str) -> bool:
    """The address answers with 200."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:  # noqa: S310  (named in the compose file)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def is_fresh(pattern: str, seconds: float) -> bool:
    """A file of that pattern was written not long ago."""
    written = [os.path.getmtime(path) for path in glob.glob(pattern)]  # noqa: PTH204, PTH207  (a shell's pattern)
    return bool(written) and time.time() - max(written) < seconds


def main(arguments: list[str]) -> int:
    """The exit code."""
    what, *options = arguments
    for option in options:
        return 0 if is_fresh(what, float(option.removeprefix("--younger-than="))) else 1
    return 0 if answers(what) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
