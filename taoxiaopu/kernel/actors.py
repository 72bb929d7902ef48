"""Who acts: a kind and a reference. Lower layers never hold a foreign key to a person."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class ActorKind(models.TextChoices):
    """The five kinds of actor of docs/rules.md §5.1."""

    BUYER = "buyer", _("消费者")
    SUPPLIER = "supplier", _("供应商")
    OWNER = "owner", _("掌柜")
    STAFF = "staff", _("平台工作人员")
    SYSTEM = "system", _("系统")


@dataclass(frozen=True, slots=True)
class Actor:
    """One actor: ``ref`` is the public id of the supplier, owner, user or the buyer key; ``person`` the user behind."""

    kind: ActorKind
    ref: str
    person: str = ""

    @classmethod
    def system(cls, job: str) -> "Actor":
        """The platform's own timers and workers, named by their job."""
        return cls(ActorKind.SYSTEM, job)


SYSTEM = ActorKind.SYSTEM
