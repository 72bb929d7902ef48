"""The operator's day: what waits for a person, sales, and whether the platform's own machinery runs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commissions.selectors import last_runs, open_settlement_failures, withdrawals_to_review
from commissions.selectors.suppliers import (
    deposit_returns_in_review,
    open_supplier_failures,
    payouts_in_review,
)
from disputes.selectors import appeals_to_review, open_case_total, waiting_for_staff
from ledger.models import DEBIT_NORMAL, AccountKind
from ledger.selectors import trial_balance
from orders.selectors import sales_since
from payments.selectors import wrong_payments_held
from reconciliation.selectors import last_run, open_total, proposed_total
from rulebook.selectors import waiting_comments
from storefronts.selectors import names_to_review
from storefronts.selectors.conversations import waiting_for_platform
from suppliers.selectors import review_counts
from taoxiaopu.desks.figures import SMALL_OWNER_FEN, SMALL_SUPPLIER_FEN, platform_figures
from taoxiaopu.kernel import clock, jobs
from taoxiaopu.kernel.staff import name_of
from taoxiaopu.kernel.templatetags.kernel_format import local_time, yuan_grouped
from tax.selectors import drafts_total

CHART_DAYS = 30
DOCKET = 6


@dataclass(frozen=True, slots=True)
class Tile:
    """A number with what it counts and where it leads."""

    label: str
    value: object
    url: str
    icon: str
    note: str = ""
    is_hot: bool = False


def operator(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The admin's index: unfold calls it with the page's context."""
    at = clock.now()
    waiting = list(waiting_for_staff()[:DOCKET])
    context.update(
        {
            "title": _("工作台"),
            "today": at,
            "tiles": _tiles(at),
            "figures": platform_figures(days=CHART_DAYS, at=at),
            "small_supplier_fen": SMALL_SUPPLIER_FEN,
            "small_owner_fen": SMALL_OWNER_FEN,
            "sales": _sales(at),
            "docket": [
                {"row": row, "who": name_of(row.claimed_by), "is_late": row.deadline and row.deadline < at}
                for row in waiting
            ],
            "machinery": _machinery(at),
        }
    )
    return context


def _tiles(at: datetime) -> list[Tile]:
    review, names, failed = review_counts(), names_to_review(), jobs.failed_count()
    disputes = list(waiting_for_staff())
    late = sum(1 for row in disputes if row.deadline is not None and row.deadline < at)
    nearest = disputes[0].deadline if disputes else None
    note = ""
    if late:
        note = _("{n} 件已超时").format(n=late)
    elif nearest is not None:
        note = _("最近截止 {when}").format(when=_stamp(nearest))
    suppliers = reverse("admin:suppliers_supplier_changelist") + "?status__exact=submitted"
    shops = reverse("admin:storefronts_shop_changelist") + "?status__exact=name_review"
    questions = waiting_for_platform().count()
    asked = reverse("admin:storefronts_conversation_changelist") + "?status__exact=wait_platform"
    unsettled, undone = open_settlement_failures().count(), open_supplier_failures().count()
    failures = reverse("admin:commissions_settlementfailure_changelist")
    unpaid = reverse("admin:commissions_supplierfailure_changelist")
    different, ran = open_total(), last_run()
    reconciled = _("最近对账 {day}").format(day=local_time(ran.day, "day")) if ran else _("尚未对账")
    broken = reverse("admin:kernel_job_changelist") + "?status__exact=failed"
    return [
        Tile(
            _("待裁定争议"), len(disputes), reverse("admin:disputes_dispute_changelist"), "gavel", note, bool(disputes)
        ),
        Tile(_("待审供应商"), review.suppliers, suppliers, "factory", "", bool(review.suppliers)),
        Tile(
            _("待审商品"), review.goods, reverse("admin:suppliers_good_review"), "fact_check", "", bool(review.goods)
        ),
        Tile(
            _("待审商品修改"), review.changes, reverse("admin:suppliers_goodchange_changelist") + "?status__exact=open",
            "difference", "", bool(review.changes),
        ),
        Tile(_("待审店名"), names, shops, "storefront", "", bool(names)),
        Tile(_("待回复咨询"), questions, asked, "forum", "", bool(questions)),
        Tile(_("进行中的售后"), open_case_total(), reverse("admin:disputes_case_changelist"), "assignment_return"),
        Tile(_("结算失败"), unsettled, failures, "event_busy", "", bool(unsettled)),
        Tile(_("供应商结算失败"), undone, unpaid, "money_off", "", bool(undone)),
        Tile(_("对账差异"), different, reverse("admin:reconciliation_difference_changelist"), "compare_arrows", reconciled, bool(different)),
        Tile(_("失败任务"), failed, broken, "manufacturing", "", bool(failed)),
    ]  # fmt: skip


