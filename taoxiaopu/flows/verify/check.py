"""The shape of a check."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Check:
    """A query that returns nothing when the books are right.

    Its first column is the natural key of a bad row of ``table``, the others are the figures that do not agree.
    Keys are ordered, so that two runs on the same books say the same. ``says`` is the sentence for people.
    """

    name: str
    table: str
    says: str | Promise
    sql: str
