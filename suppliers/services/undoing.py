"""Undoing an import within IMPORT_UNDO_H: what nobody touched since goes back, what somebody did is kept and said why.

A good that the import made is delisted, has no stock any more and gives its source id free; fields that it changed get
their old values. Chunk by chunk, each in its own transaction, so that a killed worker goes on where it was.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.services import notify
from suppliers import errors, letters
from suppliers.models import CatalogueImport, Good, ImportChange, Sku
from suppliers.selectors import members_of
from suppliers.services.import_writing import GOOD_FIELDS, settle_prices, state_of
from suppliers.states import GOODS, GoodStatus, ImportStatus, MovementKind
from suppliers.stock import record_received
from taoxiaopu.kernel import audit, clock, jobs, rows
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput
from taoxiaopu.kernel.locking import lock_name, lock_rows
from taoxiaopu.kernel.models import Job
from taoxiaopu.kernel.settings import rules_at

UNDO_IMPORT = "suppliers.undo_import"
GOODS_AT_ONCE = 300
ORDERED = gettext_noop("已有订单")
CHANGED = gettext_noop("之后改过")
HELD = gettext_noop("正在审核")
SOLD = gettext_noop("导入的库存已被占用或售出")


def may_undo(catalogue: CatalogueImport, at: datetime) -> bool:
    """Whether an import can be undone now."""
    limit = timedelta(hours=rules_at(at).IMPORT_UNDO_H)
    ended = catalogue.finished_at
    return catalogue.status == ImportStatus.DONE and ended is not None and at <= ended + limit


def undo_import(*, catalogue: CatalogueImport, actor: Actor, at: datetime, reason: str = "") -> None:
    """Have a worker undo a finished import, once; staff say why, and the supplier is told.

    Raises BadInput when staff give no reason, UndoOver.
    """
    why = reason.strip()
    if actor.kind == ActorKind.STAFF and len(why) < 2:
        raise BadInput(what=_("请写明原因"))
    with transaction.atomic():
        row = lock_rows(CatalogueImport.objects.filter(pk=catalogue.pk))[0]
        if not may_undo(row, at):
            raise errors.UndoOver(hours=rules_at(at).IMPORT_UNDO_H)
        row.status, row.undone_by = ImportStatus.UNDOING, actor.person
        row.save(update_fields=["status", "undone_by"])
        audit.record(
            actor=actor, subject_type="import", subject_ref=row.public_id, event="undo", at=at, reason=why
        )
        if actor.kind == ActorKind.STAFF and row.supplier_id is not None:
            notify(
                kind=letters.IMPORT_UNDONE,
                recipients=members_of([row.supplier_id]).get(row.supplier_id, []),
                ref=row.public_id,
                at=at,
                facts={"filename": row.filename, "reason": why[:200]},
                link=[row.public_id],
            )
        jobs.enqueue(kind=UNDO_IMPORT, key=row.public_id, argument=row.public_id, at=at, task=UNDO_IMPORT)


def run_undo(job: Job) -> None:
    """Work an undo off; called with a claimed job, keeps its lease and progress."""
    catalogue = CatalogueImport.objects.select_related("supplier").get(public_id=job.argument)
    total = ImportChange.objects.filter(catalogue=catalogue).count()
    for done in _work(catalogue):
        jobs.progress(job, done=done, total=total, at=clock.now())


def _work(catalogue: CatalogueImport) -> Iterator[int]:
    asked = audit.history("import", catalogue.public_id).filter(event="undo").last()
    assert asked is not None, "undoing begins with an audit row"
    actor = Actor(ActorKind(asked.actor_kind), asked.actor_ref, asked.person)
    open_changes = ImportChange.objects.filter(catalogue=catalogue, undone_at=None, kept="")
    while True:
        at = clock.now()
        with transaction.atomic():
            lock_name("catalogue import")
            goods = open_changes.order_by("good_id").values_list("good_id", flat=True).distinct()
            keys = list(goods[:GOODS_AT_ONCE])
            if not keys:
                CatalogueImport.objects.filter(pk=catalogue.pk, status=ImportStatus.UNDOING).update(
                    status=ImportStatus.UNDONE
                )
                return
            _Chunk(catalogue, keys, list(open_changes.filter(good__in=keys).order_by("pk"))).undo(actor, at)
            catalogue.refresh_from_db(fields=["undone", "kept"])
        yield catalogue.undone + catalogue.kept


class _Chunk:
    """Some goods under their locks, with all that the import did to them."""

    def __init__(self, catalogue: CatalogueImport, keys: list[int], changes: list[ImportChange]) -> None:
        self._catalogue, self._changes = catalogue, changes
        self._goods = {good.pk: good for good in lock_rows(Good.objects.filter(pk__in=keys))}
        self._skus = {sku.pk: sku for sku in lock_rows(Sku.objects.filter(good__in=keys))}
        self._restored: dict[int, Good] = {}
        self._delisted: list[Good] = []
        self._by: dict[int, int] = {}

    def undo(self, actor: Actor, at: datetime) -> None:
        """Put back what can be; the caller's transaction holds it together."""
        of_good: dict[int, list[ImportChange]] = {}
        for change in self._changes:
            of_good.setdefault(change.good_id, []).append(change)
        for key, changes in of_good.items():
            if any(change.is_new_good for change in changes):
                self._undo_new(self._goods[key], changes)
            else:
                for change in reversed(changes):
                    change.kept = self._undo_change(self._goods[key], self._skus[change.sku_id], change)
        self._write(actor, at)

    def _undo_new(self, good: Good, changes: list[ImportChange]) -> None:
        skus = [sku for sku in self._skus.values() if sku.good_id == good.pk]
        reason = ""
        if any(sku.reserved or sku.sold for sku in skus):
            reason = ORDERED
        elif good.status == GoodStatus.HELD:
            reason = HELD
        elif (
            good.version > 1
            or len(skus) > len(changes)
            or any(not self._stands(good, self._skus[c.sku_id], c) for c in changes)
            or any(self._skus[c.sku_id].received != c.after["stock"] for c in changes)
        ):
            reason = CHANGED
        for change in changes:
            change.kept = reason
        if not reason:
            self._delisted.append(good)
            for sku in skus:
                self._shift(sku, -sku.available)

    def _undo_change(self, good: Good, sku: Sku, change: ImportChange) -> str:
        if change.before is None:  # a SKU more of a good that was there: nothing of it can be sold any more
            if sku.reserved or sku.sold:
                return ORDERED
            if sku.received != change.after["stock"]:
                return CHANGED
            self._shift(sku, -sku.available)
            return ""
        if not self._stands(good, sku, change):
            return CHANGED
        if sku.available + change.before["stock"] < 0:
            return SOLD
        for name, value in change.before.items():
            if name in GOOD_FIELDS:
                setattr(good, name, _typed(name, value))
                self._restored[good.pk] = good
            elif name == "price_fen":
                sku.price_fen = value
                self._restored[good.pk] = good
        if good.next_rate_bp is None:
            good.rate_told_at = None  # pickers may have been told since of what does not come any more
        self._shift(sku, change.before["stock"])
        return ""

    def _stands(self, good: Good, sku: Sku, change: ImportChange) -> bool:
        """Whether everything that the import wrote is as it wrote it."""
        now = state_of(good, sku)
        return all(now[name] == value for name, value in change.after.items() if name != "stock")

    def _shift(self, sku: Sku, by: int) -> None:
        if by:
            sku.received, sku.available = sku.received + by, sku.available + by
            self._by[sku.pk] = by

    def _write(self, actor: Actor, at: datetime) -> None:
        for good in self._restored.values():
            good.version, good.changed_at = good.version + 1, at
        rows.update_all(self._restored.values(), "version", "changed_at", *GOOD_FIELDS)
        rows.update_all(self._skus.values(), "price_fen", "received", "available")
        settle_prices(list(self._restored))
        ref = self._catalogue.public_id
        record_received(self._by, kind=MovementKind.UNDO, ref=ref, actor=actor, at=at)
        for source in (GoodStatus.LISTED, GoodStatus.DELISTED):
            found = [good for good in self._delisted if good.status == source]
            those = Good.objects.filter(pk__in=[good.pk for good in found])
            if found and source == GoodStatus.LISTED:
                GOODS.apply_to_all(
                    those, "delist", source=source, numbers=[g.public_id for g in found],
                    actor=actor, at=at, changed_at=at, source_id="",
                )  # fmt: skip
            elif found:
                those.update(changed_at=at, source_id="")
        for change in self._changes:
            change.undone_at = None if change.kept else at
        rows.update_all(self._changes, "undone_at", "kept")
        kept = sum(1 for change in self._changes if change.kept)
        CatalogueImport.objects.filter(pk=self._catalogue.pk).update(
            undone=F("undone") + len(self._changes) - kept, kept=F("kept") + kept
        )


def _typed(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "market_seen_on":
        return date.fromisoformat(value)
    return (
        parse_datetime(value)
        if name in ("next_rate_at", "rate_told_at", "sale_from", "sale_until")
        else value
    )
