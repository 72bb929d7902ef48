"""The first version of each document: reference data, from the texts of this app with the numbers in force."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from django.db import transaction
from django.utils import translation

from rulebook.models import Document, Version
from rulebook.numbers import LANGUAGES
from rulebook.selectors import rules_without
from rulebook.services.publishing import freeze
from rulebook.states import DocumentCode, VersionStatus
from taoxiaopu.kernel.actors import ActorKind

TEXTS = Path(__file__).resolve().parent.parent / "texts"
AUTHOR, PUBLISHER = "platform", "reference"
BUYER, OWNER, SUPPLIER = ActorKind.BUYER, ActorKind.OWNER, ActorKind.SUPPLIER


@dataclass(frozen=True, slots=True)
class First:
    """A document and whom it concerns; its words lie in ``texts`` under its code."""

    code: DocumentCode
    audiences: tuple[ActorKind, ...]


DOCUMENTS = (
    First(DocumentCode.SERVICE, (BUYER, OWNER, SUPPLIER)),
    First(DocumentCode.SUPPLIERS, (SUPPLIER,)),
    First(DocumentCode.OWNERS, (OWNER,)),
    First(DocumentCode.COMMISSION, (OWNER, SUPPLIER)),
    First(DocumentCode.TIERS, (OWNER,)),
    First(DocumentCode.DISPUTES, (BUYER, OWNER, SUPPLIER)),
    First(DocumentCode.PENALTIES, (OWNER, SUPPLIER)),
    First(DocumentCode.PRIVACY, (BUYER, OWNER, SUPPLIER)),
)


def ensure_documents(*, at: datetime, using: str | None = None) -> int:
    """Publish the first version of every document that is missing, in force from ``at``: there was none before, so no
    notice is due. Those that exist stay as they are. Returns how many were made.
    """
    there = set(Document.objects.using(using).values_list("code", flat=True))
    missing = [(place, first) for place, first in enumerate(DOCUMENTS) if first.code not in there]
    if not missing:
        return 0
    rules = rules_without("", at=at, using=using)
    with transaction.atomic(using=using):
        documents = Document.objects.using(using).bulk_create(
            [
                Document(code=first.code, audiences=[str(kind) for kind in first.audiences], position=place)
                for place, first in missing
            ]
        )
        versions = []
        for document in documents:
            with translation.override(LANGUAGES[0]):
                title_zh = document.title
            with translation.override(LANGUAGES[1]):
                title_en = document.title
            row = Version(
                document=document,
                edition=1,
                number=f"{document.code}-1",
                status=VersionStatus.PUBLISHED,
                title_zh=title_zh,
                title_en=title_en,
                source_zh=source_of(document.code, "zh"),
                source_en=source_of(document.code, "en"),
                author=AUTHOR,
                publisher=PUBLISHER,
                drafted_at=at,
                published_at=at,
                effective_at=at,
            )
            freeze(row, rules)
            versions.append(row)
        Version.objects.using(using).bulk_create(versions)
    return len(missing)


@cache
def source_of(code: str, language: str) -> str:
    """The words of a document's first version, with the names of its numbers."""
    return (TEXTS / f"{code}.{language}.md").read_text(encoding="utf-8")
