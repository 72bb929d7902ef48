"""Pictures of goods: uploads made safe, and drawn packshots for goods that have no photograph.

Pure functions over bytes: no models, no storage.
"""

from suppliers.pictures.packshot import PictureSubject, draw_good_picture
from suppliers.pictures.uploads import (
    CUT_MIN_BP,
    Cut,
    FileTooLarge,
    ImageTooLarge,
    NotAnImage,
    PictureError,
    UploadedPicture,
    reencode_upload,
)

__all__ = [
    "CUT_MIN_BP",
    "Cut",
    "FileTooLarge",
    "ImageTooLarge",
    "NotAnImage",
    "PictureError",
    "PictureSubject",
    "UploadedPicture",
    "draw_good_picture",
    "reencode_upload",
]
