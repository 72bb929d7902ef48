"""``python -m launcher.prepare TABLE``: migrate, load the demo data, write the sign-ins to the file TABLE.

One process instead of three: starting Django costs more than an up-to-date migration.
"""

import sys
from pathlib import Path

import django
from django.core.management import call_command


def main(table: Path) -> None:
    """Needs all three addresses in the environment; the owner's role migrates."""
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("seed_demo")
    with table.open("w", encoding="utf-8") as file:
        call_command("seed_demo", "--show", stdout=file)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
