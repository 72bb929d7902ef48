"""What a title says about how the good looks: its kind, the brand's lettering, its contents."""

from __future__ import annotations

import re
from dataclasses import dataclass

from suppliers.pictures import lettering

LATIN_NAMES = {
    "自然堂": "CHANDO",
    "资生堂": "SHISEIDO",
    "植村秀": "SHU UEMURA",
    "悦诗风吟": "INNISFREE",
    "玉兰油": "OLAY",
    "雅漾": "AVÈNE",
    "雅诗兰黛": "ESTÉE LAUDER",
    "雪花秀": "SULWHASOO",
    "相宜本草": "INOHERB",
    "薇姿": "VICHY",
    "倩碧": "CLINIQUE",
    "欧珀莱": "AUPRES",
    "欧莱雅": "L'ORÉAL",
    "妮维雅": "NIVEA",
    "蜜丝佛陀": "MAX FACTOR",
    "美加净": "MAXAM",
    "美宝莲": "MAYBELLINE",
    "兰芝": "LANEIGE",
    "兰蔻": "LANCÔME",
    "娇兰": "GUERLAIN",
    "佰草集": "HERBORIST",
    "SKII": "SK-II",
}

# kind: (words in the title, words on the label in English, in Chinese)
_BEAUTY: tuple[tuple[str, str, str, str], ...] = (
    ("set", "套装|礼盒|套组|组合装|旅行装", "GIFT SET", "礼盒"),
    ("sachet", "面膜贴|面膜|眼膜贴|眼膜|面贴膜|手膜|脚膜|颈膜|鼻贴|法令纹膜|湿巾", "MASK", "面膜"),
    ("jar", "睡眠面膜|免洗面膜|泥膜|火山泥面膜|面膜泥|面膜霜", "SLEEPING MASK", "睡眠面膜"),
    ("lipstick", "口红|唇膏|润唇膏|护唇膏|唇膏笔", "LIPSTICK", "唇膏"),
    ("gloss", "唇彩|唇蜜|唇釉|唇露|指甲油", "LIP GLOSS", "唇彩"),
    ("wand", "睫毛膏|睫毛液|眼线液|眼线膏|染眉膏|睫毛打底膏", "MASCARA", "睫毛膏"),
    ("pencil", "眼线笔|眉笔|眼影笔|唇线笔|遮瑕笔|眼线液笔", "LINER", "笔"),
    ("palette", "眼影|彩妆盒|彩妆盘|眉粉|眉粉盒", "EYE SHADOW", "眼影"),
    (
        "compact",
        "粉饼|腮红|气垫|气垫霜|气垫BB|气垫BB霜|气垫CC霜|蜜粉饼|高光|修颜粉|粉芯|胭脂|颊彩",
        "COMPACT",
        "粉饼",
    ),
    ("powder", "散粉|蜜粉|定妆粉|亮颜粉|控油粉", "LOOSE POWDER", "蜜粉"),
    ("foundation", "粉底液|粉底|粉底霜|妆前乳|妆前|BB霜|CC霜", "FOUNDATION", "粉底液"),
    ("tube", "防晒霜|防晒乳|防晒露|防晒|隔离霜|隔离乳|隔离", "SUN CARE", "防晒"),
    (
        "tube",
        "洁面膏|洁面乳|洁面霜|洁面|洗面奶|洗颜霜|洁颜霜|洁颜膏|洗面|护手霜|磨砂膏|剃须膏|去角质|BB",
        "CLEANSER",
        "洁面",
    ),
    (
        "pump",
        "洁颜油|卸妆油|卸妆乳|沐浴露|沐浴乳|洗发水|洗发露|洗发乳|护发素|润发|身体乳|润肤乳|慕斯|泡沫",
        "BODY & CLEANSE",
        "清润",
    ),
    ("spray", "喷雾|活泉水|舒护活泉水|香体|止汗|保湿水喷雾|剃须泡沫", "MIST", "喷雾"),
    ("perfume", "香水|香氛|淡香氛|淡香水|香露", "EAU DE PARFUM", "香水"),
    (
        "dropper",
        "精华液|精华露|精华素|精华|精油|肌底液|原液|安瓶|菁华|精粹油|小棕瓶|肌底|护发油|精粹液|小黑瓶",
        "SERUM",
        "精华",
    ),
    (
        "jar",
        "面霜|眼霜|日霜|晚霜|凝霜|精华霜|滋润霜|保湿霜|冻膜|乳霜|霜|膏|凝冻|啫喱|凝胶|胶囊",
        "CREAM",
        "面霜",
    ),
    ("bottle", "乳液|柔肤乳|保湿乳|凝乳|滋润乳|精华乳|乳|凝露", "EMULSION", "乳液"),
    (
        "bottle",
        "卸妆水|精华水|爽肤水|柔肤水|化妆水|神仙水|保湿水|紧肤水|洁肤水|健肤水|花水|卸妆液|卸甲水|水|露|液",
        "TONER",
        "精粹水",
    ),
    ("brush", "化妆刷|刷|粉扑|化妆棉|棉|海绵|美妆工具|美甲工具|修眉刀", "BEAUTY TOOL", "美妆工具"),
)
_OTHERS = {
    "food": ("pouch", "FINE FOOD", "好食"),
    "baby": ("feeder", "FOR BABY", "母婴"),
    "home": ("vase", "HOME", "家居"),
    "apparel": ("shirt", "APPAREL", "服饰"),
}
_KINDS = {
    word: (kind, english, chinese) for kind, words, english, chinese in _BEAUTY for word in words.split("|")
}
_WORDS = re.compile("|".join(re.escape(word) for word in sorted(_KINDS, key=len, reverse=True)))
_SET = re.compile(r"套装|礼盒|套组|[两二三四五六七八九\d]件套|组合装|旅行装")
_MADE_OF_WATER = re.compile(
    r"补水|锁水|水润|水感|水嫩|水凝|水漾|水光|防水|控油|平衡油|吸油|油脂|露华|刷新|水分"
)
_CONTENTS = re.compile(r"(\d{1,4}(?:\.\d)?)\s?(ml|g|片|支|对|克|毫升)(?![a-z])", re.IGNORECASE)
_PART = re.compile(r"[\s【】（）()\[\]，,+＋—\-/]+")


