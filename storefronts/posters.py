"""Share posters: pure drawing from a frozen spec to JPEG bytes (`docs/rules.md` §1.6, §8.3).

Two styles: ``portrait`` is a paper sheet of 750 x 1334 with a ticket at its foot, ``square`` is vermilion,
1080 x 1080, with the picture in an arch. Both always carry 「广告」, the shop's name with its suffix,
and a QR code of the short link. Text from people is data: what has no glyph is left out, the rest is drawn
literally.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Literal

import qrcode
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from suppliers.pictures import lettering
from suppliers.pictures.lettering import fit, width, wrap_evenly, write

Style = Literal["portrait", "square"]
STYLES: tuple[Style, ...] = ("portrait", "square")
SIZES: dict[Style, tuple[int, int]] = {"portrait": (750, 1334), "square": (1080, 1080)}
TITLE_LIMIT = 30
QUIET_ZONE = 4
QR_EDGE = 240
AD_LABEL = "广告"
SCAN_HINT = "长按识别二维码"
PRICE_WORD = "好物价"
PORTRAIT_LINE = "掌柜亲选 · 好物推荐"
PORTRAIT_CALL = "看详情 · 放心下单"
SQUARE_HEAD = "掌柜推荐"
NUMBER_WORD = "店铺号"
SHOP_CALL = "进店逛逛 · 供应商直发"
SHOWN_MAX = 4
_SHORT_LINK = re.compile(r"https?://[^\s]+/x/[a-z0-9]{6,12}")
_LINK_LIMIT = 120
_MASK_PATTERN = 2
_JPEG_QUALITY = 90

_PAPER, _CARD, _INK, _SOFT_INK = "#FBF5EC", "#FFFDF9", "#2A211C", "#8A7B6E"
_VERMILION, _DEEP, _LINE = "#D9432B", "#B53420", "#EADFD1"
_CREAM, _PEACH = "#FFF3E6", "#FFD2BA"
_SHEET, _TICKET, _TEAR = (40, 108, 710, 736), (40, 966, 710, 1300), 372
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class PosterSpec:
    """All that a poster shows.

    ``picture`` is a JPEG, PNG or WEBP that the platform made; ``price_fen`` is in fen; ``shop_name`` is
    the display name with its suffix; ``url`` is the short link ``https://…/x/<code>``. Raises ValueError when
    the link or the style is of another shape.
    """

    style: Style
    picture: bytes
    title: str
    price_fen: int
    shop_name: str
    recommendation: str
    url: str
    greeting: str = ""

    def __post_init__(self) -> None:
        _require(self.style, self.url)


@dataclass(frozen=True)
class ShownGood:
    """One good on a shop's poster: a picture that the platform made, its title, and its price in fen."""

    picture: bytes
    title: str
    price_fen: int


@dataclass(frozen=True)
class ShopPosterSpec:
    """All that a shop's poster shows: up to SHOWN_MAX goods, the shop's name with its suffix and its number, its own words.

    Raises ValueError when the link or the style is of another shape, or when there are more goods.
    """

    style: Style
    goods: tuple[ShownGood, ...]
    shop_name: str
    number: str
    description: str
    url: str
    greeting: str = ""

    def __post_init__(self) -> None:
        _require(self.style, self.url)
        if len(self.goods) > SHOWN_MAX:
            raise ValueError(f"a shop's poster shows {SHOWN_MAX} goods at most")


def _require(style: Style, url: str) -> None:
    if style not in SIZES:
        raise ValueError(f"unknown poster style {style!r}")
    require_short_link(url)


def require_short_link(url: str) -> None:
    """Raises ValueError unless ``url`` is ``http(s)://…/x/<6 to 12 of a-z0-9>``, 120 long at most."""
    if len(url) > _LINK_LIMIT or not _SHORT_LINK.fullmatch(url):
        raise ValueError("a poster leads to a short link only")


def price_text(price_fen: int) -> tuple[str, str]:
    """Yuan with separators, and what follows: 129900 fen is ("1,299", ""), 990 fen is ("9", ".90")."""
    yuan, fen = divmod(price_fen, 100)
    return f"{yuan:,}", f".{fen:02d}" if fen else ""


def _qr_modules(url: str) -> list[list[bool]]:
    """The code at error level M without its quiet zone."""
    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M, border=0, mask_pattern=_MASK_PATTERN
    )
    code.add_data(url, optimize=0)
    code.make(fit=True)
    modules: list[list[bool]] = code.get_matrix()
    return modules


