"""The staff's page of the timetable: what ran when, what comes next, and what is silent."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.staff import Fact, Facts, Head, ReadOnlyAdmin, code, column, columns, facts_of, pill
from taoxiaopu.kernel.staff.cells import when
from taoxiaopu.operations import timetable
from taoxiaopu.operations.models import TimetableRun


def _entry(row: Any) -> timetable.Entry | None:
    plan = timetable.plans().get(row.task)
    return timetable.entry_of(row, plan[0], plan[1], row.read_at) if plan else None


def _state(row: Any) -> Any:
    entry = _entry(row)
    if entry is None:
        return pill("over", _("已停用"), "over")
    if entry.late:
        return pill("late", _("逾期未运行"), "bad")
    if row.failures:
        return pill("failed", _("上次失败"), "bad")
    return pill("fine", _("正常"), "good") if row.finished_at else pill("waiting", _("尚未运行"), "wait")


def _next(row: Any) -> Any:
    entry = _entry(row)
    return entry.next_at if entry else None


@admin.register(TimetableRun)
class TimetableAdmin(ReadOnlyAdmin):
    """Every entry of the timetable with its last and next run."""

    ordering = ("task",)
    list_display = columns(
        TimetableRun,
        column(_("任务"), lambda row: code(row.task), "task"),
        column(_("状态"), _state),
        "finished_at",
        column(_("下次运行"), lambda row: _next(row) and when(_next(row))),
        "failures",
        "error",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[TimetableRun]:
        """With the database's real time: the timetable does not follow the demo's clock."""
        return TimetableRun.objects.annotate(read_at=Now())

    def hint(self, request: HttpRequest) -> object:
        return _("到点而没有成功运行的任务标为“逾期未运行”：请检查 beat 与 worker 进程。")

    def head(self, row: Any) -> Head:
        return Head(row.task, _state(row))

    def main(self, request: HttpRequest, row: Any) -> list[Any]:
        facts = facts_of(row, "entry", "first_seen_at", "started_at", "finished_at", "failures", "error")
        return [Facts(_("运行"), [*facts, Fact(_("下次运行"), _next(row) and when(_next(row)))])]
