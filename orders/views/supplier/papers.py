"""Pick list and delivery notes of chosen orders as PDF."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders import errors, papers, services
from orders.models import Order
from suppliers.gates import SupplierRequest, supplier_page
from suppliers.models import Supplier
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.documents import pdf_response


@supplier_page
@require_POST
def pick_list(request: HttpRequest) -> HttpResponse:
    """What to take from the shelves for the chosen orders."""
    return _paper(
        cast(SupplierRequest, request),
        lambda supplier, orders, at: (
            _("配货单") + f"-{clock.local(at):%Y%m%d-%H%M}.pdf",
            papers.pick_list_pdf(supplier, orders, made_at=at),
        ),
    )


@supplier_page
@require_POST
def delivery_notes(request: HttpRequest) -> HttpResponse:
    """A delivery note for each of the chosen orders."""
    return _paper(
        cast(SupplierRequest, request),
        lambda supplier, orders, at: (
            _("发货单") + f"-{clock.local(at):%Y%m%d-%H%M}.pdf",
            papers.delivery_notes_pdf(supplier, orders, made_at=at),
        ),
    )


def _paper(
    request: SupplierRequest, draw: Callable[[Supplier, list[Order], datetime], tuple[str, bytes]]
) -> HttpResponse:
    at = clock.now()
    numbers = [number[:20] for number in request.POST.getlist("order")]
    try:
        orders = services.mark_printed(supplier=request.supplier, numbers=numbers, actor=request.actor, at=at)
    except errors.NothingToPrint as refused:
        messages.error(request, refused.sentence)
        return redirect("supplier:orders")
    return pdf_response(*draw(request.supplier, orders, at))


urlpatterns = [
    path("orders/pick-list/", pick_list, name="orders-pick-list"),
    path("orders/delivery-notes/", delivery_notes, name="orders-delivery-notes"),
]
