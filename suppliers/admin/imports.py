"""Staff's pages of catalogue imports: which column was which, what each line became, what changed, and undoing it."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from suppliers import selectors, services
from suppliers.catalogue_columns import IGNORED, LABELS
from suppliers.models import CatalogueImport, ImportChange
from suppliers.states import GoodStatus, ImportStatus
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.staff import (
    Act,
    Fact,
    Facts,
    Head,
    ReadOnlyAdmin,
    ReasonForm,
    Table,
    code,
    column,
    columns,
    facts_of,
    link,
    link_to,
    name_of,
    pill,
    rows_by,
    teach_subject,
    trail,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import listed, percent_bp

OUTCOMES = {
    "repeat": _("重复行"), "superseded": _("旧快照"), "error": _("有误"), "held": _("待审核"), "foreign": _("品牌不符"),
}  # fmt: skip
SHOWN = 200
FIELDS = {
    "title": _("标题"), "description": _("商品描述"), "status": _("状态"), "rate_bp": _("佣金率"),
    "next_rate_bp": _("将生效佣金率"), "price_fen": _("售价"), "stock": _("库存"),
}  # fmt: skip

teach_subject("import", _("商品导入"), find=rows_by(CatalogueImport, "public_id"))


def _undo(row: CatalogueImport, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.undo_import(catalogue=row, actor=actor, at=at, reason=answers["reason"])


@admin.register(CatalogueImport)
class ImportAdmin(ReadOnlyAdmin):
    """All catalogue imports, of suppliers and of the platform."""

    chip_field = "status"
    ordering = ("-id",)
    search_fields = ("filename", "public_id", "supplier__name")
    search_help_text = _("按文件名或供应商查找")
    list_select_related = ("supplier", "category")
    list_display = columns(
        CatalogueImport,
        "filename",
        column(_("谁的商品"), lambda row: link_to(row.supplier) if row.supplier else _("平台按品牌导入")),
        column(_("行数"), lambda row: f"{row.lines:,}", "lines"),
        column(_("商品数"), lambda row: f"{row.goods:,}", "goods"),
        column(_("待审核"), lambda row: row.held, "held"),
        "status",
        column(_("进度"), lambda row: f"{row.percent}%"),
        "created_at",
    )
    acts = (
        Act(
            "undo", _("撤销导入"), _undo, frozenset({ImportStatus.DONE}), ReasonForm, "danger", "undo",
            _("新建的商品下架，改过的恢复原值；之后改过、已有订单或正在审核的保持不变。原因会告知供应商。"), _("已开始撤销"),
        ),
    )  # fmt: skip

    def acts_for(self, request: HttpRequest, row: CatalogueImport) -> list[Act]:
        """Undoing is offered while its hours run."""
        return [act for act in super().acts_for(request, row) if services.may_undo(row, self.moment())]

    def tools(self, request: HttpRequest) -> list[tuple[object, str, str]]:
        return [(_("导入商品"), reverse("staff:import"), "upload_file")]

    def head(self, row: CatalogueImport) -> Head:
        return Head(row.filename, pill(row.status, row.get_status_display()), code(row.public_id))

    def main(self, request: HttpRequest, row: CatalogueImport) -> list[Any]:
        counts = [
            Fact(words, f"{getattr(row, name):,}")
            for name, words in (
                ("lines", _("文件行数")), ("goods", _("商品数")), ("to_create", _("新建")), ("to_update", _("更新")),
                ("unchanged", _("不变")), ("held", _("待审核")), ("repeats", _("重复行")),
                ("superseded", _("旧快照行")), ("foreign_brand", _("品牌不符")), ("errors", _("有误")),
                ("undone", _("已撤销")), ("kept", _("未撤销")),
            )
        ]  # fmt: skip
        report = [
            (line.line_no, OUTCOMES.get(line.outcome, line.outcome), code(line.source_id), line.reason)
            for line in selectors.report_of(row)[:SHOWN]
        ]
        note = _("先显示 200 行，完整报告请下载。") if len(report) == SHOWN else ""
        heads = (_("行号"), _("结果"), _("来源编号"), _("原因"))
        return [
            Facts(_("统计"), counts),
            self._columns(row),
            self._changes(row),
            Table(_("报告"), heads, report, frozenset({0}), note=note),
        ]

    def _columns(self, row: CatalogueImport) -> Table:
        """Each header of the file with what it was taken for, and the first lines below it."""
        try:
            lines, taken = services.columns_to_map(row)
        except FileNotFoundError:
            lines, taken = [], []
        header, samples = (lines[0], lines[1:]) if lines else ([], [])
        rows = [
            (
                name,
                _meaning(place, taken),
                " · ".join(line[place][:30] for line in samples if place < len(line)),
            )
            for place, name in enumerate(header)
        ]
        heads = (_("文件中的列"), _("对应"), _("示例"))
        return Table(_("列对应"), heads, rows, empty=_("文件已不在"))

    def _changes(self, row: CatalogueImport) -> Table:
        """What the import did, good by good, and what became of that."""
        found = list(selectors.import_changes_of(row)[: SHOWN + 1])
        rows = [(link_to(one.good), one.sku.name, _what(one), _fate(one)) for one in found[:SHOWN]]
        heads = (_("商品"), _("规格"), _("改动"), _("撤销"))
        note = gettext("先显示 {n} 项").format(n=SHOWN) if len(found) > SHOWN else ""
        return Table(_("改动"), heads, rows, note=note)

    def side(self, request: HttpRequest, row: CatalogueImport) -> list[Any]:
        facts = [
            Fact(_("上传人"), name_of(row.person)),
            Fact(_("供应商"), link_to(row.supplier)),
            *facts_of(row, "encoding", "category", "stock", "rate_bp", "created_at", "finished_at"),
            Fact(_("进度"), f"{row.done_rows:,} / {row.goods:,}"),
        ]
        if row.failure:
            facts.append(Fact(_("失败原因"), row.failure, "bad"))
        if row.undone_by:
            facts.append(Fact(_("撤销人"), name_of(row.undone_by)))
        if row.supplier is None:
            page = reverse("staff:import-detail", args=[row.public_id])
            facts.append(Fact(_("导入页"), link(page, _("打开"))))
        return [Facts(_("文件与默认值"), facts), trail("import", row.public_id)]


def _meaning(place: int, taken: list[str]) -> object:
    name = taken[place] if place < len(taken) else ""
    return _("不导入") if name == IGNORED else LABELS.get(name, "—")


def _what(one: ImportChange) -> object:
    """A new SKU, or each field with its old and new value."""
    if one.before is None:
        return _("新建商品") if one.is_new_good else _("新增规格")
    parts = []
    for name, label in FIELDS.items():
        if name == "stock":
            if one.after.get("stock"):
                parts.append(f"{label} {one.after['stock']:+,}")
        elif name in one.after:
            parts.append(f"{label} {_shown(name, one.before[name])} → {_shown(name, one.after[name])}")
    return listed(parts) or _("其他资料")


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "—"
    if name == "price_fen":
        return f"¥{format_yuan(value, thousands=True)}"
    if name in ("rate_bp", "next_rate_bp"):
        return percent_bp(value)
    return str(GoodStatus(value).label) if name == "status" else str(value)[:40]


def _fate(one: ImportChange) -> object:
    if one.undone_at is not None:
        return when(one.undone_at)
    return gettext(one.kept) if one.kept else ""
