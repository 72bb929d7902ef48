"""The inbox: one letter a person and event, written with its cause; copies by mail for those who asked for them."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.letters import KINDS, Letter
from accounts.models import InboxLetter, Letterbox, User
from accounts.states import Audience
from taoxiaopu.kernel import clock, ids, jobs, rows
from taoxiaopu.kernel.context import brand_name
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.models import Job
from taoxiaopu.kernel.settings import rules_at

MAIL_COPY = "accounts.mail_copy"
COPY_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One letter among many of a kind: to whom, about what (``ref`` makes it once a person), facts and link."""

    user_id: int
    ref: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    link: Sequence[str] = ()


def notify(
    *,
    kind: Letter,
    recipients: Iterable[int | None],
    ref: str,
    at: datetime,
    facts: Mapping[str, Any] | None = None,
    link: Sequence[str] = (),
) -> None:
    """Write a letter to each of these users (None: a guest, who gets none), once for each (user, kind, ref).

    One INSERT that ignores what is there, none without a recipient; call it in the transaction of the cause. Facts are
    JSON: amounts as ``*_fen`` integers, instants as ``*_at`` in ISO form.
    """
    notify_each(
        kind=kind,
        entries=[
            Entry(user_id, ref, facts or {}, link)
            for user_id in dict.fromkeys(recipients)
            if user_id is not None
        ],
        at=at,
    )


def notify_each(*, kind: Letter, entries: Collection[Entry], at: datetime) -> None:
    """As ``notify``, for many events at once: one INSERT."""
    if not entries:
        return
    letters = [
        InboxLetter(
            user_id=entry.user_id,
            kind=kind.code,
            audience=kind.audience,
            ref=entry.ref[:80],
            facts=dict(entry.facts),
            link=list(entry.link),
            created_at=at,
        )
        for entry in entries
    ]
    if len(letters) == 1:
        rows.insert(letters[0], once=True)
    else:
        InboxLetter.objects.bulk_create(letters, ignore_conflicts=True, batch_size=1000)


SLICE = """
WITH slice (id) AS ({people}), made AS (
    INSERT INTO accounts_inboxletter (public_id, user_id, kind, audience, ref, facts, link, created_at)
    SELECT left(md5(%s || id), 16), id, %s, %s, %s, %s, %s, %s FROM slice
    ON CONFLICT (user_id, kind, ref) DO NOTHING)
SELECT count(*), max(id) FROM slice"""


def notify_slice(
    *,
    kind: Letter,
    people: "QuerySet[Any] | None",
    after: int,
    limit: int,
    ref: str,
    at: datetime,
    facts: Mapping[str, Any],
    link: Sequence[str],
) -> tuple[int, int | None]:
    """As ``notify`` for very many: the next ``limit`` active users after a key get the letter in one statement.

    ``people`` is a query for keys of users, None for everybody. Returns how many they are and the last one's key, None
    when nobody is left.
    """
    users = User.objects.filter(is_active=True, pk__gt=after)
    if people is not None:
        users = users.filter(pk__in=people)
    sql, values = users.order_by("pk").values("pk")[:limit].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            SLICE.format(people=sql),
            [
                *values,
                ids.public_id(16),
                kind.code,
                str(kind.audience),
                ref[:80],
                json.dumps(dict(facts)),
                json.dumps(list(link)),
                at,
            ],
        )
        count, last = cursor.fetchone()
    return count, last if count == limit else None


def letters_fragment(*, kind: Letter, source: str) -> tuple[str, dict[str, Any]]:
    """The statement that writes a letter for each row of a SELECT, with its parameters: ``notify_each`` for a set-based run,
    which makes it a part of its own statement.

    ``source`` has the columns user_id, ref, facts and link (both jsonb), each (user, ref) once; the run's parameters hold
    ``at``. The identifier is drawn by PostgreSQL: 64 random bits in the alphabet of ``kernel.ids``.
    """
    statement = f"""
    INSERT INTO accounts_inboxletter (public_id, user_id, kind, audience, ref, facts, link, created_at)
    SELECT translate(left(f.hex, 12) || right(f.hex, 4), '01', 'gh'),
           f.user_id, %(letter_kind)s, %(letter_audience)s, f.ref, f.facts, f.link, %(at)s
    FROM (SELECT *, replace(gen_random_uuid()::text, '-', '') AS hex FROM ({source}) AS s) AS f
    ON CONFLICT (user_id, kind, ref) DO NOTHING"""  # noqa: S608  (constants of the callers)
    return statement, {"letter_kind": kind.code, "letter_audience": str(kind.audience)}


