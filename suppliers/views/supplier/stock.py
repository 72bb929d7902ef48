"""What happened to the stock of a good: movement by movement."""

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from suppliers import access
from suppliers.gates import SupplierRequest, supplier_page
from suppliers.selectors import movements_of, skus_of
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.staff import names_of

MOVEMENTS_PER_PAGE = 50


@supplier_page
@require_safe
def movements(request: HttpRequest, public_id: str) -> HttpResponse:
    """A good's stock movements, newest first; of one SKU with ``?sku=``."""
    supplier = cast(SupplierRequest, request).supplier
    good = access.good_for_supplier(supplier, public_id)
    skus = list(skus_of(good))
    asked = request.GET.get("sku", "")
    chosen = next((sku for sku in skus if str(sku.pk) == asked), None)
    page = Paginator(movements_of(good, sku=chosen), MOVEMENTS_PER_PAGE).get_page(request.GET.get("page"))
    names = names_of(row.person for row in page if row.actor_kind == ActorKind.SUPPLIER)
    context = {
        "good": good,
        "skus": skus,
        "chosen": chosen,
        "page": page,
        "rows": [(row, names.get(row.person, "")) for row in page],
    }
    return render(request, "suppliers/supplier/movements.html", context)


urlpatterns = [path("goods/<slug:public_id>/movements/", movements, name="good-movements")]
