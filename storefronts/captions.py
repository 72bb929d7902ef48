"""Share copy in the owner's voice (`docs/rules.md` §1.6 Copy length, §8.3, §10.2): pure text, no storage.

The sentences around the good's own words claim nothing that the platform does not know: no superlatives, no
invented customers, and "I used it" only after a completed purchase. Titles and recommendations were screened
when they were saved. Moments folds long copy, so longer pieces come as a short ``main`` and the full text to
post as a comment.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256

FOLD_LIMIT = 120
FOLD_LINES = 6
MAIN_LIMIT = 100
NAME_LIMIT = 26
AD_LABEL = "广告"
_USE_CLAIMS = re.compile(
    r"亲测|实测|用过|试过|吃过|穿过|喝过|自用|我在用|一直在用|正在用|用了|用完|用着|用下来|回购|空瓶|囤了|亲身"
)
_PROMO = re.compile(r"【[^】]*】|\[[^\]]*\]|^[\s,，·|]+")
_LATIN_TWIN = re.compile(r"^[A-Za-z'’.&\- ]+/(?=[\u4e00-\u9fff])")

# (before the owner's words, after them); every second part ends the piece with price, link and label
_DIRECT = (
    ("小店上了{name}。", "{price}，需要的自己看：{url}"),
    ("挑给正好需要的人：{name}。", "{price}，点开看看：{url}"),
    ("{name}，我放进小店了。", "{price}，链接在这儿：{url}"),
)
_CHAT = (
    ("今天想说说{name}。", "{price}，合适再下单，有疑问随时问我～\n{url}\n"),
    ("挑来挑去，把{name}放进了小店。", "{price}，不急着买，先看看详情也行👇\n{url}\n"),
    ("给小店添了件东西：{name}。", "{price}，拿不准的地方留言，我来答。\n{url}\n"),
)
_LIST = (
    ("🌿 {name}", "\n{price}\n{url}\n"),
    ("小店手记｜{name}", "\n{price}，看这里 {url}\n"),
    ("{name}，说几句实在的：", "\n{price}\n详情 {url}\n"),
)
_BOUGHT = (
    ("自己下过单、用过，才放进小店：{name}。", "{price}，想了解的来问我：{url}\n"),
    ("{name}，我用过一阵子了，说点真实感受。", "{price}，链接放这儿：{url}\n"),
)
_SHOP = (
    ("小店「{shop}」又添了新东西。", "都在这儿，慢慢看：{url}\n"),
    ("我的小店「{shop}」，店铺号 {number}。", "点开逛逛：{url}\n"),
    ("「{shop}」今天想推荐这几样：{goods}", "\n合适再下单，有疑问随时问我～\n{url}\n"),
)
_SPOKEN = "{label}｜{what}。复制整段文字，打开{place}首页粘贴就能看到：￥{code}￥"
_PLAIN_POINTS = ("规格、运费、售后，页面上都写清楚了", "供货商直接发货，买前有疑问先问我")


@dataclass(frozen=True)
class CaptionSpec:
    """What the copy speaks of.

    ``price_fen`` in fen; ``url`` the short link; ``good_points`` facts of the good; ``verified_purchase`` is
    true only when the owner has a completed purchase of this good (Advertising Law 38).
    """

    title: str
    price_fen: int
    shop_name: str
    recommendation: str
    url: str
    verified_purchase: bool = False
    good_points: tuple[str, ...] = ()


@dataclass(frozen=True)
class Caption:
    """One piece of copy; ``follow_up`` is None, or the full text to post as a comment under ``main``."""

    main: str
    follow_up: str | None


@dataclass(frozen=True)
class _Draft:
    body: str
    tail: str


def claims_use(text: str) -> bool:
    """Whether the text says that its writer used the good."""
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    return bool(_USE_CLAIMS.search(folded))


def _plain(text: str) -> str:
    """One line without control and invisible characters."""
    shown = [
        " " if c.isspace() else c
        for c in text
        if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs")
    ]
    return " ".join("".join(shown).split())


def _name(title: str) -> str:
    """The good as a person would call it: without bracketed promotions, cut between words."""
    whole = _plain(title)
    name = _LATIN_TWIN.sub("", _plain(_PROMO.sub(" ", whole))) or whole
    if len(name) <= NAME_LIMIT:
        return name
    cut = name.rfind(" ", 8, NAME_LIMIT + 1)
    return name[: cut if cut > 0 else NAME_LIMIT].rstrip(" ，,、/（(")


def _price(price_fen: int) -> str:
    yuan, fen = divmod(price_fen, 100)
    return f"{yuan}.{fen:02d} 元" if fen else f"{yuan} 元"


def _sentence(text: str) -> str:
    return text if not text or text[-1] in "。！？!?～…" else text + "。"


def _clip(text: str, limit: int) -> str:
    """``text`` within ``limit`` code points, ended at a sentence when one ends late enough."""
    if len(text) <= limit:
        return text
    if limit < 2:
        return ""
    part = text[: limit - 1]
    stop = max(part.rfind(mark) for mark in "。！？!?～\n")
    if stop >= limit // 2:
        return part[: stop + 1].rstrip("\n")
    pause = max(part.rfind(mark) for mark in "，、；,; ")
    if pause >= limit // 2:
        part = part[:pause]
    return part.rstrip(" ，、,\n\u200d\ufe0f") + "…"


def _folds(text: str) -> bool:
    return len(text) > FOLD_LIMIT or text.count("\n") + 1 > FOLD_LINES


def _fold(draft: _Draft) -> Caption:
    """Up to 120 code points and 6 lines stay one piece; more become ``main``, at most 100, and all of it."""
    full = draft.body + draft.tail
    if not _folds(full):
        return Caption(full, None)
    tail = draft.tail
    if len(tail) > MAIN_LIMIT - 12:
        tail = f"…详见评论 {AD_LABEL}"
    rows = draft.body.split("\n")[: FOLD_LINES - tail.count("\n")]
    return Caption(_clip("\n".join(rows), MAIN_LIMIT - len(tail)) + tail, full)


def _listed(spec: CaptionSpec, words: str) -> str:
    points = [_plain(point) for point in spec.good_points if _plain(point)][:3]
    if not points:
        points = [words.rstrip("。"), _PLAIN_POINTS[1]] if words and len(words) <= 40 else list(_PLAIN_POINTS)
    return "".join(f"\n· {point}" for point in points)


def write_captions(spec: CaptionSpec) -> list[Caption]:
    """Three different pieces of copy, a fourth when the owner has bought the good.

    Each holds price, short link and, at its beginning or end, 「广告」. A recommendation that claims use
    is left out unless the purchase is verified. The same spec gives the same pieces; goods differ.
    """
    said = _plain(spec.recommendation)
    words = _sentence(said) if spec.verified_purchase or not claims_use(said) else ""
    name, price = _name(spec.title), _price(spec.price_fen)
    pick = int.from_bytes(sha256(f"{spec.title}\n{spec.url}".encode()).digest()[:4], "big")

    def draft(pool: tuple[tuple[str, str], ...], middle: str, label_first: bool = False) -> _Draft:
        opening, closing = pool[pick % len(pool)]
        body = f"{AD_LABEL}｜" * label_first + opening.format(name=name) + middle
        return _Draft(body, closing.format(price=price, url=spec.url) + AD_LABEL * (not label_first))

    first = _sentence(re.split(r"(?<=[。！？!?])", words)[0]) if words else ""
    drafts = [
        draft(_DIRECT, first, label_first=True),
        draft(_CHAT, words),
        draft(_LIST, _listed(spec, first)),
    ]
    if spec.verified_purchase:
        drafts.append(draft(_BOUGHT, words))
    return [_fold(made) for made in drafts]


@dataclass(frozen=True)
class ShopCaptionSpec:
    """What copy about a shop speaks of: ``goods`` are titles with prices in fen, none or a few, the first ones first."""

    shop_name: str
    number: str
    description: str
    url: str
    goods: tuple[tuple[str, int], ...] = ()


def write_shop_captions(spec: ShopCaptionSpec) -> list[Caption]:
    """Three pieces about a shop, as ``write_captions`` makes them: label, link, and each good with its price."""
    said = _plain(spec.description)
    words = _sentence(said) if not claims_use(said) else ""
    listed = "".join(f"\n· {_name(title)} {_price(fen)}" for title, fen in spec.goods)
    made = []
    for place, (opening, closing) in enumerate(_SHOP):
        fields = {"shop": _plain(spec.shop_name), "number": spec.number, "goods": listed or words}
        middle = "" if "{goods}" in opening else (words if place else listed + "\n" * bool(listed))
        body = f"{AD_LABEL}｜" * (place == 0) + opening.format(**fields) + middle
        made.append(_fold(_Draft(body, closing.format(url=spec.url) + AD_LABEL * (place > 0))))
    return made


def passcode_words(*, code: str, place: str, title: str = "", price_fen: int = 0, shop_name: str = "") -> str:
    """The text to send with a passcode: of a good with its price, or of a shop; ``place`` is the platform's name."""
    what = f"{_name(title)}，{_price(price_fen)}" if title else _plain(shop_name)
    return _SPOKEN.format(label=AD_LABEL, what=what, place=place, code=code)
