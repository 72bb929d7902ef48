"""Admins that only show: no adding, changing or deleting; what can be done is a list of acts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db.models import Count, Field, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from taoxiaopu.kernel import clock, idempotency
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.ids import secret_key_text
from taoxiaopu.kernel.staff.acts import Act, StaffForm, sentence_of, staff_actor
from taoxiaopu.kernel.staff.blocks import Head, Words
from taoxiaopu.kernel.staff.cells import pill
from taoxiaopu.kernel.staff.taught import additions_to


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter above a list with how many rows it leaves."""

    label: object
    url: str
    active: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """An act as the page shows it: its form, filled in again when it was refused."""

    act: Act
    url: str
    form: StaffForm
    is_open: bool
    key: str


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no stubs
    """A list and a page for each row. Subclasses give ``list_display``, ``head``, ``main``, ``side`` and ``acts``."""

    actions = None
    list_per_page = 50
    list_before_template = "admin/_toolbar.html"
    list_fullwidth = True
    page_template = "admin/page.html"
    chip_field = ""
    empty: Words = ""  # what will be in the list, while there is nothing in it
    acts: tuple[Act, ...] = ()

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    # What a page shows

    def head(self, row: Any) -> Head:
        """The top of the page."""
        state = pill(row.status, row.get_status_display()) if hasattr(row, "get_status_display") else ""
        return Head(str(row), state)

    def main(self, request: HttpRequest, row: Any) -> Sequence[Any]:
        """Blocks of the wide column."""
        return []

    def side(self, request: HttpRequest, row: Any) -> Sequence[Any]:
        """Blocks of the narrow column."""
        return []

    def acts_for(self, request: HttpRequest, row: Any) -> Sequence[Act]:
        """The acts that the page offers for this row now."""
        own = [act for act in self.acts if act.offered(getattr(row, "status", ""))]
        return own + [act for more in additions_to(self.model) if more.concerns(row) for act in more.acts]

    def tools(self, request: HttpRequest) -> Sequence[tuple[object, str, str]]:
        """Links above the list: words, address, icon."""
        return []

    def hint(self, request: HttpRequest) -> object:
        """A sentence above the list."""
        return ""

    # Addresses

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        base = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            *self.own_urls(),
            path("", wrap(self.changelist_view), name=f"{base}_changelist"),
            path("<str:object_id>/change/", wrap(self.change_view), name=f"{base}_change"),
            path("<str:object_id>/act/<slug:name>/", wrap(self.act_view), name=f"{base}_act"),
        ]

    def own_urls(self) -> list[URLPattern]:
        """More pages of this admin."""
        return []

    def address(self, row: Any) -> str:
        """The row's page."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    # Views

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        extra = {
            "chips": self.chips(request),
            "tools": self.tools(request),
            "hint": self.hint(request),
            "title": self.opts.verbose_name_plural,
            **(extra_context or {}),
        }
        answer: HttpResponse = super().changelist_view(request, extra)
        return answer

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        return self.page(request, self.row_or_404(request, object_id))

    def act_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Run one act; a refusal shows the page again with the sentence and what was typed."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row = self.row_or_404(request, object_id)
        known = [*self.acts, *(act for more in additions_to(self.model) for act in more.acts)]
        act = next((act for act in known if act.name == name), None)
        if act is None:
            raise Http404
        form = act.asks(request.POST, row=row)
        if not form.is_valid():
            return self.page(request, row, problem=_("请检查填写的内容"), opened=(act, form), status=400)
        try:
            shown = self.run_once(request, row, act, form)
        except DomainError as error:
            fresh = self.row_or_404(request, object_id)
            return self.page(
                request, fresh, problem=sentence_of(error), opened=(act, form), status=error.status
            )
        if isinstance(shown, dict):
            return self.page(request, self.row_or_404(request, object_id), extra=shown)
        messages.success(request, str(act.done))
        return redirect(self.address(row))

    def run_once(self, request: HttpRequest, row: Any, act: Act, form: StaffForm) -> object:
        """Run an act; a second click on the same button, whose form carries the same key, finds it done."""
        actor, at, shown = staff_actor(request), clock.now(), []

        def work() -> None:
            shown.append(act.run(row, actor, at, form.cleaned_data))

        key = request.POST.get("key", "")
        inputs = [row._meta.label, row.pk, act.name, {name: str(form[name].value()) for name in form.fields}]
        idempotency.run_form_once(actor=f"staff {actor.ref}", key=key, inputs=inputs, at=at, work=work)
        return shown[0] if shown else None

    def page(
        self,
        request: HttpRequest,
        row: Any,
        *,
        problem: str = "",
        opened: tuple[Act, StaffForm] | None = None,
        extra: dict[str, Any] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """The row's page; ``opened`` is the act that was refused, ``extra`` what an act wants to show."""
        request.staff_shown = extra or {}  # type: ignore[attr-defined]
        request.staff_opened = opened  # type: ignore[attr-defined]
        context = {
            **self.admin_site.each_context(request),
            "title": self.opts.verbose_name,
            "opts": self.opts,
            "original": row,
            "row": row,
            "now": self.moment(),
            "problem": problem,
            "head": self.head(row),
            "main": [*self._added(row), *self.main(request, row)],
            "side": self.side(request, row),
            "offers": self.offers(request, row, opened),
            **(extra or {}),
        }
        request.current_app = self.admin_site.name
        answer = TemplateResponse(request, self.page_template, context, status=status)
        answer["Cache-Control"] = "no-store"
        return answer

    def _added(self, row: Any) -> list[Any]:
        """Blocks of upper apps."""
        return [
            block for more in additions_to(self.model) if more.concerns(row) for block in more.blocks(row)
        ]

    def offers(
        self, request: HttpRequest, row: Any, opened: tuple[Act, StaffForm] | None = None
    ) -> list[Offer]:
        """The acts as buttons; the refused one open with its form."""
        base = f"admin:{self.opts.app_label}_{self.opts.model_name}_act"
        result = []
        for act in self.acts_for(request, row):
            again = opened is not None and opened[0].name == act.name
            form = opened[1] if again and opened else act.asks(row=row, auto_id=f"{act.name}_%s")
            is_open = again and bool(form.errors)
            url = reverse(base, args=[row.pk, act.name])
            result.append(Offer(act, url, form, is_open, secret_key_text()))
        return result

    def row_or_404(self, request: HttpRequest, object_id: str) -> Any:
        """The row, or 404."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        return row

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """The rows, each with the platform's ``present``, so that no column asks for the time row by row."""
        found: QuerySet[Any] = super().get_queryset(request).annotate(present=clock.present())
        return found

    def moment(self) -> datetime:
        """The platform's present."""
        return clock.now()

    def chips(self, request: HttpRequest) -> list[Chip]:
        """One filter for each state, with counts."""
        if not self.chip_field:
            return []
        field = self.opts.get_field(self.chip_field)
        assert isinstance(field, Field)
        key = f"{self.chip_field}__exact"
        chosen = request.GET.get(key, "")
        rows = self.get_queryset(request).order_by().values_list(self.chip_field)
        counts = {str(value): n for value, n in rows.annotate(n=Count("pk"))}
        base = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        chips = [Chip(_("全部"), base, not chosen, sum(counts.values()))]
        for value, label in field.flatchoices:
            count = counts.get(str(value), 0)
            chips.append(Chip(label, f"{base}?{key}={value}", chosen == str(value), count))
        return chips
