"""What an inbox can hold. Each app names its own kinds in its room ``letters``; accounts knows only their shape.

A stored letter is a kind and facts. Its words are put together when it is read, in the reader's language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from accounts.states import Audience, Topic
from taoxiaopu.kernel.templatetags.kernel_format import local_time, yuan_sign

KINDS: dict[str, "Letter"] = {}


@dataclass(frozen=True, slots=True)
class Letter:
    """One kind of letter. ``title`` and ``body`` hold ``{names}`` of facts: ``*_fen`` is written as money, ``*_at`` as
    local time, ``*_month`` as a month, a name in ``choices`` by its label. ``page`` is the name of the address that it leads to.
    """

    code: str
    audience: Audience
    topic: Topic
    title: str | Promise
    body: str | Promise
    page: str
    choices: Mapping[str, type[models.Choices]] = field(default_factory=dict)
    tone: str = ""
    label: str | Promise = ""

    @property
    def name(self) -> str | Promise:
        """What the kind is called where people choose among kinds: its title, unless that holds facts."""
        return self.label or self.title

    def words(self, text: str | Promise, facts: Mapping[str, Any]) -> str:
        """A text with its facts, for the language that is active."""
        shown = {name: self._shown(name, value) for name, value in facts.items()}
        return str(text).format_map(_Facts(shown))

    def href(self, link: Sequence[str]) -> str:
        """Where the letter leads, or an empty string."""
        try:
            return reverse(self.page, args=list(link))
        except NoReverseMatch:
            return ""

    def _shown(self, name: str, value: Any) -> str:
        if name in self.choices:
            return str(self.choices[name](value).label)
        if name.endswith("_fen"):
            return str(yuan_sign(value))
        if name.endswith("_at"):
            return str(local_time(datetime.fromisoformat(value)))
        if name.endswith("_month"):
            return str(local_time(date.fromisoformat(value), "month"))
        return str(value)


class _Facts(dict[str, str]):
    """A fact that an old row lacks is left out rather than breaking the page."""

    def __missing__(self, name: str) -> str:
        return "—"


def letter(
    code: str,
    audience: Audience,
    topic: Topic,
    *,
    title: str | Promise,
    body: str | Promise,
    page: str,
    choices: Mapping[str, type[models.Choices]] | None = None,
    tone: str = "",
    label: str | Promise = "",
) -> Letter:
    """Name a kind of letter, once. ``tone``: good, bad, wait or empty; ``label`` where the title holds facts."""
    if code in KINDS:
        raise ValueError(f"two kinds of letter are called {code}")
    KINDS[code] = Letter(code, audience, topic, title, body, page, choices or {}, tone, label)
    return KINDS[code]


def kinds_for(audience: str, topic: str = "") -> list[Letter]:
    """The kinds that this audience gets, about one topic when it is given."""
    return [k for k in KINDS.values() if k.audience == audience and (not topic or k.topic == topic)]
