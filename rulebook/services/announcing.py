"""News of a version for those whom it concerns: a job row in the transaction of its cause; ``flows`` writes the letters."""

from datetime import datetime
from enum import StrEnum

from rulebook.models import Version
from taoxiaopu.kernel import jobs

ANNOUNCE = "rulebook.announce"


class Announcement(StrEnum):
    """What is told."""

    COMMENTS = "comments"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


def announce(row: Version, what: Announcement, at: datetime) -> None:
    """Queue the letters about a version, once for each event."""
    jobs.enqueue(
        kind=ANNOUNCE, key=f"{row.number}:{what}:{at.isoformat()}", argument=f"{row.number}:{what}", at=at
    )
