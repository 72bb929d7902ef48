"""Reading of uploaded catalogues: encodings, columns, snapshots, and what is said about lines that fail.

The sample is invented: 120 data lines of 6 brands. The file in the folder beside the checkout is real and too
large to be part of the project; its test exists where the file does.
"""

import random
import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from suppliers.catalogue_file import (
    BLANK_MAX,
    MAX_BYTES,
    BrokenQuotes,
    CatalogueRow,
    FileTooLarge,
    NotText,
    Outcome,
    TooManyRows,
    WrongColumns,
    WrongEncoding,
    detect_encoding,
    read_catalogue,
)
from taoxiaopu.kernel.screening import is_blocked, screen

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "suppliers" / "samples" / "catalogue_gbk.csv"
REAL_FILE = ROOT.parent / "shared" / "data" / "taobao_beauty_2016_gbk.csv"

HEADER = "update_time,id,title,price,sale_count,comment_count,店名"
LINE = "2016/11/14,A1,雪域滋润霜 50g,139,26719,2704,栀白研"


def read(*lines, header=HEADER, encoding="gbk", max_rows=100):
    return read_catalogue("\r\n".join([header, *lines]).encode(encoding), max_rows=max_rows)


def reasons(catalogue):
    return [(line.line_no, line.outcome, line.source_id, line.reason_code) for line in catalogue.report]


# --- The sample -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample():
    return read_catalogue(SAMPLE.read_bytes(), max_rows=20_000)


def test_every_line_of_the_sample_is_a_row_or_in_the_report(sample):
    assert (sample.encoding, sample.line_count, sample.absent) == ("gb18030", 120, ())
    assert len(sample.rows) == 42
    assert {outcome: sample.count(outcome) for outcome in Outcome} == {
        Outcome.REPEAT: 5,
        Outcome.SUPERSEDED: 66,
        Outcome.ERROR: 7,
    }
    lines = [row.line_no for row in sample.rows] + [line.line_no for line in sample.report]
    assert sorted(lines) == list(range(2, 122))
    assert [line.line_no for line in sample.report] == sorted(line.line_no for line in sample.report)


def test_the_goods_of_the_sample(sample):
    assert Counter(row.brand for row in sample.rows) == {
        "云岭拾穗": 7, "潮间食集": 7, "栀白研": 7, "豆丁芽": 7, "木屿居": 7, "棉里川": 7,
    }  # fmt: skip
    assert sum(row.price_fen for row in sample.rows) == 334830
    assert {row.seen_on for row in sample.rows} == {date(2026, 9, 15)}
    assert sum(row.market_sales is None for row in sample.rows) == 4
    assert sample.rows[0] == CatalogueRow(
        2,
        "M710009559320",
        "高山白茶饼 300g 阳光萎凋 耐泡礼盒",
        "云岭拾穗",
        12800,
        8668,
        750,
        date(2026, 9, 15),
    )


def test_the_errors_of_the_sample(sample):
    errors = [line for line in sample.report if line.outcome is Outcome.ERROR]
    assert [(line.line_no, line.source_id, line.message) for line in errors] == [
        (14, "M990000000001", "价格“1e3”无法识别：请填写 0.01 到 9999999.99 之间的数字，最多两位小数"),
        (27, "M990000000002", "日期“2026/13/40”无法识别：请写成 2026-01-31"),
        (40, "M990000000003", "标题为空"),
        (54, "M990000000004", "应有 7 列，实际 6 列"),
        (68, "M990000000005", "价格“0”无法识别：请填写 0.01 到 9999999.99 之间的数字，最多两位小数"),
        (90, "M990000000006", "销量“很多”不是整数"),
        (103, "", "商品编号为空"),
    ]
    repeats = [(line.line_no, line.message) for line in sample.report if line.outcome is Outcome.REPEAT]
    assert repeats == [
        (11, "与第 5 行完全相同"),
        (34, "与第 23 行完全相同"),
        (66, "与第 52 行完全相同"),
        (82, "与第 5 行完全相同"),
        (99, "与第 88 行完全相同"),
    ]


def test_held_titles_of_the_sample(sample):
    held = [row.title.split()[0] for row in sample.rows if is_blocked(screen(row.title, "beauty"))]
    assert held == [
        "桂花坚果藕粉", "海盐焦糖腰果", "烟酰胺提亮精华液", "山茶花护手霜", "婴儿连体衣", "轻薄羽绒马甲",
    ]  # fmt: skip


