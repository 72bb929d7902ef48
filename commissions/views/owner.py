"""The owner's commissions, statements and tier."""

from collections.abc import Callable
from datetime import date

from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from commissions import papers, selectors
from commissions.criteria import Criteria
from commissions.states import CommissionStatus
from storefronts.gates import OwnerRequest, owner_page
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.templatetags.kernel_format import percent_bp, yuan_sign, yuan_whole_grouped

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
    outlook = selectors.outlook_of(request.owner, at=clock.now())
    page = {
        "outlook": outlook,
        "missing": _missing(outlook.gap),
        "missing_to_keep": _missing(outlook.keep_gap),
        "table": _table(outlook),
        "history": selectors.tier_history_of(request.owner)[:12],
        "nav": "owner:home",
    }
    return render(request, "commissions/owner/tier.html", page)


def _missing(gap: selectors.Gap | None) -> list[str]:
    """What is missing to a level, in words; nothing when all six figures reach it."""
    if gap is None:
        return []
    words = []
    if gap.sales_fen:
        words.append(_("销售额 {fen}").format(fen=yuan_sign(gap.sales_fen)))
    if gap.orders:
        words.append(ngettext("{n} 单", "{n} 单", gap.orders).format(n=gap.orders))
    if gap.buyers:
        words.append(ngettext("{n} 位买家", "{n} 位买家", gap.buyers).format(n=gap.buyers))
    if not gap.refund_ok:
        words.append(_("退款率要降"))
    if not gap.dispute_ok:
        words.append(_("纠纷率要降"))
    if not gap.points_ok:
        words.append(_("违规分过高"))
    return words


def _table(outlook: selectors.Outlook) -> list[tuple[str, list[tuple[str, bool]]]]:
    """The criteria, one row each with a cell for every level and whether it is the present one."""

    def row(words: str, read: Callable[[selectors.TierRow], str]) -> tuple[str, list[tuple[str, bool]]]:
        return words, [(read(one), one.level == outlook.level) for one in outlook.rows]

    def asked(words: str, read: Callable[[Criteria], str]) -> tuple[str, list[tuple[str, bool]]]:
        return row(words, lambda one: read(one.criteria) if one.criteria else "—")

    return [
        asked(_("销售额"), lambda c: yuan_whole_grouped(c.sales_fen)),
        asked(_("订单"), lambda c: f"{c.orders:,}"),
        asked(_("买家"), lambda c: f"{c.buyers:,}"),
        asked(_("退款率"), lambda c: f"≤ {percent_bp(c.refund_bp)}"),
        asked(_("纠纷率"), lambda c: f"≤ {percent_bp(c.dispute_bp)}"),
        asked(_("违规分"), lambda c: f"< {c.points_below}"),
        row(_("奖励"), lambda one: f"+{percent_bp(one.bonus_bp)}"),
        row(_("可开店数"), lambda one: str(one.shops)),
    ]


urlpatterns: list[URLPattern] = [
    path("commissions/", commissions, name="commissions"),
    path("statements/", statements, name="statements"),
    path("statements/<int:year>-<int:month>/", statement, name="statement"),
    path("statements/<int:year>-<int:month>/statement.csv", statement_csv, name="statement-csv"),
    path("statements/<int:year>-<int:month>/statement.pdf", statement_pdf, name="statement-pdf"),
    path("tier/", tier, name="tier"),
]
