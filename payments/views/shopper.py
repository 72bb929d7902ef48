"""The sandbox cashier: a page of the provider, not of the platform. It never marks anything paid."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import re_path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from payments import access, services
from payments.errors import ChargeOver
from payments.models import Charge
from payments.providers.sandbox import Button
from payments.selectors import sandbox_took
from payments.states import ChargeStatus, Purpose
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import BadInput, DomainError, NotFound
from taoxiaopu.kernel.idempotency import run_once
from taoxiaopu.kernel.ids import secret_key_text


@dataclass(frozen=True, slots=True)
class Key:
    """A button of the cashier with what it makes the provider do, and what the consumer reads afterwards."""

    button: Button
    does: str | Promise
    icon: str
    title: str | Promise
    words: str | Promise


KEYS = {
    key.button.value: key
    for key in (
        Key(
            Button.PAY,
            _("渠道扣款并马上通知商城"),
            "circle-check",
            _("付款成功"),
            _("渠道已扣款，通知正在送往商城。"),
        ),
        Key(
            Button.FAIL,
            _("渠道不扣款，也不发通知"),
            "circle-x",
            _("付款未成功"),
            _("没有扣款。您可以换一种方式再付一次。"),
        ),
        Key(
            Button.LATE,
            _("渠道马上扣款，付款截止 1 分钟后才通知：款项应自动退回"),
            "clock",
            _("已扣款，通知会迟到"),
            _("商城要到付款截止之后才会得知，款项原路退回。"),
        ),
        Key(
            Button.TWICE,
            _("渠道扣款两次、通知两次：第二笔应自动退回"),
            "copy",
            _("扣款两次"),
            _("两份通知正在送往商城。第一笔用于付款，第二笔原路退回。"),
        ),
        Key(
            Button.WRONG,
            _("渠道少收 1 分：应保持未付款，转人工核对"),
            "alert-triangle",
            _("金额不符"),
            _("渠道少收了 1 分。商城按未付款处理，由人工核对。"),
        ),
    )
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cashier(request: HttpRequest, number: str) -> HttpResponse:
    """Amount, merchant and the buttons; a press is done once for each page that was drawn."""
    charge, at = _charge(number), clock.now()
    if request.method != "POST":
        return _cashier_page(
            request, charge, is_over=charge.status != ChargeStatus.OPEN or at > charge.expires_at
        )
    pressed = request.POST.get("button", "")
    if pressed not in KEYS:
        raise BadInput(what=_("请选择付款结果"))

    def work() -> str:
        services.press_cashier(charge=charge, button=Button(pressed), at=at)
        return pressed

    try:
        run_once(actor=f"charge {number}", key=request.POST.get("key", ""), inputs=pressed, at=at, work=work)
    except ChargeOver:
        return _cashier_page(request, charge, is_over=True, status=409)
    except DomainError as refused:
        return _cashier_page(request, charge, is_over=False, refused=refused, status=refused.status)
    return HttpResponseRedirect(reverse("payments:result", args=[number, pressed]), status=303)


@never_cache
@require_safe
def result(request: HttpRequest, number: str, button: str) -> HttpResponse:
    """What the provider did. The platform's own page says what the platform knows."""
    charge = _charge(number)
    key = KEYS.get(button)
    if key is None:
        raise NotFound
    took = sandbox_took(charge)
    if bool(took) == (key.button == Button.FAIL):
        return redirect("payments:cashier", number)
    return render(
        request,
        "payments/shopper/result.html",
        {"charge": charge, "key": key, "took_fen": took, "back": _back(charge)},
    )


def _charge(number: str) -> Charge:
    if not settings.SANDBOX_PROVIDERS:
        raise NotFound
    return access.charge_for_payer(number)


def _back(charge: Charge) -> str:
    """The platform's page of what is paid for."""
    if charge.purpose == Purpose.DEPOSIT:
        return reverse("supplier:deposit")
    if charge.purpose == Purpose.BOND:
        return reverse("supplier:bonds")
    return reverse("trade", args=[charge.trade_number])


def _cashier_page(
    request: HttpRequest,
    charge: Charge,
    *,
    is_over: bool,
    refused: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "charge": charge,
        "back": _back(charge),
        "keys": KEYS.values(),
        "pay": Button.PAY,
        "is_over": is_over,
        "refused": refused,
        "key": secret_key_text(),
    }
    return render(request, "payments/shopper/cashier.html", context, status=status)


urlpatterns = [
    re_path(r"^(?P<number>[0-9]{16})/$", cashier, name="cashier"),
    re_path(r"^(?P<number>[0-9]{16})/result/(?P<button>[a-z]{3,8})/$", result, name="result"),
]
