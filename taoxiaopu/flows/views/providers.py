"""Notices from payment providers: raw bytes in, no session, no CSRF; the answer comes after the commit."""

from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from taoxiaopu.flows.services import receive_notice
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError


@csrf_exempt
@require_POST
def payment_notice(request: HttpRequest, provider: str) -> JsonResponse:
    """Take one notice: 200 ``SUCCESS`` when it is stored and applied, 401 ``FAIL`` when it is not the provider's."""
    try:
        receive_notice(provider=provider, body=request.body, headers=dict(request.headers), at=clock.now())
    except DomainError as error:
        return JsonResponse({"code": "FAIL", "message": error.code}, status=error.status)
    return JsonResponse({"code": "SUCCESS"})


urlpatterns = [path("payments/<slug:provider>/", payment_notice, name="payment-notice")]
