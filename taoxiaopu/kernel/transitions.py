"""State tables as data, and the one way to move a row along them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.functional import Promise

from taoxiaopu.kernel import audit, rows
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import MoveRefused


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed move: from some states, by an event that some actors may fire, to a state.

    ``rule`` names its row in docs/rules.md (O7, A2, D8, M1 …); ``deadline`` the rules key that sets its clock.
    """

    rule: str
    sources: frozenset[str]
    event: str
    actors: frozenset[ActorKind]
    target: str
    deadline: str = ""


def move(
    rule: str,
    sources: str | Iterable[str],
    event: str,
    actors: ActorKind | Iterable[ActorKind],
    target: str,
    deadline: str = "",
) -> Move:
    """Short form for writing tables."""
    from_states = [sources] if isinstance(sources, str) else sources
    who = [actors] if isinstance(actors, ActorKind) else actors
    return Move(rule, frozenset(map(str, from_states)), event, frozenset(who), str(target), deadline)


@dataclass(frozen=True, slots=True)
class Step:
    """One past event of a row, in words: what, when, by which side, and why."""

    event: str
    title: str
    at: datetime
    side: str
    reason: str


@dataclass(frozen=True)
class StateTable:
    """All moves of one kind of row. ``labels`` names events for people."""

    subject: str
    states: type[models.TextChoices]
    moves: tuple[Move, ...]
    event_labels: dict[str, str | Promise] = field(default_factory=dict)

    def find(self, state: str, event: str, kind: ActorKind) -> Move | None:
        """The move that ``kind`` may make from ``state`` by ``event``, or None."""
        for candidate in self.moves:
            if state in candidate.sources and event == candidate.event and kind in candidate.actors:
                return candidate
        return None

    def require(self, state: str, event: str, actor: Actor) -> Move:
        """As ``find``, but raises MoveRefused with both names in the reader's language."""
        found = self.find(state, event, actor.kind)
        if found is None:
            raise MoveRefused(state=self.states(state).label, event=str(self.event_labels.get(event, event)))
        return found

    def events(self, state: str, kind: ActorKind) -> set[str]:
        """What an actor of this kind may do now; pages ask this to decide which buttons to show."""
        return {m.event for m in self.moves if state in m.sources and kind in m.actors}

    def trail(self, number: str) -> list[Step]:
        """What happened to one row, oldest first, with the names of events for people; staff's own acts are left out."""
        return [
            Step(
                entry.event,
                str(self.event_labels[entry.event]),
                entry.at,
                str(ActorKind(entry.actor_kind).label),
                entry.reason,
            )
            for entry in audit.history(self.subject, number)
            if entry.event in self.event_labels
        ]

    def edges(self) -> set[tuple[str, str]]:
        """Every (from, to) pair, for the database's own check of the same graph."""
        return {(source, m.target) for m in self.moves for source in m.sources if source != m.target}

    def apply(
        self,
        row: Any,
        event: str,
        *,
        actor: Actor,
        at: datetime,
        reason: str = "",
        target: str | None = None,
        **along: Any,
    ) -> Move:
        """Move a locked row: checks the table, sets ``status`` and the fields ``along``, saves them and writes the audit
        row.

        ``row`` has ``status`` and ``number``; the caller holds its lock. ``target`` overrides the table's target
        where one event has several outcomes, and must itself be reachable by that event.
        Raises MoveRefused.
        """
        assert transaction.get_connection().in_atomic_block
        old = row.status
        found = self.require(old, event, actor)
        if target is not None and target != found.target:
            found = self._towards(old, event, actor, target)
        row.status = found.target
        for name, value in along.items():
            setattr(row, name, value)
        rows.update(row, "status", *along)
        audit.record(
            actor=actor,
            subject_type=self.subject,
            subject_ref=row.number,
            event=event,
            at=at,
            from_state=old,
            to_state=found.target,
            reason=reason,
        )
        return found

    def apply_to_all(
        self,
        found: "models.QuerySet[Any]",
        event: str,
        *,
        source: str,
        numbers: Sequence[str],
        actor: Actor,
        at: datetime,
        **along: Any,
    ) -> None:
        """Move many locked rows that all stand in ``source``: two statements, one audit row each.

        ``numbers`` are the references of exactly these rows; ``along`` are values or expressions for further fields.
        Raises MoveRefused; a row that stands elsewhere is a mistake of the caller's.
        """
        assert transaction.get_connection().in_atomic_block
        target = self.require(source, event, actor).target
        moved = found.filter(status=source).update(status=target, **along)
        assert moved == len(numbers), f"{moved} of {len(numbers)} rows stand in {source}"
        audit.record_many(
            actor=actor,
            subject_type=self.subject,
            subject_refs=numbers,
            event=event,
            at=at,
            from_state=source,
            to_state=target,
        )

    def _towards(self, state: str, event: str, actor: Actor, target: str) -> Move:
        for candidate in self.moves:
            if (
                state in candidate.sources
                and event == candidate.event
                and actor.kind in candidate.actors
                and candidate.target == target
            ):
                return candidate
        raise MoveRefused(state=self.states(state).label, event=str(self.event_labels.get(event, event)))