# --- Encodings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "detected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("gbk", "gb18030"),
        ("gb18030", "gb18030"),
    ],
)
def test_each_encoding_gives_the_same_rows(encoding, detected):
    catalogue = read(LINE, encoding=encoding)
    assert catalogue.encoding == detected
    assert catalogue.rows == read(LINE).rows
    assert catalogue.rows[0].title == "雪域滋润霜 50g"


def test_utf_16_in_either_byte_order():
    text = f"{HEADER}\r\n{LINE}\r\n"
    little = b"\xff\xfe" + text.encode("utf-16-le")
    big = b"\xfe\xff" + text.encode("utf-16-be")
    assert read_catalogue(little, max_rows=1).rows == read_catalogue(big, max_rows=1).rows == read(LINE).rows


def test_gb18030_beyond_gbk():
    assert read(LINE.replace("雪域", "㐂𠮷"), encoding="gb18030").rows[0].title == "㐂𠮷滋润霜 50g"


def test_plain_ascii_is_utf_8():
    assert detect_encoding(b"id,title") == "utf-8"
    assert detect_encoding(b"") == "utf-8"


@pytest.mark.parametrize(
    "raw",
    [
        b"PK\x03\x04" + b"[Content_Types].xml" * 9,
        b"MZ\x90\x00",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"GIF89a",
        b"%PDF-1.7",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"id,title\x00,price",
        HEADER.encode("utf-16-le"),
        b"\xff\xfe\x00\x00" + HEADER.encode("utf-32-le"),
        "id,ti\x00tle".encode("utf-16"),
        random.Random(1).randbytes(4000).replace(b"\x00", b""),
    ],
)
def test_binary_files_are_not_text(raw):
    with pytest.raises(NotText) as refusal:
        read_catalogue(raw, max_rows=10)
    assert (refusal.value.code, refusal.value.status) == ("not_text", 400)


@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-8", "UTF-8"), ("gbk", "GB18030"), ("utf-8-sig", "UTF-8")]
)
def test_a_broken_byte_is_named_by_its_line(encoding, name):
    raw = bytearray("\r\n".join([HEADER, *[LINE] * 20]).encode(encoding))
    fourth_line = [place for place, byte in enumerate(raw) if byte == ord("\n")][2] + 1
    raw[fourth_line + 5] = 0xFF
    with pytest.raises(WrongEncoding) as refusal:
        read_catalogue(bytes(raw), max_rows=100)
    assert refusal.value.params == {"line": 4, "encoding": name}


def test_a_broken_byte_in_utf_16_is_named_by_its_line():
    raw = (
        b"\xff\xfe"
        + f"{HEADER}\n{LINE}\n".encode("utf-16-le")
        + b"\x00\xd8"
        + f"{LINE}\n".encode("utf-16-le")
    )
    with pytest.raises(WrongEncoding) as refusal:
        read_catalogue(raw, max_rows=100)
    assert refusal.value.params == {"line": 3, "encoding": "UTF-16"}


def test_the_encoding_can_be_chosen():
    raw = f"{HEADER}\n{LINE}".encode("gbk")
    assert read_catalogue(raw, max_rows=1, encoding="gb18030").rows == read(LINE).rows
    with pytest.raises(WrongEncoding) as refusal:
        read_catalogue(raw, max_rows=1, encoding="utf-8")
    assert refusal.value.params == {"line": 1, "encoding": "UTF-8"}


# --- Columns ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "日期,商品ID,标题,价格,销量,评论数,品牌",
        "Date,item_id,Name, PRICE ,sales,comments,shop",
        '"update_time","id","title","price","sale_count","comment_count","店名"',
        "更新时间,宝贝id,宝贝标题,价格（元）,月销量,评价数,店铺名称",
        "ＵＰＤＡＴＥ＿ＴＩＭＥ,id,title,price,Sale Count,comment-count,店名",
    ],
)
def test_headers_in_other_words(header):
    assert read(LINE, header=header).rows == read(LINE).rows


def test_columns_in_another_order_and_without_the_market():
    catalogue = read("栀白研,139,雪域滋润霜 50g,A1,2016-11-14", header="店名,price,title,id,update_time")
    assert catalogue.absent == ("market_sales", "market_comments")
    assert catalogue.rows == [
        CatalogueRow(2, "A1", "雪域滋润霜 50g", "栀白研", 13900, None, None, date(2016, 11, 14))
    ]


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_other_delimiters(delimiter):
    catalogue = read(LINE.replace(",", delimiter), header=HEADER.replace(",", delimiter))
    assert catalogue.rows == read(LINE).rows


