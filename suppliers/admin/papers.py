"""Staff's pages of the checklist and of the papers that suppliers handed in."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from suppliers import access, selectors, services
from suppliers.models import Paper, Requirement
from suppliers.selectors import Item
from suppliers.services import RequirementDraft
from suppliers.states import (
    PAPERS,
    PaperStatus,
    ProofKind,
    RequirementKind,
    RequirementScope,
    SupplierKind,
    SupplierStatus,
)
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.ids import secret_key_text
from taoxiaopu.kernel.staff import (
    Act,
    Block,
    Fact,
    Facts,
    Head,
    ReadOnlyAdmin,
    ReasonForm,
    StaffForm,
    code,
    column,
    columns,
    facts_of,
    link_to,
    name_of,
    pill,
    rows_by,
    sentence_of,
    staff_actor,
    teach_subject,
    trail,
)
from taoxiaopu.kernel.templatetags.kernel_format import own_name

teach_subject("paper", _("证照材料"), PAPERS, find=rows_by(Paper, "public_id"))
teach_subject("requirement", _("入驻材料"), find=rows_by(Requirement, "code"))

OPEN = frozenset({PaperStatus.HANDED, PaperStatus.MEND})


def _accept(row: Paper, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.judge_paper(public_id=row.public_id, is_fine=True, actor=actor, at=at)


def _return(row: Paper, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.judge_paper(public_id=row.public_id, is_fine=False, actor=actor, at=at, note=answers["reason"])


def page_urls(paper: Paper) -> list[str]:
    """The addresses of a paper's pages for staff."""
    return [reverse("admin:suppliers_paper_page", args=[paper.pk, n]) for n in paper.page_numbers]


def paper_entry(item: Item, paper: Paper | None, *, may_judge: bool) -> dict[str, Any]:
    """One paper of a checklist as the block of papers shows it: in words, with its pages and the verdicts it may get."""
    if paper is None:
        label = gettext("未提交") if item.is_required else gettext("选填")
        return {
            "words": item.place.words,
            "pill": pill("missing", label, "wait" if item.is_required else "over"),
        }
    events = PAPERS.events(paper.status, ActorKind.STAFF) if may_judge else set()
    tone = {PaperStatus.FINE: "good", PaperStatus.MEND: "bad"}.get(PaperStatus(paper.status), "wait")
    return {
        "words": item.place.words,
        "pill": pill(paper.status, paper.get_status_display(), tone),
        "paper": paper,
        "page_urls": page_urls(paper),
        "is_open": paper.status != PaperStatus.FINE,
        "acts": [
            {
                "label": act.label,
                "tone": act.tone,
                "asks": act.asks is ReasonForm,
                "url": reverse("admin:suppliers_paper_act", args=[paper.pk, act.name]),
                "key": secret_key_text(),
            }
            for act in PaperAdmin.acts
            if act.name in events
        ],
    }


@admin.register(Paper)
class PaperAdmin(ReadOnlyAdmin):
    """Papers with their pages; each look at a page is written down, and what staff see carries their name."""

    chip_field = "status"
    search_fields = ("supplier__name", "public_id", "brand", "requirement__name")
    search_help_text = _("按企业、材料或品牌查找")
    ordering = ("-handed_at", "-id")
    list_select_related = ("supplier", "requirement")
    list_display = columns(
        Paper,
        column(_("材料"), str, "requirement__position"),
        column(_("供应商"), lambda row: link_to(row.supplier), "supplier__name"),
        "status",
        "valid_until",
        "handed_at",
        "judged_at",
    )
    acts = (
        Act("accept", _("核对无误"), _accept, OPEN, tone="primary", icon="check", done=_("已记为无误")),
        Act(
            "return", _("要求补正"), _return, frozenset({PaperStatus.HANDED, PaperStatus.FINE}), ReasonForm,
            "danger", "undo", _("原因会显示给供应商。"), _("已记为需补正"),
        ),
    )  # fmt: skip

    def address(self, row: Paper) -> str:
        """While the application is in review, back to it; else the paper's own page."""
        if row.supplier.status == SupplierStatus.IN_REVIEW:
            return reverse("admin:suppliers_supplier_change", args=[row.supplier_id]) + f"#{row.public_id}"
        return super().address(row)

    def own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.page_view)
        return [path("<int:object_id>/pages/<int:position>/", view, name="suppliers_paper_page")]

    def page_view(self, request: HttpRequest, object_id: int, position: int) -> HttpResponse:
        """One page as a picture that says who looked and when."""
        paper = self.row_or_404(request, str(object_id))
        actor = staff_actor(request)
        seen = services.look_at_page(
            paper=access.paper_for_supplier(paper.supplier, paper.public_id),
            position=position,
            name=name_of(actor.person),
            actor=actor,
            at=clock.now(),
        )
        answer = HttpResponse(seen, content_type="image/jpeg")
        answer["Cache-Control"] = "no-store"
        return answer

    def head(self, row: Paper) -> Head:
        return Head(str(row), pill(row.status, row.get_status_display()), link_to(row.supplier))

    def main(self, request: HttpRequest, row: Paper) -> list[Any]:
        return [Block(_("内容"), "suppliers/staff/_paper.html", {"paper": row, "page_urls": page_urls(row)})]

    def side(self, request: HttpRequest, row: Paper) -> list[Any]:
        facts = [
            Fact(_("编号"), code(row.public_id)),
            *facts_of(row, "requirement", "brand", "valid_from", "valid_until", "pages", "note"),
            *facts_of(row, "handed_at", "judged_at"),
        ]
        return [Facts(_("材料"), facts), trail("paper", row.public_id)]