def _qr_image(modules: list[list[bool]], box: int) -> Image.Image:
    """Black on white, each module ``box`` pixels."""
    image = Image.new("L", (len(modules), len(modules)), 255)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            if dark:
                image.putpixel((x, y), 0)
    return image.resize((len(modules) * box, len(modules) * box), Image.Resampling.NEAREST)


def qr_png(url: str, box: int = 10) -> bytes:
    """The short link as a PNG, ``box`` pixels a module, quiet zone 4. Raises ValueError for other links."""
    require_short_link(url)
    code = ImageOps.expand(_qr_image(_qr_modules(url), box), QUIET_ZONE * box, 255)
    out = BytesIO()
    code.convert("1").save(out, "PNG", optimize=True)
    return out.getvalue()


@lru_cache(maxsize=32)
def _round_mask(size: tuple[int, int], radius: int) -> Image.Image:
    large = Image.new("L", (size[0] * 3, size[1] * 3), 0)
    ImageDraw.Draw(large).rounded_rectangle((0, 0, size[0] * 3 - 1, size[1] * 3 - 1), radius * 3, fill=255)
    return large.reduce(3)


@lru_cache(maxsize=16)
def _shadow(size: tuple[int, int], radius: int, blur: int) -> Image.Image:
    """A soft shadow's mask, ``blur * 2`` wider on every side than its card."""
    pad = blur * 2
    small = Image.new("L", ((size[0] + 2 * pad) // 4, (size[1] + 2 * pad) // 4), 0)
    ImageDraw.Draw(small).rounded_rectangle(
        (pad // 4, pad // 4, (pad + size[0]) // 4, (pad + size[1]) // 4), radius // 4, fill=60
    )
    small = small.filter(ImageFilter.GaussianBlur(blur / 4))
    return small.resize((size[0] + 2 * pad, size[1] + 2 * pad), Image.Resampling.BILINEAR)


def _card(canvas: Image.Image, box: Box, radius: int, fill: str, shadow: int = 0) -> None:
    size = (box[2] - box[0], box[3] - box[1])
    if shadow:
        at = (box[0] - 2 * shadow, box[1] - 2 * shadow + shadow // 2)
        canvas.paste("#5A2A18", at, _shadow(size, radius, shadow))
    canvas.paste(fill, box[:2], _round_mask(size, radius))


def _photo(picture: bytes, size: tuple[int, int]) -> Image.Image:
    image = Image.open(BytesIO(picture), formats=("JPEG", "PNG", "WEBP"))
    image.draft("RGB", size)
    return ImageOps.fit(image.convert("RGB"), size, Image.Resampling.HAMMING)


def _title(text: str) -> str:
    clean = lettering.drawable(text)
    if len(clean) <= TITLE_LIMIT:
        return clean
    between_words = clean.rfind(" ", TITLE_LIMIT - 8, TITLE_LIMIT + 1)
    return (
        clean[:between_words]
        if between_words > 0
        else clean[: TITLE_LIMIT - 1].rstrip(" /-—,，、") + lettering.ELLIPSIS
    )


def _price(
    draw: ImageDraw.ImageDraw, xy: tuple[int, int], price_fen: int, px: int, limit: int, fill: str
) -> None:
    """The price standing on the baseline at ``xy``, made smaller until it keeps within ``limit``."""
    yuan, fen = price_text(price_fen)
    while px > 24 and width("¥" + fen, px // 2) + width(yuan, px) + 12 > limit:
        px -= 2
    x, y = float(xy[0]), xy[1]
    x += write(draw, (x, y), "¥", px // 2, fill, anchor="ls", bold=True) + px * 0.07
    x += write(draw, (x, y), yuan, px, fill, anchor="ls", bold=True) + 2
    write(draw, (x, y), fen, px // 2, fill, anchor="ls", bold=True)


def _ad_tag(draw: ImageDraw.ImageDraw, right: int, middle: int, px: int, ink: str) -> None:
    """The word that the law asks for, in a thin frame, ending at ``right``."""
    half = round(px * 0.78)
    left = right - round(width(AD_LABEL, px)) - px
    draw.rounded_rectangle((left, middle - half, right, middle + half), half // 2, outline=ink, width=2)
    write(draw, ((left + right) / 2, middle - 1), AD_LABEL, px, ink, anchor="mm")


def _paste_qr(canvas: Image.Image, url: str, centre: tuple[int, int]) -> None:
    """The code round ``centre`` on a white card: at least 240 px itself, at most 334 with its quiet zone,
    which the card keeps free.
    """
    modules = _qr_modules(url)
    code = _qr_image(modules, -(-QR_EDGE // len(modules)))
    canvas.paste(code.convert("RGB"), (centre[0] - code.width // 2, centre[1] - code.height // 2))


def _disc(canvas: Image.Image, centre: tuple[int, int], radius: int, fill: str) -> None:
    size = (radius * 2, radius * 2)
    canvas.paste(fill, (centre[0] - radius, centre[1] - radius), _round_mask(size, radius))


def _text_block(
    draw: ImageDraw.ImageDraw,
    box: Box,
    title: list[str],
    title_px: int,
    quote: list[str],
    quote_px: int,
    inks: tuple[str, str, str],
    face: lettering.Face,
) -> None:
    """Title, and under it the owner's words beside a thin rule, together in the middle of ``box``."""
    lead, quote_lead, gap = round(title_px * 1.42), round(quote_px * 1.5), round(title_px * 0.55)
    high = len(title) * lead + (gap + len(quote) * quote_lead if quote else 0)
    y = box[1] + (box[3] - box[1] - high) // 2
    for row in title:
        write(draw, (box[0], y + lead / 2), row, title_px, inks[0], face=face, anchor="lm")
        y += lead
    if quote:
        y += gap
        draw.rectangle((box[0], y + 5, box[0] + 3, y + len(quote) * quote_lead - 6), fill=inks[2])
        for row in quote:
            write(draw, (box[0] + 20, y + quote_lead / 2), row, quote_px, inks[1], face="serif", anchor="lm")
            y += quote_lead


def _quote(words: str, px: int, limit: int, lines: int) -> list[str]:
    """The owner's recommendation between quotation marks, in at most ``lines`` lines."""
    clean = lettering.drawable(words)
    if not clean:
        return []
    rows = wrap_evenly(f"“{clean}”", px, limit, lines, "serif")
    if not rows[-1].endswith("”"):
        rows[-1] += "”"
    return rows


@lru_cache(maxsize=2)
def _portrait_ground(*, has_sheet: bool = True) -> Image.Image:
    """Paper with the picture's card and, below it, the white ticket with its torn corners."""
    ground = Image.new("RGB", SIZES["portrait"], _PAPER)
    draw = ImageDraw.Draw(ground)
    if has_sheet:
        _card(ground, _SHEET, 28, _CARD, shadow=16)
    left, top, right, low = _TICKET
    _card(ground, (left, top, right, low), 24, "#FFFFFF", shadow=14)
    for cy in (top, low):
        _disc(ground, (_TEAR, cy), 12, _PAPER)
    for dot in range(top + 26, low - 24, 12):
        draw.line((_TEAR, dot, _TEAR, dot + 5), fill=_LINE, width=2)
    draw.line((68, top + 208, 344, top + 208), fill=_LINE, width=2)
    return ground


def _portrait(spec: PosterSpec) -> Image.Image:
    canvas = _portrait_ground().copy()
    draw = ImageDraw.Draw(canvas)
    _portrait_head(canvas, draw, spec.shop_name, spec.greeting)
    canvas.paste(_photo(spec.picture, (670, 628)), (40, 108), _round_mask((670, 628), 28))
    _text_block(
        draw,
        (52, 744, 700, 962),
        wrap_evenly(_title(spec.title), 36, 646, 2),
        36,
        _quote(spec.recommendation, 24, 610, 2),
        24,
        (_INK, _SOFT_INK, _VERMILION),
        "sans",
    )
    _ticket(canvas, draw, spec.url, PRICE_WORD, PORTRAIT_CALL)
    _price(draw, (64, _TICKET[1] + 164), spec.price_fen, 84, 284, _VERMILION)
    return canvas


def _portrait_head(canvas: Image.Image, draw: ImageDraw.ImageDraw, shop_name: str, greeting: str) -> None:
    """The shop's name, under it the owner's greeting where there is one, and the word that the law asks for."""
    shop, said = lettering.drawable(shop_name), lettering.drawable(greeting)
    _disc(canvas, (64, 58), 24, _VERMILION)
    write(draw, (64, 57), shop[:1], 25, _CREAM, anchor="mm", bold=True)
    name, px = fit(shop, 28, 20, 510)
    write(draw, (104, 46), name, px, _INK, anchor="lm")
    if said:
        words, px = fit(said, 21, 16, 510)
        write(draw, (104, 78), words, px, _VERMILION, anchor="lm")
    else:
        write(draw, (104, 77), PORTRAIT_LINE, 18, _SOFT_INK, anchor="lm", tracking=1)
    _ad_tag(draw, 710, 58, 20, _SOFT_INK)


def _ticket(canvas: Image.Image, draw: ImageDraw.ImageDraw, url: str, word: str, call: str) -> None:
    """The foot of the sheet: a figure's word and the invitation on the left, the code on the right of a perforation."""
    top, low = _TICKET[1], _TICKET[3]
    write(draw, (68, top + 58), word, 23, _SOFT_INK, anchor="lm", tracking=2)
    write(draw, (68, top + 246), SCAN_HINT, 28, _INK, anchor="lm")
    write(draw, (68, top + 285), call, 20, _SOFT_INK, anchor="lm", tracking=1)
    _paste_qr(canvas, url, (541, (top + low) // 2))


def _shelf(canvas: Image.Image, draw: ImageDraw.ImageDraw, box: Box, spec: ShopPosterSpec) -> None:
    """Up to four goods as cards that fill ``box``: one, two above each other, one above two, two by two; without goods
    the shop's first character.
    """
    gap, count = 14, len(spec.goods)
    left, top, right, low = box
    middle, centre = (top + low - gap) // 2, (left + right - gap) // 2
    upper, lower = [(left, top, right, middle)], [(left, middle + gap, right, low)]
    if count == 4:
        upper = [(left, top, centre, middle), (centre + gap, top, right, middle)]
    if count > 2:
        lower = [(left, middle + gap, centre, low), (centre + gap, middle + gap, right, low)]
    for place, good in zip([box] if count < 2 else [*upper, *lower], spec.goods, strict=False):
        _shown(canvas, draw, place, good)
    if not spec.goods:
        _card(canvas, box, 22, "#FFFFFF")
        initial = lettering.drawable(spec.shop_name)[:1]
        write(
            draw, ((left + right) / 2, (top + low) / 2), initial, 260, _VERMILION, face="serif", anchor="mm"
        )


def _shown(canvas: Image.Image, draw: ImageDraw.ImageDraw, box: Box, good: ShownGood) -> None:
    """A good's card: title and price below the picture, beside it where the card is wide."""
    left, top, right, low = box
    wide, high = right - left, low - top
    is_wide = wide * 2 > high * 3
    _card(canvas, box, 22, "#FFFFFF")
    photo = _photo(good.picture, (high - 16, high - 16) if is_wide else (wide - 16, high - 100))
    canvas.paste(photo, (left + 8, top + 8), _round_mask(photo.size, 16))
    if is_wide:
        start = left + photo.width + 32
        for row, text in enumerate(wrap_evenly(_title(good.title), 27, right - start - 22, 4)):
            write(draw, (start, top + 54 + row * 40), text, 27, _INK, anchor="lm")
        _price(draw, (start - 2, low - 32), good.price_fen, 50, right - start - 22, _VERMILION)
        return
    title, px = fit(_title(good.title), 21, 18, wide - 36)
    write(draw, (left + 18, low - 66), title, px, _INK, anchor="lm")
    _price(draw, (left + 16, low - 14), good.price_fen, 38, wide - 36, _VERMILION)


def _shop_portrait(spec: ShopPosterSpec) -> Image.Image:
    canvas = _portrait_ground(has_sheet=False).copy()
    draw = ImageDraw.Draw(canvas)
    _portrait_head(canvas, draw, spec.shop_name, spec.greeting)
    words = wrap_evenly(lettering.drawable(spec.description), 28, 600, 2, "serif") if spec.description else []
    low = 942 - 46 * len(words)
    _shelf(canvas, draw, (40, 112, 710, low), spec)
    for row, text in enumerate(words):
        write(draw, (375, low + 34 + 44 * row), text, 28, _SOFT_INK, face="serif", anchor="mm")
    _ticket(canvas, draw, spec.url, NUMBER_WORD, SHOP_CALL)
    write(draw, (66, _TICKET[1] + 158), spec.number, 66, _VERMILION, anchor="ls", bold=True)
    return canvas


@lru_cache(maxsize=1)
def _square_ground() -> Image.Image:
    """Vermilion, lighter at the top, with large rings of its own tone; the same for every good."""
    ramp = Image.linear_gradient("L").resize((1080, 1080), Image.Resampling.BILINEAR)
    ground = ImageOps.colorize(ramp, "#E0553A", "#C23A23")
    rings = Image.new("L", (2160, 2160), 0)
    draw = ImageDraw.Draw(rings)
    for radius in range(560, 1700, 190):
        draw.ellipse((1900 - radius, 420 - radius, 1900 + radius, 420 + radius), outline=26, width=4)
    ground.paste(_CREAM, (0, 0), rings.reduce(2))
    _card(ground, (660, 624, 1020, 1020), 26, "#FFFFFF", shadow=12)
    return ground


@lru_cache(maxsize=2)
def _arch_mask(size: tuple[int, int]) -> Image.Image:
    """A window with a round head and small corners at the foot."""
    wide, high = size[0] * 3, size[1] * 3
    large = Image.new("L", (wide, high), 0)
    draw = ImageDraw.Draw(large)
    draw.rounded_rectangle((0, 0, wide - 1, high - 1), wide // 2, fill=255)
    draw.rounded_rectangle((0, wide // 2, wide - 1, high - 1), 60, fill=255)
    return large.reduce(3)


def _square(spec: PosterSpec) -> Image.Image:
    canvas = _square_ground().copy()
    draw = ImageDraw.Draw(canvas)
    _square_head(draw, spec.shop_name, spec.greeting)
    canvas.paste(_CREAM, (60, 166), _arch_mask((560, 644)))
    canvas.paste(_photo(spec.picture, (544, 628)), (68, 174), _arch_mask((544, 628)))
    quote = _quote(spec.recommendation, 25, 332, 4)
    px = 39 if quote else 44
    _text_block(
        draw,
        (660, 166, 1016, 604),
        wrap_evenly(_title(spec.title), px, 356, 4, "serif"),
        px,
        quote,
        25,
        (_CREAM, _PEACH, _PEACH),
        "serif",
    )
    write(draw, (66, 868), PRICE_WORD, 28, _PEACH, anchor="lm", tracking=4)
    _price(draw, (62, 1004), spec.price_fen, 138, 540, _CREAM)

    _square_code(canvas, draw, spec.url)
    return canvas


def _square_head(draw: ImageDraw.ImageDraw, shop_name: str, greeting: str) -> None:
    """As ``_portrait_head`` on one line; a greeting stands below the shop's name."""
    shop, said = lettering.drawable(shop_name), lettering.drawable(greeting)
    write(draw, (64, 92), SQUARE_HEAD, 60, _CREAM, face="serif", anchor="lm", tracking=8, bold=True)
    draw.rectangle((362, 72, 364, 114), fill=_PEACH)
    name, px = fit(shop, 30, 20, 530)
    write(draw, (388, 76 if said else 93), name, px, _CREAM, anchor="lm")
    if said:
        words, px = fit(said, 25, 18, 530)
        write(draw, (388, 115), words, px, _PEACH, anchor="lm")
    _ad_tag(draw, 1016, 93, 22, _CREAM)


def _square_code(canvas: Image.Image, draw: ImageDraw.ImageDraw, url: str) -> None:
    _paste_qr(canvas, url, (840, 798))
    write(draw, (840, 982), SCAN_HINT, 27, _DEEP, anchor="mm", tracking=2)


def _shop_square(spec: ShopPosterSpec) -> Image.Image:
    canvas = _square_ground().copy()
    draw = ImageDraw.Draw(canvas)
    _square_head(draw, spec.shop_name, spec.greeting)
    _shelf(canvas, draw, (60, 166, 620, 856), spec)
    title = wrap_evenly(_title(spec.shop_name), 44, 356, 3, "serif")
    words = _quote(spec.description, 25, 332, 4)
    _text_block(draw, (660, 166, 1016, 604), title, 44, words, 25, (_CREAM, _PEACH, _PEACH), "serif")
    write(draw, (66, 908), NUMBER_WORD, 28, _PEACH, anchor="lm", tracking=4)
    write(draw, (62, 1008), spec.number, 92, _CREAM, anchor="ls", bold=True)
    _square_code(canvas, draw, spec.url)
    return canvas


def draw_poster(spec: PosterSpec) -> bytes:
    """The poster as JPEG without chroma subsampling, so that the code keeps its edges; 300 KB at most.

    The same spec gives the same bytes.
    """
    return _jpeg(_portrait(spec) if spec.style == "portrait" else _square(spec))


def draw_shop_poster(spec: ShopPosterSpec) -> bytes:
    """As ``draw_poster``, of a shop."""
    return _jpeg(_shop_portrait(spec) if spec.style == "portrait" else _shop_square(spec))


def _jpeg(canvas: Image.Image) -> bytes:
    out = BytesIO()
    canvas.save(out, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    return out.getvalue()
