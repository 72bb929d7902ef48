"""Reporting a line out of stock: what it costs is shown to the fen before anything happens."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders import access, services
from orders.forms import ShortageForm
from orders.states import ORDERS
from suppliers.gates import SupplierRequest, supplier_page
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.errors import DomainError, MoveRefused
from taoxiaopu.kernel.templatetags.kernel_format import yuan_sign


@supplier_page
@require_http_methods(["GET", "HEAD", "POST"])
def shortage(request: HttpRequest, ref: str) -> HttpResponse:
    """One line: refund and compensation; POST does it when they are still what was shown."""
    request = cast(SupplierRequest, request)
    line = access.line_for_supplier(request.supplier, ref)
    at = clock.now()
    may = "out_of_stock" in ORDERS.events(line.order.status, ActorKind.SUPPLIER)
    if not may or line.shipped_in_id is not None or line.is_refunded:
        raise MoveRefused(state=line.order.get_status_display(), event=_("申报缺货"))
    form = ShortageForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        try:
            done = services.report_shortage(
                line=line,
                seen=form.shortage(),
                empties_stock=form.cleaned_data["empties_stock"],
                actor=request.actor,
                at=at,
            )
        except DomainError as error:
            form.refuse(error)
        else:
            words = _("已退款 {refund}，赔付买家 {compensation}").format(
                refund=yuan_sign(done.refund_fen), compensation=yuan_sign(done.compensation_fen)
            )
            messages.success(request, words)
            return redirect("supplier:order", line.order.number)
    due = services.shortage_of(line=line, at=at)
    errors = form.non_field_errors() if form is not None else []
    shown = {
        "goods_fen": due.goods_fen,
        "freight_fen": due.freight_fen,
        "compensation_fen": due.compensation_fen,
    }
    context = {
        "line": line,
        "order": line.order,
        "due": due,
        "form": ShortageForm(initial=shown),
        "errors": errors,
        "nav": "supplier:orders",
    }
    return render(request, "orders/supplier/shortage.html", context, status=422 if form else 200)


urlpatterns = [path("order-lines/<slug:ref>/shortage/", shortage, name="line-shortage")]
