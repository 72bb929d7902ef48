"""Pictures of goods on disk: re-encoded uploads, and drawn packshots for goods without a photograph.

Files are named by content (uploads) or by good and version (drawn), written whole and renamed, in three sizes.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from suppliers.models import Good
from suppliers.pictures import Cut, PictureSubject, draw_good_picture, reencode_upload
from taoxiaopu.kernel.errors import NotFound

SIZES = (1000, 480, 160)


def store(raw: bytes, cut: Cut | None = None) -> str:
    """Re-encode an upload, or a square of it, in three sizes and keep it; returns its name. Raises the kinds of
    PictureError.
    """
    picture = reencode_upload(raw, cut)
    for size, data in zip(SIZES, (picture.large, picture.card, picture.thumb), strict=True):
        write_whole(_upload_path(picture.sha256, size), data)
    return picture.sha256


def upload_file(name: str, size: int) -> Path:
    """An upload in one of the SIZES, whether its good shows it or not. Raises NotFound."""
    path = _upload_path(name, size)
    if size not in SIZES or not name.isalnum() or not path.is_file():
        raise NotFound
    return path


def file_of(good: Good, size: int) -> Path:
    """The good's main picture in one of the SIZES, drawn now if there is no photograph and it was never asked for."""
    assert size in SIZES
    if good.picture:
        return _upload_path(good.picture, size)
    path = settings.MEDIA_ROOT / "drawn" / good.public_id[:2] / f"{good.public_id}-{good.version}-{size}.webp"
    if not path.exists():
        root = good.category.code.partition("/")[0]
        subject = PictureSubject(title=good.title, brand=good.brand, category_code=root, key=good.public_id)
        write_whole(path, draw_good_picture(subject, size))
    return Path(path)


def file_in_gallery(good: Good, place: int, size: int) -> Path:
    """The picture in a place after the main one (1 is the first of them). Raises NotFound."""
    if size not in SIZES or not 1 <= place <= len(good.gallery):
        raise NotFound
    return _upload_path(good.gallery[place - 1], size)


@dataclass(frozen=True, slots=True)
class Seen:
    """What an order's snapshot remembers of a picture: the upload's name, or what it was drawn from."""

    picture: str
    good: str
    version: int
    title: str
    brand: str
    category_code: str


def file_as_seen(seen: Seen, size: int) -> Path:
    """The picture as a consumer saw it when ordering, though the good may have changed since."""
    assert size in SIZES
    if seen.picture:
        return _upload_path(seen.picture, size)
    path = settings.MEDIA_ROOT / "drawn" / seen.good[:2] / f"{seen.good}-{seen.version}-{size}.webp"
    if not path.exists():
        root = seen.category_code.partition("/")[0]
        subject = PictureSubject(title=seen.title, brand=seen.brand, category_code=root, key=seen.good)
        write_whole(path, draw_good_picture(subject, size))
    return Path(path)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that nobody ever reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _upload_path(name: str, size: int) -> Path:
    return Path(settings.MEDIA_ROOT) / "photos" / name[:2] / f"{name}-{size}.webp"
