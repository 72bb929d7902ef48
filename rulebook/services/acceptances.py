"""Who accepted which version: with joining and applying, and after reading."""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction

from rulebook import errors
from rulebook.models import ANNOUNCED, Acceptance, Version
from rulebook.states import AcceptedBy
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import NotFound

PRESENT = """
INSERT INTO rulebook_acceptance (version_id, party_kind, party_ref, person, text_hash, channel, at)
SELECT v.id, %(kind)s, %(ref)s, %(person)s, v.text_hash, %(channel)s, %(at)s FROM (
    SELECT DISTINCT ON (v.document_id) v.id, v.text_hash FROM rulebook_version v
    JOIN rulebook_document d ON d.id = v.document_id
    WHERE %(kind)s = ANY (d.audiences) AND v.status = ANY (%(announced)s) AND v.effective_at <= %(at)s
    ORDER BY v.document_id, v.effective_at DESC) v
ON CONFLICT (party_kind, party_ref, version_id) DO NOTHING"""


def accept_present(*, party: Actor, channel: AcceptedBy, at: datetime) -> int:
    """A party accepts what is in force for its kind, on joining; what it accepted before stays. Returns how many are new."""
    with connection.cursor() as cursor:
        cursor.execute(
            PRESENT,
            {
                "kind": str(party.kind),
                "ref": party.ref,
                "person": party.person or party.ref,
                "channel": str(channel),
                "announced": [str(status) for status in ANNOUNCED],
                "at": at,
            },
        )
        return int(cursor.rowcount)


def accept(*, party: Actor, hashes: Mapping[str, str], at: datetime) -> int:
    """A party accepts the versions with these numbers, whose texts had these hashes when they were read; all or none.

    Raises NotFound for a version that is not announced, NotConcerned, OtherText. Returns how many are new.
    """
    with transaction.atomic():
        found = {
            row.number: row
            for row in Version.objects.filter(number__in=hashes, status__in=ANNOUNCED).select_related(
                "document"
            )
        }
        for number, seen in hashes.items():
            if number not in found:
                raise NotFound
            if str(party.kind) not in found[number].document.audiences:
                raise errors.NotConcerned
            if seen != found[number].text_hash:
                raise errors.OtherText
        before = Acceptance.objects.filter(party_kind=party.kind, party_ref=party.ref).count()
        Acceptance.objects.bulk_create(
            [
                Acceptance(
                    version=row,
                    party_kind=party.kind,
                    party_ref=party.ref,
                    person=party.person or party.ref,
                    text_hash=row.text_hash,
                    channel=AcceptedBy.READ,
                    at=at,
                )
                for row in found.values()
            ],
            ignore_conflicts=True,
        )
        return Acceptance.objects.filter(party_kind=party.kind, party_ref=party.ref).count() - before
