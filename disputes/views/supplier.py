"""The supplier's after-sales inbox, its cases and its disputes."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from disputes import access, services
from disputes.forms import WordsForm, appeal_form, evidence_form, message_form, refusal_form
from disputes.models import Case, Dispute
from disputes.selectors import (
    BY_DEADLINE,
    INBOX_TABS,
    OPEN_FIRST,
    case_detail,
    dispute_detail,
    disputes_of_supplier,
    inbox,
    inbox_counts,
)
from orders.selectors import is_in_production
from suppliers.gates import SupplierRequest, supplier_page
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.idempotency import run_form_once
from taoxiaopu.kernel.ids import secret_key_text
from taoxiaopu.kernel.keyset import KeyPage, key_page

PER_PAGE = 20


@supplier_page
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Cases by deadline, or the disputes; the tab lives in the address."""
    supplier = cast(SupplierRequest, request).supplier
    tab, query = request.GET.get("tab", "waiting"), request.GET.get("q", "").strip()[:20]
    counts = inbox_counts(supplier)
    if tab not in (*INBOX_TABS, "disputes"):
        tab = "waiting"
    after = request.GET.get("after", "")[:60]
    page: KeyPage[Any]
    if tab == "disputes":
        page = key_page(
            disputes_of_supplier(supplier), after=after, size=PER_PAGE, order=OPEN_FIRST, narrow=True
        )
    else:
        statuses = [status for group in INBOX_TABS.values() for status in group] if query else INBOX_TABS[tab]
        page = key_page(
            inbox(supplier, statuses, query=query), after=after, size=PER_PAGE, order=BY_DEADLINE, narrow=True
        )
    words = {
        "waiting": (_("待我处理"), counts.waiting),
        "rejected": (_("已拒绝，待买家"), counts.rejected),
        "platform": (_("平台介入"), counts.platform),
        "disputes": (_("争议"), counts.disputes),
        "over": (_("已结束"), counts.over),
    }
    return render(
        request,
        "disputes/supplier/cases.html",
        {
            "page": page,
            "tab": tab,
            "query": query,
            "tabs": [(key, label, n, key == tab) for key, (label, n) in words.items()],
        },
    )


