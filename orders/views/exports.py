"""A supplier's goods and orders as files: where to ask for them, and the orders themselves."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from orders.exports import orders_table
from orders.forms import PeriodForm
from suppliers.gates import SupplierRequest, supplier_page
from taoxiaopu.kernel import clock

UNPROCESSABLE = 422


@supplier_page
@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    """Where goods and orders are asked for as files."""
    today = clock.local(clock.now()).date()
    form = PeriodForm(initial={"since": today.replace(day=1), "until": today})
    return render(request, "orders/supplier/exports.html", {"form": form})


@supplier_page
@require_safe
def orders_file(request: HttpRequest) -> HttpResponseBase:
    """The lines of all orders paid in a period, with parcels; no name, telephone or address is in it."""
    supplier = cast(SupplierRequest, request).supplier
    form = PeriodForm(request.GET)
    if not form.is_valid():
        return render(request, "orders/supplier/exports.html", {"form": form}, status=UNPROCESSABLE)
    typed = form.cleaned_data
    return orders_table(supplier, typed["since"], typed["until"], typed["form"])


urlpatterns = [
    path("exports/", exports, name="exports"),
    path("exports/orders/", orders_file, name="orders-export"),
]
