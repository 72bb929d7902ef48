"""Tracking numbers in a batch: paste or upload, look, ship what can be shipped."""

from collections.abc import Sequence
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from orders import services
from orders.forms import BatchForm
from orders.services import BatchLine
from orders.states import Carrier
from suppliers.gates import SupplierRequest, supplier_page
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError


@supplier_page
@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: HttpRequest) -> HttpResponse:
    """GET shows the empty form; POST shows each line with what would become of it, or ships (``step=ship``)."""
    request = cast(SupplierRequest, request)
    if request.method != "POST":
        return _page(request, BatchForm(), [], is_shipped=False)
    form = BatchForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, [], is_shipped=False, status=422)
    text, at, ships = form.cleaned_data["text"], clock.now(), request.POST.get("step") == "ship"
    try:
        if ships:
            lines = services.ship_batch(supplier=request.supplier, text=text, actor=request.actor, at=at)
        else:
            lines = services.check_batch(supplier=request.supplier, text=text, at=at)
    except DomainError as error:
        form.refuse(error)
        return _page(request, form, [], is_shipped=False, status=error.status)
    if ships:
        done = sum(line.state == "done" for line in lines)
        words = ngettext("{n} 个包裹已发出", "{n} 个包裹已发出", done).format(n=done)
        (messages.success if done else messages.warning)(request, words)
        left = "\n".join(line.text for line in lines if line.state == "error")
        return _page(request, BatchForm(initial={"text": left}), lines, is_shipped=True)
    return _page(request, BatchForm(initial={"text": text}), lines, is_shipped=False)


def _page(
    request: SupplierRequest,
    form: BatchForm,
    lines: Sequence[BatchLine],
    *,
    is_shipped: bool,
    status: int = 200,
) -> HttpResponse:
    count = {state: sum(line.state == state for line in lines) for state in ("ready", "done", "error")}
    context = {
        "form": form,
        "lines": lines,
        "count": count,
        "is_shipped": is_shipped,
        "text": form.initial.get("text", ""),
        "carriers": [(carrier.label, carrier.value) for carrier in Carrier],
        "nav": "supplier:orders",
        "words": {"ready": _("可以发货"), "done": _("已发出"), "error": _("有问题")},
    }
    return render(request, "orders/supplier/batch.html", context, status=status)


urlpatterns = [path("orders/batch/", batch, name="orders-batch")]
