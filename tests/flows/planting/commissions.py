"""Damage to commission lines, reversals, deductions, statements, facts and tiers."""

from datetime import date

from django.db.models import F

from commissions.models import (
    CommissionHold,
    CommissionLine,
    Deduction,
    OrderFact,
    OwnerTier,
    Reversal,
    SettlementFailure,
    Statement,
    StatementItem,
    TierMonth,
    TierRun,
)
from commissions.states import BY_STAFF
from storefronts.models import OwnerStanding
from taoxiaopu.kernel.models import AuditEntry
from tests.factories.proof import guards_off
from tests.flows.planting import world as w
from tests.flows.planting.registry import Found, damage
from tests.flows.planting.world import World


def set_line(world: World, name: str, **fields: object) -> str:
    """Write columns of the commission of an order's only line; returns its reference."""
    with guards_off():
        CommissionLine.objects.filter(line_ref=world.ref(name)).update(**fields)
    return world.ref(name)


@damage("commission_split", "owner_credit", "order_shares", "statement_items")
def a_larger_commission(world: World) -> Found:
    ref = set_line(world, "second", gross_fen=F("gross_fen") + 1)
    return ref, ref, world.orders["second"].number, ref


@damage("commission_base", "commission_split")
def a_commission_at_another_rate(world: World) -> Found:
    ref = set_line(world, "paid", rate_bp=5_000)
    return ref, ref


@damage("commission_exists")
def a_line_without_a_fact(world: World) -> str:
    OrderFact.objects.filter(line_ref=world.ref("paid")).delete()
    return world.ref("paid")


@damage("commission_status", "commission_audited")
def a_commission_locked_too_early(world: World) -> Found:
    ref = set_line(world, "paid", status="locked")
    return ref, ref


@damage("commission_frozen", "commission_audited")
def an_unfrozen_commission_of_an_open_case(world: World) -> Found:
    ref = set_line(world, "cased", status="estimated", frozen_from="")
    return ref, ref


@damage("commission_frozen")
def a_commission_that_staff_hold_and_is_not_frozen(world: World) -> str:
    line = CommissionLine.objects.get(line_ref=world.ref("paid"))
    CommissionHold.objects.create(line=line, cause=BY_STAFF, placed_at=w.NOW)
    return line.line_ref


@damage("commission_confirmed", "owner_credit", "deduction_sums")
def a_commission_confirmed_by_hand(world: World) -> Found:
    ref = set_line(world, "paid", confirmed_at=w.NOW)
    return ref, ref, ref


def a_reversal(world: World, name: str) -> Reversal:
    """The only reversal of an order's line."""
    return Reversal.objects.get(line__line_ref=world.ref(name))


@damage("reversal_sums")
def a_reversal_of_another_fee(world: World) -> str:
    row = a_reversal(world, "clawed")
    with guards_off():
        Reversal.objects.filter(pk=row.pk).update(fee_fen=F("fee_fen") + 1)
    return f"{row.line.line_ref} {row.cause}"


@damage("reversal_listed")
def a_reversal_on_anothers_statement(world: World) -> str:
    row = a_reversal(world, "clawed")
    with guards_off():
        Reversal.objects.filter(pk=row.pk).update(
            statement=Statement.objects.exclude(owner=world.owner).earliest("pk")
        )
    return f"{row.line.line_ref} {row.cause}"


@damage("deduction_sums")
def a_deduction_removed(world: World) -> str:
    row = Deduction.objects.earliest("pk")
    with guards_off():
        row.delete()
    return row.line.line_ref


def statement(world: World, month: date) -> tuple[Statement, str]:
    """The owner's statement of a month, and what it is called."""
    return Statement.objects.get(owner=world.owner, month=month), f"{world.owner.public_id} {month:%Y-%m}"


@damage("statement_sums", "owner_withdrawable")
def a_statement_of_another_sum(world: World) -> Found:
    row, name = statement(world, w.APRIL)
    with guards_off():
        Statement.objects.filter(pk=row.pk).update(
            net_fen=F("net_fen") + 1, commission_fen=F("commission_fen") + 1
        )
    return name, world.owner.public_id


@damage("statement_sums", "statement_items", "deduction_sums")
def an_item_removed(world: World) -> Found:
    row, name = statement(world, w.APRIL)
    with guards_off():
        row.items.all().delete()
    return name, world.ref("second"), world.ref("second")


@damage("statement_items", "statement_sums")
def an_item_with_another_share(world: World) -> Found:
    row, name = statement(world, w.APRIL)
    with guards_off():
        StatementItem.objects.filter(statement=row).update(fee_fen=F("fee_fen") - 1, net_fen=F("net_fen") + 1)
    return world.ref("second"), name


@damage("settlement_journal", "owner_withdrawable", "deduction_sums")
def a_statement_removed(world: World) -> Found:
    row, _name = statement(world, w.APRIL)
    with guards_off():
        StatementItem.objects.filter(statement=row).delete()
        Statement.objects.filter(pk=row.pk)._raw_delete("default")
    return f"{world.owner.public_id}-202604", world.owner.public_id, world.ref("second")


@damage("settlement_failed")
def an_owner_who_could_not_be_settled(world: World) -> str:
    SettlementFailure.objects.create(
        owner=world.owner, month=w.APRIL, error="余额对不上", first_at=w.NOW, last_at=w.NOW
    )
    return f"{world.owner.public_id} 2026-04"


@damage("fact_outcome")
def a_fact_of_another_outcome(world: World) -> str:
    OrderFact.objects.filter(line_ref=world.ref("finalised")).update(outcome="refunded")
    return world.ref("finalised")


@damage("owner_tier")
def a_tier_given_by_hand(world: World) -> str:
    OwnerStanding.objects.filter(owner=world.owner).update(tier=4)
    return world.owner.public_id


@damage("owner_tier")
def a_level_given_by_hand(world: World) -> str:
    OwnerTier.objects.update_or_create(owner=world.owner, defaults={"level": 4})
    OwnerStanding.objects.filter(owner=world.owner).update(tier=4)
    return world.owner.public_id


def set_judgement(world: World, month: date, **fields: object) -> str:
    """Write columns of a judgement; returns what it is called."""
    with guards_off():
        TierMonth.objects.filter(owner=world.owner, month=month).update(**fields)
    return f"{world.owner.public_id} {month:%Y-%m}"


@damage("tier_step")
def figures_that_nobody_reached(world: World) -> str:
    return set_judgement(world, w.MARCH, sales_fen=300_000, orders=20, buyers=10, refunded=0, disputes=0)


@damage("tier_step")
def a_month_that_was_never_missed(world: World) -> str:
    return set_judgement(world, w.MARCH, misses_after=1)


@damage("tier_chain", "tier_step", "owner_tier", "tier_run")
def a_judgement_from_another_level(world: World) -> Found:
    name = set_judgement(world, w.APRIL, level_before=3, level_after=2)
    return name, name, world.owner.public_id, "2026-04"


@damage("tier_run")
def a_judgement_removed(world: World) -> str:
    with guards_off():
        TierMonth.objects.filter(owner=world.owner, month=w.MARCH).delete()
    return "2026-03"


@damage("tier_run")
def a_run_of_other_figures(world: World) -> str:
    TierRun.objects.filter(month=w.APRIL).update(rose=1)
    return "2026-04"


@damage("commission_audited")
def an_audit_row_rewritten(world: World) -> str:
    with guards_off():
        AuditEntry.objects.filter(
            subject_type="commission", subject_ref=world.ref("second"), event="settle"
        ).update(to_state="void")
    return world.ref("second")
