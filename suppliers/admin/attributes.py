"""Staff's pages of the questions that goods of each category are asked."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from suppliers.models import AttributeTemplate, Category
from suppliers.services.attributes import TemplateDraft, save_template, switch_template
from suppliers.states import AttributeKind
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.staff import (
    Act,
    Fact,
    Facts,
    Head,
    ReadOnlyAdmin,
    StaffForm,
    code,
    column,
    columns,
    facts_of,
)
from taoxiaopu.kernel.templatetags.kernel_format import listed, own_name


class TemplateForm(StaffForm):
    """One question that a category asks."""

    code = forms.CharField(
        label=_("代码"), max_length=24, help_text=_("小写字母、数字或下划线，建立后不能改")
    )
    name = forms.CharField(label=_("名称"), max_length=20)
    kind = forms.ChoiceField(label=_("类型"), choices=AttributeKind.choices)
    unit = forms.CharField(label=_("单位"), max_length=10, required=False)
    options = forms.CharField(
        label=_("可选值"), required=False, help_text=_("每行一个"), widget=forms.Textarea(attrs={"rows": 4})
    )
    required = forms.BooleanField(label=_("必填"), required=False)
    searchable = forms.BooleanField(label=_("可搜索"), required=False)
    position = forms.IntegerField(label=_("排序"), min_value=0, max_value=999, initial=0)

    def offer(self, row: Any) -> None:
        if isinstance(row, AttributeTemplate):
            for name in ("code", "name", "kind", "unit", "required", "searchable", "position"):
                self.fields[name].initial = getattr(row, name)
            self.fields["options"].initial = "\n".join(row.options)
            self.fields["code"].disabled = True


def _draft(answers: dict[str, Any]) -> TemplateDraft:
    options = tuple(line.strip() for line in answers["options"].splitlines() if line.strip())
    plain = {name: answers[name] for name in ("code", "name", "unit", "required", "searchable", "position")}
    return TemplateDraft(kind=AttributeKind(answers["kind"]), options=options, **plain)


def add_template(row: Category, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    """A question for a category."""
    save_template(category=row, draft=_draft(answers), template=None, actor=actor, at=at)


def _edit_template(row: AttributeTemplate, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    draft = _draft(answers | {"code": row.code})
    save_template(category=row.category, draft=draft, template=row, actor=actor, at=at)


def _switch_template(row: AttributeTemplate, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    switch_template(template=row, actor=actor, at=at)


@admin.register(AttributeTemplate)
class AttributeTemplateAdmin(ReadOnlyAdmin):
    """What goods of each category are asked."""

    ordering = ("category__position", "position", "id")
    search_fields = ("name", "code", "category__name")
    list_select_related = ("category",)
    list_display = columns(
        AttributeTemplate,
        column(_("名称"), str, "name"),
        column(_("类目"), lambda row: own_name(row.category.name), "category__position"),
        "kind",
        "required",
        "searchable",
        "is_on",
    )
    acts = (
        Act("edit", _("修改"), _edit_template, asks=TemplateForm, tone="primary", icon="edit"),
        Act("switch", _("停用或启用"), _switch_template, icon="toggle_on", warns=_("已填写的值会保留。")),
    )

    def head(self, row: AttributeTemplate) -> Head:
        return Head(str(row), "", code(row.code))

    def main(self, request: HttpRequest, row: AttributeTemplate) -> list[Any]:
        facts = facts_of(row, "category", "kind", "unit", "required", "searchable", "is_on", "position")
        return [Facts("", [*facts, Fact(_("可选值"), listed(map(own_name, row.options)))])]
