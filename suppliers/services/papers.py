"""Papers of the checklist: handed in by suppliers, sealed, read and judged by staff, reminded of before they run out."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.letters import Letter
from accounts.services import notify
from suppliers import errors, letters
from suppliers.models import Paper, PaperPage, PaperReminder, Supplier
from suppliers.pictures.papers import pages_of, watermarked
from suppliers.selectors import Place, members_of, permits_for, places_for, profile_of
from suppliers.services.locks import lock_supplier
from suppliers.states import (
    APPLYING,
    PAPERS,
    WAITS_FOR_REVIEW,
    PaperStatus,
    RequirementKind,
    RequirementScope,
    SupplierStatus,
)
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, MoveRefused, NotFound
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.personal import seal, unseal
from taoxiaopu.kernel.settings import rules_at

SYSTEM = Actor.system("papers")
OPEN = (PaperStatus.HANDED, PaperStatus.MEND)


@dataclass(frozen=True, slots=True)
class PaperDraft:
    """What a supplier hands in for one place: an item's code, brand and level for an authorisation, and the files as
    uploaded, or a text, or the yes to a declaration; with the first and last day on which it counts, where it says so.
    """

    requirement: str
    brand: str = ""
    level: int = 0
    files: Sequence[bytes] = ()
    text: str = ""
    is_declared: bool = False
    valid_from: date | None = None
    valid_until: date | None = None


def hand_in_paper(*, supplier: Supplier, draft: PaperDraft, actor: Actor, at: datetime) -> Paper:
    """Put a paper into its place; what was open there is replaced, what is fine counts on until staff accept the new one.

    Raises NoSuchPlace, DocumentRefused, PaperDates, BadInput; MoveRefused while the application is being read.
    """
    limit = rules_at(at).PAPER_PAGES_MAX
    pages = pages_of(draft.files, limit=limit) if draft.files else []
    sealed = [seal(page) for page in pages]
    with transaction.atomic():
        row = lock_supplier(supplier.public_id)
        if actor.kind != ActorKind.SUPPLIER or row.status in WAITS_FOR_REVIEW:
            raise MoveRefused(state=row.get_status_display(), event=_("提交材料"))
        place = _place(row, draft)
        text = _checked(place, draft, len(pages), at)
        where = {"requirement": place.requirement, "brand": place.brand, "level": place.level}
        for old in lock_rows(Paper.objects.filter(supplier=row, status__in=OPEN, **where)):
            PAPERS.apply(old, "replace", actor=actor, at=at)
        paper = Paper.objects.create(
            supplier=row,
            text=text,
            pages=len(pages),
            valid_from=draft.valid_from,
            valid_until=draft.valid_until,
            handed_at=at,
            **where,
        )
        PaperPage.objects.bulk_create(
            PaperPage(paper=paper, position=n, sealed=data, sha256=hashlib.sha256(data).hexdigest())
            for n, data in enumerate(sealed, 1)
        )
        audit.record(actor=actor, subject_type="paper", subject_ref=paper.public_id, event="hand_in", at=at)
        return paper


def judge_paper(*, public_id: str, is_fine: bool, actor: Actor, at: datetime, note: str = "") -> Paper:
    """Staff's verdict: fine, or to be mended with a note. A fine one takes the place of the one before it.

    During entry a verdict is given while the application is in review, and told with the decision; afterwards it is told
    at once. Raises NotFound, MoveRefused, BadInput without a note to what is to be mended.
    """
    note = note.strip()[:200]
    if not is_fine and len(note) < 2:
        raise BadInput(what=_("请写明需要补正什么"))
    found = Paper.objects.select_related("supplier").filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    with transaction.atomic():
        supplier = lock_supplier(found.supplier.public_id)
        if supplier.status in APPLYING and supplier.status != SupplierStatus.IN_REVIEW:
            raise MoveRefused(state=supplier.get_status_display(), event=_("核对材料"))
        place = {"requirement_id": found.requirement_id, "brand": found.brand, "level": found.level}
        there = lock_rows(Paper.objects.select_related("requirement").filter(supplier=supplier, **place))
        paper = next(row for row in there if row.pk == found.pk)
        event = "accept" if is_fine else "return"
        PAPERS.require(paper.status, event, actor)
        others = [row for row in there if row.pk != paper.pk]
        if not is_fine and any(row.status in OPEN for row in others):
            raise BadInput(what=_("这项材料已有新件，请核对新件"))
        for old in others if is_fine else ():
            if old.status == PaperStatus.FINE:
                PAPERS.apply(old, "supersede", actor=SYSTEM, at=at, reason=paper.public_id)
        PAPERS.apply(paper, event, actor=actor, at=at, reason=note, judged_at=at, note=note)
        refresh_cover([supplier.pk])
        if supplier.status not in APPLYING:
            _tell(paper, letters.PAPER_FINE if is_fine else letters.PAPER_TO_MEND, at, reason=note)
        return paper


def look_at_page(*, paper: Paper, position: int, name: str, actor: Actor, at: datetime) -> bytes:
    """One page for the eyes of staff, as JPEG with ``name`` and the time across it; each look is written down.

    Raises NotFound.
    """
    page = _page(paper, position)
    with transaction.atomic():
        audit.record(
            actor=actor,
            subject_type="paper",
            subject_ref=paper.public_id,
            event="look",
            at=at,
            reason=str(position),
        )
    stamp = clock.local(at).strftime("%Y-%m-%d %H:%M:%S")
    return watermarked(page, f"{name} {stamp}")


def page_for_its_supplier(*, paper: Paper, position: int) -> bytes:
    """One page as WEBP for the supplier whose paper it is; ``access.paper_for_supplier`` found it. Raises NotFound."""
    return _page(paper, position)


def refresh_cover(suppliers: Sequence[int], goods: Sequence[int] | None = None) -> None:
    """Write down until when the papers of these suppliers cover their goods, all or these. The caller locked what changed."""
    only, keys = ("g.supplier_id = ANY(%s)", [list(suppliers)])
    if goods is not None:
        only, keys = (f"{only} AND g.id = ANY(%s)", [*keys, list(goods)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE suppliers_good o SET covered_until = c.covered_until FROM ({COVER.format(only=only)}) c"  # noqa: S608
            " WHERE c.id = o.id AND o.covered_until IS DISTINCT FROM c.covered_until",
            keys,
        )


# Until when each good is covered: the first of its fine papers to run out counts, from midnight after its last day.
COVER = """
    SELECT g.id, min((p.valid_until + 1)::timestamp AT TIME ZONE 'Asia/Shanghai') AS covered_until
    FROM suppliers_good g JOIN suppliers_category k ON k.id = g.category_id
    LEFT JOIN (suppliers_paper p JOIN suppliers_requirement r ON r.id = p.requirement_id AND r.is_active)
           ON p.supplier_id = g.supplier_id AND p.status = 'fine' AND p.valid_until IS NOT NULL
          AND (r.scope = 'company' OR (r.scope = 'brand' AND p.brand = g.brand)
               OR (r.scope = 'category' AND r.category_id IN (k.id, k.parent_id)))
    WHERE {only} GROUP BY g.id"""


def remind_of_papers(*, at: datetime) -> int:
    """Tell suppliers of fine papers that run out in at most so many days, once for each of PAPER_REMINDERS_D; of several
    reminders that are due, the nearest alone. Returns how many were told. Safe twice.
    """
    today = clock.local(at).date()
    days = sorted(rules_at(at).PAPER_REMINDERS_D)
    soon = Paper.objects.select_related("supplier", "requirement").filter(
        status=PaperStatus.FINE, valid_until__gte=today, valid_until__lte=today + timedelta(days=days[-1])
    )
    found = list(soon.exclude(supplier__status__in=APPLYING | {SupplierStatus.EXITED}).order_by("pk"))
    sent = set(PaperReminder.objects.filter(paper__in=found).values_list("paper_id", "days"))
    told = 0
    for paper in found:
        assert paper.valid_until is not None
        left = (paper.valid_until - today).days
        due = min(n for n in days if left <= n)
        if (paper.pk, due) in sent:
            continue
        with transaction.atomic():
            _row, is_new = PaperReminder.objects.get_or_create(
                paper=paper, days=due, defaults={"sent_at": at}
            )
            if is_new:
                _tell(paper, letters.PAPER_RUNS_OUT, at, days=left, until=paper.valid_until.isoformat())
                told += 1
    return told


def _page(paper: Paper, position: int) -> bytes:
    page = PaperPage.objects.filter(paper=paper, position=position).first()
    if page is None:
        raise NotFound
    return unseal(bytes(page.sealed))


def _place(supplier: Supplier, draft: PaperDraft) -> Place:
    for place in (*places_for(profile_of(supplier)), *permits_for()):
        if (place.requirement.code, place.brand, place.level) == (
            draft.requirement,
            draft.brand,
            draft.level,
        ):
            return place
    raise errors.NoSuchPlace


def _checked(place: Place, draft: PaperDraft, pages: int, at: datetime) -> str:
    """The text to keep. Raises DocumentRefused, PaperDates, BadInput."""
    item = place.requirement
    if item.kind == RequirementKind.DOCUMENT:
        if not pages:
            raise errors.DocumentRefused(why=_("请选择要上传的文件"))
        _check_days(place, draft, at)
        return ""
    if item.kind == RequirementKind.DECLARATION:
        if not draft.is_declared:
            raise BadInput(what=_("请勾选承诺"))
        return item.help_text or item.name
    text = draft.text.strip()
    if not 2 <= len(text) <= 2000:
        raise BadInput(what=_("请填写 2 到 2000 字的说明"))
    return text


def _check_days(place: Place, draft: PaperDraft, at: datetime) -> None:
    item, first, last = place.requirement, draft.valid_from, draft.valid_until
    if item.scope != RequirementScope.COMPANY and item.has_expiry and last is None:
        raise errors.PaperDates(why=_("请填写有效期至哪一天"))
    if place.brand and first is None:
        raise errors.PaperDates(why=_("请填写授权从哪一天开始"))
    if first and last and first > last:
        raise errors.PaperDates(why=_("有效期的开始不能晚于结束"))
    if last is not None and last < clock.local(at).date():
        raise errors.PaperDates(why=_("这份材料已经过期，请上传有效的"))


def _tell(paper: Paper, kind: Letter, at: datetime, **facts: object) -> None:
    notify(
        kind=kind,
        recipients=members_of([paper.supplier_id]).get(paper.supplier_id, []),
        ref=f"{paper.public_id}:{at.isoformat()}",
        at=at,
        facts={"paper": str(paper), **facts},
    )
