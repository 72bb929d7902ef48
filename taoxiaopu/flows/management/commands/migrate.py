"""``migrate`` as the owner of the tables, then grants to the app's role."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as Migrate

from taoxiaopu.flows.grants import app_role, grant_to_app_role


class Command(Migrate):
    """Django's own command, on the alias ``owner`` unless another is named."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        if "owner" in settings.DATABASES:
            parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if not options.get("plan") and not options.get("check_unapplied"):
            grant_to_app_role(options["database"], app_role())
