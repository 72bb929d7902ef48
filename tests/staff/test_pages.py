"""Every page of the staff's desk opens with data, is closed to everyone else, and changes nothing by itself."""

import itertools
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories import story
from tests.staff import world
from tests.staff.conftest import signed_in

SINGLE = (
    "admin:index", "admin:suppliers_good_review", "admin:ledger_account_trial",
    "admin:storefronts_invitationcode_issue", "admin:commissions_tieroverride_give", "staff:import",
    "admin:reconciliation_run_ages", "admin:reconciliation_manualjournal_propose", "admin:tax_withholding_tables",
    "staff:holds", "staff:closing",
)  # fmt: skip


def base_of(model: type) -> str:
    """The part of an admin's address names that says which model."""
    return f"admin:{model._meta.app_label}_{model._meta.model_name}"


def one_of_each(model: type) -> list[Any]:
    """One row in each state, or the first two of a model without states."""
    rows = list(model._default_manager.order_by("pk"))
    if not hasattr(model, "status"):
        return rows[:2]
    return list({row.status: row for row in rows}.values())


def count_rows() -> dict[str, int]:
    """How many rows every table has, sessions apart."""
    return {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models()
        if model._meta.label != "sessions.Session"
    }


@pytest.mark.django_db
def test_every_list_and_page_opens_with_data_and_changes_nothing(judge: User, desk: Client) -> None:
    made = world.build(judge)
    before = count_rows()
    for model in admin.site._registry:
        rows = one_of_each(model)
        assert rows, f"the world holds no {model}"
        listing = reverse(f"{base_of(model)}_changelist")
        for query in ("", "?q=%E5%A5%BD"):
            answer = desk.get(listing + query)
            assert answer.status_code == 200, (model, query)
            assert "&lt;span" not in answer.content.decode(), f"{model} shows markup as text"
        for row in rows:
            page = reverse(f"{base_of(model)}_change", args=[row.pk])
            assert desk.get(page).status_code == 200, page
        page = reverse(f"{base_of(model)}_change", args=[rows[0].pk])
        for address in (
            listing,
            page,
            f"{listing}add/",
            page.replace("/change/", "/delete/"),
            f"{page}history/",
        ):
            refused = desk.post(
                address, {"post": "yes", "action": "delete_selected", "_selected_action": rows[0].pk}
            )
            assert refused.status_code in (403, 404, 405), address
    for name in SINGLE:
        assert desk.get(reverse(name)).status_code == 200
    assert desk.get(reverse("staff:import-detail", args=[made.catalogue.public_id])).status_code == 200
    assert count_rows() == before


@pytest.mark.django_db
def test_personal_data_is_masked_until_somebody_gives_a_reason(judge: User, desk: Client) -> None:
    at = world.clock.now()
    order = story.paid_order(story.good(story.supplier(at), at), at)
    page = desk.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert "李**" in page
    assert "139****2222" in page
    for secret in ("李青禾", "13911112222", "文三路"):
        assert secret not in page

    reveal = reverse("admin:orders_order_act", args=[order.pk, "reveal"])
    entries = world.AuditEntry.objects.filter(subject_ref=order.number, event="reveal")
    assert desk.post(reveal, {"reason": ""}).status_code == 400
    assert not entries.exists()

    shown = desk.post(reveal, {"reason": "核对退件地址"})
    for secret in ("李青禾", "13911112222", "文三路"):
        assert secret in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    assert list(entries.values_list("person", "reason")) == [(judge.public_id, "核对退件地址")]


@pytest.mark.django_db
def test_nobody_but_staff_opens_any_staff_page() -> None:
    at = world.clock.now()
    supplier, owner = story.supplier(at), story.owner(at)
    member = supplier.members.get().user
    addresses = [reverse(f"{base_of(model)}_changelist") for model in admin.site._registry]
    addresses += [reverse(f"{base_of(model)}_change", args=[1]) for model in admin.site._registry]
    addresses += [reverse(name) for name in SINGLE]
    addresses.append(reverse("staff:import-report", args=["anything"]))
    for client, address in itertools.product((Client(), signed_in(member), signed_in(owner.user)), addresses):
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("admin:login"))
    act = reverse("admin:suppliers_supplier_act", args=[supplier.pk, "suspend"])
    assert signed_in(member).post(act, {"reason": "自己来"}).status_code == 302
    supplier.refresh_from_db()
    assert supplier.status == "active"
    assert signed_in(member).get(reverse("admin:login")).status_code == 403
    assert Client().get(reverse("admin:login"))["Location"] == "/accounts/sign-in/?next=%2Fadmin%2F"


@pytest.mark.django_db
def test_the_trial_balance_and_an_order_s_money_add_up(desk: Client) -> None:
    at = world.clock.now()
    good = story.good(story.supplier(at), at)
    order = story.finalised_order(good, at, through=story.picked_shop(at, good))
    trial = desk.get(reverse("admin:ledger_account_trial"))
    assert trial.context["is_balanced"]
    assert "借贷相等，账目平衡" in trial.content.decode()
    page = desk.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    for words in ("¥80.00", "¥18.00", "¥2.00", "¥100.00", "¥200.00", "借贷相等"):
        assert words in page
