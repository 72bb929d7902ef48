"""Notices from payment providers: raw bytes in, no session, no CSRF; the answer comes after the commit."""

from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments.errors import NoticeTooLarge
from taoxiaopu.flows.services import receive_notice
from taoxiaopu.flows.services.notices import MAX_BODY
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError


@csrf_exempt
@require_POST
def payment_notice(request: HttpRequest, provider: str) -> JsonResponse:
    """Take one notice: 200 ``SUCCESS`` when it is stored and applied, 401 ``FAIL`` when it is not the provider's."""
    try:
        body = _body_of(request)
        receive_notice(provider=provider, body=body, headers=dict(request.headers), at=clock.now())
    except DomainError as error:
        return JsonResponse({"code": "FAIL", "message": error.code}, status=error.status)
    return JsonResponse({"code": "SUCCESS"})


def _body_of(request: HttpRequest) -> bytes:
    """The raw bytes; what is announced as too large is not even read."""
    try:
        announced = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        announced = 0
    if announced > MAX_BODY:
        raise NoticeTooLarge
    return request.body


urlpatterns = [path("payments/<slug:provider>/", payment_notice, name="payment-notice")]
