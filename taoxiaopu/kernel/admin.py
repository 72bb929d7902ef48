"""Staff's pages of jobs, the audit trail and versions of the rules."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel import jobs
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.models import AuditEntry, Job, JobStatus, RulesVersion
from taoxiaopu.kernel.settings import Rules, rules_at
from taoxiaopu.kernel.staff import (
    Act,
    Fact,
    Facts,
    Head,
    ReadOnlyAdmin,
    Table,
    code,
    column,
    columns,
    event_words,
    facts_of,
    name_of,
    pill,
    reason_words,
    state_words,
    subject_link,
    subject_words,
    teach_subject,
    trail,
)
from taoxiaopu.kernel.templatetags.kernel_format import in_brackets

teach_subject("job", _("后台任务"))
KINDS = {
    "storefronts.draw_poster": _("绘制海报"),
    "suppliers.run_import": _("导入商品"),
    "suppliers.undo_import": _("撤销导入"),
    "accounts.send_message": _("发送消息"),
    "rulebook.announce": _("通知规则变更"),
}


def _retry(row: Job, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    jobs.retry_as_staff(row, actor=actor, at=at)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Work that runs in the background, and the button to try a failed one again."""

    chip_field = "status"
    search_fields = ("key", "argument")
    ordering = ("-id",)
    list_display = columns(
        Job,
        column(_("任务"), lambda row: KINDS.get(row.kind, row.kind), "kind"),
        column(_("编号"), lambda row: code(row.key)),
        "status",
        column(_("进度"), lambda row: f"{row.percent}%"),
        "attempts",
        "due_at",
        "finished_at",
        column(_("原因"), lambda row: row.error[:60]),
    )
    acts = (
        Act(
            "retry",
            _("重试"),
            _retry,
            frozenset({JobStatus.FAILED}),
            tone="primary",
            icon="refresh",
            done=_("已重新排队"),
        ),
    )

    def head(self, row: Job) -> Head:
        return Head(KINDS.get(row.kind, row.kind), pill(row.status, row.get_status_display()), code(row.key))

    def main(self, request: HttpRequest, row: Job) -> list[Any]:
        items = facts_of(row, "attempts", "due_at", "created_at", "finished_at")
        items.append(Fact(_("进度"), in_brackets(f"{row.done_steps} / {row.all_steps}", f"{row.percent}%")))
        blocks: list[Any] = [Facts(_("任务"), items)]
        if row.error:
            blocks.append(Facts(_("失败原因"), [Fact(_("最近一次"), row.error, "bad")]))
        return blocks

    def side(self, request: HttpRequest, row: Job) -> list[Any]:
        return [trail("job", str(row.pk))]


def _who(row: AuditEntry) -> str:
    return f"{ActorKind(row.actor_kind).label} {name_of(row.person or row.actor_ref)}".strip()


def _moved(row: AuditEntry) -> str:
    before, after = state_words(row, row.from_state), state_words(row, row.to_state)
    return " → ".join(str(words) for words in (before, after) if words)


@admin.register(AuditEntry)
class AuditAdmin(ReadOnlyAdmin):
    """Every move and staff act, newest first."""

    chip_field = "actor_kind"
    search_fields = ("subject_ref", "actor_ref", "event", "reason")
    search_help_text = _("按对象编号、操作者、事件或原因查找")
    ordering = ("-id",)
    list_display = columns(
        AuditEntry,
        "at",
        column(_("操作者"), _who, "actor_kind"),
        column(_("对象"), lambda row: subject_words(row.subject_type), "subject_type"),
        column(_("编号"), lambda row: code(row.subject_ref)),
        column(_("事件"), event_words, "event"),
        column(_("状态变化"), _moved),
        column(_("原因"), lambda row: Truncator(reason_words(row)).chars(60)),
    )

    def head(self, row: AuditEntry) -> Head:
        return Head(f"{subject_words(row.subject_type)} · {event_words(row)}", sub=code(row.subject_ref))

    def main(self, request: HttpRequest, row: AuditEntry) -> list[Any]:
        items = [
            *facts_of(row, "at"),
            Fact(_("操作者"), _who(row)),
            Fact(_("对象"), subject_words(row.subject_type)),
            Fact(_("编号"), subject_link(row.subject_type, row.subject_ref)),
            Fact(_("事件"), event_words(row), hint=code(row.event)),
            Fact(_("状态变化"), _moved(row) or "—"),
            Fact(_("原因"), reason_words(row) or "—"),
        ]
        return [Facts("", items)]


@admin.register(RulesVersion)
class RulesAdmin(ReadOnlyAdmin):
    """Dated changes of the business's numbers."""

    ordering = ("-effective_at",)
    list_display = columns(
        RulesVersion,
        column(_("规则文件"), lambda row: code(row.source or ""), "source"),
        "effective_at",
        "note",
        column(_("变更项"), lambda row: len(row.changes)),
        "withdrawn_at",
    )

    def hint(self, request: HttpRequest) -> object:
        return _(
            "规则默认值写在程序中，这里列出此后按日期生效的变更。变更只能随规则文件的新版公布，生效前至少公示 7 天。"
        )

    def head(self, row: RulesVersion) -> Head:
        return Head(row.note)

    def main(self, request: HttpRequest, row: RulesVersion) -> list[Any]:
        default, at_work = Rules(), rules_at(row.effective_at)
        rows = [
            (code(item.name), getattr(default, item.name), getattr(at_work, item.name))
            for item in fields(Rules)
            if item.name in row.changes
        ]
        facts = Facts(_("版本"), facts_of(row, "source", "effective_at", "note", "withdrawn_at"))
        return [facts, Table(_("变更"), (_("规则"), _("默认值"), _("本版本")), rows)]
