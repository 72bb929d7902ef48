"""``migrate`` as the owner of the tables, then the chart's shapes, grants to the app's role and the reference data."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from ledger.shapes import write_shapes
from rulebook.models import Document
from suppliers.models import Category
from taoxiaopu.flows.grants import app_role, close_functions, grant_to_app_role, grant_to_readonly_role
from taoxiaopu.flows.reference import ensure_reference


class Command(Migrate):
    """Django's own command, on the alias ``owner`` unless another is named."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        if "owner" in settings.DATABASES:
            parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if not options.get("plan") and not options.get("check_unapplied"):
            write_shapes(options["database"])
            close_functions(options["database"])
            grant_to_app_role(options["database"], app_role())
            grant_to_readonly_role(options["database"])
            there = set(connections[options["database"]].introspection.table_names())
            if {Category._meta.db_table, Document._meta.db_table} <= there:
                ensure_reference(options["database"])
