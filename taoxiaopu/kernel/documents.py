"""The one writer of PDF papers: Chinese text, tables over many pages, and the same bytes for the same paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout, TableCellFillMode, WrapMode
from fpdf.fonts import FontFace

_FONT = "NotoSansSC-Regular.otf"
_INK, _SOFT, _ACCENT, _BAND, _RULE = (
    (42, 33, 28),
    (122, 110, 99),
    (181, 52, 32),
    (250, 245, 238),
    (226, 216, 203),
)
_EDGE = 16.0  # mm
_LINE = 5.2


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, its share of the width, and whether it holds figures."""

    head: str
    share: int
    is_figure: bool = False


class Paper(FPDF):
    """An A4 sheet in the platform's type. ``made_at`` is the paper's own instant: never the time of downloading, so that
    the same paper is the same bytes.
    """

    def __init__(self, *, title: str, number: str, author: str, made_at: datetime) -> None:
        super().__init__(format="A4")
        self._foot = f"{author} · {title} {number}"
        self.set_title(f"{title} {number}")
        self.set_author(author)
        self.set_creator(author)
        self.set_producer("taoxiaopu")
        self.set_creation_date(made_at.astimezone(UTC).replace(microsecond=0))
        self.set_margins(_EDGE, _EDGE)
        self.set_auto_page_break(True, margin=_EDGE + 4)
        self.add_font("sans", fname=str(files("pylopdf_fonts_zh_cn").joinpath(_FONT)))
        self.set_font("sans", size=9)
        self.set_draw_color(_RULE)
        self._from = author
        self.add_page()
        self.heading(title, number)

    def heading(self, title: str, number: str) -> None:
        """Whose paper it is, what it is and its number: on the first page, and where another paper begins in the same file."""
        self._write(self._from, size=9, color=_SOFT)
        self._write(title, size=18, color=_INK, height=10)
        self._write(_("编号 {number}").format(number=number), size=9, color=_SOFT)
        self.ln(3)

    def footer(self) -> None:
        """What paper this is and which page of how many."""
        self.set_y(-_EDGE)
        self.set_font("sans", size=7.5)
        self.set_text_color(_SOFT)
        self.cell(w=self.epw / 2, h=5, text=self._foot)
        page = _("第 {page} 页，共 {pages} 页").format(page=self.page_no(), pages="{nb}")
        self.cell(w=self.epw / 2, h=5, text=page, align=Align.R)

    def facts(self, rows: Sequence[tuple[str, str]], *, total: tuple[str, str] | None = None) -> None:
        """Labels with their values, one a line; the total below a rule."""
        for label, value in rows:
            self._fact(label, value, size=9, color=_INK)
        if total is not None:
            self.line(self.l_margin, self.get_y() + 1, self.w - self.r_margin, self.get_y() + 1)
            self.ln(2)
            self._fact(*total, size=13, color=_ACCENT)
        self.ln(3)

    def figures(
        self,
        title: str,
        columns: Sequence[Column],
        rows: Sequence[Sequence[str]],
        *,
        total: Sequence[str] = (),
        note: str = "",
    ) -> None:
        """A table under its title; its head is repeated on each page, a note stands below."""
        self.set_font("sans", size=11)
        self.set_text_color(_INK)
        self.ln(2)
        self.cell(w=self.epw, h=7, text=title, new_x="LMARGIN", new_y="NEXT")
        self.set_font("sans", size=8)
        with self.table(
            col_widths=tuple(column.share for column in columns),
            text_align=tuple(Align.R if column.is_figure else Align.L for column in columns),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="", color=_SOFT, fill_color=_BAND),
            cell_fill_mode=TableCellFillMode.NONE,
            line_height=_LINE,
            padding=(0.6, 1),
            wrapmode=_breaks(),
        ) as drawn:
            drawn.row([column.head for column in columns])
            for row in rows:
                drawn.row(list(row))
            if total:
                drawn.row(list(total), style=FontFace(color=_ACCENT))
        if note:
            self.ln(1)
            self.remark(note)
        self.ln(2)

    def remark(self, text: str) -> None:
        """A sentence in small print."""
        self.set_font("sans", size=7.5)
        self.set_text_color(_SOFT)
        self.multi_cell(w=self.epw, h=4, text=text, new_x="LMARGIN", new_y="NEXT", wrapmode=_breaks())

    def _write(self, text: str, *, size: float, color: tuple[int, int, int], height: float = 5) -> None:
        self.set_font("sans", size=size)
        self.set_text_color(color)
        self.cell(w=self.epw, h=height, text=text, new_x="LMARGIN", new_y="NEXT")

    def _fact(self, label: str, value: str, *, size: float, color: tuple[int, int, int]) -> None:
        height = size * 0.64
        self.set_font("sans", size=9)
        self.set_text_color(_SOFT)
        self.cell(w=self.epw / 2, h=height, text=label)
        self.set_font("sans", size=size)
        self.set_text_color(color)
        self.cell(w=self.epw / 2, h=height, text=value, align=Align.R, new_x="LMARGIN", new_y="NEXT")


def _breaks() -> WrapMode:
    """Chinese breaks after any character, English between words."""
    return WrapMode.CHAR if (get_language() or "").startswith("zh") else WrapMode.WORD


def pdf_response(filename: str, content: bytes) -> HttpResponse:
    """A download of a paper."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
