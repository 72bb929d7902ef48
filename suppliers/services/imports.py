"""Catalogues: preview what an uploaded file would do, then do it in the background, chunk by chunk.

A run is idempotent by (supplier, source id), so a worker killed in the middle goes on where it was, and a second
import of the same file changes nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.letters import Letter
from accounts.services import notify
from suppliers import errors, letters
from suppliers.catalogue_columns import guess, header_hash
from suppliers.catalogue_file import (
    CatalogueFile,
    CatalogueRow,
    Given,
    Outcome,
    WrongColumns,
    lines_of,
    read_catalogue,
    read_header,
)
from suppliers.models import (
    CatalogueImport,
    Category,
    ColumnMapping,
    Good,
    ImportLine,
    Sku,
    Supplier,
    SupplierBrand,
)
from suppliers.photographs import write_whole
from suppliers.selectors import members_of
from suppliers.services.attributes import texts_of
from suppliers.services.bonds import require_category
from suppliers.services.goods import blocked_words
from suppliers.services.import_checks import Checks, attribute_names, share_declarations
from suppliers.services.import_writing import LET_IN, differs, write_chunk
from suppliers.services.skus import STOCK_MAX
from suppliers.services.standing import require_listing
from suppliers.states import ImportStatus, SupplierStatus
from taoxiaopu.kernel import clock, jobs
from taoxiaopu.kernel.errors import BadInput
from taoxiaopu.kernel.ids import public_id
from taoxiaopu.kernel.locking import lock_name, lock_rows
from taoxiaopu.kernel.models import Job
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.templatetags.kernel_format import listed

RUN_IMPORT = "suppliers.run_import"
SUPPLIER_ROWS = 20_000
STAFF_ROWS = 50_000
CHUNK = 500
REASON = "失败原因"  # a column's header, which a file that comes back is known by
FAILED_OUTCOMES = ("error", "foreign")


@dataclass(frozen=True, slots=True)
class ImportDefaults:
    """What a catalogue file lacks and every new good gets: category code, stock, rate in bp. Pictures are drawn."""

    category_code: str
    stock: int
    rate_bp: int


@dataclass(slots=True)
class _Plan:
    """What a file would do to the goods that are there."""

    create: list[CatalogueRow]
    update: list[CatalogueRow]
    unchanged: int
    held: list[tuple[CatalogueRow, list[str]]]
    foreign: list[CatalogueRow]
    refused: list[tuple[CatalogueRow, str]]

    def counts(self, file: CatalogueFile) -> dict[str, object]:
        """The columns of the import that say so."""
        return {
            "encoding": file.encoding,
            "lines": file.line_count,
            "goods": len(file.rows) - len(self.foreign) - len(self.refused),
            "to_create": len(self.create),
            "to_update": len(self.update),
            "unchanged": self.unchanged,
            "held": len(self.held),
            "repeats": file.count(Outcome.REPEAT),
            "superseded": file.count(Outcome.SUPERSEDED),
            "foreign_brand": len(self.foreign),
            "errors": file.count(Outcome.ERROR) + len(self.refused),
        }


def preview_import(
    *,
    supplier: Supplier | None,
    person: str,
    filename: str,
    raw: bytes,
    defaults: ImportDefaults,
    at: datetime,
    encoding: str | None = None,
) -> CatalogueImport:
    """Read a file and say what it would do; nothing is imported yet. ``supplier`` None: staff, one supplier a brand.

    A supplier's file whose columns are not clear waits for ``map_columns``; what was said of such a header before
    is taken again. Raises the file's errors (NotText, TooManyRows …; from staff WrongColumns too), RateOutOfRange,
    BadStock, NotActive, ListingStopped, PermitMissing, BondMissing.
    """
    if supplier is not None and supplier.status != SupplierStatus.ACTIVE:
        raise errors.NotActive(state=supplier.get_status_display())
    if supplier is not None:
        require_listing(supplier, at)
    category = _checked(defaults, at)
    if supplier is not None:
        require_category(supplier, category, at=at)
    stored_as = f"{public_id(20)}.csv"
    catalogue = CatalogueImport(
        supplier=supplier,
        person=person,
        filename=Path(filename.replace("\\", "/")).name[:120] or "catalogue.csv",
        stored_as=stored_as,
        encoding=encoding or "",
        category=category,
        stock=defaults.stock,
        rate_bp=defaults.rate_bp,
        created_at=at,
    )
    if supplier is not None:
        header = (read_header(raw, encoding=encoding, samples=0) or [[]])[0]
        known = ColumnMapping.objects.filter(supplier=supplier, header_hash=header_hash(header)).first()
        catalogue.columns = known.columns if known else []
    try:
        file = _read(catalogue, raw, at)
    except WrongColumns:
        if supplier is None:
            raise
        catalogue.status = ImportStatus.MAPPING
        write_whole(_path(stored_as), raw)
        catalogue.save()
        return catalogue
    _require_categories(file, supplier, at)
    plan = _plan(file, supplier, category)
    write_whole(_path(stored_as), raw)
    with transaction.atomic():
        for name, value in plan.counts(file).items():
            setattr(catalogue, name, value)
        catalogue.save()
        ImportLine.objects.bulk_create(_report(catalogue, file, plan), batch_size=2000)
    return catalogue


def columns_to_map(catalogue: CatalogueImport) -> tuple[list[list[str]], list[str]]:
    """The header of a file with some lines below it, and the column that each header seems to be (empty: unknown)."""
    found = read_header(_path(catalogue.stored_as).read_bytes(), encoding=catalogue.encoding or None)
    return found, list(catalogue.columns) or guess(found[0] if found else [], attribute_names())


def map_columns(*, catalogue: CatalogueImport, columns: Sequence[str], at: datetime) -> CatalogueImport:
    """Say which column of a waiting file is which (IGNORED: none), remember it for this supplier, and preview the file.

    Raises ImportOver, WrongColumns and the file's errors; then nothing is remembered.
    """
    raw = _path(catalogue.stored_as).read_bytes()
    with transaction.atomic():
        row = lock_rows(
            CatalogueImport.objects.select_related("supplier", "category").filter(pk=catalogue.pk)
        )[0]
        if row.status not in (ImportStatus.MAPPING, ImportStatus.PREVIEW) or row.supplier is None:
            raise errors.ImportOver
        header = (read_header(raw, encoding=row.encoding or None, samples=0) or [[]])[0]
        if len(columns) != len(header):
            raise BadInput(what=_("列数与文件不符"))
        row.columns = list(columns)
        file = _read(row, raw, at)
        _require_categories(file, row.supplier, at)
        plan = _plan(file, row.supplier, row.category)
        for name, value in plan.counts(file).items():
            setattr(row, name, value)
        row.status = ImportStatus.PREVIEW
        row.save()
        ImportLine.objects.filter(catalogue=row).delete()
        ImportLine.objects.bulk_create(_report(row, file, plan), batch_size=2000)
        ColumnMapping.objects.update_or_create(
            supplier=row.supplier,
            header_hash=header_hash(header),
            defaults={"columns": row.columns, "changed_at": at},
        )
    return row


def start_import(*, catalogue: CatalogueImport, at: datetime) -> None:
    """Confirm a previewed import: a worker takes it up after commit. Raises ImportOver."""
    with transaction.atomic():
        changed = CatalogueImport.objects.filter(pk=catalogue.pk, status=ImportStatus.PREVIEW).update(
            status=ImportStatus.RUNNING
        )
        if not changed:
            raise errors.ImportOver
        jobs.enqueue(
            kind=RUN_IMPORT, key=catalogue.public_id, argument=catalogue.public_id, at=at, task=RUN_IMPORT
        )


def run_import(job: Job) -> None:
    """Work a confirmed import off; called with a claimed job, keeps its lease and progress.

    What stops it is raised again for the job's next try; after the last one the import says that it failed.
    """
    catalogue = CatalogueImport.objects.select_related("supplier", "category").get(public_id=job.argument)
    try:
        for done, total in _work(catalogue):
            jobs.progress(job, done=done, total=total, at=clock.now())
    except Exception as error:
        if job.attempts >= jobs.MAX_ATTEMPTS:
            at = clock.now()
            with transaction.atomic():
                CatalogueImport.objects.filter(pk=catalogue.pk).update(
                    status=ImportStatus.FAILED, failure=f"{type(error).__name__}"[:500], finished_at=at
                )
                _tell(catalogue, letters.IMPORT_FAILED, at)
        raise


def run_import_now(
    *, catalogue: CatalogueImport, now: Callable[[], datetime] = clock.now
) -> Iterator[tuple[int, int]]:
    """Work an import off in this process, yielding (done, all) goods: the command's own progress bar.

    ``now`` is the clock to write down; a story told in the past brings its own.
    """
    CatalogueImport.objects.filter(pk=catalogue.pk, status=ImportStatus.PREVIEW).update(
        status=ImportStatus.RUNNING
    )
    yield from _work(catalogue, now)


def _work(catalogue: CatalogueImport, now: Callable[[], datetime] = clock.now) -> Iterator[tuple[int, int]]:
    file = _read(catalogue, _path(catalogue.stored_as).read_bytes(), catalogue.created_at)
    rows, total = file.rows, catalogue.goods
    if catalogue.supplier is not None:
        brands = set(catalogue.supplier.brands.values_list("name", flat=True))
        rows = [row for row in rows if row.brand in brands]
    refused = set(
        ImportLine.objects.filter(catalogue=catalogue, outcome=Outcome.ERROR).values_list(
            "line_no", flat=True
        )
    )
    done = catalogue.done_rows  # not 0: a worker was killed, and what it had committed stays done
    for start in range(done, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        at = now()
        with transaction.atomic():
            lock_name("catalogue import")
            write_chunk(catalogue, [row for row in chunk if row.line_no not in refused], at)
            done += len(chunk)
            CatalogueImport.objects.filter(pk=catalogue.pk).update(done_rows=done)
        yield min(done, total), total
    at = now()
    with transaction.atomic():
        CatalogueImport.objects.filter(pk=catalogue.pk).update(
            status=ImportStatus.DONE, finished_at=at, done_rows=total
        )
        _tell(catalogue, letters.IMPORT_DONE, at)


def _tell(catalogue: CatalogueImport, kind: Letter, at: datetime) -> None:
    """Tell the supplier's members how its import ended; staff's imports have no single supplier."""
    if catalogue.supplier_id is None:
        return
    notify(
        kind=kind,
        recipients=members_of([catalogue.supplier_id]).get(catalogue.supplier_id, []),
        ref=catalogue.public_id,
        at=at,
        facts={"file": catalogue.filename, "goods": catalogue.goods},
        link=[catalogue.public_id],
    )


def failed_lines(catalogue: CatalogueImport) -> Iterator[list[str]]:
    """The lines of a file that were not taken, as they were typed, the header first; the last cell says why."""
    lines = ImportLine.objects.filter(catalogue=catalogue, outcome__in=FAILED_OUTCOMES)
    reasons = dict(lines.values_list("line_no", "reason"))
    raw = _path(catalogue.stored_as).read_bytes()
    found = lines_of(raw, encoding=catalogue.encoding or None, wanted=reasons.keys())
    _line, header = next(found, (1, []))
    kept = [place for place, cell in enumerate(header) if cell.strip() != REASON]
    yield [*(header[place] for place in kept), REASON]
    for line_no, cells in found:
        padded = cells + [""] * (len(header) - len(cells))
        yield [*(padded[place] for place in kept), *cells[len(header) :], reasons[line_no]]


def _read(catalogue: CatalogueImport, raw: bytes, at: datetime) -> CatalogueFile:
    """The file as it was understood when it was uploaded, at ``at``."""
    rules = rules_at(at)
    brands = list(catalogue.supplier.brands.values_list("name", flat=True)[:2]) if catalogue.supplier else []
    found = Category.objects.values_list("code", "name").order_by("-position", "-pk")
    given = Given(
        columns=tuple(catalogue.columns),
        is_dated=catalogue.supplier is None,
        brand=brands[0] if len(brands) == 1 else "",
        categories={name: code for code, name in found} | {code: code for code, _name in found},
        rates_bp=(rules.RATE_MIN_BP, rules.RATE_MAX_BP),
        attributes=attribute_names(),
    )
    most = STAFF_ROWS if catalogue.supplier is None else SUPPLIER_ROWS
    file = read_catalogue(raw, max_rows=most, encoding=catalogue.encoding or None, given=given)
    return replace(file, rows=share_declarations(file.rows))


def _require_categories(file: CatalogueFile, supplier: Supplier | None, at: datetime) -> None:
    """The categories that lines name ask for permits and bonds, too. Raises PermitMissing, BondMissing."""
    if supplier is not None:
        named = {row.category for row in file.rows if row.category}
        for category in Category.objects.select_related("parent").filter(code__in=named).order_by("pk"):
            require_category(supplier, category, at=at)


def _plan(file: CatalogueFile, supplier: Supplier | None, category: Category) -> _Plan:
    rows, foreign = file.rows, []
    if supplier is not None:
        brands = set(supplier.brands.values_list("name", flat=True))
        rows = [r for r in file.rows if r.brand in brands]
        foreign = [r for r in file.rows if r.brand not in brands]
    by_brand = {
        link.name: link.supplier_id
        for link in SupplierBrand.objects.filter(
            name__in={r.brand for r in rows}, supplier__status__in=LET_IN
        ).order_by("-pk")
    }
    owner_of = {r.brand: supplier.pk if supplier else by_brand.get(r.brand, 0) for r in rows}
    goods = Good.objects.filter(supplier_id__in=set(owner_of.values()) - {0}).exclude(source_id="")
    there = {(g.supplier_id, g.source_id): g for g in goods.select_related("category")}
    categories = {one.code: one for one in Category.objects.select_related("parent")}
    skus = {
        (sku.good_id, sku.name): sku
        for sku in Sku.objects.filter(good__supplier_id__in=set(owner_of.values()) - {0})
    }
    known = [(there.get((owner_of[row.brand], row.source_id)), row) for row in rows]
    checks = Checks(known, skus.values())
    plan = _Plan([], [], 0, [], foreign, [])
    for good, row in known:
        sku = skus.get((good.pk, row.sku)) if good else None
        own = categories.get(row.category or "") or (good.category if good else category)
        why = checks.refusal(row, good, own)
        if why:
            plan.refused.append((row, why))
            continue
        answers = checks.answers.get(row.line_no)
        words = blocked_words(
            " ".join(filter(None, (row.title, row.description, texts_of(answers or {})))), category
        )
        if words:
            plan.held.append((row, words))
        if good is None:
            plan.create.append(row)
        elif differs(good, sku, row, answers):
            plan.update.append(row)
        else:
            plan.unchanged += 1
    return plan


def _report(catalogue: CatalogueImport, file: CatalogueFile, plan: _Plan) -> list[ImportLine]:
    lines = [
        ImportLine(
            catalogue=catalogue,
            line_no=line.line_no,
            outcome=str(line.outcome),
            source_id=line.source_id[:40],
            reason=line.message[:300],
        )
        for line in file.report
        if line.outcome != Outcome.SUPERSEDED  # counted; 24,015 of them in a real file would hide the rest
    ]
    lines += [
        ImportLine(
            catalogue=catalogue,
            line_no=row.line_no,
            outcome="held",
            source_id=row.source_id,
            reason=_("标题含须审核的词：{words}").format(words=listed(words))[:300],
        )
        for row, words in plan.held
    ]
    lines += [
        ImportLine(
            catalogue=catalogue,
            line_no=row.line_no,
            outcome=str(Outcome.ERROR),
            source_id=row.source_id,
            reason=why[:300],
        )
        for row, why in plan.refused
    ]
    lines += [
        ImportLine(
            catalogue=catalogue,
            line_no=row.line_no,
            outcome="foreign",
            source_id=row.source_id,
            reason=_("品牌“{brand}”不在您的授权品牌中").format(brand=row.brand)[:300],
        )
        for row in plan.foreign
    ]
    return sorted(lines, key=lambda line: line.line_no)


def _checked(defaults: ImportDefaults, at: datetime) -> Category:
    rules = rules_at(at)
    if not rules.RATE_MIN_BP <= defaults.rate_bp <= rules.RATE_MAX_BP:
        raise errors.RateOutOfRange(low=rules.RATE_MIN_BP // 100, high=rules.RATE_MAX_BP // 100)
    if not 0 <= defaults.stock <= STOCK_MAX:
        raise errors.BadStock(limit=STOCK_MAX)
    category = Category.objects.select_related("parent").filter(code=defaults.category_code).first()
    if category is None:
        raise BadInput(what=_("请选择类目"))
    return category


def _path(stored_as: str) -> Path:
    return Path(settings.DATA_DIR) / "imports" / stored_as
