"""Share copy: the label, price and link every piece carries, what none may say, where it folds."""

from dataclasses import replace

import pytest

from storefronts import captions
from storefronts.captions import FOLD_LIMIT, MAIN_LIMIT, Caption, CaptionSpec, write_captions

URL = "https://txp.example.com/x/k7m2qp9z"
BASE = CaptionSpec(
    title="CHANDO/自然堂 雪域精粹纯粹滋润霜50g 补水保湿 滋润水润面霜",
    price_fen=13900,
    shop_name="小满的梳妆台-淘小铺",
    recommendation="换季脸干的姐妹看这里，质地清爽不黏。",
    url=URL,
)
TITLES = (
    "面霜",
    "【11-11预售】植村秀洁颜油 150ml",
    "倩碧男士三步曲护肤套装",
    "口红",
    "美加净护手霜60g",
    "T恤",
)
# rules.md §8.3
FORBIDDEN = [
    "国家级",
    "世界级",
    "全球级",
    "宇宙级",
    "国家免检",
    "驰名商标",
    "特供",
    "专供",
    "最佳",
    "最好",
    "最优",
    "最低",
    "最高",
    "最便宜",
    "最先进",
    "最新科技",
    "最流行",
    "最受欢迎",
    "最安全",
    "最时尚",
    "最大",
    "最强",
    "史上最低",
    "第一",
    "NO.1",
    "TOP1",
    "全网第一",
    "全国第一",
    "销量第一",
    "首个",
    "首选",
    "独家",
    "唯一",
    "独一无二",
    "仅此一家",
    "顶级",
    "顶尖",
    "极致",
    "极品",
    "终极",
    "巅峰",
    "至尊",
    "王牌",
    "冠军",
    "领袖品牌",
    "领导品牌",
    "金牌",
    "绝对",
    "100%",
    "百分百",
    "万能",
    "永久",
    "永不",
    "史无前例",
    "前无古人",
    "无与伦比",
    "完美",
    "零风险",
    "无副作用",
    "全网最低价",
    "史低",
    "清仓价",
    "破价",
    "骨折价",
    "治疗",
    "治愈",
    "根治",
    "药效",
    "消炎",
    "抗癌",
    "减肥",
    "祛斑",
    "丰胸",
    "躺赚",
    "稳赚",
    "拉人",
    "下线",
    "再不抢就没了",
    "错过不再",
    "仅限今日",
]
CLAIMS = ("用过", "亲测", "自用", "回购", "试过", "下过单")


def pieces(made: list[Caption]) -> list[str]:
    return [text for caption in made for text in (caption.main, caption.follow_up) if text is not None]


def every_wording(**changes: object) -> list[Caption]:
    """What comes out for several goods, so that each opening has its turn."""
    made = []
    for title in TITLES:
        for tail in "abcdef":
            made += write_captions(replace(BASE, title=title, url=URL + tail, **changes))
    return made


class TestEveryPiece:
    def test_three_different_pieces(self) -> None:
        made = write_captions(BASE)
        assert len(made) == 3
        assert len({caption.main for caption in made}) == 3

    @pytest.mark.parametrize("verified", [False, True])
    @pytest.mark.parametrize("words", ["", "清爽不黏。", "很清爽，早晚都能用。" * 15])
    def test_label_price_and_link_in_every_part(self, verified: bool, words: str) -> None:
        for text in pieces(every_wording(recommendation=words, verified_purchase=verified)):
            assert text.startswith("广告｜") or text.endswith("\n广告")
            assert "139 元" in text
            assert URL in text

    def test_no_wording_of_ours_is_forbidden(self) -> None:
        ours = "".join(a + b for pool in (captions._DIRECT, captions._CHAT, captions._LIST) for a, b in pool)
        ours += "".join(a + b for a, b in captions._BOUGHT) + "".join(captions._PLAIN_POINTS)
        assert [word for word in FORBIDDEN if word in ours] == []

    def test_links_stand_alone(self) -> None:
        for text in pieces(every_wording()):
            after = text.split("https://")[1]
            assert after.split() == [after.split()[0]] or after.split()[-1] == "广告"

    @pytest.mark.parametrize(
        ("fen", "shown"), [(1, "0.01 元"), (990, "9.90 元"), (100, "1 元"), (1299900, "12999 元")]
    )
    def test_price_to_the_fen(self, fen: int, shown: str) -> None:
        assert all(shown in text for text in pieces(write_captions(replace(BASE, price_fen=fen))))

    def test_same_spec_same_copy_other_goods_other_wording(self) -> None:
        assert write_captions(BASE) == write_captions(BASE)
        openings = {
            write_captions(replace(BASE, title="面霜", url=f"{URL}{n}"))[1].main.split("面霜")[0]
            for n in range(9)
        }
        assert len(openings) == 3

    def test_name_is_what_a_person_would_say(self) -> None:
        assert "自然堂 雪域精粹纯粹滋润霜50g" in write_captions(BASE)[0].main
        assert "CHANDO/" not in write_captions(BASE)[0].main
        presale = write_captions(replace(BASE, title="【11-11预售】植村秀洁颜油 150ml"))
        assert not any("预售" in text for text in pieces(presale))
        assert "植村秀洁颜油 150ml" in presale[0].main

    def test_good_points_are_listed(self) -> None:
        listed = write_captions(
            replace(BASE, good_points=("50g 旅行也好带", "霜状，不油", "带替换芯", "第四点"))
        )[2]
        full = listed.follow_up or listed.main
        assert "\n· 50g 旅行也好带\n· 霜状，不油\n· 带替换芯\n" in full
        assert "第四点" not in full

    @pytest.mark.parametrize("title", ["{{7*7}}{name}", "<script>alert(1)</script>", "{0}{url.x}"])
    def test_markup_is_only_text(self, title: str) -> None:
        assert all(
            title in (caption.follow_up or caption.main)
            for caption in write_captions(replace(BASE, title=title))
        )

    def test_invisible_characters_and_line_breaks_go(self) -> None:
        made = write_captions(
            replace(BASE, title="面\u200b霜\u202e\x00", recommendation="清爽\n\n\n不黏\u2066")
        )
        assert "面霜" in made[0].main
        assert "清爽 不黏" in made[1].main
        assert not set("\u200b\u202e\x00\u2066") & set("".join(pieces(made)))


