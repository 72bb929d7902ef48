"""Uploaded pictures made safe: bounded, decoded, turned upright, stripped, and encoded anew."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps

from taoxiaopu.kernel.errors import DomainError

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 25_000_000
EDGE_LARGE, EDGE_CARD, EDGE_THUMB = 1000, 480, 160
CUT_MIN_BP = 1000
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = {EDGE_LARGE: 84, EDGE_CARD: 82, EDGE_THUMB: 80}


class PictureError(DomainError):
    """An upload that is refused; ``code`` says which of the three ways it failed."""

    status = 400
    field = "picture"


class NotAnImage(PictureError):
    """Neither JPEG, PNG nor WEBP, or damaged."""

    code = "not_an_image"
    message = _("这个文件不是可用的图片，请上传 JPG、PNG 或 WEBP 格式的图片")


class ImageTooLarge(PictureError):
    """More than ``MAX_PIXELS``; found from the header, before anything is decoded."""

    code = "image_too_large"
    message = _("图片超过 2500 万像素，请缩小后再上传")


class FileTooLarge(PictureError):
    """More than ``MAX_BYTES``."""

    code = "file_too_large"
    message = _("图片文件超过 8 MB，请压缩后再上传")


@dataclass(frozen=True, slots=True)
class Cut:
    """A square out of a picture: its ``side_bp`` of the shorter edge, ``left_bp`` and ``top_bp`` of the room that is left
    over beside and above it, so that every cut lies within the picture. All from 0 to 10,000, a side from CUT_MIN_BP.
    """

    left_bp: int = 5000
    top_bp: int = 5000
    side_bp: int = 10_000

    def box(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Left, top, right and bottom in pixels of a picture of this size."""
        side = max(1, min(width, height) * self.side_bp // 10_000)
        left, top = (width - side) * self.left_bp // 10_000, (height - side) * self.top_bp // 10_000
        return left, top, left + side, top + side


@dataclass(frozen=True)
class UploadedPicture:
    """One upload in three WEBP sizes.

    ``large`` keeps the picture's shape within 1000 px and has ``width`` and ``height``; ``card`` (480 px) and
    ``thumb`` (160 px) are square, cut from the middle. ``sha256`` is that of ``large``.
    """

    large: bytes
    card: bytes
    thumb: bytes
    width: int
    height: int
    sha256: str


def _to_srgb(image: Image.Image) -> Image.Image:
    """Colours as a browser expects them; an unreadable profile counts as none."""
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            moved = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            if moved is not None:
                return moved
        except (ImageCms.PyCMSError, OSError):
            pass
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        on_white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        on_white.alpha_composite(image.convert("RGBA"))
        return on_white.convert("RGB")
    if image.mode.startswith("I;16") or image.mode == "I":
        image = image.convert("I").point([min(255, v >> 8) for v in range(65536)], "L")
    return image.convert("RGB")


def decode(raw: bytes, edge: int = EDGE_LARGE * 2) -> Image.Image:
    """The first frame, upright, sRGB, without metadata; a large JPEG may be read at ``edge`` px already.

    Raises ImageTooLarge, NotAnImage.
    """
    try:
        image = Image.open(BytesIO(raw), formats=_FORMATS)
        width, height = image.size
        if width * height > MAX_PIXELS:
            raise ImageTooLarge
        image.seek(0)
        if image.format == "JPEG":
            image.draft("RGB", (edge, edge))
        image.load()
        return _to_srgb(ImageOps.exif_transpose(image))
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageTooLarge from error
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        KeyError,
        IndexError,
        TypeError,
        MemoryError,
    ) as error:
        raise NotAnImage from error


def _webp(image: Image.Image, edge: int) -> bytes:
    out = BytesIO()
    image.save(out, "WEBP", quality=_QUALITY[edge], method=2)
    return out.getvalue()


def reencode_upload(raw: bytes, cut: Cut | None = None) -> UploadedPicture:
    """Make one uploaded file safe to serve, a square of it where it is ``cut``.

    Raises PictureError with code ``file_too_large`` (over 8 MB), ``image_too_large`` (over 25 Mpx) or
    ``not_an_image``. Nothing of the file survives but its pixels: no metadata, no profile, no appended bytes.
    """
    if len(raw) > MAX_BYTES:
        raise FileTooLarge
    image = decode(raw)
    if cut is not None:
        image = image.crop(cut.box(*image.size))
    large = ImageOps.contain(image, (EDGE_LARGE, EDGE_LARGE)) if max(image.size) > EDGE_LARGE else image
    card = ImageOps.fit(image, (EDGE_CARD, EDGE_CARD))
    encoded = _webp(large, EDGE_LARGE)
    return UploadedPicture(
        large=encoded,
        card=_webp(card, EDGE_CARD),
        thumb=_webp(card.resize((EDGE_THUMB, EDGE_THUMB), Image.Resampling.LANCZOS), EDGE_THUMB),
        width=large.width,
        height=large.height,
        sha256=sha256(encoded).hexdigest(),
    )