@supplier_page
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One case: what the consumer wants, until when, and what the supplier can do."""
    request = cast(SupplierRequest, request)
    return _case_page(request, access.case_for_supplier(request.supplier, number))


def _case_page(
    request: SupplierRequest,
    found: Case,
    *,
    refusal: WordsForm | None = None,
    message: WordsForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "case": found,
        "detail": case_detail(found),
        "refusal": refusal or refusal_form(),
        "message": message or message_form(),
        "refusing": refusal is not None,
        "key": secret_key_text(),
        "is_made": is_in_production(found.line),
    }
    return render(request, "disputes/supplier/case.html", context, status=status)


@supplier_page
@require_POST
def case_agree(request: HttpRequest, number: str) -> HttpResponse:
    """Agree: the refund goes out."""
    request = cast(SupplierRequest, request)
    found = access.case_for_supplier(request.supplier, number)
    try:
        _once(
            request, found, "", lambda: services.agree_case(case=found, actor=request.actor, at=clock.now())
        )
        messages.success(request, _("已同意，退款正在退回买家"))
    except DomainError as error:
        messages.error(request, error.sentence)
    return redirect("supplier:case", number)


def _once(request: SupplierRequest, case: Case, words: str, decide: Callable[[], None]) -> None:
    """Decide about a case; a second click on the same page finds it done."""
    run_form_once(
        actor=f"case {case.number}",
        key=request.POST.get("key", ""),
        inputs=[request.path, words],
        at=clock.now(),
        work=decide,
    )


@supplier_page
@require_POST
def case_reject(request: HttpRequest, number: str) -> HttpResponse:
    """Refuse with a reason."""
    request = cast(SupplierRequest, request)
    found = access.case_for_supplier(request.supplier, number)
    form = refusal_form(request.POST)

    def refuse(words: str) -> None:
        services.reject_case(case=found, reason=words, actor=request.actor, at=clock.now())

    done = _try(form, lambda words: _once(request, found, words, lambda: refuse(words)))
    if not done:
        return _case_page(request, found, refusal=form, status=422)
    messages.success(request, _("已拒绝，买家可以修改申请或请平台介入"))
    return redirect("supplier:case", number)


@supplier_page
@require_POST
def case_message(request: HttpRequest, number: str) -> HttpResponse:
    """Leave a message for the consumer."""
    request = cast(SupplierRequest, request)
    found = access.case_for_supplier(request.supplier, number)
    form = message_form(request.POST)
    done = _try(
        form, lambda words: services.say_in_case(case=found, text=words, actor=request.actor, at=clock.now())
    )
    if not done:
        return _case_page(request, found, message=form, status=422)
    messages.success(request, _("留言已发送"))
    return redirect("supplier:case", number)


@supplier_page
@require_safe
def dispute(request: HttpRequest, number: str) -> HttpResponse:
    """One dispute: evidence, ruling, appeal."""
    request = cast(SupplierRequest, request)
    return _dispute_page(request, access.dispute_for_supplier(request.supplier, number))


def _dispute_page(
    request: SupplierRequest,
    found: Dispute,
    *,
    evidence: WordsForm | None = None,
    appeal: WordsForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "nav": "supplier:cases",
        "dispute": found,
        "detail": dispute_detail(found),
        "evidence": evidence or evidence_form(),
        "appeal": appeal or appeal_form(),
    }
    return render(request, "disputes/supplier/dispute.html", context, status=status)


@supplier_page
@require_POST
def dispute_evidence(request: HttpRequest, number: str) -> HttpResponse:
    """Give one piece of evidence."""
    request = cast(SupplierRequest, request)
    found = access.dispute_for_supplier(request.supplier, number)
    form = evidence_form(request.POST)
    done = _try(
        form,
        lambda words: services.give_evidence(dispute=found, text=words, actor=request.actor, at=clock.now()),
    )
    if not done:
        return _dispute_page(request, found, evidence=form, status=422)
    messages.success(request, _("证据已提交"))
    return redirect("supplier:dispute", number)


@supplier_page
@require_POST
def dispute_done(request: HttpRequest, number: str) -> HttpResponse:
    """Say that nothing more will come."""
    request = cast(SupplierRequest, request)
    found = access.dispute_for_supplier(request.supplier, number)
    try:
        services.mark_done(dispute=found, actor=request.actor, at=clock.now())
        messages.success(request, _("已确认举证完毕"))
    except DomainError as error:
        messages.error(request, error.sentence)
    return redirect("supplier:dispute", number)


@supplier_page
@require_POST
def dispute_appeal(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for another look at the ruling."""
    request = cast(SupplierRequest, request)
    found = access.dispute_for_supplier(request.supplier, number)
    form = appeal_form(request.POST)
    done = _try(
        form,
        lambda words: services.appeal(dispute=found, text=words, actor=request.actor, at=clock.now()),
    )
    if not done:
        return _dispute_page(request, found, appeal=form, status=422)
    messages.success(request, _("申诉已提交，由另一位工作人员复审"))
    return redirect("supplier:dispute", number)


def _try(form: WordsForm, act: Callable[[str], object]) -> bool:
    if not form.is_valid():
        return False
    try:
        act(form.cleaned_data["reason"])
    except DomainError as error:
        form.refuse(error)
        return False
    return True


urlpatterns = [
    path("cases/", cases, name="cases"),
    path("cases/<slug:number>/", case, name="case"),
    path("cases/<slug:number>/agreement/", case_agree, name="case-agreement"),
    path("cases/<slug:number>/refusal/", case_reject, name="case-refusal"),
    path("cases/<slug:number>/messages/", case_message, name="case-message"),
    path("disputes/<slug:number>/", dispute, name="dispute"),
    path("disputes/<slug:number>/evidence/", dispute_evidence, name="dispute-evidence"),
    path("disputes/<slug:number>/done/", dispute_done, name="dispute-done"),
    path("disputes/<slug:number>/appeal/", dispute_appeal, name="dispute-appeal"),
]
