"""Companies: application, review, suspension, terms of freight."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as StdnumError

from accounts.models import User
from accounts.services import notify, require_mfa
from ledger import posting
from ledger.models import AccountKind
from rulebook.services import accept_present
from rulebook.states import AcceptedBy
from suppliers import errors, letters
from suppliers.models import Supplier, SupplierBrand, SupplierMember
from suppliers.selectors import members_of
from suppliers.states import SUPPLIERS, ProofKind, SupplierKind
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.settings import Rules, rules_at


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


def apply(*, user: User, application: Application, at: datetime) -> Supplier:
    """Hand in an application, which accepts the rules in force. Raises the entry gates' errors, CreditCodeTaken, AlreadyMember."""
    clean = _checked(application, rules_at(at))
    member = SupplierMember.objects.select_related("supplier").filter(user=user).first()
    if member is not None:
        raise errors.AlreadyMember(name=member.supplier.name)
    try:
        with transaction.atomic():
            supplier = Supplier.objects.create(submitted_at=at, **_fields(clean))
            SupplierMember.objects.create(supplier=supplier, user=user)
            _set_brands(supplier, clean.brands)
            party = Actor(ActorKind.SUPPLIER, supplier.public_id, user.public_id)
            accept_present(party=party, channel=AcceptedBy.APPLY, at=at)
            return supplier
    except IntegrityError:
        raise errors.CreditCodeTaken from None


def resubmit(*, supplier: Supplier, application: Application, actor: Actor, at: datetime) -> Supplier:
    """Hand in a rejected application again, corrected. Raises as ``apply``, MoveRefused."""
    clean = _checked(application, rules_at(at))
    try:
        with transaction.atomic():
            row = lock_supplier(supplier.public_id)
            SUPPLIERS.apply(row, "resubmit", actor=actor, at=at)
            for name, value in _fields(clean).items():
                setattr(row, name, value)
            row.submitted_at = at
            row.save()
            _set_brands(row, clean.brands)
            accept_present(party=actor, channel=AcceptedBy.APPLY, at=at)
            return row
    except IntegrityError:
        raise errors.CreditCodeTaken from None


def approve_supplier(*, public_id: str, actor: Actor, at: datetime, note: str = "") -> Supplier:
    """Find that a supplier meets the conditions: it is let in once its deposit came in. Opens its accounts and asks
    its members for a second factor.

    Raises NotFound, MoveRefused.
    """
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


DECISIONS = {"approve": letters.APPLICATION_APPROVED, "reject": letters.APPLICATION_REJECTED}


def _decide(public_id: str, event: str, actor: Actor, at: datetime, note: str) -> Supplier:
    with transaction.atomic():
        row = lock_supplier(public_id)
        if event == "approve":
            for member in row.members.select_related("user").order_by("user_id"):
                require_mfa(user=member.user, at=at)
        SUPPLIERS.apply(row, event, actor=actor, at=at, reason=note)
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
                facts={"name": row.name, "reason": note.strip()[:200]},
            )
        return row


def lock_supplier(public_id: str) -> Supplier:
    """Lock a supplier's row. Raises NotFound."""
    rows = lock_rows(Supplier.objects.filter(public_id=public_id))
    if not rows:
        raise NotFound
    return rows[0]


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
