"""Staff's pages of change sets: what a live good says now, and what it is to say."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from suppliers import services
from suppliers.admin.goods import marked, offer_words
from suppliers.models import Good, GoodChange
from suppliers.states import CHANGES, ChangeStatus
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.staff import (
    Act,
    Fact,
    Facts,
    Head,
    NoteForm,
    ReadOnlyAdmin,
    ReasonForm,
    Table,
    code,
    column,
    columns,
    facts_of,
    link_to,
    pill,
    rows_by,
    teach_subject,
    trail,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import listed, own_name

teach_subject("good_change", _("商品修改"), CHANGES, find=rows_by(GoodChange, "public_id"))


def uploads(names: list[str]) -> SafeString:
    """Uploaded pictures, small, as only staff see them before review."""
    return format_html_join(
        "",
        '<img class="tx-thumb" src="{}" alt="" width="44" height="44" loading="lazy">',
        ((reverse("staff:upload", args=[name, 160]),) for name in names if name),
    )


def changed_parts(row: GoodChange) -> str:
    """Which parts the change set changes, in words."""
    labels = {
        "title": _("标题"), "brand": _("品牌"), "category": _("类目"), "description": _("商品描述"),
        "picture": _("主图"), "gallery": _("更多图片"), "attributes": _("属性"),
        "custom": _("定制"),
    }  # fmt: skip
    return listed(label for part, label in labels.items() if getattr(row, part) != getattr(row.good, part))


def _approve(row: GoodChange, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.approve_change(public_id=row.public_id, actor=actor, at=at, note=answers["reason"])


def _refuse(row: GoodChange, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.refuse_change(public_id=row.public_id, actor=actor, at=at, reason=answers["reason"])


@admin.register(GoodChange)
class GoodChangeAdmin(ReadOnlyAdmin):
    """Edits of live goods that wait for review, old and new side by side."""

    chip_field = "status"
    ordering = ("-id",)
    search_fields = ("title", "public_id", "good__public_id")
    list_select_related = ("good__supplier", "category")
    list_display = columns(
        GoodChange,
        column(_("标题"), lambda row: marked(row.title, row.held_words), "title"),
        column(_("供应商"), lambda row: link_to(row.good.supplier)),
        column(_("改动"), changed_parts),
        "status",
        column(_("提交时间"), lambda row: when(row.created_at), "created_at"),
    )
    acts = (
        Act(
            "approve", _("通过修改"), _approve, frozenset({ChangeStatus.OPEN}), NoteForm, "primary", "check",
            _("商品立即变为新内容；价格、库存和佣金率不变。"), _("已通过修改"),
        ),
        Act(
            "refuse", _("驳回修改"), _refuse, frozenset({ChangeStatus.OPEN}), ReasonForm, "danger", "close",
            _("原因会显示给供应商，商品仍按原内容在售。"), _("已驳回修改"),
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[GoodChange]":
        return super().get_queryset(request).select_related("good__supplier", "good__category", "category")

    def head(self, row: GoodChange) -> Head:
        return Head(
            marked(row.title, row.held_words), pill(row.status, row.get_status_display()), code(row.public_id)
        )

    def main(self, request: HttpRequest, row: GoodChange) -> list[Any]:
        now = row.good
        rows = [
            (label, *(_differing(old, new)))
            for label, old, new in (
                (_("标题"), now.title, marked(row.title, row.held_words)),
                (_("品牌"), now.brand, row.brand),
                (_("类目"), own_name(now.category.name), own_name(row.category.name)),
                (_("商品描述"), now.description, marked(row.description, row.held_words)),
                (_("图片"), uploads([now.picture, *now.gallery]), uploads([row.picture, *row.gallery])),
                (_("属性"), _values(now), _values(row)),
                (_("定制"), offer_words(now.custom), offer_words(row.custom)),
            )
        ]
        note = "" if row.status == ChangeStatus.OPEN else _("已处理的修改，左栏是商品当前的内容。")
        return [Table(_("新旧对照"), (_("项目"), _("现在"), _("改为")), rows, note=note)]

    def side(self, request: HttpRequest, row: GoodChange) -> list[Any]:
        facts = [
            Fact(_("商品"), link_to(row.good)),
            Fact(_("供应商"), link_to(row.good.supplier)),
            *facts_of(
                row, "held_words", "words_version", "base_version", "reason", "created_at", "decided_at"
            ),
        ]
        return [Facts(_("详情"), facts), trail("good_change", row.public_id)]


def _values(row: Good | GoodChange) -> str:
    return "\n".join(f"{name}: {value}" for name, value in sorted(row.attributes.items()))


def _differing(old: object, new: object) -> tuple[object, object]:
    if str(old) == str(new):
        return old, format_html('<span class="tx-faint">{}</span>', _("不变"))
    return old, new
