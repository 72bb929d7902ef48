"""Which column of a catalogue is which: by its header, or as a supplier said."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from suppliers.catalogue_cells import header_key, quotable
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.templatetags.kernel_format import listed

# Each column by its name in the code, with the headers that stand for it (see ``header_key``); people read the first.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "seen_on": ("update_time", "update_date", "date", "日期", "更新时间", "更新日期", "采集日期", "快照日期"),
    "source_id": ("id", "source_id", "item_id", "商品id", "宝贝id", "商品编号", "编号", "货号"),
    "title": ("title", "name", "标题", "商品标题", "宝贝标题", "商品名称", "名称"),
    "price": ("price", "价格", "售价", "单价", "商品价格"),
    "market_sales": ("sale_count", "sales", "销量", "销售量", "月销量"),
    "market_comments": ("comment_count", "comments", "评论数", "评价数", "评论量"),
    "brand": ("店名", "店铺", "店铺名称", "shop", "shop_name", "brand", "品牌"),
    "sku": ("规格", "规格名称", "sku", "sku_name", "option"),
    "stock": ("库存", "库存数量", "可售库存", "stock", "quantity"),
    "rate": ("佣金率", "佣金比例", "rate", "commission"),
    "barcode": ("条码", "条形码", "商品条码", "barcode", "ean", "gtin", "upc"),
    "description": ("商品描述", "描述", "详情", "description"),
    "category": ("类目", "分类", "商品类目", "category"),
    "sale_from": ("开售时间", "sale_from"),
    "sale_until": ("停售时间", "sale_until"),
    "declaration": ("高于市场价的说明", "declaration"),
}
# A column that answers a question of the category is called by the question's name, alone or behind this.
ATTRIBUTE = "属性:"
LABELS: Mapping[str, str | Promise] = {
    "seen_on": _("日期"),
    "source_id": _("商品编号"),
    "title": _("标题"),
    "price": _("价格"),
    "market_sales": _("销量"),
    "market_comments": _("评论数"),
    "brand": _("品牌"),
    "sku": _("规格"),
    "stock": _("库存"),
    "rate": _("佣金率"),
    "barcode": _("条码"),
    "description": _("商品描述"),
    "category": _("类目"),
    "sale_from": _("开售时间"),
    "sale_until": _("停售时间"),
    "declaration": _("高于市场价的说明"),
}
SNAPSHOT_COLUMNS = ("seen_on", "source_id", "title", "price", "market_sales", "market_comments", "brand")
OPTIONAL_COLUMNS = frozenset(COLUMNS) - {"seen_on", "source_id", "title", "price", "brand"}
# What our own files have beside them: read, and left aside.
ASIDE = frozenset({"原因", "失败原因", "reason", "状态", "status", "可售", "平台编号", "预占", "已售"})
IGNORED = "-"
# Headers that our files alone have: failed lines that come back, and goods that were exported.
OURS = frozenset({"失败原因", "平台编号"})

_COLUMN_BY_HEADER = {header: column for column, headers in COLUMNS.items() for header in headers}


class WrongColumns(DomainError):
    """The header lacks columns, or has unknown ones, or one twice."""

    code = "wrong_columns"
    message = _("表头不对：{problems}。应有的列：{expected}")
    status = 400
    field = "file"


@dataclass(frozen=True, slots=True)
class Given:
    """What a file need not say, since whoever uploads it did.

    ``columns`` names the column of each header, IGNORED for one that means nothing; empty: by the headers themselves.
    ``attributes`` are the questions that columns may answer (``services.import_checks.attribute_names``).
    ``today`` and ``brand`` stand for columns that are not there (without them the file must have these); ``categories``
    has the code of each category by code and by name; ``rates_bp`` is what a rate may be.
    """

    columns: tuple[str, ...] = ()
    is_dated: bool = True
    brand: str = ""
    categories: Mapping[str, str] = field(default_factory=dict)
    rates_bp: tuple[int, int] = (100, 5000)
    today: date | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Header:
    """Where each column is."""

    width: int
    places: Mapping[str, int]  # of each column that the file has
    absent: tuple[str, ...]  # of those that a snapshot may have
    is_ours: bool = False  # from our own writer, which puts an apostrophe before what looks like a formula

    @classmethod
    def read(cls, cells: Sequence[str], given: Given) -> "Header":
        """Raises WrongColumns."""
        columns = list(given.columns) if len(given.columns) == len(cells) else guess(cells, given.attributes)
        needed = frozenset(COLUMNS) - OPTIONAL_COLUMNS
        needed -= frozenset(() if given.is_dated else ("seen_on",))
        needed -= frozenset(("brand",) if given.brand else ())
        missing = [COLUMNS[name][0] for name in COLUMNS if name in needed and name not in columns]
        unknown = [
            quotable(cell.strip()) or "?"
            for cell, name in zip(cells, columns, strict=True)
            if name not in COLUMNS and name != IGNORED and question_of(name) not in given.attributes
        ]
        twice = [COLUMNS[name][0] for name in COLUMNS if columns.count(name) > 1]
        asked = dict.fromkeys(name for name in columns if question_of(name))
        twice += [given.attributes.get(question_of(name), name) for name in asked if columns.count(name) > 1]
        found = ((_("缺少 {names}"), missing), (_("不认识 {names}"), unknown), (_("重复 {names}"), twice))
        problems = [str(text).format(names=listed(names[:10])) for text, names in found if names]
        if problems:
            raise WrongColumns(
                problems=pgettext("between two problems", "；").join(problems),
                expected=listed(COLUMNS[name][0] for name in SNAPSHOT_COLUMNS),
                missing=missing,
                unknown=unknown,
                repeated=twice,
            )
        return cls(
            len(cells),
            {name: place for place, name in enumerate(columns) if name != IGNORED},
            tuple(name for name in SNAPSHOT_COLUMNS if name not in columns),
            any(header_key(cell) in OURS for cell in cells),
        )


def guess(cells: Sequence[str], attributes: Mapping[str, str] | None = None) -> list[str]:
    """The column that each header stands for; empty where it says nothing that we know."""
    return [_column(header_key(cell), attributes or {}) for cell in cells]


def _column(key: str, attributes: Mapping[str, str]) -> str:
    if key in ASIDE:
        return IGNORED
    known = _COLUMN_BY_HEADER.get(key, "")
    question = key.removeprefix(ATTRIBUTE)
    return known or (ATTRIBUTE + question if question in attributes else "")


def question_of(column: str) -> str:
    """The question that a column answers; empty for the others."""
    return column.removeprefix(ATTRIBUTE) if column.startswith(ATTRIBUTE) else ""


def header_hash(cells: Sequence[str]) -> str:
    """The same for headers that differ in width, case and blanks alone."""
    return hashlib.sha256("\x00".join(map(header_key, cells)).encode()).hexdigest()
