"""Damage to cases, disputes, rulings and holds, and to the rulebook."""

import hashlib
from datetime import timedelta

from django.db.models import F

from commissions.models import LiabilityFact
from disputes.models import Case, Dispute, Penalty, Ruling
from orders.models import Hold
from rulebook.models import Acceptance, Comment, Version
from storefronts.models import Owner, OwnerStanding
from taoxiaopu.kernel.models import RulesVersion
from tests.factories.proof import guards_off
from tests.flows.planting import world as w
from tests.flows.planting.registry import Found, damage, run
from tests.flows.planting.world import World


def case_of(world: World, name: str) -> Case:
    """The only case of an order."""
    return Case.objects.get(order=world.orders[name])


def set_case(world: World, name: str, **fields: object) -> str:
    """Write columns of an order's case; returns its number."""
    row = case_of(world, name)
    Case.objects.filter(pk=row.pk).update(**fields)
    return row.number


@damage("case_hold")
def a_hold_lifted_by_hand(world: World) -> str:
    hold = Hold.objects.get(order=world.orders["waiting"])
    Hold.objects.filter(pk=hold.pk).update(lifted_at=w.NOW)
    return hold.cause_ref


@damage("case_closed")
def an_open_case_without_a_deadline(world: World) -> str:
    return set_case(world, "waiting", deadline=None)


@damage("case_closed", "case_audited", "case_hold", "commission_frozen")
def a_case_closed_by_hand(world: World) -> Found:
    number = set_case(world, "waiting", status="closed")
    return number, number, number, world.ref("waiting")


@damage("case_refund", "case_audited")
def a_refunded_case_called_closed(world: World) -> Found:
    number = set_case(world, "refunded", status="closed")
    return number, number


@damage("case_dispute", "dispute_audited", "ruling_executed")
def a_dispute_withdrawn_by_hand(world: World) -> Found:
    row = Dispute.objects.get(order=world.orders["rejected"])
    Dispute.objects.filter(pk=row.pk).update(status="withdrawn")
    return case_of(world, "rejected").number, row.number, row.number


@damage("ruling_executed", "liability")
def a_ruling_that_was_not_carried_out(world: World) -> Found:
    row = world.dispute
    Ruling.objects.filter(dispute=row).update(executed_at=None)
    return row.number, row.number


@damage("ruling_refund")
def a_ruling_for_less_than_was_refunded(world: World) -> str:
    Ruling.objects.filter(dispute=world.dispute).update(amount_fen=6_999)
    return world.dispute.number


@damage("liability")
def a_liability_forgotten(world: World) -> str:
    LiabilityFact.objects.filter(dispute_number=world.dispute.number).delete()
    return world.dispute.number


def set_version(**fields: object) -> str:
    """Write columns of the version that changed a number; returns its number."""
    row = w.published()
    with guards_off():
        Version.objects.filter(pk=row.pk).update(**fields)
    return row.number


@damage("rules_text")
def a_published_text_rewritten(world: World) -> str:
    return set_version(text_zh="另一份规则")


@damage("rules_accepted")
def an_accepted_text_rewritten_with_its_seal(world: World) -> list[str]:
    row = Version.objects.get(number="owners-1")
    words = "\n".join((row.title_zh, row.title_en, "另一份规则", row.text_en))
    with guards_off():
        Version.objects.filter(pk=row.pk).update(
            text_zh="另一份规则", text_hash=hashlib.sha256(words.encode()).hexdigest()
        )
    return [f"owner {ref} owners-1" for ref in Owner.objects.values_list("public_id", flat=True)]


@damage("rules_notice", "rules_numbers", "guard_constraint")
def rules_in_force_too_early(world: World) -> Found:
    run("ALTER TABLE rulebook_version DROP CONSTRAINT rules_seven_days")
    number = set_version(effective_at=w.published().effective_at - timedelta(days=2))
    return number, number, "rulebook_version rules_seven_days"


@damage("rules_numbers")
def a_number_changed_without_its_rule(world: World) -> str:
    row = RulesVersion.objects.get(source=w.published().number)
    with guards_off():
        RulesVersion.objects.filter(pk=row.pk).update(changes={"PLATFORM_FEE_BP": 0})
    return str(row.source)


@damage("points_counted")
def a_point_too_many(world: World) -> str:
    OwnerStanding.objects.filter(owner=world.owner).update(points=F("points") + 1)
    return f"owner {world.owner.public_id}"


@damage("points_counted", "penalty_audited")
def a_penalty_lifted_by_hand(world: World) -> Found:
    row = Penalty.objects.get(supplier__isnull=False)
    Penalty.objects.filter(pk=row.pk).update(status="lifted")
    assert row.supplier is not None
    return f"supplier {row.supplier.public_id}", row.number


@damage("rules_numbers_missing")
def a_rule_whose_number_was_forgotten(world: World) -> str:
    number = w.published().number
    with guards_off():
        RulesVersion.objects.filter(source=number).delete()
    return number


@damage("rules_accepted")
def an_acceptance_of_another_text(world: World) -> str:
    row = Acceptance.objects.filter(party_ref=world.owner.public_id).earliest("pk")
    with guards_off():
        Acceptance.objects.filter(pk=row.pk).update(text_hash="0" * 64)
    return f"owner {world.owner.public_id} {row.version.number}"


@damage("rules_audited")
def a_version_moved_by_hand(world: World) -> str:
    row = Version.objects.get(status="in_comment")
    with guards_off():
        Version.objects.filter(pk=row.pk).update(status="draft")
    return row.number


@damage("rules_comment_audited")
def a_comment_hidden_by_hand(world: World) -> str:
    row = Comment.objects.get()
    with guards_off():
        Comment.objects.filter(pk=row.pk).update(status="hidden")
    return row.number
