"""Around publishing a good: its market reference."""

from typing import cast

from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from suppliers import access, services
from suppliers.forms import AttributesForm, MarketForm, ScanForm
from suppliers.gates import SupplierRequest, supplier_page
from suppliers.selectors import references_of
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError


@supplier_page
@require_http_methods(["GET", "HEAD", "POST"])
def market(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the same good costs and pays elsewhere, with evidence; every entry stays."""
    request = cast(SupplierRequest, request)
    found = access.good_for_supplier(request.supplier, public_id)
    form = MarketForm(initial={"seen_on": clock.local(clock.now()).date().isoformat()})
    if request.method == "POST":
        form = MarketForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                services.record_reference(good=found, draft=form.draft(), actor=request.actor, at=clock.now())
            except DomainError as error:
                form.refuse(error)
            else:
                messages.success(request, _("市场参考已登记"))
                return redirect("supplier:market", public_id)
    context = {"form": form, "good": found, "references": references_of(found)[:20]}
    return render(request, "suppliers/supplier/market.html", context, status=422 if form.errors else 200)


@supplier_page
@require_safe
def good_attributes(request: HttpRequest) -> HttpResponse:
    """The questions of a category, with what was typed already: the form's part that changes with it."""
    typed = {name.removeprefix("attribute-"): value for name, value in request.GET.items()}
    form = AttributesForm(None, category_code=request.GET.get("category", ""), answers=typed)
    return render(request, "suppliers/supplier/_attributes.html", {"attributes": form})


@csp_update({"script-src": ["'wasm-unsafe-eval'"]})
@supplier_page
@require_safe
def good_scan(request: HttpRequest) -> HttpResponse:
    """Scan or type a barcode; a right one opens the form of a new good. Here alone WebAssembly may run: the reader of
    barcodes for browsers without one.
    """
    form = ScanForm(request.GET or None)
    if form.is_bound and form.is_valid():
        return redirect(f"{reverse('supplier:good-new')}?barcode={form.cleaned_data['code']}")
    return render(request, "suppliers/supplier/scan.html", {"form": form}, status=422 if form.errors else 200)


urlpatterns = [
    path("goods/scan/", good_scan, name="good-scan"),
    path("goods/attributes/", good_attributes, name="good-attributes"),
    path("goods/<slug:public_id>/market/", market, name="market"),
]