class RequirementForm(StaffForm):
    """One item of the checklist."""

    name = forms.CharField(label=_("名称"), min_length=2, max_length=40)
    kind = forms.ChoiceField(label=_("形式"), choices=RequirementKind)
    scope = forms.ChoiceField(label=_("范围"), choices=RequirementScope)
    category = forms.ChoiceField(label=_("类目（仅按类目提交的材料）"), required=False)
    supplier_kinds = forms.MultipleChoiceField(
        label=_("供应商类型（不选即全部）"), choices=SupplierKind, required=False
    )
    proof_kinds = forms.MultipleChoiceField(
        label=_("货源证明（不选即全部）"), choices=ProofKind, required=False
    )
    is_required = forms.BooleanField(label=_("必需"), required=False, initial=True)
    has_expiry = forms.BooleanField(label=_("有有效期"), required=False)
    help_text = forms.CharField(
        label=_("说明"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    position = forms.IntegerField(label=_("排序"), min_value=0, max_value=30_000, initial=100)
    is_active = forms.BooleanField(label=_("启用"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nodes = [(row.code, own_name(row.name)) for row in selectors.categories()]
        self.fields["category"].choices = [("", "—"), *nodes]  # type: ignore[attr-defined]

    def offer(self, row: Requirement) -> None:
        """Fill in the item as it is."""
        for name in self.fields:
            self.fields[name].initial = getattr(row, name)
        self.fields["category"].initial = row.category.code if row.category else ""


def _edit(row: Requirement, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.edit_requirement(code=row.code, draft=RequirementDraft(**answers), actor=actor, at=at)


class NewRequirementForm(RequirementForm):
    """A new item with its code."""

    code = forms.SlugField(label=_("代码"), max_length=24, help_text=_("字母、数字或下划线，以后不能改"))
    field_order = ("code",)


@admin.register(Requirement)
class RequirementAdmin(ReadOnlyAdmin):
    """The checklist of entry: what is asked of whom."""

    ordering = ("position", "id")
    search_fields = ("name", "code")
    list_select_related = ("category",)
    list_display = columns(
        Requirement,
        column(_("名称"), lambda row: own_name(row.name), "position"),
        column(_("代码"), lambda row: code(row.code), "code"),
        "kind",
        "scope",
        column(_("类目"), lambda row: row.category and own_name(row.category.name)),
        "is_required",
        "has_expiry",
        "is_active",
    )
    acts = (
        Act("edit", _("修改"), _edit, asks=RequirementForm, tone="primary", icon="edit", done=_("已保存")),
    )

    def own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.new_view)
        return [path("new/", view, name="suppliers_requirement_new")]

    def tools(self, request: HttpRequest) -> list[tuple[object, str, str]]:
        return [(_("新增材料"), reverse("admin:suppliers_requirement_new"), "add")]

    def hint(self, request: HttpRequest) -> object:
        return _("修改立即对填写中的申请生效；已通过的材料不受影响。")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Requirement]":
        found: QuerySet[Requirement] = super().get_queryset(request)
        return found

    def new_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for one more thing."""
        form, status = NewRequirementForm(request.POST or None), 200
        if request.method == "POST" and form.is_valid():
            answers = dict(form.cleaned_data)
            try:
                row = services.create_requirement(
                    code=answers.pop("code").replace("-", "_"),
                    draft=RequirementDraft(**answers),
                    actor=staff_actor(request),
                    at=clock.now(),
                )
            except DomainError as error:
                form.add_error(None, sentence_of(error))
                status = error.status
            else:
                messages.success(request, gettext("已新增“{name}”").format(name=row.name))
                return redirect(self.address(row))
        elif request.method == "POST":
            status = 400
        context = {**self.admin_site.each_context(request), "title": _("新增材料"), "form": form}
        return TemplateResponse(request, "suppliers/staff/requirement.html", context, status=status)

    def head(self, row: Requirement) -> Head:
        state = pill("active", gettext("启用")) if row.is_active else pill("closed", gettext("停用"))
        return Head(own_name(row.name), state, code(row.code))

    def main(self, request: HttpRequest, row: Requirement) -> list[Any]:
        kinds = ", ".join(str(SupplierKind(kind).label) for kind in row.supplier_kinds)
        proofs = ", ".join(str(ProofKind(kind).label) for kind in row.proof_kinds)
        facts = [
            *facts_of(row, "kind", "scope", "category", "is_required", "has_expiry", "position"),
            Fact(_("供应商类型"), kinds or gettext("全部")),
            Fact(_("货源证明"), proofs or gettext("全部")),
            Fact(_("说明"), own_name(row.help_text) or "—"),
        ]
        return [Facts("", facts)]

    def side(self, request: HttpRequest, row: Requirement) -> list[Any]:
        return [trail("requirement", row.code)]
