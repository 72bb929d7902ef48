"""``import_goods FILE --brands-as-suppliers``: a whole catalogue at once, one supplier for each brand."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from suppliers.models import CatalogueImport
from suppliers.services import ImportDefaults, preview_import, run_import_now
from taoxiaopu.flows.demo.table import aligned
from taoxiaopu.flows.reference import ensure_reference
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError

BAR = 40


class Command(BaseCommand):
    """The same services as the staff page: preview, then the work, with a bar and a closing table."""

    help = "Imports a CSV catalogue (UTF-8, UTF-16, GBK or GB18030) of up to 50,000 lines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--brands-as-suppliers",
            action="store_true",
            required=True,
            help="each brand becomes a supplier of that name (the file names no companies)",
        )
        parser.add_argument("--category", default="beauty", help="category code of new goods (beauty)")
        parser.add_argument("--stock", type=int, default=200, help="stock of each new good (200)")
        parser.add_argument("--rate", type=int, default=2000, help="commission rate in bp (2000 = 20 %%)")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            raw = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        ensure_reference()
        try:
            catalogue = preview_import(
                supplier=None,
                person="import_goods",
                filename=file.name,
                raw=raw,
                defaults=ImportDefaults(options["category"], options["stock"], options["rate"]),
                at=clock.now(),
            )
            self._work(catalogue)
        except DomainError as error:
            raise CommandError(error.sentence) from None
        self.stdout.write(self._table(catalogue))

    def _work(self, catalogue: CatalogueImport) -> None:
        shown = self.stdout.isatty()
        for done, total in run_import_now(catalogue=catalogue):
            if shown:
                full = BAR * done // total
                self.stdout.write(f"\r[{'#' * full}{'.' * (BAR - full)}] {done}/{total}", ending="")
                self.stdout.flush()
        if shown:
            self.stdout.write("")

    def _table(self, catalogue: CatalogueImport) -> str:
        rows = [
            (_("项目"), _("数量")),
            (_("文件行数"), catalogue.lines),
            (_("商品"), catalogue.goods),
            (_("新增"), catalogue.to_create),
            (_("更新"), catalogue.to_update),
            (_("不变"), catalogue.unchanged),
            (_("标题待审核"), catalogue.held),
            (_("完全重复的行"), catalogue.repeats),
            (_("被更新快照取代的行"), catalogue.superseded),
            (_("有错误的行"), catalogue.errors),
        ]
        return f"{catalogue.filename} ({catalogue.encoding})\n{aligned([(a, str(b)) for a, b in rows])}"
