"""Catalogue imports: upload, preview, progress, report."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from suppliers import access, services
from suppliers.catalogue_columns import ATTRIBUTE, LABELS
from suppliers.forms import ImportForm
from suppliers.gates import SupplierRequest, supplier_page
from suppliers.models import CatalogueImport, Supplier
from suppliers.selectors import imports_of, kept_changes_of, questions_of, report_of
from suppliers.services import attribute_names
from suppliers.states import ImportStatus
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.exports import FORMATS, csv_response, table_response
from taoxiaopu.kernel.settings import rules_at

IMPORTS_PER_PAGE = 20
LINES_PER_PAGE = 50
UNPROCESSABLE = 422
TEMPLATE_HEADER = (
    "日期", "商品编号", "标题", "规格", "价格", "销量", "评论数", "品牌", "库存", "佣金率", "条码", "类目", "商品描述",
    "开售时间", "停售时间", "高于市场价的说明",
)  # fmt: skip
REPORT_WORDS = {
    "error": gettext_lazy("无法识别"),
    "held": gettext_lazy("转人工审核"),
    "repeat": gettext_lazy("重复行"),
    "foreign": gettext_lazy("非授权品牌"),
}


@supplier_page
@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: HttpRequest) -> HttpResponse:
    """Upload a catalogue to see what it would do; earlier imports below."""
    request = cast(SupplierRequest, request)
    form, status = ImportForm(initial={"stock": 100, "rate": "20"}), 200
    if request.method == "POST":
        form, status = ImportForm(request.POST, request.FILES), UNPROCESSABLE
        if form.is_valid():
            try:
                made = services.preview_import(
                    supplier=request.supplier,
                    person=request.user.public_id,
                    filename=form.cleaned_data["file"].name,
                    raw=form.raw(),
                    defaults=form.defaults(),
                    encoding=form.cleaned_data["encoding"] or None,
                    at=clock.now(),
                )
                return redirect("supplier:import-detail", made.public_id)
            except DomainError as error:
                form.refuse(error)
                status = error.status
    page = Paginator(imports_of(request.supplier), IMPORTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "supplier": request.supplier}
    return render(request, "suppliers/supplier/import.html", context, status=status)


@supplier_page
@require_safe
def import_template(request: HttpRequest) -> HttpResponseBase:
    """The template, as CSV or XLSX (``?form=xlsx``)."""
    return template_table(cast(SupplierRequest, request).supplier, request.GET.get("form", ""))


def template_table(supplier: Supplier, form: str) -> StreamingHttpResponse:
    """An empty catalogue with the columns that an import reads and one line as an example: for the page and the API."""
    brand = supplier.brands.order_by("id").first()
    today = clock.local(clock.now()).date().isoformat()
    line = (
        today, "10001", "示例商品", "50g", "99.00", "0", "0", brand.name if brand else "", "100", "20", "6901234567892", "", "",
        "", "", "",
    )  # fmt: skip
    asked = [ATTRIBUTE + name for name in dict.fromkeys(row.name for row in questions_of(supplier))]
    return table_response(
        _("商品导入模板"),
        form if form in FORMATS else "csv",
        (*TEMPLATE_HEADER, *asked),
        [(*line, *("" for _one in asked))],
    )


@supplier_page
@require_safe
def import_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """The preview of an import, its progress, and its report by line."""
    supplier = cast(SupplierRequest, request).supplier
    found = access.import_for(supplier, public_id)
    if found.status == ImportStatus.MAPPING:
        return redirect("supplier:import-columns", public_id)
    outcome = request.GET.get("outcome", "")
    lines = report_of(found)
    if outcome in REPORT_WORDS:
        lines = lines.filter(outcome=outcome)
    return render(
        request,
        "suppliers/supplier/import_detail.html",
        {
            "catalogue": found,
            "page": Paginator(lines, LINES_PER_PAGE).get_page(request.GET.get("page")),
            "chips": [
                (None, _("全部"), outcome not in REPORT_WORDS),
                *((code, word, code == outcome) for code, word in REPORT_WORDS.items()),
            ],
            "failed": found.errors + found.foreign_brand,
            "may_undo": services.may_undo(found, clock.now()),
            "undo_hours": rules_at(clock.now()).IMPORT_UNDO_H,
            "kept": Paginator(kept_changes_of(found), LINES_PER_PAGE).get_page(request.GET.get("page"))
            if found.kept
            else None,
            "reported": found.errors + found.held + found.repeats + found.foreign_brand,
            "step": {ImportStatus.PREVIEW: 2, ImportStatus.RUNNING: 3, ImportStatus.FAILED: 3}.get(
                ImportStatus(found.status), 4
            ),
        },
    )


@supplier_page
@require_safe
def import_progress(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far it is; the page asks every second and loads again when it is over."""
    found = access.import_for(cast(SupplierRequest, request).supplier, public_id)
    response = render(request, "suppliers/supplier/_progress.html", {"catalogue": found})
    if found.status not in (ImportStatus.RUNNING, ImportStatus.UNDOING):
        response["HX-Refresh"] = "true"
    return response


