"""Webhooks over the API: endpoints, their secrets, the log, sending once more."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from suppliers import access, services
from suppliers.forms import WebhookForm
from suppliers.gates import caller_of
from suppliers.models import WebhookEndpoint
from suppliers.selectors import deliveries_of, webhooks_of
from suppliers.states import Area, DeliveryStatus, WebhookEvent
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.api import Api, StrictSerializer
from taoxiaopu.kernel.api_schema import does, lists


class WebhookBody(serializers.Serializer[Any]):
    """An address of the supplier's own; ``failures`` counts attempts in a row."""

    id = serializers.CharField(source="public_id")
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.ChoiceField(choices=WebhookEvent.choices))
    is_active = serializers.BooleanField()
    failures = serializers.IntegerField()
    made_at = serializers.DateTimeField()


class SecretBody(WebhookBody):
    """An endpoint with its secret, this once: a repeated request gets null, and the secret can be replaced."""

    secret = serializers.CharField(allow_null=True)


class NewWebhook(StrictSerializer):
    """Where to, and what for."""

    url = serializers.CharField(max_length=300)
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=WebhookEvent.choices), min_length=1, max_length=20
    )


class WebhookSwitch(StrictSerializer):
    """Off, or on again from now."""

    is_active = serializers.BooleanField()


class WebhookDeliveryBody(serializers.Serializer[Any]):
    """One event that was sent, or will be; ``body`` is the JSON that is signed."""

    id = serializers.CharField(source="public_id")
    event = serializers.ChoiceField(choices=WebhookEvent.choices)
    ref = serializers.CharField()
    body = serializers.CharField()
    status = serializers.ChoiceField(choices=DeliveryStatus.choices)
    attempts = serializers.IntegerField()
    made_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    answer_status = serializers.IntegerField(allow_null=True)
    answer = serializers.CharField()
    problem = serializers.CharField()


class Webhooks(Api):
    """The endpoints."""

    @lists("supplier_webhooks_list", _("列出 Webhook"), WebhookBody)
    def get(self, request: Request) -> Response:
        """List endpoints, the oldest first."""
        found = webhooks_of(caller_of(request, Area.COMPANY).supplier)
        return self.keyset(request, found, WebhookBody, newest_first=False)

    @does(
        "supplier_webhooks_create",
        _("登记 Webhook；密钥只返回这一次"),
        SecretBody,
        takes=NewWebhook,
        status=201,
    )
    def post(self, request: Request) -> Response:
        """Register an address; its secret is in this answer and in none after it."""
        who = caller_of(request, Area.COMPANY)
        typed = self.checked_form(WebhookForm(self.checked(NewWebhook, request.data)))
        told: dict[str, str] = {}

        def work() -> Any:
            row, told["secret"] = services.add_endpoint(
                supplier=who.supplier,
                url=typed["url"].strip(),
                events=[WebhookEvent(event) for event in typed["events"]],
                actor=who.actor,
                at=clock.now(),
            )
            return _without_secret(row)

        return _telling(self.create_once(request, work), told)


class Webhook(Api):
    """One endpoint."""

    @does(
        "supplier_webhooks_switch",
        _("停用或启用 Webhook"),
        WebhookBody,
        takes=WebhookSwitch,
        is_remembered=False,
    )
    def patch(self, request: Request, webhook: str) -> Response:
        """Switch an endpoint off, or on again from now: what happened in between is not sent."""
        who = caller_of(request, Area.COMPANY)
        found = access.webhook_for(who.supplier, webhook)
        is_active = self.checked(WebhookSwitch, request.data)["is_active"]
        services.switch_endpoint(endpoint=found, is_active=is_active, actor=who.actor, at=clock.now())
        return Response(WebhookBody(access.webhook_for(who.supplier, webhook)).data)

    @does("supplier_webhooks_remove", _("删除 Webhook 及其记录"), None, status=204, is_remembered=False)
    def delete(self, request: Request, webhook: str) -> Response:
        """Forget an endpoint with its log."""
        who = caller_of(request, Area.COMPANY)
        found = access.webhook_for(who.supplier, webhook)
        services.remove_endpoint(endpoint=found, actor=who.actor, at=clock.now())
        return Response(status=204)


class Secrets(Api):
    """Another secret."""

    @does("supplier_webhooks_rotate", _("更换 Webhook 密钥；新密钥只返回这一次"), SecretBody, status=201)
    def post(self, request: Request, webhook: str) -> Response:
        """Replace the secret: what is sent from now on is signed with the new one."""
        who = caller_of(request, Area.COMPANY)
        found = access.webhook_for(who.supplier, webhook)
        told: dict[str, str] = {}

        def work() -> Any:
            told["secret"] = services.rotate_secret(endpoint=found, actor=who.actor, at=clock.now())
            return _without_secret(found)

        return _telling(self.create_once(request, work), told)


class Deliveries(Api):
    """The log."""

    @lists("supplier_deliveries_list", _("列出 Webhook 投递记录，最新在前"), WebhookDeliveryBody)
    def get(self, request: Request, webhook: str) -> Response:
        """List what was sent to an endpoint, the newest first."""
        found = access.webhook_for(caller_of(request, Area.COMPANY).supplier, webhook)
        return self.keyset(request, deliveries_of(found), WebhookDeliveryBody)


class Resending(Api):
    """Once more."""

    @does("supplier_deliveries_resend", _("重发一次投递"), WebhookDeliveryBody)
    def post(self, request: Request, delivery: str) -> Response:
        """Send a delivery once more: the same body, signed anew."""
        supplier = caller_of(request, Area.COMPANY).supplier
        found = access.delivery_for(supplier, delivery)

        def work() -> Any:
            services.resend(delivery=found, at=clock.now())
            return WebhookDeliveryBody(access.delivery_for(supplier, delivery)).data

        return self.do_once(request, work)


def _telling(answer: Response, told: dict[str, str]) -> Response:
    """The answer with the secret, which is kept nowhere in the clear: not with the idempotency key either."""
    answer.data = answer.data | told
    return answer


def _without_secret(row: WebhookEndpoint) -> Any:
    return WebhookBody(row).data | {"secret": None}


_ONE = "supplier/webhooks/<slug:webhook>/"
urlpatterns = [
    path("supplier/webhooks/", Webhooks.as_view(), name="supplier-webhooks"),
    path(_ONE, Webhook.as_view(), name="supplier-webhook"),
    path(f"{_ONE}secrets/", Secrets.as_view(), name="supplier-webhook-secrets"),
    path(f"{_ONE}deliveries/", Deliveries.as_view(), name="supplier-deliveries"),
    path("supplier/deliveries/<slug:delivery>/resending/", Resending.as_view(), name="supplier-resending"),
]
