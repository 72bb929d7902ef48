"""Many goods at once: choose, look, change, take back."""

from dataclasses import asdict, dataclass
from typing import Any, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.crypto import get_random_string
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from suppliers import access, services
from suppliers.forms import BulkForm
from suppliers.gates import SupplierRequest, supplier_page
from suppliers.models import BulkEdit, Good
from suppliers.selectors import bulk_edits_of, goods_named, goods_of
from suppliers.services.bulk import BULK_MAX, UNDO_WITHIN
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.idempotency import run_form_once

SHOWN = 100
EDITS_SHOWN = 20
UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Selection:
    """Goods by name, or all that a filter of the list finds."""

    is_all: bool
    ids: list[str]
    query: str
    status: str
    category: str

    @classmethod
    def of(cls, data: Any) -> "Selection":
        """As a form sends it."""
        return cls(
            is_all=data.get("scope") == "all",
            ids=[one[:16] for one in data.getlist("good")[:BULK_MAX]],
            query=data.get("q", "").strip()[:80],
            status=data.get("status", "")[:8],
            category=data.get("category", "")[:24],
        )

    def goods(self, request: SupplierRequest) -> "QuerySet[Good]":
        """The supplier's own among them."""
        if self.is_all:
            return goods_of(request.supplier, query=self.query, status=self.status, category=self.category)
        return goods_named(request.supplier, self.ids)


@supplier_page
@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: HttpRequest) -> HttpResponse:
    """GET lists the changes of before; POST shows what a change would do (``step=preview``) or makes it."""
    request = cast(SupplierRequest, request)
    if request.method != "POST":
        return _page(request, None, BulkForm(), 200)
    selection, step = Selection.of(request.POST), request.POST.get("step", "")
    form = BulkForm(request.POST) if step else BulkForm()
    if not step or not form.is_valid():
        return _page(request, selection, form, UNPROCESSABLE if step else 200)
    at, change, goods = clock.now(), form.change(), selection.goods(request)
    try:
        if step == "apply":
            key = request.POST.get("key", "")[:40]
            seen = request.POST.get("seen", "")
            answer = run_form_once(
                actor=f"bulk:{request.user.public_id}",
                key=key,
                inputs=[change.action, change.value, seen, asdict(selection)],
                at=at,
                work=lambda: (
                    services.apply_bulk(
                        supplier=request.supplier,
                        goods=goods,
                        change=change,
                        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 8 else -1,
                        actor=request.actor,
                        at=at,
                    ).changed
                ),
            )
            words = ngettext("已改动 {n} 项，24 小时内可以撤销", "已改动 {n} 项，24 小时内可以撤销", answer)
            messages.success(request, words.format(n=answer))
            return redirect("supplier:goods-bulk")
        plan = services.plan_bulk(supplier=request.supplier, goods=goods, change=change, at=at)
    except DomainError as error:
        form.refuse(error)
        return _page(request, selection, form, error.status)
    return _page(request, selection, form, 200, plan=plan, key=get_random_string(24))


def _page(
    request: SupplierRequest, selection: Selection | None, form: BulkForm, status: int, **more: Any
) -> HttpResponse:
    at = clock.now()
    plan = more.get("plan")
    context = {
        "form": form,
        "selection": selection,
        "selected": selection.goods(request).count() if selection is not None else 0,
        "lines": plan.lines[:SHOWN] if plan else [],
        "refused": plan.refused[:SHOWN] if plan else [],
        "edits": [(edit, _may_undo(edit, at)) for edit in bulk_edits_of(request.supplier)[:EDITS_SHOWN]],
        "nav": "supplier:goods",
        "server_now": at,
        **more,
    }
    return render(request, "suppliers/supplier/bulk.html", context, status=status)


def _may_undo(edit: BulkEdit, at: Any) -> bool:
    return edit.undone_at is None and at <= edit.made_at + UNDO_WITHIN


@supplier_page
@require_POST
def bulk_undo(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put back what nobody changed since."""
    request = cast(SupplierRequest, request)
    edit = access.bulk_edit_for(request.supplier, public_id)
    try:
        restored = services.undo_bulk(edit=edit, actor=request.actor, at=clock.now())
    except DomainError as refused:
        messages.error(request, refused.sentence)
        return redirect("supplier:goods-bulk")
    left = edit.changed - restored
    messages.success(request, ngettext("已恢复 {n} 项", "已恢复 {n} 项", restored).format(n=restored))
    if left:
        words = ngettext("{n} 项后来又改过，保持现状", "{n} 项后来又改过，保持现状", left)
        messages.warning(request, words.format(n=left))
    return redirect("supplier:goods-bulk")


urlpatterns = [
    path("goods/bulk/", bulk, name="goods-bulk"),
    path("goods/bulk/<slug:public_id>/undoing/", bulk_undo, name="goods-bulk-undo"),
]
