"""Advertising words by docs/rules.md §8.3, names by §1.6, and the ways to hide a word in either."""

import time
import tomllib

import pytest

from taoxiaopu.kernel.screening import (
    WORDS_FILE,
    Action,
    Finding,
    check_name,
    is_blocked,
    screen,
    skeleton,
    visible_name_ok,
    words_version,
)

BLOCK, WARN = Action.BLOCK, Action.WARN
SUFFIX = "淘小铺"
DATA = tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))


def found(text, category=None):
    return [(finding.word, finding.action) for finding in screen(text, category)]


# --- The list itself --------------------------------------------------------------------------------------


def test_the_list_has_a_version():
    assert words_version() == DATA["version"] == "1"


@pytest.mark.parametrize(
    ("word", "group"), [(word, name) for name, group in DATA["groups"].items() for word in group["words"]]
)
def test_every_listed_word_is_found_with_its_action(word, group):
    assert screen(f"好物{word}推荐") == [
        Finding(word, group, Action(DATA["groups"][group]["action"]), 2, 2 + len(word))
    ]


def test_every_character_of_a_word_has_its_traditional_form():
    words = [word for group in DATA["groups"].values() for word in group["words"]] + DATA["names"]["banned"]
    forms = DATA["variants"]["characters"]
    simplified_only = []
    for char in "".join(words):
        try:
            char.encode("big5")  # the charset of Taiwan has a character unless it is a simplified form
        except UnicodeEncodeError:
            simplified_only.append(char)
    assert [char for char in simplified_only if char not in forms] == []


def test_no_variant_is_itself_a_plain_form():
    forms = DATA["variants"]["characters"]
    listed = "".join(forms.values())
    assert len(listed) == len(set(listed))
    assert not set(listed) & set(forms)


# --- Advertising ------------------------------------------------------------------------------------------


def test_a_clean_title_has_no_findings():
    assert screen("雪域精粹滋润霜50g 补水保湿", "beauty") == []
    assert screen("", "beauty") == []


def test_positions_are_those_of_the_text_as_typed():
    text = "【新品】最\u200b 佳·精华，特 供"
    findings = screen(text, "home")
    assert [(finding.word, text[finding.start : finding.end]) for finding in findings] == [
        ("最佳", "最\u200b 佳"),
        ("特供", "特 供"),
    ]
    assert findings[0] == Finding("最佳", "most", BLOCK, 4, 8)


@pytest.mark.parametrize(
    "text",
    [
        "頂級面霜", "顶.级面霜", "顶-级面霜", "顶\u3000级面霜", "顶\u2060级面霜", "顶\ufe0f级面霜",
        "顶😀级面霜", "顶\n级面霜", "顶丨级面霜", "顶\u00ad级面霜",
    ],
)  # fmt: skip
def test_a_disguised_word_is_found(text):
    assert found(text) == [("顶级", BLOCK)]


@pytest.mark.parametrize("text", ["NO.1", "no1", "ＮＯ．１", "№1", "No. 1", "N-O-1"])
def test_latin_words_in_any_form(text):
    assert found(f"口碑{text}精华") == [("NO.1", BLOCK)]


@pytest.mark.parametrize("text", ["TOP10榜单", "TOP100", "NO.10", "STOP1", "piano1", "1100%", "99.100%"])
def test_latin_words_are_not_cut_out_of_longer_ones(text):
    assert screen(text, "beauty") == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("全网第一", "全网第一"),
        ("全国销量第一", "销量第一"),
        ("史上最低", "史上最低"),
        ("独一无二", "独一无二"),
        ("国家免检", "国家免检"),
    ],
)
def test_the_longest_word_counts_once(text, word):
    assert found(text) == [(word, BLOCK)]


def test_a_longer_warning_covers_the_shorter_block():
    assert found("全网最低价") == [("全网最低价", WARN)]
    assert found("最低价") == [("最低", BLOCK)]


def test_two_words_in_one_title():
    assert found("双效淡斑精华特供套装 祛斑", "beauty") == [("特供", BLOCK), ("祛斑", BLOCK)]


@pytest.mark.parametrize("phrase", DATA["whitelist"]["phrases"])
def test_whitelisted_phrases_are_no_hit(phrase):
    assert screen(f"这是{phrase}的", "beauty") == []


