"""``python3 -m launcher.env_file > .env``: the example with every secret drawn. Needs nothing but Python."""

import base64
import secrets
import sys
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[1] / ".env.example"
DRAWN = {
    **dict.fromkeys(
        ("POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD", "READONLY_PASSWORD", "REDIS_PASSWORD"), 32
    ),
    **dict.fromkeys(("SECRET_KEY", "BLIND_INDEX_KEY", "METRICS_TOKEN", "SANDBOX_NOTICE_KEY"), 64),
}


def drawn(name: str) -> str:
    """A fresh value for a variable, safe in an address and in a shell; empty for what is no secret."""
    if name == "PERSONAL_DATA_KEYS":
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_hex(DRAWN[name] // 2) if name in DRAWN else ""


def filled(example: str) -> str:
    """The example's lines, its empty secrets filled."""
    lines = []
    for line in example.splitlines():
        name, equals, value = line.partition("=")
        lines.append(line if value or not equals or line.startswith("#") else f"{name}={drawn(name)}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(filled(EXAMPLE.read_text()))
