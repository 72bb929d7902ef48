"""Staff's pages of tier runs, judgements and levels given by hand."""

import re
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from commissions import services
from commissions.criteria import criteria_of, rules_of_month
from commissions.forms import LEVELS, TierNumbersForm, TierOverrideForm
from commissions.models import (
    TierMonth,
    TierOverride,
    TierRun,
)
from commissions.previewing import TierPreview, preview_tiers
from commissions.selectors import levels_of_run, outlook_of, progress_of, tier_of
from storefronts.models import Owner
from storefronts.selectors import owner_by_number
from storefronts.states import Tier
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.models import AuditEntry
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.staff import (
    Fact,
    Facts,
    Head,
    ReadOnlyAdmin,
    Table,
    column,
    columns,
    facts_of,
    link,
    link_to,
    money,
    name_of,
    percent,
    pill,
    sentence_of,
    staff_actor,
    teach_subject,
    trail,
)
from taoxiaopu.kernel.templatetags.kernel_format import in_brackets, local_time

JUDGED = re.compile(r"judged (\d+), rose (\d+), fell (\d+)")


def _read_run(entry: AuditEntry) -> str:
    """What a run noted down of its result."""
    found = JUDGED.fullmatch(entry.reason)
    return judged_words(*map(int, found.groups())) if found else entry.reason


def judged_words(judged: int, rose: int, fell: int) -> str:
    """How many owners were judged, and how many of them moved."""
    return gettext("已评定 {judged}，升级 {rose}，降级 {fell}").format(judged=judged, rose=rose, fell=fell)


teach_subject("tier_run", _("月度评级"), reason=_read_run)
SHOWN = 50  # owners that a preview names


def _rate(part: int, whole: int) -> str:
    return in_brackets(f"{part * 100 / whole:.2f}%" if whole else "—", f"{part}/{whole}")


@admin.register(TierMonth)
class TierMonthAdmin(ReadOnlyAdmin):
    """The judgement of each owner and month with its six figures."""

    empty = _("每月 1 日评定上个月，每位掌柜一条记录")
    chip_field = "level_after"
    search_fields = ("owner__user__nickname",)
    ordering = ("-month", "-id")
    list_select_related = ("owner__user",)
    list_display = columns(
        TierMonth,
        column(_("月份"), lambda row: local_time(row.month, "month"), "month"),
        column(_("掌柜"), lambda row: link_to(row.owner), "owner__user__nickname"),
        column(_("销售额"), lambda row: money(row.sales_fen), "sales_fen", num=True),
        column(_("订单"), lambda row: row.orders, "orders"),
        column(_("买家"), lambda row: row.buyers, "buyers"),
        column(_("退款率"), lambda row: _rate(row.refunded, row.ended)),
        column(_("判责率"), lambda row: _rate(row.disputes, row.orders)),
        column(_("违规分"), lambda row: row.points, "points"),
        column(
            _("等级"),
            lambda row: f"{Tier(row.level_before).label} → {Tier(row.level_after).label}",
            "level_after",
        ),
    )

    def head(self, row: TierMonth) -> Head:
        return Head(
            f"{row.owner} · {local_time(row.month, 'month')}",
            pill("done", row.get_level_after_display()),
            _("达标等级：{level}").format(level=row.get_target_display()),
        )

    def main(self, request: HttpRequest, row: TierMonth) -> list[Any]:
        asked = criteria_of(rules_of_month(row.month))[::-1]
        figures = [
            (_("结算销售额"), money(row.sales_fen), *[money(c.sales_fen) for c in asked]),
            (_("订单数"), row.orders, *[f"≥ {c.orders}" for c in asked]),
            (_("不同买家"), row.buyers, *[f"≥ {c.buyers}" for c in asked]),
            (
                _("退款率"),
                _rate(row.refunded, row.ended),
                *[percent(c.refund_bp) for c in asked],
            ),
            (
                _("判责率"),
                _rate(row.disputes, row.orders),
                *[percent(c.dispute_bp) for c in asked],
            ),
            (_("违规分"), row.points, *[f"< {c.points_below}" for c in asked]),
        ]
        heads = (_("指标"), _("本月"), *[c.level.label for c in asked])
        return [Table(_("六项指标与各级门槛"), heads, figures, frozenset({1, 2, 3, 4}))]

    def side(self, request: HttpRequest, row: TierMonth) -> list[Any]:
        names = ("target", "level_before", "level_after", "misses_after", "judged_at")
        return [Facts(_("结果"), [Fact(_("掌柜"), link_to(row.owner)), *facts_of(row, *names)])]


