"""What a good is found by: every two characters that follow one another in its words, in one index.

pg_trgm needs three characters; most Chinese words have two. A word of one character is the beginning of such a pair.
"""

from typing import Any

from django.db.models import BooleanField, F, Func, Value
from django.db.models.expressions import CombinedExpression


class GoodTerms(Func):
    """The pairs of characters in a good's title, brand and searchable attributes."""

    function = "suppliers_good_terms"

    def __init__(self, *words: Any, **extra: Any) -> None:
        super().__init__(*(words or (F("title"), F("brand"), F("keywords"))), **extra)


class WordQuery(Func):
    """What must be among a good's terms for a word to be in its words: needed, not enough."""

    function = "suppliers_word_query"
    arity = 1


def has_terms_of(word: str) -> CombinedExpression:
    """A condition on goods that the index answers: they may have this word."""
    return CombinedExpression(GoodTerms(), "@@", WordQuery(Value(word)), output_field=BooleanField())