@dataclass(frozen=True)
class Look:
    """Which motif to draw and what to letter on it; empty strings are left out.

    ``variant`` (0 to 2) chooses between shapes of the same kind.
    """

    kind: str
    latin: str
    brand: str
    english: str
    chinese: str
    contents: str
    variant: int = 0

    @property
    def first(self) -> str:
        """The large line of a label."""
        return self.latin or self.brand or self.english

    @property
    def second(self) -> str:
        """The small line under it."""
        return (self.brand if self.latin else "") or self.chinese


def _beauty_kind(title: str) -> tuple[str, str, str]:
    """The last naming word of the first part of the title that has one: Chinese names a thing at the end."""
    if _SET.search(title):
        return _KINDS["套装"]
    for part in _PART.split(_CONTENTS.sub(" ", title)):
        found = _WORDS.findall(_MADE_OF_WATER.sub("", part))
        if found:
            return _KINDS[found[-1]]
    return ("carton", "BEAUTY", "美妆")


def _names(title: str, brand: str) -> tuple[str, str]:
    """The brand in Latin capitals and in its own script; either may be empty."""
    own = "".join(part for part in brand.split("/") if not part.isascii()).strip() or brand.strip()
    if own in LATIN_NAMES:
        latin = LATIN_NAMES[own]
    elif own.isascii():
        latin = own
    else:
        near = re.search(r"([A-Za-z][A-Za-z'’.& ]{1,18})\s*/?\s*" + re.escape(own), brand + " " + title)
        latin = near.group(1) if near else ""
    latin, own = lettering.drawable(latin).upper(), lettering.drawable(own)
    return latin[:18], "" if own.isascii() else own[:8]


def read_look(title: str, brand: str, category_code: str) -> Look:
    """Decide a good's look from its title, the same way each time; other categories have one motif each."""
    if category_code == "beauty":
        kind, english, chinese = _beauty_kind(title)
    else:
        kind, english, chinese = _OTHERS.get(category_code, ("carton", "GOODS", "好物"))
    latin, own = _names(title, brand)
    size = _CONTENTS.search(title)
    contents = f"{size.group(1)} {size.group(2).lower()}" if size else ""
    return Look(kind, latin, own, english, chinese, contents)
