"""Papers of the checklist, before and after entry; bonds of categories."""

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from ledger.models import AccountKind
from ledger.selectors import balance
from payments.selectors import deposit_charges_of, returned_of_deposit
from payments.services import provider_named
from payments.states import Purpose
from suppliers import access, services
from suppliers.forms import PaperForm
from suppliers.gates import SupplierRequest, actor_of, company_of, supplier_page
from suppliers.models import Supplier
from suppliers.selectors import all_papers, bonds_of, entry_checklist
from suppliers.states import APPLYING, OPEN_TO_APPLICANT, SupplierStatus
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError, NotFound
from taoxiaopu.kernel.settings import rules_at

CHARGES_SHOWN = 20


def checklist_of(
    supplier: Supplier | None, at: datetime, problem: str = "", where: str = ""
) -> dict[str, Any]:
    """What the checklist's template shows; ``problem`` is said at the place named ``where``."""
    items = []
    if supplier is not None:
        is_applying = supplier.status in APPLYING
        items = entry_checklist(supplier, at=at) if is_applying else all_papers(supplier, at=at)
    return {
        "items": items,
        "done": sum(item.is_ready for item in items),
        "may_hand_in": supplier is not None
        and (supplier.status in OPEN_TO_APPLICANT or supplier.status not in APPLYING),
        "asks_chain": supplier is not None and not any(item.place.brand for item in items),
        "page_limit": rules_at(at).PAPER_PAGES_MAX,
        "problem": problem,
        "where": where,
    }


@supplier_page
@require_safe
def papers(request: HttpRequest) -> HttpResponse:
    """All papers of a supplier that is in: what counts until when, what is missing, what staff want mended."""
    supplier = cast(SupplierRequest, request).supplier
    if supplier.status in APPLYING:
        return redirect("supplier:apply")
    context = checklist_of(supplier, clock.now()) | {"supplier": supplier, "nav": "supplier:papers"}
    return render(request, "suppliers/supplier/papers.html", context)


@login_required
@require_POST
def new_paper(request: HttpRequest) -> HttpResponse:
    """Hand a paper in; by htmx the checklist comes back, with what was wrong beside its place."""
    user, at = cast(User, request.user), clock.now()
    supplier = company_of(user, changes=True)
    problem = _hand_in(request, user, supplier, at) if supplier is not None else _("请先填写申请资料")
    if request.headers.get("HX-Request"):
        sent = request.POST
        where = "-".join((sent.get("requirement", ""), sent.get("brand", ""), sent.get("level") or "0"))
        context = checklist_of(supplier, at, problem, where)
        return render(request, "suppliers/supplier/_checklist.html", context)
    if problem:
        messages.error(request, problem)
    is_in = supplier is not None and supplier.status not in APPLYING
    return redirect(reverse("supplier:papers" if is_in else "supplier:apply") + "#papers")


def _hand_in(request: HttpRequest, user: User, supplier: Supplier, at: datetime) -> str:
    """Hand in what was sent; returns what was wrong with it, or nothing."""
    form = PaperForm(request.POST)
    if not form.is_valid():
        return next(iter(form.errors.values()))[0]
    files = cast(list[UploadedFile], request.FILES.getlist("files"))
    limit = rules_at(at).PAPER_PAGES_MAX
    if len(files) > limit:
        return _("每份材料最多 {limit} 页").format(limit=limit)
    try:
        services.hand_in_paper(
            supplier=supplier, draft=form.draft(files), actor=actor_of(user, supplier), at=at
        )
    except DomainError as refused:
        return refused.sentence
    return ""


@login_required
@require_safe
def paper_page(request: HttpRequest, public_id: str, position: int) -> HttpResponse:
    """One page of one of the supplier's own papers."""
    supplier = company_of(cast(User, request.user), changes=False)
    if supplier is None:
        raise NotFound
    paper = access.paper_for_supplier(supplier, public_id)
    answer = HttpResponse(
        services.page_for_its_supplier(paper=paper, position=position), content_type="image/webp"
    )
    answer["Cache-Control"] = "no-store"
    return answer


@supplier_page
@require_http_methods(["GET", "HEAD", "POST"])
def bonds(request: HttpRequest) -> HttpResponse:
    """Which categories ask for a bond and what is paid; POST leads to the cashier."""
    request = cast(SupplierRequest, request)
    supplier, at = request.supplier, clock.now()
    if request.method == "POST":
        try:
            charge = services.open_bond_payment(
                supplier=supplier, category_code=request.POST.get("category", ""), actor=request.actor, at=at
            )
        except DomainError as refused:
            messages.error(request, refused.sentence)
            return redirect("supplier:bonds")
        return redirect(provider_named(charge.provider).cashier_url(charge.number))
    rows = [
        (category, since, services.missing_bond(supplier, category)) for category, since in bonds_of(supplier)
    ]
    return render(
        request,
        "suppliers/supplier/bonds.html",
        {
            "supplier": supplier,
            "rows": rows,
            "held_fen": balance(AccountKind.CATEGORY_BOND, supplier.public_id),
            "charges": deposit_charges_of(supplier.public_id, Purpose.BOND)[:CHARGES_SHOWN],
            "returned": returned_of_deposit(supplier.public_id, Purpose.BOND)[:CHARGES_SHOWN],
            "may_pay": supplier.status == SupplierStatus.ACTIVE,
            "nav": "supplier:papers",
        },
    )


urlpatterns = [
    path("papers/", papers, name="papers"),
    path("papers/new/", new_paper, name="paper-new"),
    path("papers/<slug:public_id>/<int:position>/", paper_page, name="paper-page"),
    path("bonds/", bonds, name="bonds"),
]
