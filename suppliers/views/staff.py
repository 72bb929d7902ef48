"""Staff imports of whole catalogues: one supplier a brand, previewed, confirmed, watched until it is done."""

from functools import wraps
from typing import Any, Protocol

from django import forms
from django.contrib import admin, messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from suppliers import access, photographs, selectors, services
from suppliers.catalogue_file import MAX_BYTES
from suppliers.models import CatalogueImport
from suppliers.services import ImportDefaults
from suppliers.states import ImportStatus
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.exports import csv_response
from taoxiaopu.kernel.forms import PercentField
from taoxiaopu.kernel.staff import StaffForm, name_of, sentence_of
from taoxiaopu.kernel.templatetags.kernel_format import own_name

SHOWN_LINES = 100
OUTCOMES = {
    "repeat": _("重复行"), "error": _("有误"), "held": _("待审核"), "foreign": _("品牌不符"), "superseded": _("旧快照"),
}  # fmt: skip


class _View(Protocol):
    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase: ...


def staff_only(view: _View) -> _View:
    """Anyone who may not open the admin is sent to its sign-in page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer: HttpResponseBase = admin.site.admin_view(view)(request, *args, **kwargs)
        return answer

    return guarded


class UploadForm(StaffForm):
    """A file and what it lacks."""

    file = forms.FileField(
        label=_("商品文件（CSV）"),
        help_text=_(
            "UTF-8、GBK 或 GB18030 编码，最多 5 万行、20 MB。须有日期、编号、标题、价格、店名（品牌）列。"
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )
    category = forms.ChoiceField(label=_("类目"), help_text=_("文件中没有类目，新商品都归入此类目。"))
    stock = forms.IntegerField(
        label=_("库存（件）"),
        min_value=0,
        max_value=9_999_999,
        initial=100,
        help_text=_("每件新商品的可售数量。"),
    )
    rate = PercentField(label=_("佣金率（%）"), initial="20", help_text=_("1% 到 50%，按成交金额计算。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roots, under = [], []
        for category in selectors.categories():
            names = [category.parent.name, category.name] if category.parent else [category.name]
            words = " / ".join(map(own_name, names))
            (under if category.parent else roots).append((category.code, words))
        self.fields["category"].choices = [*roots, *sorted(under)]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("文件超过 20 MB，请分成几个文件上传"))
        return file

    def defaults(self) -> ImportDefaults:
        """The checked answers."""
        data = self.cleaned_data
        return ImportDefaults(data["category"], data["stock"], data["rate"])


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    whole = {**admin.site.each_context(request), **context}
    return TemplateResponse(request, template, whole, status=status)


@staff_only
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """The form, and the staff's earlier imports; a good file leads to its preview."""
    if request.method == "GET":
        return _upload_page(request, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _upload_page(request, form, status=400)
    file = form.cleaned_data["file"]
    try:
        catalogue = services.preview_import(
            supplier=None,
            person=request.user.public_id,  # type: ignore[union-attr]
            filename=file.name,
            raw=file.read(),
            defaults=form.defaults(),
            at=clock.now(),
        )
    except DomainError as error:
        known = {"rate": "rate", "stock": "stock"}.get(error.field or "", "file")
        form.add_error(known, sentence_of(error))
        return _upload_page(request, form, status=error.status)
    return redirect("staff:import-detail", catalogue.public_id)


def _upload_page(request: HttpRequest, form: UploadForm, status: int = 200) -> HttpResponse:
    context = {"title": _("导入商品"), "form": form, "earlier": selectors.imports_of(None)[:20]}
    return _page(request, "suppliers/staff/import.html", context, status)


@staff_only
@require_GET
def detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """The preview with its counts, the progress, or the result."""
    catalogue = access.import_for(None, public_id)
    context = {
        "title": _("导入商品"),
        "catalogue": catalogue,
        "counts": _counts(catalogue),
        "person": name_of(catalogue.person),
        "lines": [
            {"row": line, "outcome": OUTCOMES.get(line.outcome, line.outcome)}
            for line in selectors.report_of(catalogue)[:SHOWN_LINES]
        ],
        "shown": SHOWN_LINES,
        "is_preview": catalogue.status == ImportStatus.PREVIEW,
    }
    return _page(request, "suppliers/staff/import_detail.html", context)


@staff_only
@require_POST
def start(request: HttpRequest, public_id: str) -> HttpResponse:
    """Confirm a preview."""
    catalogue = access.import_for(None, public_id)
    try:
        services.start_import(catalogue=catalogue, at=clock.now())
        messages.success(request, gettext("已开始导入，离开本页也会继续"))
    except DomainError as error:
        messages.error(request, sentence_of(error))
    return redirect("staff:import-detail", public_id)


@staff_only
@require_GET
def progress(request: HttpRequest, public_id: str) -> HttpResponse:
    """The progress bar, asked for every second; when it is over the whole page is loaded again."""
    catalogue = access.import_for(None, public_id)
    answer = TemplateResponse(request, "suppliers/staff/_progress.html", {"catalogue": catalogue})
    if catalogue.status in (ImportStatus.DONE, ImportStatus.FAILED):
        answer["HX-Refresh"] = "true"
    return answer


@staff_only
@require_GET
def report(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Every line of the report as a CSV file that no spreadsheet takes for formulas."""
    catalogue = access.import_for(None, public_id)
    header = (gettext("行号"), gettext("结果"), gettext("来源编号"), gettext("原因"))
    rows = (
        (line.line_no, OUTCOMES.get(line.outcome, line.outcome), line.source_id, line.reason)
        for line in selectors.report_of(catalogue).iterator(chunk_size=2000)
    )
    return csv_response(f"import-{public_id}.csv", header, rows)


def _counts(catalogue: CatalogueImport) -> list[tuple[object, int, object]]:
    return [
        (_("文件行数"), catalogue.lines, _("不含表头")),
        (_("商品"), catalogue.goods, _("同一商品取最新一天")),
        (_("新建"), catalogue.to_create, ""),
        (_("更新"), catalogue.to_update, ""),
        (_("不变"), catalogue.unchanged, ""),
        (_("待审核"), catalogue.held, _("标题含须审核的词，导入后进入审核队列")),
        (_("重复行"), catalogue.repeats, _("与前面某行完全相同")),
        (_("旧快照行"), catalogue.superseded, _("同一商品较早的日期")),
        (_("有误"), catalogue.errors, _("不导入，原因见报告")),
    ]


@staff_only
@require_safe
def upload_picture(request: HttpRequest, name: str, size: int) -> HttpResponseBase:
    """An uploaded picture that waits for review."""
    answer = FileResponse(photographs.upload_file(name, size).open("rb"), content_type="image/webp")
    answer["Cache-Control"] = "private, max-age=86400"
    return answer


urlpatterns = [
    path("uploads/<slug:name>/<int:size>.webp", upload_picture, name="upload"),
    path("imports/", upload, name="import"),
    path("imports/<str:public_id>/", detail, name="import-detail"),
    path("imports/<str:public_id>/start/", start, name="import-start"),
    path("imports/<str:public_id>/progress/", progress, name="import-progress"),
    path("imports/<str:public_id>/report.csv", report, name="import-report"),
]