def _sales(at: datetime) -> list[dict[str, Any]]:
    start = clock.local_instant(clock.local(at).date())
    spans = (
        (_("今日"), start),
        (_("近 7 天"), at - timedelta(days=7)),
        (_("近 30 天"), at - timedelta(days=30)),
    )
    return [{"label": label, "sales": sales_since(since=since)} for label, since in spans]


def _machinery(at: datetime) -> list[dict[str, Any]]:
    runs = last_runs()
    rows = trial_balance()
    debit, credit = sum(r.debit_fen for r in rows), sum(r.credit_fen for r in rows)
    net = sum(r.balance_fen if r.kind in DEBIT_NORMAL else -r.balance_fen for r in rows)
    escrow = next(r.balance_fen for r in rows if r.kind == AccountKind.ESCROW)
    balanced = debit == credit and net == 0
    trial = reverse("admin:ledger_account_trial")
    settled, judged = runs.settled, runs.judged
    return [
        {
            "label": _("账目"),
            "value": _("借贷平衡") if balanced else _("借贷不等"),
            "tone": "good" if balanced else "bad",
            "note": _("交易担保款 ¥{fen}").format(fen=yuan_grouped(escrow)),
            "url": trial,
        },
        {
            "label": _("最近月结"),
            "value": local_time(settled.month, "month") if settled else _("尚未结算"),
            "tone": "",
            "note": _owners(runs.settled_owners, settled.settled_at) if settled else "",
            "url": reverse("admin:commissions_statement_changelist"),
        },
        {
            "label": _("最近等级评定"),
            "value": local_time(judged.month, "month") if judged else _("尚未评定"),
            "tone": "",
            "note": _owners(runs.judged_owners, judged.judged_at) if judged else "",
            "url": reverse("admin:commissions_tiermonth_changelist"),
        },
    ]


def _owners(number: int, at: datetime) -> str:
    return ngettext("{n} 位掌柜，{when}", "{n} 位掌柜，{when}", number).format(n=number, when=_stamp(at))


def _stamp(at: datetime) -> str:
    return local_time(at, "short")


def _badge(number: int) -> str:
    return str(number) if number else ""


def disputes_badge(request: HttpRequest) -> str:
    """How many disputes wait for an arbitrator."""
    return _badge(waiting_for_staff().count())


def appeals_badge(request: HttpRequest) -> str:
    """How many appeals against penalties wait for another person."""
    return _badge(appeals_to_review().count())


def held_badge(request: HttpRequest) -> str:
    """How many goods wait for review."""
    return _badge(review_counts().goods)


def changes_badge(request: HttpRequest) -> str:
    """How many change sets of live goods wait for review."""
    return _badge(review_counts().changes)


def suppliers_badge(request: HttpRequest) -> str:
    """How many applications wait."""
    return _badge(review_counts().suppliers)


def names_badge(request: HttpRequest) -> str:
    """How many shop names wait."""
    return _badge(names_to_review())


def questions_badge(request: HttpRequest) -> str:
    """How many questions nobody answered in time."""
    return _badge(waiting_for_platform().count())


def withdrawals_badge(request: HttpRequest) -> str:
    """How many withdrawals wait."""
    return _badge(withdrawals_to_review())


def payouts_badge(request: HttpRequest) -> str:
    """How many supplier payouts wait."""
    return _badge(payouts_in_review().count())


def returns_badge(request: HttpRequest) -> str:
    """How many deposits wait for the second person."""
    return _badge(deposit_returns_in_review().count())


def invoices_badge(request: HttpRequest) -> str:
    """How many commission invoices wait to be issued."""
    return _badge(drafts_total())


def differences_badge(request: HttpRequest) -> str:
    """How many differences wait for somebody."""
    return _badge(open_total())


def wrong_payments_badge(request: HttpRequest) -> str:
    """How many wrong payments wait to be sent back."""
    return _badge(wrong_payments_held())


def manuals_badge(request: HttpRequest) -> str:
    """How many manual journals wait for approval."""
    return _badge(proposed_total())


def rules_badge(request: HttpRequest) -> str:
    """How many comments on rules wait for a look or an answer."""
    return _badge(waiting_comments())


def jobs_badge(request: HttpRequest) -> str:
    """How many jobs were given up."""
    return _badge(jobs.failed_count())
