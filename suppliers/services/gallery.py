"""The pictures of a good: uploads made safe, cut to a square where wanted, in the supplier's order, the first the main one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from suppliers import errors, photographs
from suppliers.models import Good, GoodChange
from suppliers.pictures import CUT_MIN_BP, Cut


@dataclass(frozen=True, slots=True)
class PictureDraft:
    """One picture as a supplier puts it: new as uploaded ``raw`` bytes, or by the ``name`` of one that the good has or that
    its open change set puts forward; ``cut`` to a square, or as it is.
    """

    raw: bytes | None = None
    name: str = ""
    cut: Cut | None = None


@dataclass(frozen=True, slots=True)
class Gallery:
    """Stored pictures in their order. ``origins`` are the names that they were cut from, or their own; ``kept`` those that
    were there before.
    """

    names: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    kept: frozenset[str] = frozenset()

    @property
    def picture(self) -> str:
        """The main picture; empty when there is none, and one is drawn."""
        return self.names[0] if self.names else ""

    @property
    def gallery(self) -> list[str]:
        """The others."""
        return list(self.names[1:])

    def shows_new(self, good: Good) -> bool:
        """Whether one of them shows what the good does not show now."""
        return not set(self.origins) <= set(good.pictures)


def store_pictures(drafts: Sequence[PictureDraft], *, known: Sequence[str], most: int) -> Gallery:
    """Keep what is new, cut what is to be cut; the same picture twice counts once. ``known`` are the names that may be used.

    Raises TooManyPictures before anything is read, PictureGone, BadCut, PictureError's kinds.
    """
    if len(drafts) > most:
        raise errors.TooManyPictures(most=most)
    require_known((draft.name for draft in drafts if draft.raw is None), known)
    if not all(draft.cut is None or _is_within(draft.cut) for draft in drafts):
        raise errors.BadCut
    stored: dict[str, str] = {}
    for draft in drafts:
        name = photographs.store(draft.raw, draft.cut) if draft.raw is not None else draft.name
        origin = name if draft.raw is not None else draft.name
        if draft.raw is None and draft.cut is not None:
            name = photographs.store(photographs.upload_file(draft.name, 1000).read_bytes(), draft.cut)
        stored.setdefault(name, origin)
    kept = frozenset(draft.name for draft in drafts if draft.raw is None)
    return Gallery(tuple(stored), tuple(stored.values()), kept)


def require_known(names: Iterable[str], known: Sequence[str]) -> None:
    """Raises PictureGone for a picture that is not there to be used."""
    if not set(names) <= set(known):
        raise errors.PictureGone


def _is_within(cut: Cut) -> bool:
    places = (cut.left_bp, cut.top_bp)
    return all(0 <= place <= 10_000 for place in places) and CUT_MIN_BP <= cut.side_bp <= 10_000


def as_shown(row: Good | GoodChange) -> Gallery:
    """The pictures that a good or a change set has."""
    names = tuple([row.picture, *row.gallery] if row.picture else [])
    return Gallery(names, names)


def pictures_known(good: Good, change: GoodChange | None) -> tuple[str, ...]:
    """What may be used again: the pictures that the supplier was shown, and the good's own."""
    shown = as_shown(change or good).names
    return (*shown, *(name for name in good.pictures if name not in shown))
