"""In which roles a person reads the rules, and what each is asked to accept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from rulebook.models import Document
from rulebook.selectors import Duty, duty_of
from storefronts.selectors import owner_of
from suppliers.selectors import supplier_of
from taoxiaopu.kernel.actors import Actor, ActorKind


@dataclass(frozen=True, slots=True)
class Role:
    """One role of a person: the party that accepts and comments, and how a comment is signed in public."""

    party: Actor
    shown_name: str

    @property
    def kind(self) -> str:
        """Code of the kind of party."""
        return str(self.party.kind)

    @property
    def label(self) -> str:
        """The kind of party, for people."""
        return str(self.party.kind.label)


def roles_for_rules(user: User) -> list[Role]:
    """Everything that a person is on the platform; companies sign with their name, people with its first letter."""
    signed = f"{user.nickname[:1]}**"
    found = []
    supplier, owner = supplier_of(user), owner_of(user)
    if supplier is not None:
        found.append(Role(Actor(ActorKind.SUPPLIER, supplier.public_id, user.public_id), supplier.name))
    if owner is not None:
        found.append(Role(Actor(ActorKind.OWNER, owner.public_id, user.public_id), signed))
    found.append(Role(Actor(ActorKind.BUYER, user.public_id, user.public_id), signed))
    return found


def concerned(roles: Sequence[Role], document: Document) -> list[Role]:
    """The roles that a document is for."""
    return [role for role in roles if role.kind in document.audiences]


def duties(roles: Sequence[Role], *, at: datetime) -> list[Duty]:
    """What a person is asked to read and accept, by role; roles without anything are left out."""
    return [duty for duty in (duty_of(role.party, at=at) for role in roles) if duty]
