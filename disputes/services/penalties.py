"""Penalties (P1-P4, docs/rules.md §4): points for an act, what they do, one appeal to another person.

Locks: the penalty, then the party (owner or supplier), then its shops.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.letters import Letter
from accounts.services import notify
from disputes import errors, letters
from disputes.models import Penalty
from disputes.points import Consequences, Given, consequences
from disputes.selectors import is_repeated, penalties_of
from disputes.services.cases import checked_words
from disputes.services.forfeits import hold_commission_of, release_commission_of, void_commission_of
from disputes.states import PENALTIES, TARIFFS, Offence, PenaltyStatus
from orders.models import Order
from storefronts import services as storefronts
from storefronts.models import Owner, OwnerStanding
from suppliers import services as suppliers
from suppliers.models import Supplier, SupplierStanding
from suppliers.selectors import members_of
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.templatetags.kernel_format import local_time

TAKEN_UP_AT_ONCE = 200
Party = Owner | Supplier


@dataclass(frozen=True, slots=True)
class PenaltyDraft:
    """What staff write down: the act, how many points, the facts and, when there is one, the order."""

    offence: Offence
    points: int
    reason: str
    order: Order | None = None


def give_penalty(*, party: Party, draft: PenaltyDraft, key: str, actor: Actor, at: datetime) -> Penalty:
    """P1: give a party points. A second call with the same ``key`` changes nothing and returns the first one's penalty.

    Raises ReasonMissing, BadPenalty, NotFound.
    """
    reason = checked_words(draft.reason)
    kind = ActorKind.OWNER if isinstance(party, Owner) else ActorKind.SUPPLIER
    tariff = TARIFFS[draft.offence]
    if kind not in tariff.parties:
        raise errors.BadPenalty(why=_("这种行为不是{who}的违规").format(who=kind.label))
    with transaction.atomic():
        locked = _lock(party)
        known = Penalty.objects.filter(key=key).first()
        if known is not None:
            return known
        _check_order(locked, draft.order)
        if not tariff.allows(draft.points, repeated=is_repeated(locked, draft.offence, at)):
            raise errors.BadPenalty(why=_("这种行为的分值不是 {points} 分").format(points=draft.points))
        row = Penalty.objects.create(
            key=key,
            offence=draft.offence,
            points=draft.points,
            lasts=tariff.lasts,
            reason=reason,
            order=draft.order,
            given_by=actor.ref,
            given_at=at,
            deadline=at + timedelta(days=rules_at(at).PENALTY_APPEAL_D),
            owner=locked if isinstance(locked, Owner) else None,
            supplier=locked if isinstance(locked, Supplier) else None,
        )
        audit.record(
            actor=actor, subject_type="penalty", subject_ref=row.number, event="give", at=at,
            to_state=row.status, reason=reason,
        )  # fmt: skip
        hold_commission_of(row, at)
        stands = count_points(locked, at)
        _tell(row, letters.PENALTY_GIVEN, letters.PENALTY_GIVEN_SUPPLIER, at, total=stands.points)
        return row


def appeal_penalty(*, penalty: Penalty, text: str, actor: Actor, at: datetime) -> Penalty:
    """P2: the party asks for another look, once, within PENALTY_APPEAL_D. Raises ReasonMissing, TooLate, MoveRefused."""
    words = checked_words(text)
    with transaction.atomic():
        row = _locked(penalty.number)
        PENALTIES.require(row.status, "appeal", actor)
        if at > row.deadline:
            raise errors.TooLate(when=local_time(row.deadline, "short"))
        PENALTIES.apply(row, "appeal", actor=actor, at=at, reason=words, appeal=words, appealed_at=at)
        return row


def review_penalty(*, number: str, lift: bool, answer: str, actor: Actor, at: datetime) -> Penalty:
    """P3 and P4: another person than the one who gave it upholds or lifts a penalty; lifted points and all they did are
    gone at once; upheld, the commission that it takes is void. Raises ReasonMissing, SamePerson, NotFound, MoveRefused.
    """
    words = checked_words(answer)
    event = "lift" if lift else "uphold"
    with transaction.atomic():
        row = _locked(number)
        PENALTIES.require(row.status, event, actor)
        if row.given_by == actor.ref:
            raise errors.SamePerson
        PENALTIES.apply(
            row, event, actor=actor, at=at, reason=words, reviewed_by=actor.ref, reviewed_at=at, answer=words
        )
        party = _lock(_party(row))
        if lift:
            release_commission_of(row, at)
        else:
            void_commission_of(row, actor, at)
        stands = count_points(party, at)
        kinds = (
            (letters.PENALTY_LIFTED, letters.PENALTY_LIFTED_SUPPLIER)
            if lift
            else (letters.PENALTY_UPHELD, letters.PENALTY_UPHELD_SUPPLIER)
        )
        _tell(row, *kinds, at, total=stands.points)
        return row


def count_points(party: Party, at: datetime) -> Consequences:
    """Reckon anew what a locked party's penalties do and write it down where it is read."""
    counted = penalties_of(party).exclude(status=PenaltyStatus.LIFTED).order_by("given_at", "pk")
    given = [Given(one.points, one.given_at, one.lasts, rules_at(one.given_at)) for one in counted]
    stands = consequences(given, rules_at(at), at)
    year = clock.local(at).year
    if isinstance(party, Owner):
        storefronts.write_violations(
            owner=party,
            violations=storefronts.Violations(
                stands.points,
                year,
                stands.stopped_until,
                stands.hidden_until,
                stands.is_reviewed,
                stands.is_closed,
            ),
            at=at,
        )
    else:
        suppliers.write_supplier_violations(
            supplier=party,
            violations=suppliers.SupplierViolations(
                stands.points,
                year,
                stands.stopped_until,
                stands.hidden_until,
                stands.is_reviewed,
                stands.is_closed,
            ),
            at=at,
        )
    return stands


