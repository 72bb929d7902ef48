"""`make messages`: bring `locale/en` up to date and list what still needs English; `--list` only lists."""

import sys

from tests.languages.catalogue import missing, read, write
from tests.languages.extraction import all_messages


def main() -> int:
    """0 when English is complete."""
    lacking = missing(all_messages(), read()) if "--list" in sys.argv else write()
    places = all_messages()
    for message in lacking:
        print(
            f"{places[message][0]}: {message.msgid}" + (f"  [{message.context}]" if message.context else "")
        )
    print(f"{len(places)} messages, {len(lacking)} without English.")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