def test_whitelisted_phrases_excuse_only_their_own_place():
    assert found("第一时间发货，第一品质") == [("第一", BLOCK)]
    assert found("全网第一时间发货") == []
    assert found("最近最优") == [("最优", BLOCK)]
    assert found("100%棉 100%满意", "food") == [("100%", BLOCK)]


@pytest.mark.parametrize(
    ("category", "action"),
    [("food", BLOCK), ("beauty", BLOCK), ("health", BLOCK), ("baby", WARN), ("home", WARN), ("apparel", WARN),
     (None, WARN)],
)  # fmt: skip
def test_absolute_words_block_where_health_is_at_stake(category, action):
    assert found("完美呵护 100%安心 绝对", category) == [("完美", action), ("100%", action), ("绝对", action)]


@pytest.mark.parametrize(
    ("category", "action"),
    [("food", BLOCK), ("beauty", BLOCK), ("baby", BLOCK), ("home", BLOCK), ("apparel", BLOCK), (None, BLOCK),
     ("medical", WARN)],
)  # fmt: skip
def test_medical_words_block_ordinary_goods(category, action):
    assert found("祛斑精华", category) == [("祛斑", action)]


@pytest.mark.parametrize("category", ["food", "beauty", "baby", "home", "apparel", "medical", None])
def test_income_bait_blocks_everywhere(category):
    assert found("在家躺赚，日入过万", category) == [("躺赚", BLOCK), ("日入过万", BLOCK)]


def test_urgency_needs_an_end_date():
    assert found("仅限今日") == [("仅限今日", WARN)]
    assert found("仅限今日（11月11日）") == []
    assert found("仅限今日 2026-11-11") == []
    assert found("错过不再（11月11日）") == [("错过不再", WARN)]


def test_only_blocking_findings_hold_a_text_back():
    assert not is_blocked(screen("清仓价", "beauty"))
    assert is_blocked(screen("清仓价 特供", "beauty"))
    assert not is_blocked([])


def test_hostile_text_is_screened_in_linear_time():
    began = time.perf_counter()
    assert len(screen("最" * 20_000 + "最好" * 5_000 + "最近" * 5_000, "food")) == 5_000
    assert screen("第" * 50_000 + "完", "food") == []
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("text", ["\ud800最好", "\x00最好", "\U000e0041最好", "最" + "\u0301" * 100 + "好"])
def test_broken_text_is_screened_too(text):
    assert found(text) == [("最好", BLOCK)]


# --- Names ------------------------------------------------------------------------------------------------


def test_a_good_name():
    verdict = check_name("  小满的 杂货铺 ", suffix=SUFFIX)
    assert verdict.clean == "小满的 杂货铺"
    assert verdict.skeleton == "小满的杂货铺"
    assert (verdict.banned, verdict.needs_review, verdict.problem, verdict.sentence) == (
        None,
        False,
        None,
        "",
    )


@pytest.mark.parametrize("word", DATA["names"]["banned"])
def test_every_banned_word_is_refused(word):
    verdict = check_name(f"小满{word}铺", suffix=SUFFIX)
    assert (verdict.problem, verdict.banned, verdict.needs_review) == ("banned_word", word, False)
    assert word in verdict.sentence


@pytest.mark.parametrize(
    "name",
    [
        "旗\u200b \u200b舰", "旗\u200d舰", "旗\ufeff舰", "旗\ufe0f舰", "旗\U000e0100舰",
        "旗\u3164舰", "旗\uffa0舰", "旗\u115f舰", "旗.舰", "旗·舰", "旗・舰", "旗😀舰",
        "旗\ue000舰", "旗\U000f0000舰", "旗\U000e0041舰", "旗\u00ad舰", "旗\n舰", "旗\t舰",
        "旗\u3000舰", "旗\u00a0舰", "旗\u2800舰", "旗\u0301舰", "旗丨舰", "旗_舰", "旗|舰",
        "旗\x00舰", "旗\ud800舰", "旗艦", "旂艦", "旗舟见", "旗舟見", "旗舟⻅", "\u202e舰旗\u202c",
        "旗\u202e舰", "⽅旗舰", "旗ˇ舰", "旗\u2060舰", "旗\u180e舰",
    ],
)  # fmt: skip
def test_a_disguised_flagship_is_refused(name):
    verdict = check_name(f"小满{name}店", suffix=SUFFIX)
    assert (verdict.problem, verdict.banned) == ("banned_word", "旗舰")