def _run_state(row: TierRun) -> SafeString:
    if row.finished_at is not None:
        return pill("done", _("已完成"))
    far = progress_of(row)
    return pill("running", _("进行中 {done}/{all}").format(done=far.done, all=far.chunks), "warn")


@admin.register(TierRun)
class TierRunAdmin(ReadOnlyAdmin):
    """Month ends of tiers: how far, with what result, by which numbers; what other numbers would have made of them."""

    empty = _("每月 1 日 03:00 评定上个月，结果列在这里")
    ordering = ("-month",)
    list_display = columns(
        TierRun,
        column(_("月份"), lambda row: local_time(row.month, "month"), "month"),
        column(_("状态"), _run_state),
        "judged",
        "rose",
        "fell",
        "began_at",
        "finished_at",
    )

    def hint(self, request: HttpRequest) -> object:
        return _("每月 1 日 03:00 自动评定上个月；评定过的记录不会再改。")

    def head(self, row: TierRun) -> Head:
        far = progress_of(row)
        return Head(
            local_time(row.month, "month"),
            _run_state(row),
            judged_words(far.judged, far.rose, far.fell),
        )

    def main(self, request: HttpRequest, row: TierRun) -> list[Any]:
        moves = [
            (Tier(before).label, Tier(after).label, count) for before, after, count in levels_of_run(row)
        ]
        asked = criteria_of(services.rules_of(row))[::-1]
        numbers = [
            (_("结算销售额"), *[money(c.sales_fen) for c in asked]),
            (_("订单数"), *[f"≥ {c.orders}" for c in asked]),
            (_("不同买家"), *[f"≥ {c.buyers}" for c in asked]),
            (_("退款率"), *[percent(c.refund_bp) for c in asked]),
            (_("判责率"), *[percent(c.dispute_bp) for c in asked]),
            (_("违规分"), *[f"< {c.points_below}" for c in asked]),
        ]
        return [
            Table(_("等级变化"), (_("原等级"), _("新等级"), _("掌柜数")), moves, frozenset({2})),
            Table(
                _("评定所用标准"), (_("指标"), *[c.level.label for c in asked]), numbers, frozenset({1, 2, 3})
            ),
        ]

    def side(self, request: HttpRequest, row: TierRun) -> list[Any]:
        months = f"{reverse('admin:commissions_tiermonth_changelist')}?month__exact={row.month}"
        preview = reverse("admin:commissions_tierrun_preview", args=[row.pk])
        more = [
            Fact(_("评定记录"), link(months, _("查看"))),
            Fact(_("规则变更试算"), link(preview, _("试算"))),
        ]
        return [
            Facts(_("进度"), facts_of(row, "began_at", "finished_at")),
            Facts(_("往来"), more),
            trail("tier_run", row.number),
        ]

    def own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        return [path("<str:object_id>/preview/", view, name="commissions_tierrun_preview")]

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Try other numbers on a judged month: who would stand higher or lower, and what it would cost. Reads only."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        row = self.row_or_404(request, object_id)
        rules = rules_at(clock.now())
        form = TierNumbersForm(request.GET or None, rules=rules)
        found = None
        if form.is_valid():
            found = preview_tiers(month=row.month, rules=form.changed_rules(), now=rules, limit=SHOWN)
        context = {
            **self.admin_site.each_context(request),
            "title": _("规则变更试算"),
            "row": row,
            "form": form,
            "levels": LEVELS,
            "found": found,
            "blocks": _preview_blocks(found) if found else [],
        }
        return TemplateResponse(
            request, "commissions/staff/tier_preview.html", context, status=400 if form.errors else 200
        )


def _preview_blocks(found: TierPreview) -> list[Any]:
    facts = [
        Fact(_("已评定掌柜"), found.owners),
        Fact(_("等级会更高"), found.higher, "good" if found.higher else ""),
        Fact(_("等级会更低"), found.lower, "bad" if found.lower else ""),
        Fact(_("现行规则的奖励"), money(found.bonus_was_fen)),
        Fact(_("试算规则的奖励"), money(found.bonus_would_fen)),
        Fact(_("奖励增减"), money(found.cost_fen), "bad" if found.cost_fen > 0 else ""),
    ]
    moves = [
        (move.was.label, move.would.label, move.owners) for move in found.moves if move.was != move.would
    ]
    whom = [
        (
            link_to(one.row.owner), Tier(one.row.level_after).label, one.would.label, money(one.row.sales_fen),
            one.row.orders, one.row.buyers, _rate(one.row.refunded, one.row.ended),
            _rate(one.row.disputes, one.row.orders), one.row.points,
        )
        for one in found.whom
    ]  # fmt: skip
    heads = (
        _("掌柜"), _("实际等级"), _("试算等级"), _("销售额"), _("订单"), _("买家"), _("退款率"), _("判责率"), _("违规分"),
    )  # fmt: skip
    nobody = _("没有掌柜的等级会变")
    return [
        Facts(_("试算结果"), facts),
        Table(_("等级变化"), (_("实际等级"), _("试算等级"), _("掌柜数")), moves, frozenset({2}), empty=nobody),
        Table(
            _("哪些掌柜"), heads, whom, frozenset(range(3, 9)), empty=nobody,
            note=_("变化最大的在前，最多 {n} 行").format(n=SHOWN) if whom else "",
        ),
    ]  # fmt: skip


