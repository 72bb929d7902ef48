"""After-sales cases and disputes of consumers."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import re_path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from disputes import access, services
from disputes.forms import CaseForm, ReasonForm
from disputes.models import Case, Dispute
from disputes.selectors import (
    dispute_of_case,
    messages_of,
    open_case_of,
    open_dispute_of,
    published_rulings,
    steps_of_case,
    steps_of_dispute,
)
from disputes.states import CASES, DISPUTES, DisputeStatus
from orders.access import line_for_buyer
from orders.gates import buyer_of, holder_of
from orders.models import OrderLine
from orders.selectors import is_custom, is_in_production
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.forms import refuse
from taoxiaopu.kernel.idempotency import run_form_once
from taoxiaopu.kernel.ids import secret_key_text
from taoxiaopu.kernel.settings import rules_at

BUYER = ActorKind.BUYER


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case_new(request: HttpRequest, ref: str) -> HttpResponse:
    """Apply for a refund of one line; a line with an open case leads to it."""
    line = line_for_buyer(holder_of(request), ref)
    running = open_case_of(line)
    if running is not None and request.method != "POST":
        return redirect("case", running.number)

    def apply(form: CaseForm) -> str:
        actor = buyer_of(line.order.trade)
        return services.open_case(line=line, draft=form.draft(), actor=actor, at=clock.now()).number

    return _case_form(request, line, None, apply)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case_modification(request: HttpRequest, number: str) -> HttpResponse:
    """Change an application that the supplier rejected."""
    case = access.case_for_buyer(holder_of(request), number)
    if "modify" not in CASES.events(case.status, BUYER) and request.method != "POST":
        return redirect("case", number)

    def change(form: CaseForm) -> str:
        actor = buyer_of(case.order.trade)
        services.modify_case(case=case, draft=form.draft(), actor=actor, at=clock.now())
        return case.number

    return _case_form(request, case.line, case, change)


def _case_form(
    request: HttpRequest, line: OrderLine, case: Case | None, act: Callable[[CaseForm], str]
) -> HttpResponse:
    is_shipped, status = line.shipped_in_id is not None, 200
    initial = {"reason": case.reason, "description": case.description} if case else {}
    fits = {"limit_fen": line.remaining_fen, "is_shipped": is_shipped, "is_custom": is_custom(line)}
    form = CaseForm(initial=initial, **fits)
    if request.method == "POST":
        form = CaseForm(request.POST, **fits)
        status = 422
        if form.is_valid():
            try:
                return _see(
                    "case", _once(request, f"case of {line.ref}", form.cleaned_data, lambda: act(form))
                )
            except DomainError as refused:
                refuse(form, refused)
                status = refused.status
    context = {
        "form": form,
        "line": line,
        "case": case,
        "key": secret_key_text(),
        "is_shipped": is_shipped,
        "is_made": is_in_production(line),
        "rules": rules_at(clock.now()),
    }
    return render(request, "disputes/shopper/case_form.html", context, status=status)


def _once(request: HttpRequest, whose: str, inputs: object, act: Callable[[], str]) -> str:
    """The number of what was opened or changed; a second click on the same page finds it done."""
    key, at = request.POST.get("key", ""), clock.now()
    return str(run_form_once(actor=whose, key=key, inputs=inputs, at=at, work=act))


@never_cache
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """A case: where it stands, until when, what was said, what one can do."""
    return _case_page(request, access.case_for_buyer(holder_of(request), number), ReasonForm())


def _case_page(request: HttpRequest, found: Case, form: ReasonForm, status: int = 200) -> HttpResponse:
    context = {
        "case": found,
        "form": form,
        "may": CASES.events(found.status, BUYER),
        "dispute": dispute_of_case(found),
        "messages_said": messages_of(case=found),
        "steps": steps_of_case(found)[::-1],
        "rules": rules_at(clock.now()),
        "is_made": is_in_production(found.line),
        "asking": request.GET.get("ask", ""),
    }
    return render(request, "disputes/shopper/case.html", context, status=status)


@require_POST
def case_message(request: HttpRequest, number: str) -> HttpResponse:
    """Say something in a case."""
    found = access.case_for_buyer(holder_of(request), number)
    form, status = ReasonForm(request.POST), 422
    if form.is_valid():
        try:
            services.say_in_case(
                case=found,
                text=form.cleaned_data["reason"],
                actor=buyer_of(found.order.trade),
                at=clock.now(),
            )
        except DomainError as refused:
            refuse(form, refused)
            status = refused.status
        else:
            return _see("case", number)
    return _case_page(request, found, form, status)


@require_POST
def case_withdrawal(request: HttpRequest, number: str) -> HttpResponse:
    """Give an application up."""
    found = access.case_for_buyer(holder_of(request), number)
    try:
        services.withdraw_case(case=found, actor=buyer_of(found.order.trade), at=clock.now())
    except DomainError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("申请已撤销"))
    return _see("case", number)


@require_POST
def case_escalation(request: HttpRequest, number: str) -> HttpResponse:
    """Ask the platform to decide."""
    found = access.case_for_buyer(holder_of(request), number)
    try:
        dispute = services.escalate_case(case=found, actor=buyer_of(found.order.trade), at=clock.now())
    except DomainError as refused:
        messages.error(request, refused.sentence)
        return _see("case", number)
    return _see("dispute", dispute.number)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim_new(request: HttpRequest, ref: str) -> HttpResponse:
    """Fake goods or a hidden defect, found after the order was final."""
    line = line_for_buyer(holder_of(request), ref)
    running = open_dispute_of(line)
    if running is not None and request.method != "POST":
        return redirect("dispute", running.number)
    form, status = ReasonForm(), 200
    if request.method == "POST":
        form, status = ReasonForm(request.POST), 422
        if form.is_valid():
            words = form.cleaned_data["reason"]

            def claim() -> str:
                actor = buyer_of(line.order.trade)
                return services.open_claim(line=line, text=words, actor=actor, at=clock.now()).number

            try:
                return _see("dispute", _once(request, f"claim of {line.ref}", words, claim))
            except DomainError as refused:
                refuse(form, refused)
                status = refused.status
    context = {"form": form, "line": line, "key": secret_key_text(), "rules": rules_at(clock.now())}
    return render(request, "disputes/shopper/claim.html", context, status=status)


@never_cache
@require_safe
def dispute(request: HttpRequest, number: str) -> HttpResponse:
    """A dispute: its steps, what both sides said, the ruling, and what one can do."""
    return _dispute_page(request, access.dispute_for_buyer(holder_of(request), number), ReasonForm())


def _dispute_page(request: HttpRequest, found: Dispute, form: ReasonForm, status: int = 200) -> HttpResponse:
    context = {
        "dispute": found,
        "form": form,
        "stage": STAGES[found.status],
        "is_open": found.status not in (DisputeStatus.CLOSED, DisputeStatus.WITHDRAWN),
        "may": DISPUTES.events(found.status, BUYER),
        "messages_said": messages_of(case=found.case, dispute=found),
        "rulings": published_rulings(found),
        "steps": steps_of_dispute(found)[::-1],
        "rules": rules_at(clock.now()),
        "asking": request.GET.get("ask", ""),
    }
    return render(request, "disputes/shopper/dispute.html", context, status=status)


STAGES = {
    DisputeStatus.EVIDENCE: 1,
    DisputeStatus.REVIEW: 2,
    DisputeStatus.SECOND_APPROVAL: 2,
    DisputeStatus.DECIDED: 3,
    DisputeStatus.APPEALED: 3,
    DisputeStatus.EXECUTING: 3,
    DisputeStatus.CLOSED: 5,
    DisputeStatus.WITHDRAWN: 5,
}


@require_POST
def dispute_evidence(request: HttpRequest, number: str) -> HttpResponse:
    """Hand evidence in, as words."""
    return _say_in_dispute(request, number, appeal=False)


@require_POST
def dispute_appeal(request: HttpRequest, number: str) -> HttpResponse:
    """Appeal once, with something new."""
    return _say_in_dispute(request, number, appeal=True)


def _say_in_dispute(request: HttpRequest, number: str, *, appeal: bool) -> HttpResponse:
    found = access.dispute_for_buyer(holder_of(request), number)
    form, status = ReasonForm(request.POST), 422
    if form.is_valid():
        words, actor = form.cleaned_data["reason"], buyer_of(found.order.trade)
        try:
            if appeal:
                services.appeal(dispute=found, text=words, actor=actor, at=clock.now())
            else:
                services.give_evidence(dispute=found, text=words, actor=actor, at=clock.now())
        except DomainError as refused:
            refuse(form, refused)
            status = refused.status
        else:
            messages.success(request, _("申诉已提交") if appeal else _("证据已提交"))
            return _see("dispute", number)
    return _dispute_page(request, found, form, status)


@require_POST
def dispute_completion(request: HttpRequest, number: str) -> HttpResponse:
    """Say that all evidence is in."""
    found = access.dispute_for_buyer(holder_of(request), number)
    try:
        services.mark_done(dispute=found, actor=buyer_of(found.order.trade), at=clock.now())
    except DomainError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("已标记举证完毕"))
    return _see("dispute", number)


@require_POST
def dispute_withdrawal(request: HttpRequest, number: str) -> HttpResponse:
    """Give a dispute up."""
    found = access.dispute_for_buyer(holder_of(request), number)
    try:
        services.withdraw_dispute(dispute=found, actor=buyer_of(found.order.trade), at=clock.now())
    except DomainError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("争议已撤回"))
    return _see("dispute", number)


def _see(name: str, number: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(name, args=[number]), status=303)


NUMBER = r"(?P<number>[0-9]{16})"
LINE = r"(?P<ref>[0-9]{16}-[0-9]{1,3})"
urlpatterns = [
    re_path(rf"^orders/lines/{LINE}/case/$", case_new, name="case-new"),
    re_path(rf"^orders/lines/{LINE}/claim/$", claim_new, name="claim-new"),
    re_path(rf"^cases/{NUMBER}/$", case, name="case"),
    re_path(rf"^cases/{NUMBER}/modification/$", case_modification, name="case-modification"),
    re_path(rf"^cases/{NUMBER}/messages/$", case_message, name="case-message"),
    re_path(rf"^cases/{NUMBER}/withdrawal/$", case_withdrawal, name="case-withdrawal"),
    re_path(rf"^cases/{NUMBER}/escalation/$", case_escalation, name="case-escalation"),
    re_path(rf"^disputes/{NUMBER}/$", dispute, name="dispute"),
    re_path(rf"^disputes/{NUMBER}/evidence/$", dispute_evidence, name="dispute-evidence"),
    re_path(rf"^disputes/{NUMBER}/completion/$", dispute_completion, name="dispute-completion"),
    re_path(rf"^disputes/{NUMBER}/appeal/$", dispute_appeal, name="dispute-appeal"),
    re_path(rf"^disputes/{NUMBER}/withdrawal/$", dispute_withdrawal, name="dispute-withdrawal"),
]