@pytest.mark.parametrize(
    ("name", "banned"),
    [
        ("專賣小铺", "专卖"),
        ("専売小铺", "专卖"),
        ("专十买小铺", "专卖"),
        ("官⽅小铺", "官方"),
        ("直營小铺", "直营"),
        ("總店小铺", "总店"),
        ("授權小铺", "授权"),
        ("特許小铺", "特许"),
        ("天貓小铺", "天猫"),
        ("淘寶小铺", "淘宝"),
        ("氵匋宝小铺", "淘宝"),
        ("支付寶小铺", "支付宝"),
        ("中國小铺", "中国"),
        ("中囯小铺", "中国"),
        ("央視小铺", "央视"),
        ("㊥国小铺", "中国"),
        ("特約小铺", "特约"),
    ],
)
def test_other_script_forms_are_refused(name, banned):
    assert check_name(name, suffix=SUFFIX).banned == banned


@pytest.mark.parametrize(
    "name",
    [
        "旗见小屋", "棋舰小屋", "QiJian小屋", "旗jian小屋", "ｑｉｊｉａｎ", "桃宝小屋", "陶葆小屋",
        "官坊小屋", "甜猫小屋", "舰旗小屋", "㊪方小屋", "Flagship", "Official小屋", "TMALL小屋",
        "旗x舰小屋", "旗1舰", "砖麦小屋", "知付宝",
    ],
)  # fmt: skip
def test_a_doubtful_name_may_be_used_after_review(name):
    verdict = check_name(name, suffix=SUFFIX)
    assert (verdict.problem, verdict.banned) == (None, None)
    assert verdict.needs_review


@pytest.mark.parametrize(
    "name", ["小满的杂货铺", "山野果园", "1号茶仓", "Mia的衣橱", "<script>", "{{7*7}}", "ㄠㄠ屋"]
)
def test_an_honest_name_needs_no_review(name):
    verdict = check_name(name, suffix=SUFFIX)
    assert (verdict.clean, verdict.problem, verdict.needs_review) == (name, None, False)


@pytest.mark.parametrize("name", ["小满-淘小铺", "小满 淘 小 铺", "淘小鋪", "小满淘\u200b小铺"])
def test_the_suffix_is_not_typed(name):
    verdict = check_name(name, suffix=SUFFIX)
    assert verdict.problem == "suffix_typed"
    assert SUFFIX in verdict.sentence


def test_the_suffix_is_a_setting():
    assert check_name("小满-淘小铺", suffix="小集").problem is None
    assert check_name("小满小集", suffix="小集").problem == "suffix_typed"
    assert check_name("小满小集", suffix="").problem is None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "too_short"),
        ("   ", "too_short"),
        ("\u3164\u3164\u3164", "too_short"),
        ("\u2800\u2800", "too_short"),
        ("\u200b\u200b", "too_short"),
        ("满", "too_short"),
        ("满\u0301\u0301", "too_short"),
        ("小满", None),
        ("满" * 20, None),
        ("满" * 21, "too_long"),
        ("满" * 10_000, "too_long"),
        ("小满\u0332\u0333", None),
        ("小满\u0332\u0333\u0334", "too_many_marks"),
        ("小满" + "\u0301" * 100, "too_many_marks"),
        ("👨\u200d👩\u200d👧\u200d👦", "too_short"),
        ("👨\u200d👩\u200d👧\u200d👦小", None),
        ("👍👍", "no_letters"),
        ("……", "no_letters"),
    ],
)
def test_the_shape_of_a_name(name, problem):
    assert check_name(name, suffix=SUFFIX).problem == problem
    assert visible_name_ok(name) == (problem is None)


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("小\u202e满", "小满"),
        ("小\u200b满", "小满"),
        ("小\u3000\n 满", "小 满"),
        ("Ｍｉａ①", "Mia1"),
        ("小满\x00\ud800", "小满"),
        ("小满❤\ufe0f", "小满❤\ufe0f"),
        ("小\ufe0f满", "小满"),
        ("小满👩\u200d👧", "小满👩\u200d👧"),
        ("小\u200d满", "小满"),
    ],
)
def test_what_is_stored_of_a_name(typed, clean):
    assert check_name(typed, suffix=SUFFIX).clean == clean


def test_names_that_look_the_same_have_one_skeleton():
    names = ["Mia 的衣櫥", "ＭＩＡ的衣櫥", "m·i·a的衣\u200b櫥", "mia的衣櫥!"]
    assert {skeleton(name) for name in names} == {"mia的衣櫥"}
    assert skeleton("萬寶") == skeleton("万宝")
