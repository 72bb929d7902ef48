"""``reencrypt``: personal data under an old key of the ring is written again under the newest."""

from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, transaction

from taoxiaopu.kernel.personal import EncryptedTextField, decrypt, encrypt

BATCH = 500


class Command(BaseCommand):
    """Safe while people work, and safe to run again: rows are locked a few at a time and read once more."""

    help = "After a new key was put in front of PERSONAL_DATA_KEYS: afterwards the old one can go."

    def handle(self, *args: Any, **options: Any) -> None:
        newest = Fernet(settings.PERSONAL_DATA_KEYS[0])
        for model in apps.get_models():
            if model._meta.proxy or not model._meta.managed:
                continue
            for field in model._meta.local_concrete_fields:
                if isinstance(field, EncryptedTextField):
                    seen, moved = _column(model._meta.db_table, model._meta.pk.column, field.column, newest)
                    self.stdout.write(
                        f"{model._meta.db_table}.{field.column}: {seen} values, {moved} written again"
                    )


def _column(table: str, key: str, column: str, newest: Fernet) -> tuple[int, int]:
    """One column from the first row to the last. Returns how many values there are and how many were old."""
    t, k, c = (connection.ops.quote_name(name) for name in (table, key, column))
    seen = moved = 0
    last: Any = None
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            after = "" if last is None else f"AND {k} > %s"
            cursor.execute(
                f"SELECT {k}, {c} FROM {t} WHERE {c} <> '' {after} ORDER BY {k} LIMIT {BATCH} FOR UPDATE",  # noqa: S608
                [] if last is None else [last],
            )
            rows = cursor.fetchall()
            for row, token in rows:
                if not _opens(newest, token):
                    cursor.execute(f"UPDATE {t} SET {c} = %s WHERE {k} = %s", [encrypt(decrypt(token)), row])  # noqa: S608
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
