"""Small uploads for tests."""

from io import BytesIO

from PIL import Image


def png(colour: str = "teal", size: tuple[int, int] = (40, 30)) -> bytes:
    """A picture of one colour."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()
