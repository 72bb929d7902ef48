"""Every Chinese sentence in code and templates is marked for translation; what is not has its reason here."""

from pathlib import Path

import pytest

from tests.languages.extraction import (
    HAN,
    Found,
    python_messages,
    sources,
    template_messages,
    unmarked_in_python,
    unmarked_in_template,
)

SHARED = "what owners share with Chinese readers: its words and the ad label are Chinese by law"
TITLES = "reads the Chinese titles of goods"
DATA = "what the people of demo and bench are called, sell and say"
STORED = "how a list of words is stored; pages write it through `listed`"
FORMAT = "how dates and large figures are written in Chinese"
HEADINGS = "the headings that Chinese catalogues have, and an import recognises"
PLACES = "reads Chinese addresses and masks them"

# File or folder -> reason; or file and the top-level name that holds the literal -> reason.
FILES = {
    "bench/desk.py": DATA,
    "bench/desk_data.py": DATA,
    "bench/imports.py": DATA,
    "bench/pool.py": DATA,
    "bench/searching.py": DATA,
    "bench/posters.py": DATA,
    "storefronts/captions.py": SHARED,
    "storefronts/posters.py": SHARED,
    "suppliers/pictures/": TITLES,
    "taoxiaopu/flows/demo/": DATA,
    "taoxiaopu/kernel/contacts.py": "reads what people write to hide contact data",
    "taoxiaopu/flows/simulate/": DATA,
    "taoxiaopu/kernel/formats/zh_Hans/": FORMAT,
}
NAMES = {
    ("orders/states.py", "CARRIER_ALIASES"): "what people call carriers",
    ("rulebook/forms.py", "LISTED"): "what people put between numbers",
    ("storefronts/access.py", "_PASSCODE"): "the marks around a passcode",
    ("suppliers/admin/goods.py", "marked"): STORED,
    ("suppliers/catalogue_cells.py", "_DAY"): "a date as Chinese catalogues write it",
    ("suppliers/catalogue_cells.py", "_MOMENT"): "a date as Chinese catalogues write it",
    ("suppliers/catalogue_columns.py", "ASIDE"): HEADINGS,
    ("suppliers/catalogue_columns.py", "ATTRIBUTE"): HEADINGS,
    ("suppliers/catalogue_columns.py", "COLUMNS"): HEADINGS,
    ("suppliers/catalogue_columns.py", "OURS"): HEADINGS,
    ("suppliers/catalogue_file.py", "SKU"): "the stored name of a good's only SKU",
    ("suppliers/forms/customising.py", "SEPARATORS"): "what people put between options",
    ("suppliers/forms/entry.py", "BRAND_SEPARATORS"): "what people put between brands",
    ("suppliers/services/goods.py", "create_good"): STORED,
    ("suppliers/services/import_checks.py", "NO"): "what people put into cells",
    ("suppliers/services/import_checks.py", "YES"): "what people put into cells",
    ("suppliers/services/import_checks.py", "_BETWEEN"): "what people put between choices",
    ("suppliers/services/import_writing.py", "_new_good"): STORED,
    ("suppliers/services/import_writing.py", "_take_over"): STORED,
    ("suppliers/services/imports.py", "REASON"): HEADINGS,
    ("suppliers/views/supplier/exports.py", "HEADER"): HEADINGS,
    ("suppliers/views/supplier/imports.py", "TEMPLATE_HEADER"): HEADINGS,
    ("suppliers/views/supplier/imports.py", "template_table"): "an example of a Chinese good",
    ("suppliers/services/changes.py", "Content"): STORED,
    ("taoxiaopu/flows/stage.py", "_SOURCE"): DATA,
    ("taoxiaopu/flows/stage.py", "certificate"): DATA,
    ("taoxiaopu/kernel/error_pages.py", "_LAST_RESORT"): "both languages at once, when nothing works",
    ("taoxiaopu/kernel/exports.py", "FORMULA_STARTS"): "characters that begin a formula",
    ("taoxiaopu/kernel/personal.py", "_CITY"): PLACES,
    ("taoxiaopu/kernel/personal.py", "_MUNICIPALITY"): PLACES,
    ("taoxiaopu/kernel/personal.py", "_PROVINCE"): PLACES,
    ("taoxiaopu/kernel/personal.py", "_STREET"): PLACES,
    ("taoxiaopu/kernel/personal.py", "mask_place"): PLACES,
    ("taoxiaopu/kernel/screening.py", "_DAY"): "a date in a Chinese text",
    ("taoxiaopu/kernel/screening.py", "_stands_alone"): "screens Chinese names",
    ("taoxiaopu/kernel/settings.py", "Rules"): "the suffix of shop names, a rule",
    ("taoxiaopu/kernel/workbooks.py", "_date_styles"): FORMAT,
    ("taoxiaopu/kernel/staff/cells.py", "label_of"): "units behind field names in both languages",
    ("taoxiaopu/kernel/templatetags/kernel_format.py", "CHINESE_TIMES"): FORMAT,
    ("taoxiaopu/kernel/templatetags/kernel_format.py", "compact_count"): FORMAT,
    ("taoxiaopu/settings/env.py", "brand_names"): "the brand",
}


