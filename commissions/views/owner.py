"""The owner's commissions, statements and tier."""

from datetime import date

from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from commissions import papers, selectors
from commissions.states import CommissionStatus
from storefronts.gates import OwnerRequest, owner_page
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.settings import rules_at

PER_PAGE = 20


@owner_page
@require_GET
def commissions(request: OwnerRequest) -> HttpResponse:
    """Commission lines by state, each with its reason and the date on which it moves."""
    now, status = clock.now(), request.GET.get("status", "")
    status = status if status in CommissionStatus.values else ""
    found = Paginator(selectors.lines_of(request.owner, status=status), PER_PAGE).get_page(
        request.GET.get("page")
    )
    page = {
        "earnings": selectors.earnings_of(request.owner),
        "sums": selectors.sums_of(request.owner),
        "status": status,
        "found": found,
        "lines": selectors.explained(found, at=now),
        "rules": rules_at(now),
        "nav": "owner:home",
    }
    return render(request, "commissions/owner/commissions.html", page)


@owner_page
@require_GET
def statements(request: OwnerRequest) -> HttpResponse:
    """The monthly statements of one year, the newest when none is named, with the year's sums."""
    years = selectors.statement_years(request.owner)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and int(asked) in years else (years or [0])[0]
    page = {
        "years": years,
        "overview": selectors.statements_of_year(request.owner, year) if years else None,
        "rules": rules_at(clock.now()),
        "nav": "owner:home",
    }
    return render(request, "commissions/owner/statements.html", page)


def _detail(request: OwnerRequest, year: int, month: int) -> selectors.StatementDetail:
    if not 1 <= month <= 12 or not 2000 <= year <= 9999:
        raise NotFound
    return selectors.statement_of(request.owner, date(year, month, 1))


@owner_page
@require_GET
def statement(request: OwnerRequest, year: int, month: int) -> HttpResponse:
    """One statement with its lines."""
    detail = _detail(request, year, month)
    page = {
        "detail": detail,
        "statement": detail.statement,
        "taken": [(taken, papers.why_taken(taken)) for taken in detail.taken],
        "reversals": [(reversal, papers.where_from(reversal)) for reversal in detail.reversals],
        "nav": "owner:home",
    }
    return render(request, "commissions/owner/statement.html", page)


@owner_page
@require_GET
def statement_csv(request: OwnerRequest, year: int, month: int) -> StreamingHttpResponse:
    """One statement as a table for spreadsheets."""
    return papers.statement_csv(_detail(request, year, month))


@owner_page
@require_GET
def statement_pdf(request: OwnerRequest, year: int, month: int) -> HttpResponse:
    """One statement as a paper to print."""
    return papers.statement_paper(_detail(request, year, month))


@owner_page
@require_GET
def tier(request: OwnerRequest) -> HttpResponse:
    """The owner's level, six figures, the way to the next level, history and rules (docs/rules.md §7.3 rule 9)."""
    page = {
        "outlook": selectors.outlook_of(request.owner, at=clock.now()),
        "history": selectors.tier_history_of(request.owner)[:12],
        "nav": "owner:home",
    }
    return render(request, "commissions/owner/tier.html", page)


urlpatterns: list[URLPattern] = [
    path("commissions/", commissions, name="commissions"),
    path("statements/", statements, name="statements"),
    path("statements/<int:year>-<int:month>/", statement, name="statement"),
    path("statements/<int:year>-<int:month>/statement.csv", statement_csv, name="statement-csv"),
    path("statements/<int:year>-<int:month>/statement.pdf", statement_pdf, name="statement-pdf"),
    path("tier/", tier, name="tier"),
]
