"""Entry of suppliers: both sides of each gate, review, freight (docs/rules.md §1.3 rules 30-31, §10.2)."""

from typing import Any

import pytest

from ledger.models import Account
from suppliers import errors
from suppliers import services as suppliers
from suppliers.models import Paper, Supplier
from suppliers.selectors import entry_checklist
from suppliers.states import SUPPLIERS, ProofKind, SupplierStatus
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, MoveRefused
from tests.factories import story
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
VOUCHER = {"proof": ProofKind.VOUCHER, "chain_levels": None}


@pytest.mark.parametrize(
    "changes",
    [
        {"capital_fen": 100_000_000},
        {"chain_levels": 1},
        {"chain_levels": 3},
        VOUCHER | {"voucher_note": "采购合同和发票各一份可查"[:10]},
        {"brands": ("山茶花", " 山茶花 ", "", "甲" * 40)},
        {"name": "甲乙"},
    ],
)
def test_who_meets_the_conditions_may_apply(changes: dict[str, Any]) -> None:
    supplier = story.hand_in(story.user(1), AT, **changes)
    assert (supplier.status, supplier.members.count()) == ("submitted", 1)
    assert supplier.brands.count() == (2 if "brands" in changes else 1)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"capital_fen": 99_999_999}, errors.CapitalTooLow),
        ({"capital_fen": 0}, errors.CapitalTooLow),
        ({"is_general_taxpayer": False}, errors.NotGeneralTaxpayer),
        ({"chain_levels": 4}, errors.ChainTooLong),
        ({"chain_levels": 0}, errors.ChainTooLong),
        ({"chain_levels": None}, errors.ChainTooLong),
        (VOUCHER | {"voucher_note": "采购合同和发票各一"}, errors.VoucherMissing),
        ({"brands": ()}, errors.BrandMissing),
        ({"brands": ("  ",)}, errors.BrandMissing),
        ({"brands": ("甲" * 41,)}, errors.BrandMissing),
        ({"credit_code": "91350100M000100Y44"}, errors.BadCreditCode),
        ({"credit_code": ""}, errors.BadCreditCode),
        ({"name": "甲"}, BadInput),
        ({"name": "甲" * 61}, BadInput),
    ],
)
def test_who_does_not_is_told_why(changes: dict[str, Any], error: type[Exception]) -> None:
    user = story.user(1)
    before = picture()
    with pytest.raises(error):
        suppliers.apply(user=user, application=story.application(1, **changes), at=AT)
    assert picture() == before


def test_the_sentence_names_both_amounts() -> None:
    with pytest.raises(errors.CapitalTooLow) as refused:
        suppliers.apply(user=story.user(1), application=story.application(1, capital_fen=99_999_999), at=AT)
    assert "¥999,999.99" in refused.value.sentence
    assert "¥1,000,000.00" in refused.value.sentence


def test_one_company_and_one_account_apply_once() -> None:
    user = story.user(1)
    story.hand_in(user, AT)
    other = story.user(2)
    before = picture()
    with pytest.raises(errors.CreditCodeTaken):
        story.hand_in(other, AT)
    with pytest.raises(errors.AlreadyMember):
        suppliers.apply(user=user, application=story.application(2), at=AT)
    assert picture() == before


def decide(supplier: Supplier, event: str, actor: Actor) -> Supplier:
    known = {"public_id": supplier.public_id, "actor": actor, "at": AT}
    again = story.application(1, name="山茶花有限公司")
    acts: dict[str, Any] = {
        "take": lambda: suppliers.take_application(**known),
        "ask": lambda: suppliers.ask_for_more(**known, note="请补充"),
        "approve": lambda: suppliers.approve_supplier(**known),
        "reject": lambda: suppliers.reject_supplier(**known, reason="材料不清"),
        "suspend": lambda: suppliers.suspend_supplier(**known, reason="核查中"),
        "resume": lambda: suppliers.resume_supplier(**known),
        "leave": lambda: suppliers.begin_exit(**known, reason="换平台"),
        "come_back": lambda: suppliers.come_back(**known),
        "submit": lambda: suppliers.submit(supplier=supplier, application=again, actor=actor, at=AT),
        "resubmit": lambda: suppliers.resubmit(supplier=supplier, application=again, actor=actor, at=AT),
        "deposit": lambda: story.pay_deposit(supplier, AT),
    }
    return acts[event]()  # type: ignore[no-any-return]


EVENTS = ("take", "ask", "approve", "reject", "suspend", "resume", "submit", "resubmit", "leave", "come_back")


@pytest.mark.parametrize("status", SupplierStatus.values)
def test_every_event_by_every_actor(status: str) -> None:
    supplier = story.hand_in(story.user(1), AT)
    for item in entry_checklist(supplier, at=AT):
        Paper.objects.filter(pk=item.open.pk).update(status="fine", judged_at=AT)
    for event in EVENTS:
        for kind in ActorKind:
            move = SUPPLIERS.find(status, event, kind)
            leaves = {"exiting_since": AT, "exit_from": "active", "exit_by": "supplier"}
            stays = {"exiting_since": None, "exit_from": "", "exit_by": ""}
            Supplier.objects.filter(pk=supplier.pk).update(
                status=status,
                exited_at=AT if status == "exited" else None,
                **(leaves if status in ("exiting", "exited") else stays),
            )
            supplier.refresh_from_db()
            if event == "submit" and status != "draft" and SUPPLIERS.find(status, "resubmit", kind):
                continue  # the one verb for both
            if move is None:
                before = Supplier.objects.values().get()
                with pytest.raises(MoveRefused):
                    decide(supplier, event, Actor(kind, ref_of(kind, supplier)))
                assert Supplier.objects.values().get() == before
            else:
                actor = Actor(kind, ref_of(kind, supplier))
                assert decide(supplier, event, actor).status == move.target


def ref_of(kind: ActorKind, supplier: Supplier) -> str:
    """Who acts: the supplier itself, or anybody of the other kinds."""
    return supplier.public_id if kind == ActorKind.SUPPLIER else "tests"


def test_approval_opens_the_accounts() -> None:
    supplier = story.supplier(AT)
    kinds = Account.objects.filter(party=supplier.public_id).values_list("kind", flat=True)
    assert sorted(kinds) == ["supplier_deposit", "supplier_payable"]
    assert supplier.decided_at == AT


@pytest.mark.parametrize(
    ("freight", "free_from", "good"),
    [
        (0, 0, True),
        (10_000, 10_000_000, True),
        (10_001, 0, False),
        (-1, 0, False),
        (0, -1, False),
        (0, 10_000_001, False),
    ],
)
def test_freight_has_limits(freight: int, free_from: int, good: bool) -> None:
    supplier = story.supplier(AT)
    actor = story.supplier_actor(supplier)
    if good:
        suppliers.set_freight(supplier=supplier, freight_fen=freight, free_from_fen=free_from, actor=actor)
        supplier.refresh_from_db()
        assert (supplier.freight_fen, supplier.free_freight_from_fen) == (freight, free_from)
        return
    before = picture()
    with pytest.raises(BadInput):
        suppliers.set_freight(supplier=supplier, freight_fen=freight, free_from_fen=free_from, actor=actor)
    assert picture() == before
