"""Uploaded papers made safe: pictures are encoded anew, PDFs are drawn page by page; only pixels survive."""

from collections.abc import Sequence
from io import BytesIO
from threading import Lock

import pypdfium2
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageOps

from suppliers.errors import DocumentRefused
from suppliers.pictures.lettering import font
from suppliers.pictures.uploads import PictureError, decode

MAX_BYTES = 10 * 1024 * 1024  # of one file
EDGE = 2000
_POINT = 1 / 72
_DPI = 150
_QUALITY = 80
_PDF = b"%PDF-"
_drawing = Lock()  # pdfium has no locks of its own


def pages_of(files: Sequence[bytes], *, limit: int) -> list[bytes]:
    """The pages of some uploaded files, in their order, as WEBP pictures of at most 2000 px.

    Raises DocumentRefused: nothing in it, over 10 MB, unreadable, locked with a password, more than ``limit`` pages.
    """
    pages: list[bytes] = []
    for raw in files:
        if len(raw) > MAX_BYTES:
            raise DocumentRefused(why=_("文件超过 10 MB，请压缩后再上传"))
        left = limit - len(pages)
        found = _drawn(raw, left) if raw[:1024].lstrip().startswith(_PDF) else [_picture(raw)]
        if len(found) > left:
            raise DocumentRefused(why=_("每份材料最多 {limit} 页").format(limit=limit))
        pages += found
    if not pages:
        raise DocumentRefused(why=_("请选择要上传的文件"))
    return pages


def watermarked(page: bytes, words: str) -> bytes:
    """A page with words across it, again and again, so that a copy says who made it and when; as JPEG."""
    with Image.open(BytesIO(page), formats=("WEBP",)) as opened:
        image = opened.convert("RGB")
    layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
    size = max(14, min(image.size) // 32)
    type_face = font(size)
    left, _top, right, _bottom = type_face.getbbox(words)
    tile = Image.new("RGBA", (int(right - left) + 4 * size, 6 * size), (0, 0, 0, 0))
    ImageDraw.Draw(tile).text((2 * size, 2 * size), words, font=type_face, fill=(181, 52, 32, 84))
    tile = tile.rotate(24, expand=True, resample=Image.Resampling.BICUBIC)
    for y in range(-tile.height // 2, image.height, tile.height):
        for x in range(-tile.width // 2, image.width, tile.width):
            layer.paste(tile, (x, y))
    image.paste(layer, mask=layer)
    out = BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()


def _picture(raw: bytes) -> bytes:
    try:
        return _encoded(decode(raw, EDGE))
    except PictureError as refused:
        raise DocumentRefused(
            why=refused.sentence if refused.code == "image_too_large" else _unreadable()
        ) from None


def _drawn(raw: bytes, limit: int) -> list[bytes]:
    """Pages of a PDF. Links, scripts, attachments and forms in it are not drawn and so are gone."""
    with _drawing:
        try:
            document = pypdfium2.PdfDocument(raw)
        except pypdfium2.PdfiumError:
            raise DocumentRefused(why=_unreadable()) from None
        try:
            if len(document) > limit:
                raise DocumentRefused(why=_("每份材料最多 {limit} 页").format(limit=limit))
            return [_page(document, index) for index in range(len(document))]
        except (pypdfium2.PdfiumError, ValueError, MemoryError):
            raise DocumentRefused(why=_unreadable()) from None
        finally:
            document.close()


def _page(document: pypdfium2.PdfDocument, index: int) -> bytes:
    page = document[index]
    try:
        longest = max(page.get_size())
        if not 1 <= longest <= 20_000:
            raise DocumentRefused(why=_unreadable())
        scale = min(_DPI * _POINT, EDGE / longest)
        return _encoded(page.render(scale=scale).to_pil().convert("RGB"))
    finally:
        page.close()


def _encoded(image: Image.Image) -> bytes:
    if max(image.size) > EDGE:
        image = ImageOps.contain(image, (EDGE, EDGE))
    out = BytesIO()
    image.save(out, "WEBP", quality=_QUALITY, method=2)
    return out.getvalue()


def _unreadable() -> str:
    return _("无法读取这个文件，请上传 JPG、PNG、WEBP 图片，或没有密码的 PDF")
