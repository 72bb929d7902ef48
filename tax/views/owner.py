"""The owner's tax information, and what was paid and withheld by year: the certificate as a page and as a file."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from storefronts.gates import OwnerRequest, owner_page
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError, NotFound
from taoxiaopu.kernel.exports import csv_response
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.settings import rules_at
from tax import selectors, services
from tax.forms import TaxInfoForm
from tax.states import Identity

UNPROCESSABLE = 422
HOME = "owner:home"


@owner_page
@require_safe
def tax(request: OwnerRequest) -> HttpResponse:
    """Tax information and the years with payments."""
    page = {
        "profile": selectors.tax_profile_of(request.owner),
        "years": selectors.tax_years_of(request.owner),
        "rules": rules_at(clock.now()),
        "nav": HOME,
    }
    return render(request, "tax/owner/tax.html", page)


@never_cache
@owner_page
@require_http_methods(["GET", "HEAD", "POST"])
def tax_info(request: OwnerRequest) -> HttpResponse:
    """Who the owner is to the tax office; new information replaces the old."""
    profile = selectors.tax_profile_of(request.owner)
    initial = {
        "identity": profile.identity if profile else Identity.PERSON,
        "valid_until": profile.valid_until if profile else None,
        "name": profile.name if profile else "",
    }
    form = TaxInfoForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        try:
            services.give_tax_info(
                owner=request.owner,
                identity=Identity(answers["identity"]),
                valid_until=answers["valid_until"],
                consent=answers["consent"],
                name=answers["name"],
                number=answers["number"],
                actor=request.actor,
                at=clock.now(),
            )
        except DomainError as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("税务信息已保存"))
            return redirect("owner:tax")
    status = UNPROCESSABLE if form.is_bound and form.errors else 200
    return render(
        request, "tax/owner/tax_info.html", {"form": form, "profile": profile, "nav": HOME}, status=status
    )


@owner_page
@require_safe
def tax_year(request: OwnerRequest, year: int) -> HttpResponse:
    """The certificate of one year: each payment with income, tax and net."""
    page = {
        "year": _year(request, year),
        "payments": selectors.payments_of_year(request.owner, year),
        "nav": HOME,
    }
    return render(request, "tax/owner/tax_year.html", page)


@owner_page
@require_safe
def tax_year_file(request: OwnerRequest, year: int) -> HttpResponse:
    """The same as a file."""
    _year(request, year)
    rows = (
        (
            row.ref,
            clock.local(row.paid_at).strftime("%Y-%m-%d") if row.paid_at else "",
            row.month.strftime("%Y-%m") if row.month else "",
            row.get_method_display(),
            format_yuan(row.income_fen),
            format_yuan(row.tax_fen),
            format_yuan(row.net_fen),
        )
        for row in selectors.payments_of_year(request.owner, year)
    )
    header = (_("提现单号"), _("支付日期"), _("所属月份"), _("计算方法"), _("收入（元）"), _("扣缴税款（元）"), _("实付（元）"))  # fmt: skip
    return csv_response(_("{year} 年扣缴明细").format(year=year) + ".csv", header, rows)


def _year(request: OwnerRequest, year: int) -> selectors.TaxYear:
    found = next((known for known in selectors.tax_years_of(request.owner) if known.year == year), None)
    if found is None:
        raise NotFound
    return found


urlpatterns: list[URLPattern] = [
    path("tax/", tax, name="tax"),
    path("tax/info/", tax_info, name="tax-info"),
    path("tax/<int:year>/", tax_year, name="tax-year"),
    path("tax/<int:year>.csv", tax_year_file, name="tax-year-file"),
]
