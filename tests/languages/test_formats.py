"""How amounts, instants, figures and lists are written on Chinese and on English pages."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.template import Context, Template
from django.utils.translation import override

from taoxiaopu.kernel.templatetags import kernel_format as shown

AT = datetime(2026, 11, 22, 7, 4, 9, tzinfo=UTC)  # 15:04:09 in Shanghai


@pytest.mark.parametrize(
    ("style", "chinese", "english"),
    [
        ("minute", "2026年11月22日 15:04", "22 Nov 2026, 15:04"),
        ("second", "2026年11月22日 15:04:09", "22 Nov 2026, 15:04:09"),
        ("day", "2026年11月22日", "22 Nov 2026"),
        ("short", "11月22日 15:04", "22 Nov, 15:04"),
        ("date", "11月22日", "22 Nov"),
        ("month", "2026年11月", "Nov 2026"),
        ("clock", "15:04", "15:04"),
        ("no such style", "2026年11月22日 15:04", "22 Nov 2026, 15:04"),
    ],
)
def test_an_instant_in_both_languages(style: str, chinese: str, english: str) -> None:
    with override("zh-hans"):
        assert shown.local_time(AT, style) == chinese
    with override("en"):
        assert shown.local_time(AT, style) == english


def test_an_instant_is_written_on_the_business_clock_whatever_its_zone() -> None:
    almost_midnight = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    west = timezone(timedelta(hours=-8))
    assert shown.local_time(almost_midnight) == "2026年12月31日 23:59"
    assert shown.local_time(almost_midnight + timedelta(minutes=1)) == "2027年1月1日 00:00"
    assert shown.local_time(almost_midnight.astimezone(west), "day") == "2026年12月31日"


def test_a_plain_date_has_no_clock() -> None:
    day = date(2026, 6, 8)
    with override("zh-hans"):
        assert [shown.local_time(day, s) for s in ("minute", "day", "date", "month")] == [
            "2026年6月8日",
            "2026年6月8日",
            "6月8日",
            "2026年6月",
        ]
    with override("en"):
        assert [shown.local_time(day, s) for s in ("short", "date", "month")] == [
            "8 Jun 2026",
            "8 Jun",
            "Jun 2026",
        ]


@pytest.mark.parametrize("nothing", [None, "", "2026-11-22", datetime(2026, 11, 22), 5])  # noqa: DTZ001
def test_what_is_no_instant_is_written_as_nothing(nothing: object) -> None:
    assert shown.local_time(nothing) == ""


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_money_reads_the_same_in_both(language: str) -> None:
    with override(language):
        assert shown.yuan_sign(123450) == "¥1,234.50"
        assert shown.yuan_sign(99) == "¥0.99"
        assert shown.yuan_sign(-123456789) == "−¥1,234,567.89"
        assert shown.yuan(123450) == "1234.50"
        assert shown.yuan_grouped(100000000) == "1,000,000.00"
        assert shown.percent_bp(1250) == "12.5%"
        assert shown.percent_bp(-5) == "−0.05%"
        assert shown.yuan_sign("no number") == ""


@pytest.mark.parametrize(
    ("number", "chinese", "english"),
    [
        (9_999, "9999", "9999"),
        (10_000, "1万+", "10k+"),
        (12_800, "1.2万+", "12.8k+"),
        (999_999, "99.9万+", "999.9k+"),
        (1_000_000, "100万+", "1M+"),
        (12_345_678, "1234.5万+", "12.3M+"),
    ],
)
def test_large_figures(number: int, chinese: str, english: str) -> None:
    with override("zh-hans"):
        assert shown.compact_count(number) == chinese
    with override("en"):
        assert shown.compact_count(number) == english


@pytest.mark.parametrize(("number", "badge"), [(0, "0"), (1, "1"), (99, "99"), (100, "99+"), (12_345, "99+")])
def test_badges_count_no_further_than_99(number: int, badge: str) -> None:
    assert shown.at_most_99(number) == badge


def test_the_platforms_own_punctuation_in_chinese() -> None:
    with override("zh-hans"):
        assert shown.listed(["面霜", "口红", "香水"]) == "面霜、口红、香水"
        assert shown.listed([]) == ""
        assert shown.in_brackets("面霜", "50g") == "面霜（50g）"
        assert shown.sentences(["太短。", "太常见。"]) == "太短。太常见。"


def test_a_template_writes_both() -> None:
    page = Template('{{ at|local_time:"short" }} {{ fen|yuan_sign }} {{ rate|percent_bp }}')
    words = Context({"at": AT, "fen": 199900, "rate": 2000})
    with override("zh-hans"):
        assert page.render(words) == "11月22日 15:04 ¥1,999.00 20%"
    with override("en"):
        assert page.render(words) == "22 Nov, 15:04 ¥1,999.00 20%"
