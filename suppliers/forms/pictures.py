"""The part of a good's form that puts its pictures together: many files at once, each with its place and its cut."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from suppliers.pictures import Cut
from suppliers.pictures.uploads import MAX_BYTES, FileTooLarge
from suppliers.services import PictureDraft

MIDDLE = "middle"
_UPLOAD = re.compile(r"[0-9a-f]{64}")
_NEW = re.compile(r"new:([0-9]{1,2})")
_CUT = re.compile(r"([0-9]{1,5}),([0-9]{1,5}),([0-9]{1,5})")
LAST = 1000  # the place of a picture whose place is no number


class ManyFiles(forms.ClearableFileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """Many files at once, cleaned to a list; what they hold is the service's business, but nothing too large is read."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"accept": "image/jpeg,image/png,image/webp", "multiple": True}
        super().__init__(widget=ManyFiles(attrs=attrs), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = [super(PicturesField, self).clean(one, initial) for one in data or []]
        for file in files:
            if file.size > MAX_BYTES:
                raise forms.ValidationError(FileTooLarge().sentence, FileTooLarge.code)
        return files


@dataclass(frozen=True, slots=True)
class PictureRow:
    """One picture as the page shows it: ``key`` is an upload's name, or ``new:N`` for the N-th file that is sent along."""

    key: str
    place: int
    cut: str = ""
    is_removed: bool = False

    def parsed_cut(self) -> Cut | None:
        """The square that is wanted. Raises ValidationError."""
        if not self.cut:
            return None
        if self.cut == MIDDLE:
            return Cut()
        found = _CUT.fullmatch(self.cut)
        if not found:
            raise forms.ValidationError(_("裁剪范围有误，请重新裁剪"), code="bad_cut")
        return Cut(*(int(part) for part in found.groups()))


def rows_typed(data: Any) -> list[PictureRow]:
    """What a page sent: ``picture_key``, ``picture_place`` and ``picture_cut`` side by side, ``picture_remove`` by key."""
    keys, places, cuts = (data.getlist(f"picture_{name}") for name in ("key", "place", "cut"))
    removed = set(data.getlist("picture_remove"))
    found = []
    for at, key in enumerate(keys):
        if not _UPLOAD.fullmatch(key) and not _NEW.fullmatch(key):
            continue
        place = places[at].strip() if at < len(places) else ""
        number = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else LAST
        found.append(PictureRow(key, number, cuts[at] if at < len(cuts) else "", key in removed))
    return sorted(found, key=lambda row: row.place)  # stable: the same number keeps the page's order


def rows_of(names: Sequence[str]) -> list[PictureRow]:
    """What a page shows of a good's pictures."""
    return [PictureRow(name, place) for place, name in enumerate(names, 1)]


def drafts_of(rows: Sequence[PictureRow], files: Sequence[UploadedFile]) -> list[PictureDraft] | None:
    """What the service takes; None when the page said nothing of pictures. Files without a row come last.

    Raises ValidationError.
    """
    if not rows and not files:
        return None
    drafts, waiting = [], dict(enumerate(files))
    for row in rows:
        new = _NEW.fullmatch(row.key)
        file = waiting.pop(int(new[1]), None) if new else None
        if row.is_removed or (new and file is None):
            continue
        drafts.append(PictureDraft(file.read() if file else None, "" if new else row.key, row.parsed_cut()))
    drafts += [PictureDraft(file.read()) for file in waiting.values()]
    return drafts
