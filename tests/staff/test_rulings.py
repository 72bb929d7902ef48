"""Ruling on the staff's page: claim, preview to the fen, two people above the limit, appeal, and who was first."""

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from disputes import services as disputes
from disputes.admin.ruling import digest_of, draft_of
from disputes.models import Dispute, Ruling
from ledger.models import AccountKind
from ledger.selectors import balances
from orders.models import Order
from taoxiaopu.kernel.templatetags.kernel_format import local_time
from tests.factories import story
from tests.staff import world
from tests.staff.test_acts import press
from tests.staff.world import clock

FULL = {
    "outcome": "full_refund",
    "liable": "supplier",
    "amount": "",
    "rule_number": "§5.5 质量",
    "reason": "瓶身开裂，供应商未能说明。",
}


def ruled(desk: Client, dispute: Dispute, data: dict[str, str], confirm: str = "decide") -> Any:
    """Preview, then confirm exactly what was shown. Returns the preview and the answer to the confirmation."""
    base = "admin:disputes_dispute_act"
    shown = desk.post(reverse(base, args=[dispute.pk, "preview"]), data)
    assert shown.status_code == 200
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', shown.content.decode())
    assert seen is not None
    answer = desk.post(reverse(base, args=[dispute.pk, confirm]), data | {"seen": seen[1]})
    return shown.context["preview"], answer


def reviewed(*, price_fen: int = 10_000, final: bool = False) -> Dispute:
    """A dispute ready to be ruled, of an order through a shop, before or after the money was divided."""
    at = clock.now()
    good = story.good(story.supplier(at), at, price_fen=price_fen)
    shop = story.picked_shop(at, good)
    if not final:
        return world.in_review(world.received(good, at, through=shop), at)
    order = story.finalised_order(good, at, through=shop)
    claim = disputes.open_claim(
        line=story.line_of(order), text="鉴定为假货", actor=world.buyer(order), at=order.finalised_at
    )
    disputes.mark_done(dispute=claim, actor=world.buyer(order), at=order.finalised_at)
    disputes.mark_done(dispute=claim, actor=story.supplier_actor(order.supplier), at=order.finalised_at)
    claim.refresh_from_db()
    return claim


def moved(before: dict[Any, int], after: dict[Any, int]) -> dict[str, int]:
    """By how much the balance of each kind of account changed."""
    changes: dict[str, int] = {}
    for key in set(before) | set(after):
        changes[key[0]] = changes.get(key[0], 0) + after.get(key, 0) - before.get(key, 0)
    return {kind: fen for kind, fen in changes.items() if fen}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("outcome", "amount", "parts"),
    [("full_refund", "", (9999, 7999, 1800, 200)), ("partial_refund", "33.33", (3333, 2666, 600, 67))],
)
def test_after_final_the_preview_is_what_is_booked_to_the_fen(
    desk: Client, outcome: str, amount: str, parts: tuple[int, int, int, int]
) -> None:
    dispute = reviewed(price_fen=9999, final=True)
    preview, answer = ruled(desk, dispute, FULL | {"outcome": outcome, "amount": amount})
    assert answer.status_code == 302
    assert (preview.refund_fen, preview.supplier_fen, preview.owner_fen, preview.platform_fen) == parts
    assert preview.refund_fen == preview.supplier_fen + preview.owner_fen + preview.platform_fen
    assert not preview.from_escrow

    before = balances()
    disputes.sweep(at=dispute.deadline + world.timedelta(days=10))
    dispute.refresh_from_db()
    assert dispute.status == "closed"
    changes = moved(before, balances())
    assert changes == {
        AccountKind.SUPPLIER_PAYABLE: -preview.supplier_fen,
        AccountKind.OWNER_CONFIRMED: -preview.owner_fen,
        AccountKind.PLATFORM_FEE: -preview.platform_fen,
        AccountKind.REFUND_CLEARING: preview.refund_fen,
    }


@pytest.mark.django_db
def test_before_final_the_preview_is_what_each_party_then_lacks(desk: Client) -> None:
    dispute = reviewed(price_fen=9999)
    preview, answer = ruled(desk, dispute, FULL | {"outcome": "partial_refund", "amount": "33.33"})
    assert answer.status_code == 302
    assert preview.from_escrow
    before = balances()
    at = clock.now() + world.timedelta(hours=73)
    disputes.sweep(at=at)
    assert moved(before, balances()) == {AccountKind.ESCROW: -3333, AccountKind.REFUND_CLEARING: 3333}
    story.orders.sweep(at=at + world.timedelta(days=30))
    order = Order.objects.get(pk=dispute.order_id)
    assert order.status == "finalised"
    kept = balances()
    whole = {
        AccountKind.SUPPLIER_PAYABLE: 7999,
        AccountKind.OWNER_CONFIRMED: 1800,
        AccountKind.PLATFORM_FEE: 200,
    }
    lacks = {kind: fen - sum(v for k, v in kept.items() if k[0] == kind) for kind, fen in whole.items()}
    assert lacks == {
        AccountKind.SUPPLIER_PAYABLE: preview.supplier_fen,
        AccountKind.OWNER_CONFIRMED: preview.owner_fen,
        AccountKind.PLATFORM_FEE: preview.platform_fen,
    }