def forget_points(*, at: datetime) -> int:
    """Count anew whose points are of a year before (31 December 24:00); returns how many. Safe twice and at once."""
    year = clock.local(at).year
    owners = OwnerStanding.objects.filter(points__gt=0, points_year__lt=year).select_related("owner")
    companies = SupplierStanding.objects.filter(points__gt=0, points_year__lt=year).select_related("supplier")
    parties: list[Party] = [one.owner for one in owners.order_by("pk")[:TAKEN_UP_AT_ONCE]]
    parties += [one.supplier for one in companies.order_by("pk")[:TAKEN_UP_AT_ONCE]]
    for party in parties:
        with transaction.atomic():
            count_points(_lock(party), at)
    return len(parties)


def _lock(party: Party) -> Party:
    if isinstance(party, Owner):
        return lock_rows(Owner.objects.filter(pk=party.pk))[0]
    return lock_rows(Supplier.objects.filter(pk=party.pk))[0]


def _locked(number: str) -> Penalty:
    found = lock_rows(Penalty.objects.filter(number=number))
    if not found:
        raise NotFound
    return found[0]


def _party(row: Penalty) -> Party:
    party = row.owner or row.supplier
    assert party is not None, "a penalty is one party's"
    return party


def _check_order(party: Party, order: Order | None) -> None:
    if order is None:
        return
    mine = order.owner_id if isinstance(party, Owner) else order.supplier_id
    if mine != party.pk:
        raise errors.BadPenalty(why=_("订单 {number} 与被处罚方无关").format(number=order.number))


def _tell(row: Penalty, owner: Letter, supplier: Letter, at: datetime, *, total: int) -> None:
    """The owner, or the supplier's members: what was given, how many points there are now, until when to appeal."""
    facts = {
        "offence": row.offence,
        "points": row.points,
        "total": total,
        "reason": (row.answer or row.reason)[:200],
        "deadline_at": row.deadline.isoformat(),
    }
    ref = f"{row.number}:{row.status}"
    if row.owner is not None:
        notify(kind=owner, recipients=[row.owner.user_id], ref=ref, at=at, facts=facts, link=[row.number])
    elif row.supplier is not None:
        people = members_of([row.supplier.pk]).get(row.supplier.pk, [])
        notify(kind=supplier, recipients=people, ref=ref, at=at, facts=facts, link=[row.number])
