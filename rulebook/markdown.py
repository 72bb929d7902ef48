"""Documents are written in Markdown (CommonMark and tables); raw HTML stays text, pictures are left out."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from markdown_it import MarkdownIt


def _link(address: str) -> bool:
    """Only our own pages and https lead anywhere."""
    return address.startswith("https://") or (address.startswith("/") and not address.startswith("//"))


def _table_open(self: Any, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
    return f'<div class="data-table" data-scroll-region="{env["table"]}"><table>\n'


def _table_close(self: Any, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
    return "</table></div>\n"


def _renderer() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "breaks": False}).enable("table").disable("image")
    made.validateLink = _link  # type: ignore[assignment, method-assign]
    made.add_render_rule("table_open", _table_open)
    made.add_render_rule("table_close", _table_close)
    return made


_MARKDOWN = _renderer()


def as_html(text: str) -> SafeString:
    """The text of a document as HTML."""
    return _rendered(text, gettext("表格"))


@lru_cache(maxsize=64)
def _rendered(text: str, table: str) -> SafeString:
    return SafeString(_MARKDOWN.render(text, {"table": escape(table)}))  # html is off: all else is escaped
