"""Webhooks: where to, a secret shown once, the log, and sending once more."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from suppliers import access, services
from suppliers.forms import WebhookForm
from suppliers.gates import SupplierRequest, supplier_page
from suppliers.selectors import deliveries_of, webhooks_of
from suppliers.states import WebhookEvent
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError

PER_PAGE = 30
UNPROCESSABLE = 422


@never_cache
@supplier_page
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: HttpRequest) -> HttpResponse:
    """The endpoints; POST adds one and shows its secret, this once."""
    request = cast(SupplierRequest, request)
    form, secret = WebhookForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            _row, secret = services.add_endpoint(
                supplier=request.supplier,
                url=form.cleaned_data["url"].strip(),
                events=[WebhookEvent(event) for event in form.cleaned_data["events"]],
                actor=request.actor,
                at=clock.now(),
            )
            form = WebhookForm()
        except DomainError as error:
            form.refuse(error)
    return _page(request, form, secret)


def _page(request: SupplierRequest, form: WebhookForm, secret: str) -> HttpResponse:
    page = {
        "form": form,
        "secret": secret,
        "endpoints": webhooks_of(request.supplier),
        "nav": "supplier:webhooks",
    }
    return render(
        request, "suppliers/supplier/webhooks.html", page, status=UNPROCESSABLE if form.errors else 200
    )


@never_cache
@supplier_page
@require_POST
def webhook_secret(request: HttpRequest, public_id: str) -> HttpResponse:
    """Another secret, shown this once."""
    request = cast(SupplierRequest, request)
    found = access.webhook_for(request.supplier, public_id)
    secret = services.rotate_secret(endpoint=found, actor=request.actor, at=clock.now())
    return _page(request, WebhookForm(), secret)


@supplier_page
@require_safe
def webhook(request: HttpRequest, public_id: str) -> HttpResponse:
    """One endpoint's log."""
    request = cast(SupplierRequest, request)
    found = access.webhook_for(request.supplier, public_id)
    page = Paginator(deliveries_of(found), PER_PAGE).get_page(request.GET.get("page"))
    context = {"endpoint": found, "page": page, "nav": "supplier:webhooks"}
    return render(request, "suppliers/supplier/webhook.html", context)


@supplier_page
@require_POST
def webhook_switch(request: HttpRequest, public_id: str) -> HttpResponse:
    """Off, or on again."""
    request = cast(SupplierRequest, request)
    found = access.webhook_for(request.supplier, public_id)
    is_active = request.POST.get("on") == "1"
    services.switch_endpoint(endpoint=found, is_active=is_active, actor=request.actor, at=clock.now())
    messages.success(request, _("已启用") if is_active else _("已停用"))
    return redirect("supplier:webhooks")


@supplier_page
@require_POST
def webhook_remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Forget an endpoint."""
    request = cast(SupplierRequest, request)
    found = access.webhook_for(request.supplier, public_id)
    services.remove_endpoint(endpoint=found, actor=request.actor, at=clock.now())
    messages.success(request, _("Webhook 已删除"))
    return redirect("supplier:webhooks")


@supplier_page
@require_POST
def webhook_resend(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send a delivery once more."""
    request = cast(SupplierRequest, request)
    found = access.delivery_for(request.supplier, public_id)
    services.resend(delivery=found, at=clock.now())
    messages.success(request, _("已排队重发"))
    return redirect("supplier:webhook", found.endpoint.public_id)


urlpatterns = [
    path("webhooks/", webhooks, name="webhooks"),
    path("webhooks/<slug:public_id>/", webhook, name="webhook"),
    path("webhooks/<slug:public_id>/switch/", webhook_switch, name="webhook-switch"),
    path("webhooks/<slug:public_id>/secret/", webhook_secret, name="webhook-secret"),
    path("webhooks/<slug:public_id>/removal/", webhook_remove, name="webhook-removal"),
    path("webhooks/deliveries/<slug:public_id>/resending/", webhook_resend, name="webhook-resend"),
]