def _python() -> list[Found]:
    return [found for path in sources(".py") for found in unmarked_in_python(path)]


def _has_reason(found: Found) -> bool:
    return (found.file, found.within) in NAMES or found.file.startswith(tuple(FILES))


def test_no_unmarked_chinese_in_python() -> None:
    assert [str(found) for found in _python() if not _has_reason(found)] == []


def test_no_unmarked_chinese_in_templates() -> None:
    wrong = [
        str(found)
        for path in sources(".html", ".txt")
        if "templates" in path.parts
        for found in unmarked_in_template(path)
    ]
    assert wrong == []


def test_no_chinese_in_scripts_and_styles() -> None:
    assert [
        str(path) for path in sources(".js", ".css") if HAN.search(path.read_text(encoding="utf-8"))
    ] == []


def test_every_exception_is_still_needed() -> None:
    needed = {(found.file, found.within) for found in _python()}
    assert sorted(set(NAMES) - needed) == []


@pytest.mark.parametrize(
    ("template", "seen"),
    [
        ('<c-button label="保存" />', ['<c-button label="保存" />']),
        ("<p>{# 说明 #}{% comment %}说明{% endcomment %}</p>", []),
        ('{% translate "保存" %} {{ x|default:_("无") }}', []),
        ('{{ x|default:"无" }}', ['x|default:"无"']),
        ("{% blocktranslate count n=n %}{{ n }} 单{% plural %}{{ n }} 单{% endblocktranslate %}，", ["，"]),
        ('{% if x == "无" %}{% endif %}', ['if x == "无"']),
    ],
)
def test_what_counts_as_unmarked_in_a_template(
    template: str, seen: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.html"
    path.write_text(template)
    monkeypatch.setattr("tests.languages.extraction.ROOT", tmp_path)
    assert [found.text for found in unmarked_in_template(path)] == seen


def test_what_is_extracted() -> None:
    source = (
        '[_("一"), ngettext("{n} 单", "{n} 双", n), pgettext("c", "二"), _(name), other("三"), _("四" "五")]'
    )
    assert [(m.msgid, m.plural, m.context) for m in python_messages(source)] == [
        ("一", "", ""), ("{n} 单", "{n} 双", ""), ("二", "", "c"), ("四五", "", ""),
    ]  # fmt: skip
    template = (
        '{% translate \'一\' %}{% translate "二" context "c" %}{% blocktranslate trimmed with a=b %}\n 百分之 5%\n'
        " {{ a }} {% endblocktranslate %}{{ x|default:_('三') }}"
        "{% blocktranslate count n=n %}{{ n }} 单{% plural %}{{ n }} 双{% endblocktranslate %}"
    )
    assert [(m.msgid, m.plural, m.context) for m in template_messages(template)] == [
        ("一", "", ""), ("二", "", "c"), ("百分之 5%% %(a)s", "", ""), ("三", "", ""), ("%(n)s 单", "%(n)s 双", ""),
    ]  # fmt: skip