@pytest.mark.parametrize(
    ("header", "missing", "unknown", "repeated"),
    [
        ("", ["update_time", "id", "title", "price", "店名"], [], []),
        ("update_time,id,title,sale_count,comment_count,店名", ["price"], [], []),
        (HEADER + ",颜色", [], ["颜色"], []),
        (HEADER + ",", [], ["?"], []),
        (HEADER + ",价格", [], [], ["price"]),
        ("a,b", ["update_time", "id", "title", "price", "店名"], ["a", "b"], []),
    ],
)
def test_wrong_columns_are_named(header, missing, unknown, repeated):
    with pytest.raises(WrongColumns) as refusal:
        read(LINE, header=header)
    params = refusal.value.params
    assert (params["missing"], params["unknown"], params["repeated"]) == (missing, unknown, repeated)
    assert all(name in refusal.value.sentence for name in missing + unknown + repeated)


def test_an_empty_file_lacks_its_columns():
    with pytest.raises(WrongColumns):
        read_catalogue(b"", max_rows=10)


def test_a_header_alone_is_an_empty_catalogue():
    catalogue = read()
    assert (catalogue.line_count, catalogue.rows, catalogue.report) == (0, [], [])


# --- Limits -----------------------------------------------------------------------------------------------


def test_as_many_rows_as_allowed_and_one_more():
    assert read(LINE, LINE, LINE, max_rows=3).line_count == 3
    with pytest.raises(TooManyRows) as refusal:
        read(LINE, LINE, LINE, LINE, max_rows=3)
    assert refusal.value.params == {"most": 3, "row": 4}


def test_as_many_bytes_as_allowed_and_one_more():
    raw = f"{HEADER}\n{LINE}\n".encode("gbk").ljust(MAX_BYTES, b"x")
    catalogue = read_catalogue(raw, max_rows=2)
    assert catalogue.rows == read(LINE).rows
    assert reasons(catalogue) == [(3, Outcome.ERROR, "", "broken_quotes")]
    with pytest.raises(FileTooLarge) as refusal:
        read_catalogue(raw + b"x", max_rows=2)
    assert (refusal.value.code, refusal.value.status) == ("file_too_large", 413)


def test_blank_lines_have_a_limit_too():
    raw = f"{HEADER}\n".encode("gbk") + b"\n" * BLANK_MAX
    assert read_catalogue(raw + LINE.encode("gbk"), max_rows=1).rows[0].line_no == BLANK_MAX + 2
    with pytest.raises(TooManyRows):
        read_catalogue(raw + b"\n" + LINE.encode("gbk"), max_rows=1)


# --- Lines ------------------------------------------------------------------------------------------------


def test_the_latest_snapshot_wins_wherever_it_stands():
    catalogue = read(
        "2016/11/10,A1,旧标题,100,1,1,甲",
        "2016/11/9,A1,更旧的标题,90,1,1,甲",
        "2016/11/14,A1,新标题,139,5,2,甲",
        "2016/11/12,A1,中间的标题,120,3,1,甲",
    )
    assert [(row.line_no, row.title, row.price_fen) for row in catalogue.rows] == [(4, "新标题", 13900)]
    assert reasons(catalogue) == [
        (2, Outcome.SUPERSEDED, "A1", "older_snapshot"),
        (3, Outcome.SUPERSEDED, "A1", "older_snapshot"),
        (5, Outcome.SUPERSEDED, "A1", "older_snapshot"),
    ]
    assert catalogue.report[0].message == "第 4 行是同一商品更新的记录"


def test_of_one_day_the_later_line_wins():
    catalogue = read("2016/11/14,A1,先,1,1,1,甲", "2016/11/14,A1,后,2,1,1,甲")
    assert [row.title for row in catalogue.rows] == ["后"]


def test_an_exact_repeat_is_told_from_a_snapshot():
    catalogue = read(LINE, "2016/11/15,A1,雪域滋润霜 50g,139,26719,2704,栀白研", LINE)
    assert reasons(catalogue) == [
        (2, Outcome.SUPERSEDED, "A1", "older_snapshot"),
        (4, Outcome.REPEAT, "A1", "exact_repeat"),
    ]
    assert catalogue.report[1].message == "与第 2 行完全相同"


def test_a_good_does_not_change_its_shop():
    catalogue = read(LINE, LINE.replace("栀白研", "别家").replace("11/14", "11/15"))
    assert [row.brand for row in catalogue.rows] == ["栀白研"]
    assert reasons(catalogue) == [(3, Outcome.ERROR, "A1", "other_brand")]