def read_letter(*, user: User, public_id: str, at: datetime) -> InboxLetter:
    """Open one letter; the first time counts. Raises NotFound."""
    row = InboxLetter.objects.filter(user=user, public_id=public_id, kind__in=list(KINDS)).first()
    if row is None:
        raise NotFound
    if row.read_at is None:
        InboxLetter.objects.filter(pk=row.pk, read_at=None).update(read_at=at)
        row.read_at = at
    return row


def read_all(*, user: User, audience: str, at: datetime) -> int:
    """Mark everything that lies in one of a person's inboxes as read; return how many were not."""
    return InboxLetter.objects.filter(user=user, audience=Audience(audience), read_at=None).update(read_at=at)


def choose_mail(
    *, user: User, audience: str, kinds: Collection[str], quiet_from: int | None, quiet_until: int | None
) -> Letterbox:
    """Choose which kinds of one audience come by mail too; the other audiences' choices stay. Hours 0 to 23, both or none.

    Raises BadInput.
    """
    of_audience = {code for code, kind in KINDS.items() if kind.audience == audience}
    hours = (quiet_from, quiet_until)
    if not set(kinds) <= of_audience:
        raise BadInput(what=_("没有这种消息"))
    if (quiet_from is None) != (quiet_until is None) or any(
        h is not None and not 0 <= h <= 23 for h in hours
    ):
        raise BadInput(what=_("免打扰时段须有开始和结束，0 到 23 点"))
    with transaction.atomic():
        box, _created = Letterbox.objects.select_for_update().get_or_create(user=user)
        box.mail_kinds = sorted((set(box.mail_kinds) - of_audience) | set(kinds))
        box.quiet_from, box.quiet_until = quiet_from, quiet_until
        box.save()
    return box


def queue_mail_copies(*, at: datetime) -> int:
    """Turn the letters of the last day that somebody wants by mail into jobs, after the quiet hours; return how many."""
    wanted = (
        InboxLetter.objects.select_related("user__letterbox")
        .filter(
            copied_at=None,
            created_at__gt=at - COPY_WITHIN,
            user__email__isnull=False,
            user__is_active=True,
            user__letterbox__mail_kinds__contains=[F("kind")],
        )
        .order_by("pk")
    )
    queued = 0
    for row in wanted[:500]:
        with transaction.atomic():
            if InboxLetter.objects.filter(pk=row.pk, copied_at=None).update(copied_at=at):
                due = row.user.letterbox.quiet_ends(clock.local(at)) or at
                jobs.enqueue(kind=MAIL_COPY, key=str(row.pk), argument=str(row.pk), at=at, due_at=due)
                queued += 1
    return queued


def send_mail_copy(job: Job) -> None:
    """Send the copy that a job stands for; a letter that is gone, or a person without an address, costs nothing."""
    row = InboxLetter.objects.select_related("user").filter(pk=job.argument, kind__in=list(KINDS)).first()
    if row is None or not row.user.email or not row.user.is_active:
        return
    with translation.override(row.user.language or settings.LANGUAGE_CODE):
        text = "\n\n".join(
            part for part in (row.body, f"{settings.BASE_URL}{row.href}" if row.href else "") if part
        )
        send_mail(f"{row.title} · {brand_name()}", text, None, [row.user.email])


def forget_old_letters(*, at: datetime) -> int:
    """Delete letters older than INBOX_KEEP_D days; return how many."""
    keep = timedelta(days=rules_at(at).INBOX_KEEP_D)
    return InboxLetter.objects.filter(created_at__lt=at - keep).delete()[0]
