"""The audit trail: one row for each move and each staff act, in the transaction of its cause."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Max, QuerySet

from taoxiaopu.kernel import rows
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.models import AuditEntry


def record(
    *,
    actor: Actor,
    subject_type: str,
    subject_ref: str,
    event: str,
    at: datetime,
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
) -> AuditEntry:
    """Write one audit row. Must run inside the transaction that it describes."""
    entry = AuditEntry(
        at=at,
        actor_kind=actor.kind,
        actor_ref=actor.ref,
        person=actor.person,
        subject_type=subject_type,
        subject_ref=subject_ref,
        event=event,
        from_state=from_state,
        to_state=to_state,
        reason=reason[:500],
    )
    rows.insert(entry)
    return entry


def record_many(
    *,
    actor: Actor,
    subject_type: str,
    subject_refs: Sequence[str],
    event: str,
    at: datetime,
    from_state: str = "",
    to_state: str = "",
) -> None:
    """As ``record``, for many subjects that all make the same move: one INSERT."""
    columns = (
        "at, actor_kind, actor_ref, person, subject_type, subject_ref, event, from_state, to_state, reason"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO kernel_auditentry ({columns})"  # noqa: S608
            " SELECT %s, %s, %s, %s, %s, ref, %s, %s, %s, '' FROM unnest(%s) ref",
            [
                at,
                actor.kind,
                actor.ref,
                actor.person,
                subject_type,
                event,
                from_state,
                to_state,
                list(subject_refs),
            ],
        )


def history(subject_type: str, subject_ref: str) -> "QuerySet[AuditEntry]":
    """The trail of one subject, oldest first."""
    return AuditEntry.objects.filter(subject_type=subject_type, subject_ref=subject_ref).order_by("id")


def last_entries(subject_type: str, subject_refs: Sequence[str], event: str) -> dict[str, AuditEntry]:
    """The last entry of an event for each of these subjects, by reference; those without it are left out."""
    rows = AuditEntry.objects.filter(
        subject_type=subject_type, subject_ref__in=list(subject_refs), event=event
    )
    return {row.subject_ref: row for row in rows.order_by("subject_ref", "-id").distinct("subject_ref")}


def last_times(subject_type: str, subject_refs: Sequence[str], event: str) -> dict[str, datetime]:
    """When an event last happened to each of these subjects, by reference; those without it are left out."""
    rows = AuditEntry.objects.filter(
        subject_type=subject_type, subject_ref__in=list(subject_refs), event=event
    )
    return dict(rows.values_list("subject_ref").annotate(last=Max("at")).order_by())


def by_party(kind: str, ref: str) -> "QuerySet[AuditEntry]":
    """What one party's people did, the newest first: ``kind`` of ActorKind, ``ref`` the party's reference."""
    return AuditEntry.objects.filter(actor_kind=kind, actor_ref=ref).order_by("-id")
