"""Catalogues: preview what an uploaded file would do, then do it in the background, chunk by chunk.

A run is idempotent by (supplier, source id), so a worker killed in the middle goes on where it was, and a second
import of the same file changes nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.letters import Letter
from accounts.services import notify
from ledger import posting
from ledger.models import AccountKind
from suppliers import errors, letters
from suppliers.catalogue_file import CatalogueFile, CatalogueRow, Outcome, read_catalogue
from suppliers.models import CatalogueImport, Category, Good, ImportLine, Sku, Supplier, SupplierBrand
from suppliers.photographs import write_whole
from suppliers.selectors import members_of
from suppliers.services.goods import STOCK_MAX, blocked_words
from suppliers.services.standing import require_listing
from suppliers.states import GoodStatus, ImportStatus, MovementKind, ProofKind, SupplierKind, SupplierStatus
from suppliers.stock import receive
from taoxiaopu.kernel import clock, jobs
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput
from taoxiaopu.kernel.ids import public_id
from taoxiaopu.kernel.locking import lock_name
from taoxiaopu.kernel.models import Job
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.templatetags.kernel_format import listed

RUN_IMPORT = "suppliers.run_import"
SUPPLIER_ROWS = 20_000
STAFF_ROWS = 50_000
CHUNK = 500
# A brand that an applicant merely claims is not yet its own.
LET_IN = (SupplierStatus.ACTIVE, SupplierStatus.SUSPENDED)


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

    Raises the file's errors (NotText, WrongColumns, TooManyRows …), RateOutOfRange, BadStock, NotActive, ListingStopped.
    """
    if supplier is not None and supplier.status != SupplierStatus.ACTIVE:
        raise errors.NotActive(state=supplier.get_status_display())
    if supplier is not None:
        require_listing(supplier, at)
    category = _checked(defaults, at)
    file = read_catalogue(raw, max_rows=STAFF_ROWS if supplier is None else SUPPLIER_ROWS, encoding=encoding)
    plan = _plan(file, supplier, category)
    stored_as = f"{public_id(20)}.csv"
    write_whole(_path(stored_as), raw)
    with transaction.atomic():
        catalogue = CatalogueImport.objects.create(
            supplier=supplier,
            person=person,
            filename=Path(filename.replace("\\", "/")).name[:120] or "catalogue.csv",
            stored_as=stored_as,
            encoding=file.encoding,
            category=category,
            stock=defaults.stock,
            rate_bp=defaults.rate_bp,
            lines=file.line_count,
            goods=len(file.rows) - len(plan.foreign),
            to_create=len(plan.create),
            to_update=len(plan.update),
            unchanged=plan.unchanged,
            held=len(plan.held),
            repeats=file.count(Outcome.REPEAT),
            superseded=file.count(Outcome.SUPERSEDED),
            foreign_brand=len(plan.foreign),
            errors=file.count(Outcome.ERROR),
            created_at=at,
        )
        ImportLine.objects.bulk_create(_report(catalogue, file, plan), batch_size=2000)
    return catalogue


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
    file = read_catalogue(
        _path(catalogue.stored_as).read_bytes(), max_rows=STAFF_ROWS, encoding=catalogue.encoding
    )
    rows, total = file.rows, catalogue.goods
    if catalogue.supplier is not None:
        brands = set(catalogue.supplier.brands.values_list("name", flat=True))
        rows = [row for row in rows if row.brand in brands]
    done = catalogue.done_rows  # not 0: a worker was killed, and what it had committed stays done
    for start in range(done, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        at = now()
        with transaction.atomic():
            lock_name("catalogue import")
            suppliers = _suppliers(catalogue, chunk, at)
            _save(catalogue, chunk, suppliers, at)
            done += len(chunk)
            CatalogueImport.objects.filter(pk=catalogue.pk).update(done_rows=done)
        yield done, total
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


def _suppliers(catalogue: CatalogueImport, chunk: list[CatalogueRow], at: datetime) -> dict[str, Supplier]:
    if catalogue.supplier is not None:
        return {row.brand: catalogue.supplier for row in chunk}
    names = {row.brand for row in chunk}
    found = {
        link.name: link.supplier
        for link in SupplierBrand.objects.select_related("supplier")
        .filter(name__in=names, supplier__status__in=LET_IN)
        .order_by("-pk")
    }
    for name in sorted(names - set(found)):
        supplier = Supplier.objects.create(
            name=name,
            kind=SupplierKind.BRAND,
            capital_fen=rules_at(at).SUPPLIER_MIN_CAPITAL_FEN,
            is_general_taxpayer=True,
            proof=ProofKind.CHAIN,
            chain_levels=1,
            status=SupplierStatus.ACTIVE,
            submitted_at=at,
            decided_at=at,
            decision_note=_("由平台按品牌导入，证照待补"),
        )
        SupplierBrand.objects.create(supplier=supplier, name=name)
        posting.ensure_accounts([posting.Side(AccountKind.SUPPLIER_PAYABLE, supplier.public_id)])
        found[name] = supplier
    return found


def _save(
    catalogue: CatalogueImport, chunk: list[CatalogueRow], suppliers: dict[str, Supplier], at: datetime
) -> None:
    there = _existing({s.pk for s in suppliers.values()}, chunk)
    new: list[Good] = []
    changed: list[Good] = []
    for row in chunk:
        good = there.get((suppliers[row.brand].pk, row.source_id))
        if good is None:
            new.append(_new_good(catalogue, row, suppliers[row.brand], at))
        elif _differs(good, row):
            _take_over(good, row, at)
            changed.append(good)
    Good.objects.bulk_create(new)
    skus = Sku.objects.bulk_create(
        Sku(good=g, price_fen=g.price_from_fen, received=catalogue.stock, available=catalogue.stock)
        for g in new
    )
    receive(skus=skus, kind=MovementKind.IMPORT, ref=catalogue.public_id, actor=_actor(catalogue), at=at)
    Good.objects.bulk_update(
        changed,
        [
            "title", "price_from_fen", "market_sales", "market_comments", "market_seen_on",
            "status", "held_words", "version", "changed_at",
        ],
    )  # fmt: skip
    prices = {g.pk: g.price_from_fen for g in changed}
    skus = list(Sku.objects.select_for_update().filter(good_id__in=prices, name="默认").order_by("pk"))
    for sku in skus:
        sku.price_fen = prices[sku.good_id]
    Sku.objects.bulk_update(skus, ["price_fen"])


def _actor(catalogue: CatalogueImport) -> Actor:
    if catalogue.supplier is None:
        return Actor(ActorKind.STAFF, catalogue.person, catalogue.person)
    return Actor(ActorKind.SUPPLIER, catalogue.supplier.public_id, catalogue.person)


def _existing(supplier_ids: set[int], rows: list[CatalogueRow]) -> dict[tuple[int, str], Good]:
    goods = Good.objects.select_related("category").filter(
        supplier_id__in=supplier_ids, source_id__in=[r.source_id for r in rows]
    )
    return {(g.supplier_id, g.source_id): g for g in goods.order_by("pk").select_for_update(of=("self",))}


def _new_good(catalogue: CatalogueImport, row: CatalogueRow, supplier: Supplier, at: datetime) -> Good:
    words = blocked_words(row.title, catalogue.category)
    return Good(
        supplier=supplier,
        category=catalogue.category,
        source_id=row.source_id,
        title=row.title,
        brand=row.brand,
        price_from_fen=row.price_fen,
        rate_bp=catalogue.rate_bp,
        status=GoodStatus.HELD if words else GoodStatus.LISTED,
        held_words="、".join(words)[:200],
        market_sales=row.market_sales,
        market_comments=row.market_comments,
        market_seen_on=row.seen_on,
        created_at=at,
        changed_at=at,
    )


def _differs(good: Good, row: CatalogueRow) -> bool:
    if good.market_seen_on is not None and row.seen_on < good.market_seen_on:
        return False  # a newer snapshot was imported before
    return (
        good.title,
        good.price_from_fen,
        good.market_sales,
        good.market_comments,
        good.market_seen_on,
    ) != (
        row.title,
        row.price_fen,
        row.market_sales,
        row.market_comments,
        row.seen_on,
    )


def _take_over(good: Good, row: CatalogueRow, at: datetime) -> None:
    if (good.title, good.price_from_fen) != (row.title, row.price_fen):
        good.version += 1
    if good.title != row.title:
        words = blocked_words(f"{row.title} {good.description}", good.category)
        good.held_words = "、".join(words)[:200]
        if words:
            good.status = GoodStatus.HELD
        elif good.status in (GoodStatus.HELD, GoodStatus.REFUSED):
            good.status = GoodStatus.LISTED
    good.title, good.price_from_fen = row.title, row.price_fen
    good.market_sales, good.market_comments = row.market_sales, row.market_comments
    good.market_seen_on, good.changed_at = row.seen_on, at


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
    there = {(g.supplier_id, g.source_id): g for g in goods}
    plan = _Plan([], [], 0, [], foreign)
    for row in rows:
        good = there.get((owner_of[row.brand], row.source_id))
        words = blocked_words(row.title, category)
        if words:
            plan.held.append((row, words))
        if good is None:
            plan.create.append(row)
        elif _differs(good, row):
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
    category = Category.objects.filter(code=defaults.category_code).first()
    if category is None:
        raise BadInput(what=_("请选择类目"))
    return category


def _path(stored_as: str) -> Path:
    return Path(settings.DATA_DIR) / "imports" / stored_as
