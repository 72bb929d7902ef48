"""Catalogue imports over the API: upload, say which column is which, look, start, report, undo."""

from typing import Any

from django.http import StreamingHttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from suppliers import access, services
from suppliers.api.files import FileQuery
from suppliers.catalogue_columns import LABELS
from suppliers.catalogue_file import MAX_BYTES, FileTooLarge
from suppliers.gates import caller_of
from suppliers.models import CatalogueImport
from suppliers.selectors import imports_of, kept_changes_of, report_of
from suppliers.services import ImportDefaults
from suppliers.services.skus import STOCK_MAX
from suppliers.states import Area, ImportStatus
from suppliers.views.supplier.imports import failed_table, template_table
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.api import Api, FileApi, StrictSerializer, UploadApi
from taoxiaopu.kernel.api_schema import CSV, XLSX, does, hands_out, lists, reads

ENCODINGS = ("utf-8", "gb18030", "utf-16")
OUTCOMES = ("error", "held", "repeat", "foreign")


class NewImport(StrictSerializer):
    """What the file lacks, for new goods: category, stock, rate in bp. The encoding is found when it is left out."""

    category = serializers.CharField(max_length=24)
    stock = serializers.IntegerField(min_value=0, max_value=STOCK_MAX)
    rate_bp = serializers.IntegerField(min_value=1, max_value=9000)
    encoding = serializers.ChoiceField(choices=ENCODINGS, required=False)


class ImportBody(serializers.Serializer[Any]):
    """An import: what it would do or did, how far it is. ``mapping``: say which column is which first."""

    id = serializers.CharField(source="public_id")
    filename = serializers.CharField()
    status = serializers.ChoiceField(choices=ImportStatus.choices)
    percent = serializers.IntegerField()
    lines = serializers.IntegerField()
    goods = serializers.IntegerField()
    to_create = serializers.IntegerField()
    to_update = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    held = serializers.IntegerField()
    repeats = serializers.IntegerField()
    foreign_brand = serializers.IntegerField()
    failed_lines = serializers.IntegerField(source="errors")
    undone = serializers.IntegerField()
    kept = serializers.IntegerField()
    failure = serializers.CharField()
    may_undo = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_may_undo(self, catalogue: CatalogueImport) -> bool:
        return services.may_undo(catalogue, clock.now())


class ImportLineBody(serializers.Serializer[Any]):
    """A line that was not simply taken, with the reason."""

    line = serializers.IntegerField(source="line_no")
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    source_id = serializers.CharField()
    reason = serializers.CharField()


class KeptBody(serializers.Serializer[Any]):
    """What an undo left as it is."""

    good = serializers.CharField(source="good.public_id")
    title = serializers.CharField(source="good.title")
    reason = serializers.CharField(source="kept")


class ReportQuery(serializers.Serializer[Any]):
    """Lines of one outcome only."""

    outcome = serializers.ChoiceField(choices=OUTCOMES, required=False)


class ColumnBody(serializers.Serializer[Any]):
    """One column of the file with some of its cells, and what it seems to be."""

    header = serializers.CharField()
    samples = serializers.ListField(child=serializers.CharField())
    column = serializers.CharField(help_text="empty: unknown")


class MeaningBody(serializers.Serializer[Any]):
    """A column that an import can read."""

    column = serializers.CharField()
    name = serializers.CharField()


class ColumnsBody(serializers.Serializer[Any]):
    """The file's columns, and what they can be."""

    columns = ColumnBody(many=True)
    choices = MeaningBody(many=True)


class NewColumns(StrictSerializer):
    """What each column of the file is, in the file's order."""

    columns = serializers.ListField(
        child=serializers.CharField(max_length=60), min_length=1, max_length=200, help_text="- for none"
    )


