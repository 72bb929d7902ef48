"""Files for people: no cell may run as a formula."""

import pytest

from taoxiaopu.kernel.exports import csv_lines, csv_response, safe_cell


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠a",
        " =1", "\u00a0=1", "\u3000=1", "\u200b=1", "\ufeff=1", "  \tx", "\u00a0＝1",
    ],
)  # fmt: skip
def test_a_formula_is_disarmed(cell: str) -> None:
    assert safe_cell(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["面霜", "1+1", "a=b", "12.00", "", " 面霜", "'=1", "2016-01-01", "（=1）"])
def test_ordinary_words_stay(cell: str) -> None:
    assert safe_cell(cell) == cell


def test_numbers_and_nothing() -> None:
    assert (safe_cell(12), safe_cell(None), safe_cell(-5)) == ("12", "", "'-5")


def test_lines_are_quoted_and_marked_as_utf8() -> None:
    lines = "".join(csv_lines(("a", "=b"), [('x"y', "1,2")]))
    assert lines == '\ufeffa,\'=b\r\n"x""y","1,2"\r\n'


def test_download_has_a_chinese_name() -> None:
    response = csv_response("报告.csv", ("a",), [("b",)])
    assert b"".join(response.streaming_content) == b"\xef\xbb\xbfa\r\nb\r\n"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E6%8A%A5%E5%91%8A.csv"
    assert response["Content-Type"] == "text/csv; charset=utf-8"