class TestClaimsOfUse:
    @pytest.mark.parametrize(
        "words",
        [
            "亲测好用",
            "我用过，很好",
            "已经回购三次",
            "自 用 款",
            "空瓶来说",
            "亲\u3000测",
            "用了半个月",
            "我在用这款",
        ],
    )
    def test_are_left_out_without_a_verified_purchase(self, words: str) -> None:
        made = every_wording(recommendation=words)
        assert not any(words in text or claim in text for text in pieces(made) for claim in CLAIMS)

    def test_are_kept_with_one(self) -> None:
        made = write_captions(replace(BASE, recommendation="用过半年，清爽。", verified_purchase=True))
        assert len(made) == 4
        assert any("用过半年" in (caption.follow_up or caption.main) for caption in made[:3])

    def test_only_a_buyer_says_i_bought_it(self) -> None:
        assert not any(claim in text for text in pieces(every_wording()) for claim in CLAIMS)
        fourth = write_captions(replace(BASE, recommendation="", verified_purchase=True))[3].main
        assert "用过" in fourth

    @pytest.mark.parametrize("words", ["质地清爽不黏", "值得入手", "适合现在用"])
    def test_plain_words_of_praise_stay(self, words: str) -> None:
        assert words in write_captions(replace(BASE, recommendation=words))[0].main


def drafted(length: int, lines: int = 1) -> captions._Draft:
    tail = f"139 元：{URL}\n广告"
    breaks = "\n" * (lines - 2)
    return captions._Draft("霜" * (length - len(tail) - len(breaks)) + breaks, tail)


class TestFold:
    def test_120_code_points_stay_one_piece(self) -> None:
        made = captions._fold(drafted(120, lines=2))
        assert (len(made.main), made.follow_up) == (120, None)

    def test_121_are_split(self) -> None:
        made = captions._fold(drafted(121, lines=2))
        assert made.follow_up is not None
        assert len(made.follow_up) == 121
        assert len(made.main) == 100
        assert made.main.endswith(f"…139 元：{URL}\n广告")

    def test_six_lines_stay_seven_are_split(self) -> None:
        six, seven = captions._fold(drafted(80, lines=6)), captions._fold(drafted(80, lines=7))
        assert (six.main.count("\n"), six.follow_up) == (5, None)
        assert seven.follow_up is not None
        assert seven.follow_up.count("\n") == 6
        assert seven.main.count("\n") <= 5

    @pytest.mark.parametrize("length", range(0, 201, 8))
    def test_no_piece_that_goes_out_is_over_the_limits(self, length: int) -> None:
        words = ("很清爽，早晚都能用。" * 20)[:length]
        for caption in every_wording(recommendation=words, good_points=(words[:40], "好带", "不油")):
            full = caption.follow_up or caption.main
            folds = len(full) > FOLD_LIMIT or full.count("\n") >= 6
            assert (caption.follow_up is not None) == folds
            assert len(caption.main) <= (MAIN_LIMIT if folds else FOLD_LIMIT)
            assert caption.main.count("\n") <= 5

    def test_all_of_a_long_recommendation_is_in_the_comment(self) -> None:
        words = "霜" * 200
        folded = [
            caption for caption in write_captions(replace(BASE, recommendation=words)) if caption.follow_up
        ]
        assert folded
        assert any(words in (caption.follow_up or "") for caption in folded)

    def test_code_points_count_not_bytes(self) -> None:
        tail = f"139 元：{URL}\n广告"
        emoji = captions._fold(captions._Draft("🌿" * (120 - len(tail)), tail))
        assert (len(emoji.main), emoji.follow_up) == (120, None)

    def test_a_link_too_long_for_the_short_piece_moves_to_the_comment(self) -> None:
        url = "https://" + "h" * 90 + "/x/k7m2qp9z"
        for caption in write_captions(replace(BASE, url=url)):
            assert len(caption.main) <= MAIN_LIMIT
            assert caption.follow_up is not None
            assert url in caption.follow_up
            assert caption.main.startswith("广告") or caption.main.endswith("广告")

    def test_a_clipped_piece_ends_at_a_sentence_when_it_can(self) -> None:
        text = "第一句话说到这里就完了。第二句话还很长很长很长很长"
        assert captions._clip(text, 20) == "第一句话说到这里就完了。"
        assert captions._clip("没有标点的一句很长很长的话", 8) == "没有标点的一句…"
        assert captions._clip("刚好", 2) == "刚好"
