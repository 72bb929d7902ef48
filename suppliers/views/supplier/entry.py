"""Entry, and the deposit that ends it."""

from datetime import datetime
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from ledger.models import AccountKind
from ledger.selectors import balance, entries_of, movements_of
from payments.selectors import deposit_charges_of, returned_of_deposit
from payments.services import provider_named
from suppliers import services
from suppliers.forms import ApplicationForm
from suppliers.gates import SupplierRequest, actor_of, company_of, supplier_page
from suppliers.models import Supplier
from suppliers.selectors import bonded_category, profile_of, typed_by
from suppliers.states import OPEN_TO_APPLICANT, TOPS_UP
from suppliers.views.supplier.papers import checklist_of
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError

CHARGES_SHOWN = 20
UNPROCESSABLE = 422


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """The application with its checklist, or where it stands; POST hands it in, first or corrected."""
    user, at = cast(User, request.user), clock.now()
    supplier = company_of(user, changes=request.method == "POST")
    form = _application_form(request, supplier)
    if request.method == "POST" and form is not None:
        supplier = _keep(user, supplier, request, at)
        if form.is_valid():
            try:
                services.submit(
                    supplier=supplier, application=form.application(), actor=actor_of(user, supplier), at=at
                )
                return redirect("supplier:apply")
            except DomainError as error:
                form.refuse(error)
    return render(
        request,
        "suppliers/supplier/apply.html",
        {
            "form": form,
            "supplier": supplier,
            "server_now": at,
            **checklist_of(supplier, at),
        },
        status=UNPROCESSABLE if form is not None and form.errors else 200,
    )


@login_required
@require_POST
def apply_draft(request: HttpRequest) -> HttpResponse:
    """What is typed, kept word for word while it is being typed; the checklist follows."""
    user, at = cast(User, request.user), clock.now()
    supplier = company_of(user, changes=request.method == "POST")
    before = profile_of(supplier) if supplier is not None else None
    supplier = _keep(user, supplier, request, at)
    answer = render(request, "suppliers/supplier/_draft_saved.html", {"saved_at": at})
    if profile_of(supplier) != before:
        answer["HX-Trigger"] = "checklist-changed"
    return answer


@login_required
@require_safe
def apply_checklist(request: HttpRequest) -> HttpResponse:
    """The checklist alone, as it is after the draft was kept."""
    supplier = company_of(cast(User, request.user), changes=False)
    return render(request, "suppliers/supplier/_checklist.html", checklist_of(supplier, clock.now()))


def _application_form(request: HttpRequest, supplier: Supplier | None) -> ApplicationForm | None:
    if supplier is not None and supplier.status not in OPEN_TO_APPLICANT:
        return None
    if request.method == "POST":
        return ApplicationForm(request.POST)
    if supplier is None:
        return ApplicationForm(initial={"proof": "chain"})
    return ApplicationForm.of(supplier, list(profile_of(supplier).brands), typed_by(supplier))


def _keep(user: User, supplier: Supplier | None, request: HttpRequest, at: datetime) -> Supplier:
    """The draft with what was sent, made when there is none."""
    sent = {name: text for name, text in request.POST.items() if isinstance(text, str)}
    return services.keep_draft(
        user=user,
        supplier=supplier,
        typed=ApplicationForm.typed(sent),
        profile=ApplicationForm.profile(sent),
        at=at,
    )


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
            "required_fen": services.required_deposit(supplier, at=at),
            "held_fen": balance(AccountKind.SUPPLIER_DEPOSIT, supplier.public_id),
            "missing_fen": services.missing_deposit(supplier, at=at),
            "bonds_short_fen": services.bonds_short(supplier, at=at),
            "bonded": bonded_category(supplier),
            "tops_up": supplier.status in TOPS_UP and supplier.top_up_by is not None,
            "is_off_sale": supplier.top_up_by is not None and supplier.top_up_by <= at,
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
    path("apply/draft/", apply_draft, name="apply-draft"),
    path("apply/checklist/", apply_checklist, name="apply-checklist"),
    path("deposit/", deposit, name="deposit"),
]
