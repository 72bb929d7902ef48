"""``reencrypt``: personal data under an old key of the ring is written again under the newest."""

import base64
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, transaction

from taoxiaopu.kernel.personal import EncryptedTextField, SealedField, decrypt, encrypt, seal, unseal

BATCH = 500
SEALED_BATCH = 20  # files' contents are large


class Command(BaseCommand):
    """Safe while people work, and safe to run again: rows are locked a few at a time and read once more."""

    help = "After a new key was put in front of PERSONAL_DATA_KEYS: afterwards the old one can go."

    def handle(self, *args: Any, **options: Any) -> None:
        newest = Fernet(settings.PERSONAL_DATA_KEYS[0])
        for model in apps.get_models():
            if model._meta.proxy or not model._meta.managed:
                continue
            for field in model._meta.local_concrete_fields:
                if isinstance(field, (EncryptedTextField, SealedField)):
                    digest = field.digest if isinstance(field, SealedField) else ""
                    table, key = model._meta.db_table, model._meta.pk.column
                    seen, moved = _column(table, key, field.column, newest, digest)
                    self.stdout.write(
                        f"{model._meta.db_table}.{field.column}: {seen} values, {moved} written again"
                    )


def _column(table: str, key: str, column: str, newest: Fernet, digest: str) -> tuple[int, int]:
    """One column from the first row to the last. Returns how many values there are and how many were old.

    With ``digest`` it holds sealed bytes, whose SHA-256 stands in that column.
    """
    t, k, c = (connection.ops.quote_name(name) for name in (table, key, column))
    batch = SEALED_BATCH if digest else BATCH
    write = f"UPDATE {t} SET {c} = %s WHERE {k} = %s"  # noqa: S608
    if digest:
        d = connection.ops.quote_name(digest)
        write = f"UPDATE {t} SET {c} = %s, {d} = encode(sha256(%s), 'hex') WHERE {k} = %s"  # noqa: S608
    seen = moved = 0
    last: Any = None
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            after = "" if last is None else f"AND {k} > %s"
            cursor.execute(
                f"SELECT {k}, {c} FROM {t} WHERE {c} <> '' {after} ORDER BY {k} LIMIT {batch} FOR UPDATE",  # noqa: S608
                [] if last is None else [last],
            )
            rows = cursor.fetchall()
            for row, value in rows:
                token = base64.urlsafe_b64encode(value).decode() if digest else value
                if _opens(newest, token):
                    continue
                new = seal(unseal(bytes(value))) if digest else encrypt(decrypt(token))
                cursor.execute(write, [new, new, row] if digest else [new, row])
                moved += 1
        if not rows:
            return seen, moved
        seen += len(rows)
        last = rows[-1][0]


def _opens(key: Fernet, token: str) -> bool:
    try:
        key.decrypt(token.encode())
    except InvalidToken:
        return False
    return True
