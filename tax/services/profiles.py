"""Who owners are to the tax office, and what else may be deducted from their income."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as StdnumError

from storefronts.models import Owner
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.locking import lock_rows
from tax import errors
from tax.models import Deduction, TaxProfile
from tax.states import Identity


def give_tax_info(
    *,
    owner: Owner,
    identity: Identity,
    valid_until: date | None,
    consent: bool,
    actor: Actor,
    at: datetime,
    name: str = "",
    number: str = "",
) -> TaxProfile:
    """An owner says who she is to the tax office, instead of what she said before (docs/rules.md §6.7).

    ``valid_until`` is the last day of the identity document, None when it has no end. A business gives name and credit
    code as on its licence. Raises ConsentMissing, DocumentExpired, BusinessNameMissing, BadTaxNumber.
    """
    if not consent:
        raise errors.ConsentMissing
    if valid_until is not None and valid_until < clock.local(at).date():
        raise errors.DocumentExpired(day=valid_until.isoformat())
    name, number = name.strip(), number.strip().upper()
    if identity == Identity.PERSON:
        name = number = ""
    else:
        if not 2 <= len(name) <= 60:
            raise errors.BusinessNameMissing
        number = _credit_code(number)
    with transaction.atomic():
        if not lock_rows(Owner.objects.filter(pk=owner.pk)):
            raise NotFound
        TaxProfile.objects.filter(owner=owner, replaced_at=None).update(replaced_at=at)
        row = TaxProfile.objects.create(
            owner=owner,
            identity=identity,
            name=name,
            number=number,
            valid_until=valid_until,
            consented_at=at,
            given_at=at,
        )
        audit.record(
            actor=actor,
            subject_type="tax_profile",
            subject_ref=owner.public_id,
            event="edit",
            at=at,
            reason=str(identity),
        )
        return row


def _credit_code(number: str) -> str:
    try:
        return str(uscc.validate(number))
    except StdnumError:
        raise errors.BadTaxNumber from None


def note_deduction(
    *, owner: Owner, year: int, amount_fen: int, reason: str, actor: Actor, at: datetime
) -> Deduction:
    """Staff write down a further lawful deduction of a year, for payments from now on. Raises BadInput."""
    if amount_fen <= 0 or not 2 <= len(reason.strip()) <= 200:
        raise BadInput(what=_("请填写金额与依据"))
    with transaction.atomic():
        row = Deduction.objects.create(
            owner=owner, year=year, amount_fen=amount_fen, reason=reason.strip(), noted_at=at
        )
        audit.record(
            actor=actor,
            subject_type="tax_profile",
            subject_ref=owner.public_id,
            event="deduct",
            at=at,
            reason=f"{year} {amount_fen} {reason.strip()}",
        )
        return row
