"""Companies: application, review, suspension, terms of freight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as StdnumError

from accounts.models import User
from accounts.services import notify, require_mfa
from ledger import posting
from ledger.models import AccountKind
from rulebook.services import accept_present
from rulebook.states import AcceptedBy
from suppliers import errors, letters
from suppliers.models import EntryDraft, Paper, Supplier, SupplierBrand, SupplierMember
from suppliers.selectors import Profile, entry_checklist, members_of, profile_of
from suppliers.services.locks import lock_supplier
from suppliers.services.papers import OPEN, PaperDraft, hand_in_paper
from suppliers.states import (
    OPEN_TO_APPLICANT,
    PAPERS,
    SUPPLIERS,
    ProofKind,
    RequirementScope,
    SupplierKind,
    SupplierStatus,
)
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, MoveRefused
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.settings import Rules, rules_at
from taoxiaopu.kernel.templatetags.kernel_format import listed

BRANDS_MAX = 50
TYPED_MAX = 1000  # characters of one field of a draft


@dataclass(frozen=True, slots=True)
class Application:
    """An entry application (docs/rules.md §1.3 rules 30-31): capital in fen, brands by name."""

    name: str
    kind: SupplierKind
    credit_code: str
    capital_fen: int
    is_general_taxpayer: bool
    proof: ProofKind
    chain_levels: int | None
    voucher_note: str
    brands: tuple[str, ...]


def start_application(*, user: User, at: datetime) -> Supplier:
    """An empty draft for somebody who begins to type. Raises AlreadyMember."""
    member = SupplierMember.objects.select_related("supplier").filter(user=user).first()
    if member is not None:
        raise errors.AlreadyMember(name=str(member.supplier))
    try:
        with transaction.atomic():
            supplier = Supplier.objects.create(
                status=SupplierStatus.DRAFT, capital_fen=0, is_general_taxpayer=False, proof=ProofKind.CHAIN
            )
            SupplierMember.objects.create(supplier=supplier, user=user)
            EntryDraft.objects.create(supplier=supplier, saved_at=at)
            return supplier
    except IntegrityError:
        raise errors.AlreadyMember(name="") from None


def save_draft(
    *, supplier: Supplier, typed: Mapping[str, str], profile: Profile, actor: Actor, at: datetime
) -> bool:
    """Keep what was typed, word for word; what decides which papers are asked for counts at once.

    ``profile`` is what could be read of it. Returns whether the checklist may be another one now. Raises MoveRefused while
    staff read the application or once it was approved.
    """
    with transaction.atomic():
        row = lock_supplier(supplier.public_id)
        if actor.kind != ActorKind.SUPPLIER or row.status not in OPEN_TO_APPLICANT:
            raise MoveRefused(state=row.get_status_display(), event=_("修改申请"))
        before = profile_of(row)
        row.kind = profile.kind or row.kind
        row.proof = profile.proof or row.proof
        levels = profile.levels if 1 <= profile.levels <= rules_at(at).AUTH_CHAIN_MAX else None
        row.chain_levels = levels if row.proof == ProofKind.CHAIN else None
        row.save(update_fields=["kind", "proof", "chain_levels"])
        _set_brands(row, tuple(brand for brand in profile.brands if len(brand) <= 40)[:BRANDS_MAX])
        kept = {name: text[:TYPED_MAX] for name, text in typed.items()}
        EntryDraft.objects.update_or_create(supplier=row, defaults={"typed": kept, "saved_at": at})
        return profile_of(row) != before


def keep_draft(
    *, user: User, supplier: Supplier | None, typed: Mapping[str, str], profile: Profile, at: datetime
) -> Supplier:
    """The application as it is typed, begun with the first words when there is no ``supplier`` yet.

    Raises AlreadyMember, and MoveRefused as ``save_draft``.
    """
    with transaction.atomic():
        if supplier is None:
            supplier = start_application(user=user, at=at)
        actor = Actor(ActorKind.SUPPLIER, supplier.public_id, user.public_id)
        save_draft(supplier=supplier, typed=typed, profile=profile, actor=actor, at=at)
        supplier.refresh_from_db()
        return supplier


def apply(
    *, user: User, application: Application, at: datetime, papers: Sequence[PaperDraft] = ()
) -> Supplier:
    """Hand in an application with its papers at once, all or nothing, which accepts the rules in force.

    Raises the entry gates' errors, CreditCodeTaken, AlreadyMember, PapersMissing, and what handing in a paper raises.
    """
    clean = _checked(application, rules_at(at))
    with transaction.atomic():
        supplier = start_application(user=user, at=at)
        actor = Actor(ActorKind.SUPPLIER, supplier.public_id, user.public_id)
        profile = Profile(clean.kind, clean.proof, clean.chain_levels or 0, clean.brands)
        save_draft(supplier=supplier, typed={}, profile=profile, actor=actor, at=at)
        for draft in papers:
            hand_in_paper(supplier=supplier, draft=draft, actor=actor, at=at)
        return submit(supplier=supplier, application=application, actor=actor, at=at)


def submit(*, supplier: Supplier, application: Application, actor: Actor, at: datetime) -> Supplier:
    """Hand in a draft, or one that was sent back, corrected: the checklist must be full. The review's clock starts.

    Raises as ``apply``, MoveRefused.
    """
    clean = _checked(application, rules_at(at))
    try:
        with transaction.atomic():
            row = lock_supplier(supplier.public_id)
            event = "submit" if row.status == SupplierStatus.DRAFT else "resubmit"
            SUPPLIERS.require(row.status, event, actor)
            for name, value in _fields(clean).items():
                setattr(row, name, value)
            row.submitted_at = at
            row.review_by = at + timedelta(hours=rules_at(at).ENTRY_REVIEW_H)
            row.save()
            _set_brands(row, clean.brands)
            _require_papers(row, actor, at)
            SUPPLIERS.apply(row, event, actor=actor, at=at)
            accept_present(party=actor, channel=AcceptedBy.APPLY, at=at)
            return row
    except IntegrityError:
        raise errors.CreditCodeTaken from None


def resubmit(*, supplier: Supplier, application: Application, actor: Actor, at: datetime) -> Supplier:
    """Hand in again what was sent back. Raises as ``submit``; MoveRefused for a draft."""
    if supplier.status == SupplierStatus.DRAFT:
        SUPPLIERS.require(supplier.status, "resubmit", actor)
    return submit(supplier=supplier, application=application, actor=actor, at=at)


def _require_papers(row: Supplier, actor: Actor, at: datetime) -> None:
    """Refuse while a required place is empty or to be mended; open papers that nothing asks for any more are put away."""
    items = entry_checklist(row, at=at)
    wrong = [item.place.words for item in items if not item.is_ready]
    if wrong:
        raise errors.PapersMissing(items=listed(wrong))
    asked = {item.place.key for item in items}
    for paper in lock_rows(Paper.objects.filter(supplier=row, status__in=OPEN)):
        is_permit = paper.requirement.scope == RequirementScope.CATEGORY
        if (paper.requirement_id, paper.brand, paper.level) not in asked and not is_permit:
            PAPERS.apply(paper, "replace", actor=actor, at=at)


def take_application(*, public_id: str, actor: Actor, at: datetime) -> Supplier:
    """Staff begin to read an application; the applicant is told until when. Raises NotFound, MoveRefused."""
    return _decide(public_id, "take", actor, at, "")


def ask_for_more(*, public_id: str, actor: Actor, at: datetime, note: str = "") -> Supplier:
    """Send an application back to be mended: the papers' notes say what, the empty places are named, ``note`` says the rest.

    Raises NothingToMend, NotFound, MoveRefused.
    """
    with transaction.atomic():
        row = lock_supplier(public_id)
        SUPPLIERS.require(row.status, "ask", actor)
        items = entry_checklist(row, at=at)
        said = [
            _("{name}：{reason}").format(name=i.place.words, reason=i.open.note)
            for i in items
            if i.open is not None and i.state == "mend"
        ]
        said += [
            _("缺少{item}").format(item=i.place.words)
            for i in items
            if i.state == "missing" and i.is_required
        ]
        said += [note.strip()] if note.strip() else []
        if not said:
            raise errors.NothingToMend
        return _decide(public_id, "ask", actor, at, pgettext("between two problems", "；").join(said))


def approve_supplier(*, public_id: str, actor: Actor, at: datetime, note: str = "") -> Supplier:
    """Find that a supplier meets the conditions: it is let in once its deposit came in. Opens its accounts and asks
    its members for a second factor.

    Raises NotFound, MoveRefused, PapersUnjudged while a paper was not found fine.
    """
    with transaction.atomic():
        row = lock_supplier(public_id)
        SUPPLIERS.require(row.status, "approve", actor)
        items = entry_checklist(row, at=at)
        wrong = [
            i.place.words
            for i in items
            if i.state in ("handed", "mend", "lapsed") or (i.state == "missing" and i.is_required)
        ]
        if wrong:
            raise errors.PapersUnjudged(items=listed(wrong))
        return _decide(public_id, "approve", actor, at, note)


def reject_supplier(*, public_id: str, actor: Actor, at: datetime, reason: str) -> Supplier:
    """Send an application back with the reason. Raises BadInput without one, NotFound, MoveRefused."""
    if len(reason.strip()) < 2:
        raise BadInput(what=_("驳回须填写原因"))
    return _decide(public_id, "reject", actor, at, reason)


def suspend_supplier(*, public_id: str, actor: Actor, at: datetime, reason: str) -> Supplier:
    """Stop a supplier: its goods are not for sale while it lasts. Raises NotFound, MoveRefused."""
    return _decide(public_id, "suspend", actor, at, reason)


def resume_supplier(*, public_id: str, actor: Actor, at: datetime, note: str = "") -> Supplier:
    """End a suspension. Raises NotFound, MoveRefused."""
    return _decide(public_id, "resume", actor, at, note)


def set_freight(*, supplier: Supplier, freight_fen: int, free_from_fen: int, actor: Actor) -> None:
    """Set the flat freight and the goods amount from which it is free (0: never free)."""
    if actor.kind != ActorKind.SUPPLIER or not (
        0 <= freight_fen <= 10_000 and 0 <= free_from_fen <= 10_000_000
    ):
        raise BadInput(what=_("运费须在 0 到 100 元之间，包邮起点须在 0 到 10 万元之间"))
    Supplier.objects.filter(pk=supplier.pk).update(
        freight_fen=freight_fen, free_freight_from_fen=free_from_fen
    )


DECISIONS = {
    "take": letters.APPLICATION_TAKEN,
    "ask": letters.APPLICATION_NEEDS_INFO,
    "approve": letters.APPLICATION_APPROVED,
    "reject": letters.APPLICATION_REJECTED,
}


def _decide(public_id: str, event: str, actor: Actor, at: datetime, note: str) -> Supplier:
    with transaction.atomic():
        row = lock_supplier(public_id)
        if event == "approve":
            for member in row.members.select_related("user").order_by("user_id"):
                require_mfa(user=member.user, at=at)
        SUPPLIERS.apply(row, event, actor=actor, at=at, reason=note)
        if event != "take":
            row.decided_at, row.decision_note = at, note[:500]
            row.save(update_fields=["decided_at", "decision_note"])
        if event == "approve":
            kinds = (AccountKind.SUPPLIER_PAYABLE, AccountKind.SUPPLIER_DEPOSIT)
            posting.ensure_accounts([posting.Side(kind, row.public_id) for kind in kinds])
        if event in DECISIONS:
            notify(
                kind=DECISIONS[event],
                recipients=members_of([row.pk]).get(row.pk, []),
                ref=f"{row.public_id}:{at.isoformat()}",
                at=at,
                facts={
                    "name": row.name,
                    "reason": note.strip()[:200],
                    "due_at": (row.review_by or at).isoformat(),
                },
            )
        return row


def _checked(application: Application, rules: Rules) -> Application:
    if not 2 <= len(application.name.strip()) <= 60:
        raise BadInput(what=_("企业名称须为 2 到 60 字"))
    try:
        code = uscc.validate(application.credit_code)
    except StdnumError:
        raise errors.BadCreditCode from None
    if application.capital_fen < rules.SUPPLIER_MIN_CAPITAL_FEN:
        raise errors.CapitalTooLow(
            capital=format_yuan(application.capital_fen, thousands=True),
            gate=format_yuan(rules.SUPPLIER_MIN_CAPITAL_FEN, thousands=True),
        )
    if not application.is_general_taxpayer:
        raise errors.NotGeneralTaxpayer
    levels: int | None = None
    if application.proof == ProofKind.CHAIN:
        levels = application.chain_levels or 0
        if not 1 <= levels <= rules.AUTH_CHAIN_MAX:
            raise errors.ChainTooLong(limit=rules.AUTH_CHAIN_MAX, levels=levels)
    elif len(application.voucher_note.strip()) < 10:
        raise errors.VoucherMissing
    brands = tuple(dict.fromkeys(b.strip() for b in application.brands if b.strip()))
    if not brands or any(len(b) > 40 for b in brands):
        raise errors.BrandMissing
    return Application(
        name=application.name.strip(),
        kind=SupplierKind(application.kind),
        credit_code=code,
        capital_fen=application.capital_fen,
        is_general_taxpayer=True,
        proof=ProofKind(application.proof),
        chain_levels=levels,
        voucher_note=application.voucher_note.strip()[:500],
        brands=brands,
    )


def _fields(clean: Application) -> dict[str, object]:
    return {
        "name": clean.name,
        "kind": clean.kind,
        "credit_code": clean.credit_code,
        "capital_fen": clean.capital_fen,
        "is_general_taxpayer": clean.is_general_taxpayer,
        "proof": clean.proof,
        "chain_levels": clean.chain_levels,
        "voucher_note": clean.voucher_note,
    }


def _set_brands(supplier: Supplier, brands: tuple[str, ...]) -> None:
    supplier.brands.exclude(name__in=brands).delete()
    SupplierBrand.objects.bulk_create(
        [SupplierBrand(supplier=supplier, name=name) for name in brands], ignore_conflicts=True
    )