@supplier_page
@require_POST
def import_start(request: HttpRequest, public_id: str) -> HttpResponse:
    """Confirm a preview."""
    found = access.import_for(cast(SupplierRequest, request).supplier, public_id)
    try:
        services.start_import(catalogue=found, at=clock.now())
    except DomainError as error:
        messages.warning(request, error.sentence)
    return redirect("supplier:import-detail", public_id)


@supplier_page
@require_http_methods(["GET", "HEAD", "POST"])
def import_columns(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say which column of a file is which."""
    found = access.import_for(cast(SupplierRequest, request).supplier, public_id)
    if found.status not in (ImportStatus.MAPPING, ImportStatus.PREVIEW):
        return redirect("supplier:import-detail", public_id)
    lines, chosen = services.columns_to_map(found)
    problem, status = "", 200
    if request.method == "POST":
        chosen = request.POST.getlist("column")
        try:
            services.map_columns(catalogue=found, columns=chosen, at=clock.now())
            return redirect("supplier:import-detail", public_id)
        except DomainError as error:
            problem, status = error.sentence, error.status
    header, samples = (lines[0], lines[1:]) if lines else ([], [])
    table = [
        {
            "header": name,
            "samples": [line[place][:60] for line in samples],
            "chosen": chosen[place] if place < len(chosen) else "",
        }
        for place, name in enumerate(header)
    ]
    asked = {ATTRIBUTE + key: _("属性：{name}").format(name=name) for key, name in attribute_names().items()}
    choices = [*LABELS.items(), *asked.items()]
    context = {"catalogue": found, "table": table, "choices": choices, "problem": problem}
    return render(request, "suppliers/supplier/import_columns.html", context, status=status)


@supplier_page
@require_POST
def import_undo(request: HttpRequest, public_id: str) -> HttpResponse:
    """Undo a finished import."""
    request = cast(SupplierRequest, request)
    found = access.import_for(request.supplier, public_id)
    try:
        services.undo_import(catalogue=found, actor=request.actor, at=clock.now())
    except DomainError as error:
        messages.warning(request, error.sentence)
    return redirect("supplier:import-detail", public_id)


@supplier_page
@require_safe
def import_failed(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The lines that were not taken, in their own columns with the reason, to be mended and uploaded again."""
    found = access.import_for(cast(SupplierRequest, request).supplier, public_id)
    return failed_table(found, request.GET.get("form", ""))


def failed_table(catalogue: CatalogueImport, form: str) -> StreamingHttpResponse:
    """The lines that were not taken, in their own columns with the reason: for the page and the API."""
    lines = services.failed_lines(catalogue)
    header = next(lines, [])
    stem = "-".join([_("未导入的行"), catalogue.public_id])
    return table_response(stem, form if form in FORMATS else "csv", header, lines)


@supplier_page
@require_safe
def import_report(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The report as a file."""
    found = access.import_for(cast(SupplierRequest, request).supplier, public_id)
    rows = (
        (line.line_no, REPORT_WORDS.get(line.outcome, line.outcome), line.source_id, line.reason)
        for line in report_of(found).iterator()
    )
    return csv_response(
        "-".join([_("导入报告"), f"{public_id}.csv"]), (_("行号"), _("结果"), _("商品编号"), _("原因")), rows
    )


urlpatterns = [
    path("import/", import_page, name="import"),
    path("import/template.csv", import_template, name="import-template"),
    path("import/<slug:public_id>/", import_detail, name="import-detail"),
    path("import/<slug:public_id>/columns/", import_columns, name="import-columns"),
    path("import/<slug:public_id>/undo/", import_undo, name="import-undo"),
    path("import/<slug:public_id>/failed/", import_failed, name="import-failed"),
    path("import/<slug:public_id>/start/", import_start, name="import-start"),
    path("import/<slug:public_id>/progress/", import_progress, name="import-progress"),
    path("import/<slug:public_id>/report.csv", import_report, name="import-report"),
]
