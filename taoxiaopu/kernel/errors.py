"""Failures that we expect: each has a code for programs, a sentence for people and an HTTP status."""

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """Base of every expected failure.

    Subclasses set ``code`` (stable, snake_case), ``message`` (translated, may hold ``{placeholders}``) and
    ``status``. ``field`` names the form or API field the sentence belongs to, when there is one.
    """

    code: ClassVar[str] = "refused"
    message: ClassVar[str | Promise] = _("操作未被接受")
    status: ClassVar[int] = 409
    field: ClassVar[str | None] = None

    def __init__(self, **params: Any) -> None:
        self.params = params
        super().__init__(self.code)

    @property
    def sentence(self) -> str:
        """The message in the reader's language with its parameters filled in."""
        return str(self.message).format(**self.params)

    @property
    def retry_after_s(self) -> int | None:
        """After how many seconds the same may be tried again (429 and 503); None for what waiting does not mend."""
        if self.status not in (429, 503):
            return None
        return int(self.params["minutes"]) * 60 if "minutes" in self.params else 30

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"


class NotFound(DomainError):
    """The object does not exist for this actor. Strangers get the same answer as for a missing one."""

    code = "not_found"
    message = _("没有找到您要的内容")
    status = 404


class BadInput(DomainError):
    """Input of the wrong shape that no more specific error names."""

    code = "bad_input"
    message = _("{what}")
    status = 400


class MoveRefused(DomainError):
    """The state table has no such move for this actor from this state."""

    code = "move_refused"
    message = _("当前状态是“{state}”，不能进行“{event}”操作")
    status = 409


class KeyReused(DomainError):
    """An idempotency key was used again for another request (docs/rules.md, trust §2)."""

    code = "idempotency_key_reused"
    message = _("该请求编号已用于另一项操作")
    status = 422
