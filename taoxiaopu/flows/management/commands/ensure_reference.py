"""``ensure_reference``: the categories that every installation needs; ``migrate`` runs it too."""

from typing import Any

from django.core.management.base import BaseCommand

from taoxiaopu.flows.reference import ensure_reference


class Command(BaseCommand):
    """Creates what is missing and touches nothing else."""

    help = "Creates the reference data (categories) that is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_reference()