class Imports(UploadApi):
    """The supplier's imports."""

    @lists("supplier_imports_list", _("列出导入，最新在前"), ImportBody)
    def get(self, request: Request) -> Response:
        """List imports, newest first."""
        return self.keyset(request, imports_of(caller_of(request, Area.GOODS).supplier), ImportBody)

    @does(
        "supplier_imports_create",
        _("上传商品目录（CSV 或 XLSX）并预览；确认前不导入"),
        ImportBody,
        takes=NewImport,
        files={"file": serializers.FileField()},
        status=201,
    )
    def post(self, request: Request) -> Response:
        """Upload a catalogue to see what it would do; nothing is imported yet."""
        who = caller_of(request, Area.GOODS)
        data, files = self.sent(request)
        given = self.checked(NewImport, data)
        file = files.get("file")
        if file is None:
            raise serializers.ValidationError({"file": [_("请选择要上传的文件")]}, "required")
        if (file.size or 0) > MAX_BYTES:
            raise FileTooLarge(megabytes=MAX_BYTES // 1024**2)

        def work() -> Any:
            made = services.preview_import(
                supplier=who.supplier,
                person=who.actor.person,
                filename=file.name or "",
                raw=file.read(),
                defaults=ImportDefaults(given["category"], given["stock"], given["rate_bp"]),
                encoding=given.get("encoding"),
                at=clock.now(),
            )
            return ImportBody(made).data

        return self.create_once(request, work)


class OneImport(Api):
    """One import."""

    @reads("supplier_imports_read", _("查看一次导入：预览、进度与结果"), ImportBody)
    def get(self, request: Request, catalogue: str) -> Response:
        """Read an import: its preview, how far it is, how it ended."""
        return Response(
            ImportBody(access.import_for(caller_of(request, Area.GOODS).supplier, catalogue)).data
        )


class Columns(Api):
    """Which column of a file is which."""

    @reads("supplier_imports_columns", _("查看文件的列与可对应的列"), ColumnsBody)
    def get(self, request: Request, catalogue: str) -> Response:
        """The columns of a file with some cells, and what each seems to be."""
        found = access.import_for(caller_of(request, Area.GOODS).supplier, catalogue)
        lines, guessed = services.columns_to_map(found)
        header, samples = (lines[0], lines[1:]) if lines else ([], [])
        columns = [
            {
                "header": name,
                "samples": [line[place][:60] for line in samples if place < len(line)],
                "column": guessed[place] if place < len(guessed) else "",
            }
            for place, name in enumerate(header)
        ]
        choices = [{"column": column, "name": str(label)} for column, label in LABELS.items()]
        return Response(ColumnsBody({"columns": columns, "choices": choices}).data)

    @does(
        "supplier_imports_map",
        _("指定每一列是什么，然后重新预览"),
        ImportBody,
        takes=NewColumns,
        is_remembered=False,
    )
    def put(self, request: Request, catalogue: str) -> Response:
        """Say which column is which; it is remembered for files with the same header."""
        found = access.import_for(caller_of(request, Area.GOODS).supplier, catalogue)
        columns = self.checked(NewColumns, request.data)["columns"]
        row = services.map_columns(catalogue=found, columns=columns, at=clock.now())
        return Response(ImportBody(row).data)


class ImportStart(Api):
    """Confirming a preview."""

    @does("supplier_imports_start", _("确认预览，开始导入"), ImportBody)
    def post(self, request: Request, catalogue: str) -> Response:
        """Confirm a preview: a worker imports it."""
        supplier = caller_of(request, Area.GOODS).supplier
        found = access.import_for(supplier, catalogue)

        def work() -> Any:
            services.start_import(catalogue=found, at=clock.now())
            return ImportBody(access.import_for(supplier, catalogue)).data

        return self.do_once(request, work)


class ImportUndoing(Api):
    """Undoing a finished import."""

    @does("supplier_imports_undo", _("撤销一次已完成的导入"), ImportBody)
    def post(self, request: Request, catalogue: str) -> Response:
        """Undo a finished import: a worker puts back what nobody changed since."""
        who = caller_of(request, Area.GOODS)
        found = access.import_for(who.supplier, catalogue)

        def work() -> Any:
            services.undo_import(catalogue=found, actor=who.actor, at=clock.now())
            return ImportBody(access.import_for(who.supplier, catalogue)).data

        return self.do_once(request, work)


class ImportReport(Api):
    """The report by line."""

    @lists("supplier_imports_report", _("列出没有直接导入的行及原因"), ImportLineBody, query=[ReportQuery])
    def get(self, request: Request, catalogue: str) -> Response:
        """List the lines that were not simply taken, as they stood in the report."""
        found = access.import_for(caller_of(request, Area.GOODS).supplier, catalogue)
        outcome = self.checked(ReportQuery, request.query_params).get("outcome")
        lines = report_of(found).order_by("pk")
        return self.keyset(
            request, lines.filter(outcome=outcome) if outcome else lines, ImportLineBody, newest_first=False
        )


class ImportKept(Api):
    """What an undo left."""

    @lists("supplier_imports_kept", _("列出撤销时保持现状的商品及原因"), KeptBody)
    def get(self, request: Request, catalogue: str) -> Response:
        """List what an undo left as it is, with the reason."""
        found = access.import_for(caller_of(request, Area.GOODS).supplier, catalogue)
        return self.keyset(request, kept_changes_of(found), KeptBody, newest_first=False)


class FailedLines(FileApi):
    """The lines that were not taken."""

    @hands_out(
        "supplier_imports_failed",
        _("下载未导入的行，改好后再上传"),
        CSV,
        XLSX,
        query=[FileQuery],
    )
    def get(self, request: Request, catalogue: str) -> StreamingHttpResponse:
        """The lines that were not taken, in their own columns with the reason."""
        found = access.import_for(caller_of(request, Area.GOODS).supplier, catalogue)
        return failed_table(found, self.checked(FileQuery, request.query_params)["form"])


class ImportTemplate(FileApi):
    """An empty catalogue."""

    @hands_out("supplier_imports_template", _("下载导入模板"), CSV, XLSX, query=[FileQuery])
    def get(self, request: Request) -> StreamingHttpResponse:
        """An empty catalogue with the columns that an import reads."""
        supplier = caller_of(request, Area.GOODS).supplier
        form = self.checked(FileQuery, request.query_params)["form"]
        return template_table(supplier, form)


_ONE = "supplier/imports/<slug:catalogue>/"
urlpatterns = [
    path("supplier/imports/", Imports.as_view(), name="supplier-imports"),
    path("supplier/imports/template/", ImportTemplate.as_view(), name="supplier-import-template"),
    path(_ONE, OneImport.as_view(), name="supplier-import"),
    path(f"{_ONE}columns/", Columns.as_view(), name="supplier-import-columns"),
    path(f"{_ONE}start/", ImportStart.as_view(), name="supplier-import-start"),
    path(f"{_ONE}undoing/", ImportUndoing.as_view(), name="supplier-import-undoing"),
    path(f"{_ONE}report/", ImportReport.as_view(), name="supplier-import-report"),
    path(f"{_ONE}kept/", ImportKept.as_view(), name="supplier-import-kept"),
    path(f"{_ONE}failed-lines/", FailedLines.as_view(), name="supplier-import-failed"),
]
