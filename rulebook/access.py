"""One version or comment for a reader, or NotFound."""

from rulebook.models import Document, Version
from rulebook.selectors import public_versions
from taoxiaopu.kernel.errors import NotFound


def document_for_anyone(code: str) -> Document:
    """A document by its code. Raises NotFound."""
    found = Document.objects.filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def version_for_anyone(code: str, edition: int) -> Version:
    """A version that everybody may read. Raises NotFound for drafts, too."""
    found = public_versions(document_for_anyone(code)).filter(edition=edition).first()
    if found is None:
        raise NotFound
    return found