@pytest.mark.parametrize(
    ("old", "new", "reason_code"),
    [
        (",139,", ",1e3,", "bad_price"),
        (",139,", ",,", "bad_price"),
        (",139,", ",-1,", "bad_price"),
        (",139,", ",0.00,", "bad_price"),
        (",139,", ",12.345,", "bad_price"),
        ("2016/11/14", "2016/2/30", "bad_date"),
        ("2016/11/14", "11/14/2016", "bad_date"),
        ("2016/11/14", "", "bad_date"),
        ("2016/11/14", "9999/1/1", "bad_date"),
        ("A1", "", "empty_id"),
        ("A1", "A" * 41, "long_id"),
        ("雪域滋润霜 50g", " \u3000", "empty_title"),
        ("雪域滋润霜 50g", "霜" * 121, "long_title"),
        ("栀白研", "", "empty_brand"),
        ("栀白研", "研" * 41, "long_brand"),
        ("26719", "1万", "bad_sales"),
        ("26719", "-1", "bad_sales"),
        ("26719", "1234567890", "bad_sales"),
        ("2704", "2.5", "bad_comments"),
        (",栀白研", "", "column_count"),
        ("栀白研", "栀白研,多", "column_count"),
        ("雪域", '"雪域"的', "broken_quotes"),
    ],
)
def test_a_bad_line_is_reported_and_the_others_stand(old, new, reason_code):
    other = LINE.replace("A1", "B2")
    catalogue = read(LINE.replace(old, new, 1), other)
    assert [row.source_id for row in catalogue.rows] == ["B2"]
    assert [(line.line_no, line.outcome, line.reason_code) for line in catalogue.report] == [
        (2, Outcome.ERROR, reason_code)
    ]
    assert catalogue.report[0].message.isprintable()
    assert len(catalogue.report[0].source_id) <= 40


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2016/11/14", "2016-11-14"),
        ("2016/11/14", "2016.11.14"),
        ("2016/11/14", "2016年11月14日"),
        ("2016/11/14", "2016/11/14 0:00"),
        ("2016/11/14", "2016-11-14T08:30:00"),
        ("139", "139.00"),
        ("139", "１３９"),
        ("26719", "26719.0"),
        ("栀白研", "栀白研 "),
        ("A1", " A1"),
        ("栀白研", "栀白研,,"),
    ],
)
def test_other_ways_to_write_a_cell(old, new):
    assert read(LINE.replace(old, new, 1)).rows == read(LINE).rows


def test_titles_at_their_longest():
    assert len(read(LINE.replace("雪域滋润霜 50g", "霜" * 120)).rows[0].title) == 120


@pytest.mark.parametrize(
    "title",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u3000=1", "＝1", '=HYPERLINK("x")'],
)
def test_cells_are_kept_as_typed(title):
    cell = '"' + title.replace('"', '""') + '"'
    assert read(LINE.replace("雪域滋润霜 50g", cell)).rows[0].title == title


def test_blank_lines_are_not_counted():
    catalogue = read("", LINE, ",,,,,,", "", max_rows=1)
    assert (catalogue.line_count, catalogue.rows[0].line_no) == (1, 3)


def test_lines_are_counted_through_cells_of_several_lines():
    catalogue = read(LINE.replace("雪域滋润霜 50g", '"两行\n标题"'), LINE.replace("A1", "B2"), "坏")
    assert [row.line_no for row in catalogue.rows] == [2, 4]
    assert reasons(catalogue) == [(5, Outcome.ERROR, "", "column_count")]


def test_a_quote_that_swallows_lines_is_refused_with_its_line():
    with pytest.raises(BrokenQuotes) as refusal:
        read(LINE, LINE.replace("雪域", '"雪域'), LINE, LINE)
    assert refusal.value.params == {"line": 3}


if REAL_FILE.exists():

    def test_the_real_file():
        began = time.perf_counter()
        catalogue = read_catalogue(REAL_FILE.read_bytes(), max_rows=50_000)
        held = {
            row.source_id: {finding.word for finding in findings}
            for row in catalogue.rows
            if is_blocked(findings := screen(row.title, "beauty"))
        }
        assert time.perf_counter() - began < 10

        assert (catalogue.encoding, catalogue.line_count, len(catalogue.rows)) == ("gb18030", 27_598, 3_497)
        assert len({row.brand for row in catalogue.rows}) == 22
        assert {outcome: catalogue.count(outcome) for outcome in Outcome} == {
            Outcome.REPEAT: 86,
            Outcome.SUPERSEDED: 24_015,
            Outcome.ERROR: 0,
        }
        assert len(held) == 76
        assert Counter(word for words in held.values() for word in words) == {
            "特供": 43, "祛斑": 24, "专供": 5, "王牌": 4, "首选": 1, "独家": 1,
        }  # fmt: skip