@pytest.mark.django_db
def test_what_was_not_previewed_cannot_be_confirmed(desk: Client) -> None:
    dispute = reviewed()
    address = reverse("admin:disputes_dispute_act", args=[dispute.pk, "decide"])
    for seen in ("", "0" * 64):
        answer = desk.post(address, FULL | {"seen": seen})
        assert answer.status_code == 200
        assert "请核对新的预览后再确认" in answer.content.decode()
    assert not Ruling.objects.exists()
    for amount in ("", "0", "100.00", "1e3", "-5"):
        refused = desk.post(
            reverse("admin:disputes_dispute_act", args=[dispute.pk, "preview"]),
            FULL | {"outcome": "partial_refund", "amount": amount},
        )
        assert refused.status_code == 400
        assert FULL["reason"] in refused.content.decode()
    assert not Ruling.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("price_fen", "status"), [(200_000, "decided"), (200_001, "second_approval")])
def test_two_people_above_two_thousand_yuan(
    judge: User, second: User, desk: Client, second_desk: Client, price_fen: int, status: str
) -> None:
    dispute = reviewed(price_fen=price_fen)
    preview, answer = ruled(desk, dispute, FULL)
    assert answer.status_code == 302
    assert preview.needs_second == (status == "second_approval")
    dispute.refresh_from_db()
    assert dispute.status == status
    if status == "decided":
        assert press(second_desk, dispute, "approve") == 409
        return
    assert press(desk, dispute, "approve") == 409
    dispute.refresh_from_db()
    assert dispute.status == "second_approval"
    assert press(second_desk, dispute, "approve") == 302
    dispute.refresh_from_db()
    assert dispute.status == "decided"
    ruling = Ruling.objects.get()
    assert (ruling.decided_by, ruling.approved_by) == (judge.public_id, second.public_id)


@pytest.mark.django_db
def test_the_second_person_may_send_it_back(desk: Client, second_desk: Client) -> None:
    dispute = reviewed(price_fen=200_001)
    ruled(desk, dispute, FULL)
    assert press(desk, dispute, "send-back", {"reason": "证据不足"}) == 409
    assert press(second_desk, dispute, "send-back", {"reason": "证据不足"}) == 302
    dispute.refresh_from_db()
    assert dispute.status == "review"
    assert not Ruling.objects.exists()


@pytest.mark.django_db
def test_the_later_of_two_is_told_who_decided_and_when(
    judge: User, desk: Client, second_desk: Client
) -> None:
    dispute = reviewed()
    assert (
        "作出裁定"
        in second_desk.get(reverse("admin:disputes_dispute_change", args=[dispute.pk])).content.decode()
    )
    shown = second_desk.post(reverse("admin:disputes_dispute_act", args=[dispute.pk, "preview"]), FULL)
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', shown.content.decode())
    assert seen is not None
    _preview, first = ruled(desk, dispute, FULL)
    assert first.status_code == 302

    late = second_desk.post(
        reverse("admin:disputes_dispute_act", args=[dispute.pk, "decide"]), FULL | {"seen": seen[1]}
    )
    assert late.status_code == 409
    assert f"该争议已由青禾于 {local_time(Ruling.objects.get().decided_at)} 裁定" in html.unescape(
        late.content.decode()
    )
    assert Ruling.objects.get().decided_by == judge.public_id


@pytest.mark.django_db
def test_a_claimed_dispute_is_ruled_by_nobody_else(desk: Client, second_desk: Client) -> None:
    dispute = reviewed()
    assert press(desk, dispute, "claim") == 302
    answer = second_desk.post(reverse("admin:disputes_dispute_act", args=[dispute.pk, "claim"]))
    assert answer.status_code == 409
    assert "该争议已由青禾承办" in answer.content.decode()
    page = second_desk.get(reverse("admin:disputes_dispute_change", args=[dispute.pk])).content.decode()
    assert "预览资金变动" not in page
    stale = reverse("admin:disputes_dispute_act", args=[dispute.pk, "decide"])
    preview = disputes.preview_ruling(dispute=dispute, draft=draft_of(FULL | {"amount": 0}), at=clock.now())
    seen = digest_of(draft_of(FULL | {"amount": 0}), preview)
    assert second_desk.post(stale, FULL | {"seen": seen}).status_code == 409
    assert not Ruling.objects.exists()


@pytest.mark.django_db
def test_an_appeal_is_decided_by_another_person_and_executed(desk: Client, second_desk: Client) -> None:
    dispute = reviewed()
    ruled(desk, dispute, FULL | {"outcome": "partial_refund", "amount": "30"})
    dispute.refresh_from_db()
    disputes.appeal(dispute=dispute, text="补充检测报告", actor=world.buyer(dispute.order), at=clock.now())
    assert press(desk, dispute, "uphold") == 409
    assert (
        "改判"
        not in desk.get(reverse("admin:disputes_dispute_change", args=[dispute.pk]))
        .content.decode()
        .split("操作记录")[0]
    )
    preview, answer = ruled(second_desk, dispute, FULL, "change")
    assert answer.status_code == 302
    dispute.refresh_from_db()
    dispute.line.refresh_from_db()
    assert dispute.status == "closed"
    assert dispute.line.refunded_fen == preview.refund_fen == 10_000
    assert press(second_desk, dispute, "uphold") == 409
