"""The owner's way to her money: what may be withdrawn, the account, the request, and what became of it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, re_path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from commissions import access, selectors, services
from commissions.forms import PayoutAccountForm, WithdrawForm
from commissions.states import GIVEN_BACK, WITHDRAWALS
from payments.states import PayeeKind
from storefronts.gates import OwnerRequest, owner_page
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.idempotency import run_once
from taoxiaopu.kernel.ids import secret_key_text
from tax.selectors import split_now, split_of

PER_PAGE = 20
UNPROCESSABLE = 422
HOME = "owner:home"


@never_cache
@owner_page
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: OwnerRequest) -> HttpResponse:
    """Balance, limits and when the money comes; then the amount; then gross, tax and net of it, to be confirmed.

    A key in the confirmation makes a second POST harmless.
    """
    data = request.POST if request.method == "POST" else request.GET if "amount" in request.GET else None
    form, now = WithdrawForm(data), clock.now()
    split = None
    if form.is_valid():
        amount, invoice = form.cleaned_data["amount"], form.cleaned_data["invoice_number"]
        try:
            if request.method == "POST":
                return redirect("owner:withdrawal", _request_once(request, amount, invoice))
            split = split_now(request.owner, amount, at=now)
        except DomainError as refused:
            form.refuse(refused)
    page = {
        "form": form,
        "split": split,
        "terms": selectors.withdraw_terms(request.owner, at=now),
        "latest": selectors.withdrawals_of(request.owner)[:3],
        "key": secret_key_text(),
        "nav": HOME,
    }
    status = UNPROCESSABLE if form.is_bound and form.errors else 200
    return render(request, "commissions/owner/withdraw.html", page, status=status)


def _request_once(request: OwnerRequest, amount_fen: int, invoice_number: str) -> str:
    at = clock.now()

    def work() -> str:
        row = services.request_withdrawal(
            owner=request.owner,
            amount_fen=amount_fen,
            invoice_number=invoice_number,
            actor=request.actor,
            at=at,
        )
        return row.number

    number: str = run_once(
        actor=f"withdraw {request.owner.public_id}",
        key=request.POST.get("key", ""),
        inputs=[amount_fen, invoice_number],
        at=at,
        work=work,
    )
    return number


@owner_page
@require_safe
def withdrawals(request: OwnerRequest) -> HttpResponse:
    """All withdrawals, newest first."""
    found = Paginator(selectors.withdrawals_of(request.owner), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "commissions/owner/withdrawals.html", {"found": found, "nav": HOME})


@owner_page
@require_safe
def withdrawal(request: OwnerRequest, number: str) -> HttpResponse:
    """One withdrawal: amount, where it goes, and every step with its time."""
    row, now = access.withdrawal_for_owner(request.owner, number), clock.now()
    page = {
        "row": row,
        "split": None
        if row.status in GIVEN_BACK
        else split_of(request.owner, number, row.amount_fen, at=now),
        "steps": list(reversed(WITHDRAWALS.trail(row.number))),
        "terms": selectors.withdraw_terms(request.owner, at=now),
        "nav": HOME,
    }
    return render(request, "commissions/owner/withdrawal.html", page)


@owner_page
@require_http_methods(["GET", "HEAD", "POST"])
def payout_account(request: OwnerRequest) -> HttpResponse:
    """The account that the owner is paid to; a new one replaces it."""
    form = PayoutAccountForm(
        request.POST if request.method == "POST" else None, initial={"kind": PayeeKind.BANK}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.set_payout_account(
                owner=request.owner,
                kind=PayeeKind(form.cleaned_data["kind"]),
                name=form.cleaned_data["name"],
                account=form.cleaned_data["account"],
                actor=request.actor,
                at=clock.now(),
            )
        except DomainError as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("收款账户已保存"))
            return redirect("owner:withdraw")
    page = {"form": form, "account": selectors.payout_account_of(request.owner), "nav": HOME}
    status = UNPROCESSABLE if form.is_bound and form.errors else 200
    return render(request, "commissions/owner/payout_account.html", page, status=status)


urlpatterns: list[URLPattern] = [
    re_path(r"^withdraw/$", withdraw, name="withdraw"),
    re_path(r"^withdraw/account/$", payout_account, name="payout-account"),
    re_path(r"^withdrawals/$", withdrawals, name="withdrawals"),
    re_path(r"^withdrawals/(?P<number>[0-9]{16})/$", withdrawal, name="withdrawal"),
]
