"""Imports answer attributes, hold goods to their market reference and carry sale windows, line by line as the form does."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from suppliers import services as suppliers
from suppliers.models import (
    AttributeTemplate,
    CatalogueImport,
    Good,
    ImportLine,
    MarketReference,
    Sku,
    Supplier,
)
from suppliers.services import GoodDraft, ImportDefaults, MarketDraft
from suppliers.services.attributes import TemplateDraft, ensure_template
from suppliers.services.undoing import undo_import
from suppliers.states import AttributeKind, ImportStatus
from taoxiaopu.flows.services import sweep
from taoxiaopu.flows.verify import verify
from tests.factories import story
from tests.factories.desk import member
from tests.factories.world import picture

NOW = story.noon(2026, 10, 5)
DEFAULTS = ImportDefaults("food", 200, 2000)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def company() -> Supplier:
    return story.supplier(NOW)


def table(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def preview(company: Supplier, *lines: str) -> CatalogueImport:
    return suppliers.preview_import(
        supplier=company, person="tests", filename="a.csv", raw=table(*lines), defaults=DEFAULTS, at=NOW
    )


def run(catalogue: CatalogueImport) -> CatalogueImport:
    list(suppliers.run_import_now(catalogue=catalogue, now=lambda: NOW))
    catalogue.refresh_from_db()
    return catalogue


def counts(catalogue: CatalogueImport) -> tuple[int, int, int, int, int]:
    return (
        catalogue.goods, catalogue.to_create, catalogue.to_update, catalogue.unchanged, catalogue.errors,
    )  # fmt: skip


def reasons(catalogue: CatalogueImport) -> list[tuple[int, str, str]]:
    lines = ImportLine.objects.filter(catalogue=catalogue).order_by("line_no")
    return list(lines.values_list("line_no", "outcome", "reason"))


# Attributes

ASKED = "商品编号,标题,价格,属性:产地,净含量（克）,保质期,最早生产日期,无添加糖"


def test_a_column_for_each_question_is_written(company: Supplier) -> None:
    catalogue = run(preview(company, ASKED, "A1,绿茶,99,浙江 杭州,50克,540 天,2026/9/1,是"))
    assert counts(catalogue) == (1, 1, 0, 0, 0)
    good = Good.objects.get()
    assert good.attributes == {
        "origin": "浙江 杭州", "net_weight": "50", "shelf_life": "540", "made_on": "2026-09-01", "sugar_free": True,
    }  # fmt: skip
    assert (good.keywords, good.words_version) == ("浙江 杭州", "1")
    assert verify().bad_rows == 0
    again = preview(company, ASKED, "A1,绿茶,99,浙江 杭州,50,540,2026-09-01,YES")
    assert counts(again) == (1, 0, 0, 1, 0)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("浙江,50,,,", "请填写属性“保质期”"),
        ("浙江,五十,540,,", "属性“净含量”的值有误"),
        ("浙江,50,540,去年,", "属性“最早生产日期”的值有误"),
        ("浙江,50,540,,也许", "属性“无添加糖”的值有误"),
        ("x" * 61 + ",50,540,,", "属性“产地”的值有误"),
    ],
)
def test_an_answer_that_does_not_fit_is_the_lines_error(company: Supplier, cells: str, reason: str) -> None:
    catalogue = run(preview(company, ASKED, f"A1,绿茶,99,{cells}", "A2,红茶,59,,,360,,"))
    assert (counts(catalogue), reasons(catalogue)) == ((1, 1, 0, 0, 1), [(2, "error", reason)])
    assert [good.source_id for good in Good.objects.all()] == ["A2"]
    assert catalogue.status == ImportStatus.DONE
    back = list(suppliers.failed_lines(catalogue))
    assert back[1][-1] == reason


def test_choices_and_many_choices(company: Supplier) -> None:
    kinds = (
        ("level", AttributeKind.CHOICE, ("一级", "二级")),
        ("taste", AttributeKind.MULTI, ("甜", "苦", "鲜")),
    )
    for code, kind, options in kinds:
        name = {"level": "等级", "taste": "口味"}[code]
        ensure_template(category_code="food", draft=TemplateDraft(code, name, kind, options=options))
    header = "商品编号,标题,价格,保质期,等级,口味"
    catalogue = run(
        preview(
            company, header, "A1,绿茶,99,540,一级,鲜、甜", "A2,红茶,99,540,三级,", "A3,白茶,99,540,,甜/酸"
        )
    )
    assert Good.objects.get().attributes == {"shelf_life": "540", "level": "一级", "taste": ["甜", "鲜"]}
    assert reasons(catalogue) == [(3, "error", "属性“等级”的值有误"), (4, "error", "属性“口味”的值有误")]


def test_a_question_that_the_lines_category_does_not_ask(company: Supplier) -> None:
    header = "商品编号,标题,价格,类目,保质期,属性：面料"
    catalogue = preview(
        company, header, "A1,绿茶,99,food,540,棉", "A2,短袖,59,apparel,,纯棉", "A3,绿茶,9,food,9,"
    )
    assert (counts(catalogue), reasons(catalogue)) == (
        (2, 2, 0, 0, 1), [(2, "error", "这个类目没有属性“面料”")],
    )  # fmt: skip


def test_a_file_without_such_columns_asks_nothing_and_changes_no_answer(company: Supplier) -> None:
    run(preview(company, ASKED, "A1,绿茶,99,浙江,50,540,,"))
    kept = Good.objects.get().attributes
    run(preview(company, "商品编号,标题,价格", "A1,绿茶新,99", "A2,红茶,59"))
    assert [good.attributes for good in Good.objects.order_by("source_id")] == [kept, {}]
    run(preview(company, "商品编号,标题,价格,属性:产地", "A1,绿茶新,99,福建"))
    assert Good.objects.get(source_id="A1").attributes == kept | {"origin": "福建"}
    blank = preview(company, "商品编号,标题,价格,属性:产地", "A1,绿茶新,99,")
    assert counts(blank) == (1, 0, 0, 1, 0)


def test_an_answer_with_a_blocked_word_is_held(company: Supplier) -> None:
    catalogue = preview(company, ASKED, "A1,绿茶,99,国家级产区,50,540,,")
    assert reasons(catalogue) == [(2, "held", "标题含须审核的词：国家级")]
    run(catalogue)
    assert (Good.objects.get().status, Good.objects.get().held_words) == ("held", "国家级")


def test_an_unknown_question_waits_for_a_hand(company: Supplier) -> None:
    waiting = preview(company, "商品编号,标题,价格,产自,保质期", "A1,绿茶,99,浙江,540")
    assert waiting.status == ImportStatus.MAPPING
    columns = ["source_id", "title", "price", "属性:产地", "属性:保质期"]
    assert counts(suppliers.map_columns(catalogue=waiting, columns=columns, at=NOW)) == (1, 1, 0, 0, 0)
    waiting.refresh_from_db()
    run(waiting)
    assert Good.objects.get().attributes == {"origin": "浙江", "shelf_life": "540"}


# Market reference

SOLD = "商品编号,标题,规格,价格,佣金率,高于市场价的说明"


@pytest.fixture
def compared(company: Supplier) -> Good:
    """Two SKUs of 90 and 80 yuan at 20 %; elsewhere 85 yuan at 15 %."""
    run(preview(company, "商品编号,标题,规格,价格", "A1,绿茶,大,90", "A1,绿茶,小,80"))
    good = Good.objects.get()
    draft = MarketDraft("淘宝", "https://example.com/1", date(2026, 10, 1), 8_500, 1_500)
    suppliers.record_reference(good=good, draft=draft, actor=story.supplier_actor(company), at=NOW)
    return good


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["A1,绿茶,大,90,15,"], []),
        (
            ["A1,绿茶,大,90,14.99,"],
            [(2, "error", "佣金率 14.99% 低于同款市场佣金率 15%，请调高")],
        ),
        (["A1,绿茶,小,85,,"], []),
        (["A1,绿茶,小,85.01,,"], [(2, "error", "above")]),
        (["A1,绿茶,大,300,,"], []),  # the lowest price stays
        (["A1,绿茶,小,85.01,,含茶罐礼盒"], []),
        (["A1,绿茶,小,85.01,,含茶罐"], [(2, "error", "above")]),
        (["A1,绿茶,小,99,,", "A1,绿茶,大,120,,含茶罐礼盒"], []),  # one reason for all lines of a good
        (["A1,绿茶,小,99,,", "A1,绿茶,试用,70,,"], []),
    ],
)
def test_lines_are_held_to_the_market_reference(
    company: Supplier, compared: Good, lines: list[str], expected: list[tuple[int, str, str]]
) -> None:
    catalogue = preview(company, SOLD, *lines)
    found = reasons(catalogue)
    above = "售价"
    assert [(line, outcome) for line, outcome, _why in found] == [
        (line, outcome) for line, outcome, _why in expected
    ]
    for (_line, _outcome, why), (_l, _o, wanted) in zip(found, expected, strict=True):
        assert (above in why and "85.00" in why) if wanted == "above" else "14.99%" in why
    before = list(Sku.objects.order_by("id").values_list("price_fen", flat=True))
    run(catalogue)
    if expected:
        assert list(Sku.objects.order_by("id").values_list("price_fen", flat=True)) == before
        assert Good.objects.get().rate_bp == 2_000


def test_a_declared_price_is_kept_with_its_reason(company: Supplier, compared: Good) -> None:
    run(preview(company, SOLD, "A1,绿茶,小,99,,含茶罐礼盒"))
    compared.refresh_from_db()
    kept = MarketReference.objects.order_by("-id")[0]
    assert (compared.price_from_fen, kept.our_price_fen, kept.declared_up_to_fen, kept.declaration) == (
        9_000, 9_000, 9_000, "含茶罐礼盒",
    )  # fmt: skip
    assert MarketReference.objects.count() == 2
    again = preview(company, SOLD, "A1,绿茶,小,90,,")
    assert reasons(again) == []


def test_what_the_market_says_between_preview_and_run_counts(company: Supplier, compared: Good) -> None:
    catalogue = preview(company, SOLD, "A1,绿茶,小,82,16,", "A2,红茶,,50,20,")
    assert counts(catalogue) == (2, 1, 1, 0, 0)
    draft = MarketDraft("京东", "https://example.com/2", date(2026, 10, 2), None, 1_700)
    suppliers.record_reference(good=compared, draft=draft, actor=story.supplier_actor(company), at=NOW)
    run(catalogue)
    assert (catalogue.status, catalogue.errors) == (ImportStatus.DONE, 1)
    assert [(line, outcome) for line, outcome, _why in reasons(catalogue)] == [(2, "error")]
    assert dict(Sku.objects.values_list("good__source_id", "price_fen"))["A2"] == 5_000
    assert Good.objects.get(source_id="A1").price_from_fen == 8_000
    assert verify().bad_rows == 0


# Seasons

SEASON = "商品编号,标题,价格,开售时间,停售时间"
FROM, UNTIL = story.noon(2026, 9, 20) - timedelta(hours=12), story.noon(2026, 11, 1) - timedelta(hours=12)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("2026-09-20,2026-11-01", (FROM, UNTIL)),
        ("2026/9/20 00:00,2026年11月1日 0:00:00", (FROM, UNTIL)),
        ("2026-09-20 08:30,", (FROM + timedelta(hours=8, minutes=30), None)),
        (",", (None, None)),
    ],
)
def test_a_window_is_read_on_the_business_clock(
    company: Supplier, cells: str, expected: tuple[datetime | None, datetime | None]
) -> None:
    run(preview(company, SEASON, f"A1,大闸蟹,99,{cells}"))
    good = Good.objects.get()
    assert (good.sale_from, good.sale_until) == expected
    assert counts(preview(company, SEASON, f"A1,大闸蟹,99,{cells}")) == (1, 0, 0, 1, 0)
    assert counts(preview(company, "商品编号,标题,价格", "A1,大闸蟹,99")) == (1, 0, 0, 1, 0)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("2026-09-20,2026-09-20", "停售时间须晚于开售时间"),
        ("秋天,", "时间“秋天”无法识别：请写成 2026-01-31 08:00"),
        ("2026-09-20 24:00,", "时间“2026-09-20 24:00”无法识别：请写成 2026-01-31 08:00"),
        ("2026-02-30,", "时间“2026-02-30”无法识别：请写成 2026-01-31 08:00"),
    ],
)
def test_a_window_that_cannot_be_is_the_lines_error(company: Supplier, cells: str, reason: str) -> None:
    assert reasons(preview(company, SEASON, f"A1,大闸蟹,99,{cells}")) == [(2, "error", reason)]


def test_an_end_before_the_beginning_that_is_there(company: Supplier) -> None:
    run(preview(company, SEASON, "A1,大闸蟹,99,2026-09-20,"))
    late = preview(company, SEASON, "A1,大闸蟹,99,,2026-09-01")
    assert reasons(late) == [(2, "error", "停售时间须晚于开售时间")]


def test_an_undo_gives_answers_and_windows_back(company: Supplier) -> None:
    header = f"{SEASON},保质期"
    run(preview(company, header, "A1,大闸蟹,99,2026-09-20,2026-11-01,7"))
    before = picture()["suppliers_good"]
    good = Good.objects.get()
    was = (good.attributes, good.keywords, good.sale_from, good.sale_until, good.title)
    changed = run(preview(company, header, "A1,大闸蟹礼盒,99,2026-09-21,2026-12-01,5"))
    good.refresh_from_db()
    assert (good.attributes, good.sale_until) == (
        {"shelf_life": "5"},
        story.noon(2026, 12, 1) - timedelta(hours=12),
    )
    assert picture()["suppliers_good"] != before
    undo_import(catalogue=changed, actor=story.supplier_actor(company), at=NOW)
    sweep(at=NOW)
    good.refresh_from_db()
    assert (good.attributes, good.keywords, good.sale_from, good.sale_until, good.title) == was


# Files of ours


def test_an_export_is_a_file_that_an_import_reads_without_a_change() -> None:
    client, supplier = member(NOW)
    actor = story.supplier_actor(supplier)
    draft = GoodDraft(
        "绿茶", "food", "山茶花", "清香", 9_900, 5, 2000, sale_from=FROM, sale_until=UNTIL,
        attributes={"origin": "浙江", "net_weight": "50", "shelf_life": "540", "sugar_free": False},
    )  # fmt: skip
    tea = suppliers.create_good(supplier=supplier, draft=draft, actor=actor, at=NOW)
    cream = suppliers.create_good(
        supplier=supplier,
        draft=replace(draft, title="面霜", category_code="beauty", attributes={"skin": ["干性", "油性"]}),
        actor=actor,
        at=NOW,
    )
    for number, good in enumerate((tea, cream)):
        Good.objects.filter(pk=good.pk).update(source_id=f"A{number}")
    raw = b"".join(client.get(reverse("supplier:goods-export")).streaming_content)  # type: ignore[attr-defined]
    assert "属性:保质期" in raw.decode("utf-8-sig").splitlines()[0]
    found = suppliers.preview_import(
        supplier=supplier, person="tests", filename="a.csv", raw=raw, defaults=DEFAULTS, at=NOW
    )
    assert (counts(found), reasons(found)) == ((2, 0, 0, 2, 0), [])


def test_the_template_asks_what_the_suppliers_categories_ask() -> None:
    client, supplier = member(NOW)
    story.good(supplier, NOW)
    header = b"".join(client.get(reverse("supplier:import-template")).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert header.splitlines()[0].endswith(
        "开售时间,停售时间,高于市场价的说明,属性:适用肤质,属性:规格容量,属性:备案编号"
    )


def test_a_file_in_english_means_the_same_to_the_worker(company: Supplier) -> None:
    with translation.override("en"):
        names = {row.code: str(row) for row in AttributeTemplate.objects.filter(category__code="food")}
        columns = [names[code] for code in ("origin", "shelf_life", "sugar_free")]
        catalogue = preview(
            company, ",".join(["商品编号", "标题", "价格", *columns]), "A1,绿茶,99,浙江,540,no"
        )
    assert names["origin"] != "产地"
    run(catalogue)
    assert Good.objects.get().attributes == {"origin": "浙江", "shelf_life": "540", "sugar_free": False}
