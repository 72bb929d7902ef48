"""Acts: the explicit buttons of a staff page. Each calls one service as the person who is signed in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.staff.names import name_of


class StaffForm(forms.Form):
    """A form whose inputs look like the rest of the page; an act's form may offer what its row has."""

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if row is not None:
            self.offer(row)
        for field in self.fields.values():
            if isinstance(field.widget, forms.CheckboxInput):
                field.widget.attrs.setdefault("class", "tx-check")
            elif not isinstance(field.widget, (forms.RadioSelect, forms.HiddenInput)):
                field.widget.attrs.setdefault("class", "tx-input")

    def offer(self, row: Any) -> None:
        """Fill in choices that depend on the row."""


class NoInput(StaffForm):
    """A button that asks for nothing."""


class ReasonForm(StaffForm):
    """A reason that must be given."""

    reason = forms.CharField(
        label=_("原因"), min_length=2, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class NoteForm(StaffForm):
    """A remark that may be given."""

    reason = forms.CharField(
        label=_("备注（可不填）"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


DONE = _("已完成")
Run = Callable[[Any, Actor, datetime, dict[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Act:
    """One button: ``run(row, actor, at, answers)`` calls the service; ``states`` are those in which it is offered.

    ``asks`` is the form that opens first; ``warns`` a sentence above its button.
    """

    name: str
    label: str | Promise
    run: Run
    states: frozenset[str] = frozenset()
    asks: type[StaffForm] = NoInput
    tone: str = "plain"
    icon: str = ""
    warns: str | Promise = ""
    done: str | Promise = DONE

    def offered(self, state: str) -> bool:
        """Whether the page shows the button for a row in this state."""
        return not self.states or str(state) in self.states


def staff_actor(request: HttpRequest) -> Actor:
    """The signed-in person as an actor: rulings compare people by ``ref``, so it is the account's public id."""
    ref = request.user.public_id  # type: ignore[union-attr]
    return Actor(ActorKind.STAFF, ref, ref)


def sentence_of(error: DomainError) -> str:
    """An error's sentence with the names of the people in it instead of their references."""
    who = error.params.get("who")
    if who:
        return type(error)(**(error.params | {"who": name_of(str(who))})).sentence
    return error.sentence
