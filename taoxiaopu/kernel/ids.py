"""Random public identifiers: unguessable, without sequence, safe in URLs and over the phone."""

import secrets

CALM_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0/o, 1/l/i: these are read aloud and typed


def public_id(length: int = 12) -> str:
    """A random id of ``length`` characters from an alphabet without look-alikes."""
    return "".join(secrets.choice(CALM_ALPHABET) for _ in range(length))


def order_number() -> str:
    """A 16-digit number for trades, orders, charges and refunds; random, so that it tells nothing about volume."""
    return str(secrets.randbelow(9 * 10**15) + 10**15)


def share_code() -> str:
    """The eight characters of a share link (``/x/<code>``)."""
    return public_id(8)


def shop_number(digits: int) -> str:
    """A candidate shop number without leading zero (docs/rules.md §1.6)."""
    low = 10 ** (digits - 1)
    return str(low + secrets.randbelow(9 * low))


def secret_key_text() -> str:
    """A one-time or bearer secret, 32 random bytes."""
    return secrets.token_urlsafe(32)


def lookup_code() -> str:
    """Six digits that a guest needs, besides the phone number, to open an order again."""
    return f"{secrets.randbelow(10**6):06d}"