def outlook_level(owner: Owner | None) -> int:
    """The level that the form of an override begins with: the present one."""
    judged = tier_of(owner) if owner else None
    return judged.level if judged else Tier.ROOKIE


def _override_state(row: TierOverride) -> SafeString:
    return pill("done", _("已失效"), "over") if row.ended_at else pill("open", _("生效中"), "good")


@admin.register(TierOverride)
class TierOverrideAdmin(ReadOnlyAdmin):
    """Levels that staff gave by hand, each until the next run."""

    empty = _("人工指定的等级列在这里，连同原因和经办人")
    search_fields = ("owner__user__nickname", "owner__public_id")
    ordering = ("-id",)
    list_select_related = ("owner__user",)
    list_display = columns(
        TierOverride,
        column(_("掌柜"), lambda row: row.owner.user.nickname, "owner__user__nickname"),
        column(_("指定等级"), lambda row: row.get_level_display(), "level"),
        column(_("状态"), _override_state),
        column(_("原因"), lambda row: row.reason),
        column(_("操作人"), lambda row: name_of(row.given_by)),
        "given_at",
        "ended_at",
    )

    def tools(self, request: HttpRequest) -> list[tuple[object, str, str]]:
        return [(_("指定等级"), reverse("admin:commissions_tieroverride_give"), "add")]

    def hint(self, request: HttpRequest) -> object:
        return _("指定的等级到下次月度评级为止，之后从评定的等级接着算。")

    def own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.give_view)
        return [path("give/", view, name="commissions_tieroverride_give")]

    def give_view(self, request: HttpRequest) -> HttpResponse:
        """Give an owner a level."""
        asked = owner_by_number(request.GET.get("owner", "")[:16])
        first = {"owner": asked.public_id if asked else "", "level": outlook_level(asked)}
        form = TierOverrideForm(request.POST or None, initial=first)
        status = 200
        if request.method == "POST" and form.is_valid():
            try:
                row = services.override_tier(**form.cleaned_data, actor=staff_actor(request), at=clock.now())
            except DomainError as error:
                form.add_error(None, sentence_of(error))
                status = error.status
            else:
                messages.success(request, gettext("已指定等级"))
                return redirect(self.address(row))
        elif request.method == "POST":
            status = 400
        context = {
            **self.admin_site.each_context(request),
            "title": _("指定等级"),
            "form": form,
            "about": self._about(asked) if asked else None,
            "ends_at": clock.local_instant(
                clock.next_month(clock.month_of(self.moment())), rules_at(self.moment()).TIER_HOUR
            ),
        }
        return TemplateResponse(request, "commissions/staff/tier_override.html", context, status=status)

    def _about(self, owner: Owner) -> Facts:
        """Where the owner stands."""
        stands = outlook_of(owner, at=self.moment())
        facts = [
            Fact(_("掌柜"), link_to(owner)),
            Fact(_("评定的等级"), stands.level.label),
            Fact(_("已指定"), stands.given.get_level_display() if stands.given else "—"),
            Fact(_("本月至今达到"), stands.target.label),
        ]
        return Facts(_("现在"), facts)

    def head(self, row: TierOverride) -> Head:
        return Head(str(row.owner), _override_state(row), row.get_level_display())

    def main(self, request: HttpRequest, row: TierOverride) -> list[Any]:
        facts = [Fact(_("掌柜"), link_to(row.owner)), Fact(_("操作人"), name_of(row.given_by))]
        return [Facts("", [*facts, *facts_of(row, "level", "reason", "given_at", "ended_at")])]

    def side(self, request: HttpRequest, row: TierOverride) -> list[Any]:
        return [trail("owner", row.owner.public_id)]
