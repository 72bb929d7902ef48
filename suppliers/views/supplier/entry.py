"""Entry, and the deposit that ends it."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods

from accounts.models import User
from ledger.models import AccountKind
from ledger.selectors import balance, entries_of, movements_of
from payments.selectors import deposit_charges_of, returned_of_deposit
from payments.services import provider_named
from suppliers import services
from suppliers.forms import ApplicationForm
from suppliers.gates import SupplierRequest, supplier_page
from suppliers.models import Supplier
from suppliers.selectors import supplier_of
from suppliers.states import SupplierStatus
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.settings import rules_at

CHARGES_SHOWN = 20
UNPROCESSABLE = 422


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """The application, or where it stands; a rejected one can be handed in again, corrected."""
    user = cast(User, request.user)
    supplier = supplier_of(user)
    form = _application_form(request, supplier)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            _hand_in(user, supplier, form)
            return redirect("supplier:apply")
        except DomainError as error:
            form.refuse(error)
    return render(
        request,
        "suppliers/supplier/apply.html",
        {"form": form, "supplier": supplier},
        status=UNPROCESSABLE if form is not None and form.errors else 200,
    )


def _application_form(request: HttpRequest, supplier: Supplier | None) -> ApplicationForm | None:
    if supplier is not None and supplier.status != SupplierStatus.REJECTED:
        return None
    if request.method == "POST":
        return ApplicationForm(request.POST)
    if supplier is None:
        return ApplicationForm(initial={"proof": "chain"})
    return ApplicationForm.of(supplier, [brand.name for brand in supplier.brands.order_by("id")])


def _hand_in(user: User, supplier: Supplier | None, form: ApplicationForm) -> None:
    if supplier is None:
        services.apply(user=user, application=form.application(), at=clock.now())
        return
    actor = Actor(ActorKind.SUPPLIER, supplier.public_id, user.public_id)
    services.resubmit(supplier=supplier, application=form.application(), actor=actor, at=clock.now())


@supplier_page
@require_http_methods(["GET", "HEAD", "POST"])
def deposit(request: HttpRequest) -> HttpResponse:
    """What is still missing before the first good can be listed; POST leads to the cashier."""
    request = cast(SupplierRequest, request)
    supplier, at = request.supplier, clock.now()
    if request.method == "POST":
        try:
            charge = services.open_deposit_payment(supplier=supplier, actor=request.actor, at=at)
        except DomainError as refused:
            messages.error(request, refused.sentence)
            return redirect("supplier:deposit")
        return redirect(provider_named(charge.provider).cashier_url(charge.number))
    kinds = [AccountKind.SUPPLIER_DEPOSIT]
    return render(
        request,
        "suppliers/supplier/deposit.html",
        {
            "supplier": supplier,
            "required_fen": rules_at(at).SUPPLIER_DEPOSIT_FEN,
            "held_fen": balance(AccountKind.SUPPLIER_DEPOSIT, supplier.public_id),
            "missing_fen": services.missing_deposit(supplier, at=at),
            "charges": deposit_charges_of(supplier.public_id)[:CHARGES_SHOWN],
            "returned": returned_of_deposit(supplier.public_id)[:CHARGES_SHOWN],
            "entries": entries_of(
                supplier.public_id, movements_of(supplier.public_id, kinds)[:CHARGES_SHOWN]
            ),
            "is_confirming": bool(request.GET.get("confirming")),
            "nav": "supplier:payable",
        },
    )


urlpatterns = [
    path("apply/", apply, name="apply"),
    path("deposit/", deposit, name="deposit"),
]
