"""``python -m launcher.browser``: a Chromium for the browser tests, found or installed, never done without.

Uses the standard library only. ``find`` is what the tests call.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
_HELP = """\
The browser tests need a Chromium, and none was found. Do one of these, then run the command again:
  Debian      apt-get install chromium                (as root; as root this step does it by itself)
  Ubuntu      snap install chromium
  Fedora      dnf install chromium
  elsewhere   install Chromium or Chrome and name it: TXP_CHROMIUM=/path/to/chromium make test
"""


def find() -> str | None:
    """The path of a Chromium: ``TXP_CHROMIUM``, else the first of the usual names on the PATH, else None."""
    named = os.environ.get("TXP_CHROMIUM")
    if named:
        return shutil.which(named)
    for name in NAMES:
        if found := shutil.which(name):
            return found
    return str(_MAC) if _MAC.exists() else None


def install() -> bool:
    """Install Debian's, if we are root on a machine with apt. Returns whether a Chromium is there now."""
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or not apt:
        return False
    print("Installing Chromium for the browser tests (apt) ...", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    wait = ("-o", "DPkg::Lock::Timeout=300")
    for words in (("update",), ("install", "-y", "--no-install-recommends", "chromium")):
        command = [apt, "-qq", *wait, *words]
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
    return find() is not None


def main() -> int:
    named = os.environ.get("TXP_CHROMIUM")
    if find() or (not named and install()):
        return 0
    if named:
        print(f"TXP_CHROMIUM names {named}, and that is no program that can be run.", file=sys.stderr)
    print(_HELP, end="", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
