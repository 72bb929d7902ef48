"""Staff's pages of the nightly comparison, and what waits in the clearing accounts, by age."""

from datetime import datetime
from itertools import pairwise
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ledger.models import AccountKind
from ledger.selectors import platform_accounts
from reconciliation.admin.differences import TONES
from reconciliation.models import Run
from reconciliation.selectors import Waiting, ages, standing, waiting
from reconciliation.states import AGES
from taoxiaopu.kernel.staff import (
    Fact,
    Facts,
    Head,
    ReadOnlyAdmin,
    Table,
    code,
    column,
    columns,
    days,
    facts_of,
    link,
    link_to,
    money,
    pill,
    subject_links,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import local_time

SHOWN = 200
# What a reference in a clearing account may be the number of.
THINGS = {
    AccountKind.REFUND_CLEARING: ("refund",),
    AccountKind.PAYOUT_CLEARING: ("withdrawal", "supplier_payout", "deposit_return"),
    AccountKind.COMPENSATION: ("compensation",),
}


def age_table(at: datetime) -> Table:
    """What waits in the clearing accounts, by age; the items add up to the balance."""
    rows = []
    accounts = platform_accounts()
    for row in ages(at=at):
        verdict = pill("ok", _("相符"), "good") if row.adds_up else pill("bad", _("不符"), "bad")
        account = accounts.get(row.account)
        label = row.account.label
        page = reverse("admin:ledger_account_statement", args=[account.pk]) if account else ""
        name = link(page, label) if page else label
        rows.append((name, row.items, *map(money, row.steps), money(row.balance_fen), verdict))
    steps = [
        ngettext("{n} 天内", "{n} 天内", AGES[0]).format(n=AGES[0]),
        *(_("{a}–{b} 天").format(a=a, b=b) for a, b in pairwise(AGES)),
        _("超过 {n} 天").format(n=AGES[-1]),
    ]
    return Table(
        _("各科目"),
        (_("科目"), _("笔数"), *steps, _("余额"), _("与明细")),
        rows,
        frozenset(range(1, 4 + len(AGES))),
        note=_("退款、打款和赔付只是经过这些科目，最后应回到零。"),
    )


def waiting_table(at: datetime) -> Table:
    """Each thing that waits, the oldest first."""
    found = waiting()[:SHOWN]
    links = subject_links((name, item.reference) for item in found for name in THINGS[item.account])
    rows = [
        (
            item.account.label,
            _thing(item, links),
            money(item.fen),
            when(item.since),
            days((at - item.since).days),
            pill("stuck", _("过久"), "bad") if item.is_stuck(at) else pill("moving", _("在途"), "moving"),
        )
        for item in found
    ]
    heads = (_("科目"), _("对象"), _("金额"), _("开始"), _("已等"), _("状态"))
    note = _("最早的 {n} 笔").format(n=SHOWN) if len(found) == SHOWN else ""
    return Table(_("逐笔"), heads, rows, frozenset({2, 4}), empty=_("清算科目里没有在途的款项"), note=note)


def _thing(item: Waiting, links: dict[tuple[str, str], Any]) -> object:
    """The link of the kind of thing that the number belongs to; the number alone when it is none's."""
    found = [links[name, item.reference] for name in THINGS[item.account]]
    return next((one for one in found if "href" in one), code(item.reference))


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """Each night's comparison."""

    ordering = ("-day",)
    empty = _("每晚 05:00 自动对账，第二天早上在这里看结果")
    list_display = columns(
        Run,
        column(_("对账日"), lambda row: when(row.day, "day"), "day"),
        column(_("进度"), lambda row: f"{row.percent}%"),
        "found",
        "fresh",
        "closed",
        "ledger_fen",
        "bill_fen",
        "transit_fen",
        "named_fen",
        column(_("无法解释"), lambda row: money(row.unexplained_fen), num=True),
        column(_("完成时间"), lambda row: when(row.finished_at, "short"), "finished_at"),
    )

    def tools(self, request: HttpRequest) -> list[tuple[object, str, str]]:
        return [(_("清算科目账龄"), reverse("admin:reconciliation_run_ages"), "hourglass_bottom")]

    def hint(self, request: HttpRequest) -> object:
        return _("把账本、订单、支付单、渠道账单和库存互相比较到前一天终了；不一致的各成一行差异。")

    def own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.ages_view)
        return [path("ages/", view, name="reconciliation_run_ages")]

    def ages_view(self, request: HttpRequest) -> HttpResponse:
        """The age report of the clearing accounts, now."""
        at = self.moment()
        context = {
            **self.admin_site.each_context(request),
            "title": _("清算科目账龄"),
            "head": Head(_("清算科目账龄"), sub=_("截至 {at}").format(at=local_time(at))),
            "main": [age_table(at), waiting_table(at)],
        }
        return TemplateResponse(request, "admin/page.html", context)

    def head(self, row: Run) -> Head:
        verdict = pill("ok", _("渠道相符"), "good")
        if row.unexplained_fen:
            verdict = pill("bad", _("渠道不符"), "bad")
        elif row.finished_at is None:
            verdict = pill("running", _("进行中"), "moving")
        return Head(_("{day} 对账").format(day=local_time(row.day)), verdict)

    def main(self, request: HttpRequest, row: Run) -> list[Any]:
        channel = [
            (_("账本：渠道清算余额"), money(row.ledger_fen)),
            (_("渠道账单余额"), money(-row.bill_fen)),
            (_("在途：渠道已记、账本当天未记"), money(row.transit_fen)),
            (_("已列为逐笔差异"), money(-row.named_fen)),
        ]
        rows = [
            (link_to(d, d.get_kind_display()), code(d.reference), money(d.amount_fen), when(d.first_seen_at),
             pill(d.status, d.get_status_display(), TONES[d.status]))
            for d in standing()[:100]
        ]  # fmt: skip
        heads = (_("类型"), _("对象"), _("差额"), _("首次发现"), _("状态"))
        return [
            Table(
                _("账本与渠道"),
                (_("项目"), _("金额")),
                channel,
                frozenset({1}),
                (_("无法解释"), money(row.unexplained_fen)),
                note=_("账本减账单，加在途，减逐笔差异，应为零。"),
            ),
            Table(_("现存差异"), heads, rows, frozenset({2}), empty=_("没有差异")),
            age_table(self.moment()),
        ]

    def side(self, request: HttpRequest, row: Run) -> list[Any]:
        ages_page = Fact(_("逐笔"), link(reverse("admin:reconciliation_run_ages"), _("清算科目账龄")))
        return [
            Facts(_("差异"), facts_of(row, "found", "fresh", "closed")),
            Facts(_("运行"), facts_of(row, "bill_lines", "started_at", "finished_at")),
            Facts(_("往来"), [ages_page]),
        ]
