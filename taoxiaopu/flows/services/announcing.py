"""Letters about the rules to everybody whom a document concerns, written by PostgreSQL a slice of people at a time."""

from datetime import datetime
from typing import Any

from accounts.services import notify_slice
from accounts.states import Audience
from rulebook.selectors import version_numbered
from rulebook.services import Announcement
from storefronts.selectors import owners_people
from suppliers.selectors import suppliers_people
from taoxiaopu.flows.letters import RULES
from taoxiaopu.kernel import jobs
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.models import Job

SLICE = 50_000
AUDIENCES = {
    ActorKind.BUYER: Audience.SHOPPER,
    ActorKind.OWNER: Audience.OWNER,
    ActorKind.SUPPLIER: Audience.SUPPLIER,
}


def announce_rules(job: Job, *, at: datetime) -> None:
    """Write the letters that a job of ``rulebook`` stands for. Safe to run again: a letter is there once."""
    number, _colon, what = job.argument.partition(":")
    version, news = version_numbered(number), Announcement(what)
    facts: dict[str, Any] = {"document": version.document.code, "edition": version.edition}
    if version.comments_until is not None:
        facts["until_at"] = version.comments_until.isoformat()
    if version.effective_at is not None:
        facts["effective_at"] = version.effective_at.isoformat()
    link = [version.document.code, str(version.edition)]
    kinds = [kind for kind in AUDIENCES if str(kind) in version.document.audiences]
    told = 0
    for kind in kinds:
        people = {ActorKind.OWNER: owners_people, ActorKind.SUPPLIER: suppliers_people}.get(kind)
        after: int | None = 0
        while after is not None:
            count, after = notify_slice(
                kind=RULES[news, AUDIENCES[kind]],
                people=people() if people else None,
                after=after,
                limit=SLICE,
                ref=job.key,
                at=at,
                facts=facts,
                link=link,
            )
            told += count
            jobs.progress(job, done=told, total=told, at=at)
