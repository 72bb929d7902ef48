"""Members of a supplier: invited, let in, given another role, removed; and the views that each keeps for itself."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors import user_by_sign_in
from accounts.services import notify, require_mfa
from suppliers import errors, letters
from suppliers.models import MemberInvitation, SavedView, Supplier, SupplierMember
from suppliers.selectors import contact_index, invitations_for
from suppliers.services.locks import lock_supplier
from suppliers.states import ListPage, MemberRole
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.locking import lock_rows

INVITED_FOR = timedelta(days=7)
TEAM_MAX = 50
VIEWS_MAX = 12


def invite_member(
    *, supplier: Supplier, contact: str, role: MemberRole, actor: Actor, at: datetime
) -> MemberInvitation:
    """Invite whoever proves this phone or e-mail within seven days; who has an account gets a letter.

    Raises BadContact, AlreadyInvited, TeamFull.
    """
    index = contact_index(contact)
    if index is None:
        raise errors.BadContact
    with transaction.atomic():
        lock_supplier(supplier.public_id)
        _end_old(supplier, at)
        user = user_by_sign_in(contact)
        members = SupplierMember.objects.filter(supplier=supplier)
        open_ones = MemberInvitation.objects.filter(supplier=supplier, ended_at=None)
        if open_ones.filter(contact_index=index).exists() or (user and members.filter(user=user).exists()):
            raise errors.AlreadyInvited
        if members.count() + open_ones.count() >= TEAM_MAX:
            raise errors.TeamFull(limit=TEAM_MAX)
        row = MemberInvitation.objects.create(
            supplier=supplier, contact=contact.strip(), contact_index=index, role=role, person=actor.person,
            made_at=at, expires_at=at + INVITED_FOR,
        )  # fmt: skip
        _record("invite", row.public_id, role, actor, at)
        notify(
            kind=letters.INVITED,
            recipients=[user.pk if user else None],
            ref=row.public_id,
            at=at,
            facts={"name": supplier.name, "role": role},
        )
        return row


def withdraw_invitation(*, invitation: MemberInvitation, actor: Actor, at: datetime) -> None:
    """Take an open invitation back. Raises NotFound when it is over."""
    with transaction.atomic():
        row = _open(invitation, at)
        _end(row, at)
        _record("withdraw", row.public_id, row.role, actor, at)


def accept_invitation(*, invitation: MemberInvitation, user: User, at: datetime) -> SupplierMember:
    """Let an invited person in, who needs a second factor from now on. Raises NotFound for anyone else, AlreadyMember."""
    with transaction.atomic():
        row = _open(invitation, at)
        if not invitations_for(user, at=at).filter(pk=row.pk).exists():
            raise NotFound
        for member in SupplierMember.objects.select_related("supplier").filter(user=user):
            raise errors.AlreadyMember(name=member.supplier.name)
        member = SupplierMember.objects.create(supplier=row.supplier, user=user, role=row.role)
        _end(row, at)
        require_mfa(user=user, at=at)
        actor = Actor(ActorKind.SUPPLIER, row.supplier.public_id, user.public_id)
        _record("join", user.public_id, row.role, actor, at)
        return member


def change_role(*, member: SupplierMember, role: MemberRole, actor: Actor, at: datetime) -> None:
    """Give a member another role; it counts from the next page. Raises NotFound, LastAdmin."""
    with transaction.atomic():
        row = _locked(member, keeps_admin=role == MemberRole.ADMIN)
        if row.role != role:
            audit.record(
                actor=actor, subject_type="member", subject_ref=row.user.public_id, event="role", at=at,
                from_state=row.role, to_state=role,
            )  # fmt: skip
            row.role = role
            row.save(update_fields=["role"])


def remove_member(*, member: SupplierMember, actor: Actor, at: datetime) -> None:
    """Let a member go: its next page is a stranger's. What it did stays in the trail. Raises NotFound, LastAdmin."""
    with transaction.atomic():
        row = _locked(member, keeps_admin=False)
        _record("remove", row.user.public_id, row.role, actor, at)
        row.delete()


def keep_view(*, member: SupplierMember, page: ListPage, name: str, query: str) -> SavedView:
    """Keep a list's filters under a name; a name that is taken gets the new filters. Raises BadInput, TooManyViews."""
    name = name.strip()
    if not 1 <= len(name) <= 20:
        raise BadInput(what=_("视图名称须为 1 到 20 字"))
    if not 1 <= len(query) <= 300:
        raise BadInput(what=_("先选好筛选条件，再保存视图"))
    with transaction.atomic():
        lock_rows(SupplierMember.objects.filter(pk=member.pk))
        kept = SavedView.objects.filter(member=member, page=page)
        if kept.exclude(name=name).count() >= VIEWS_MAX:
            raise errors.TooManyViews(limit=VIEWS_MAX)
        row, _created = SavedView.objects.update_or_create(
            member=member, page=page, name=name, defaults={"query": query}
        )
        return row


def drop_view(*, view: SavedView) -> None:
    """Forget a saved view."""
    view.delete()


def _locked(member: SupplierMember, *, keeps_admin: bool) -> SupplierMember:
    """The member, under the lock of its whole team, so that two cannot both take the last admin's role."""
    team = lock_rows(SupplierMember.objects.select_related("user").filter(supplier_id=member.supplier_id))
    row = next((one for one in team if one.pk == member.pk), None)
    if row is None:
        raise NotFound
    others = [one for one in team if one.role == MemberRole.ADMIN and one.pk != row.pk]
    if row.role == MemberRole.ADMIN and not keeps_admin and not others:
        raise errors.LastAdmin
    return row


def _open(invitation: MemberInvitation, at: datetime) -> MemberInvitation:
    rows = lock_rows(
        MemberInvitation.objects.select_related("supplier").filter(pk=invitation.pk, ended_at=None)
    )
    if not rows or rows[0].expires_at < at:
        raise NotFound
    return rows[0]


def _end(row: MemberInvitation, at: datetime) -> None:
    row.ended_at = at
    row.save(update_fields=["ended_at"])


def _end_old(supplier: Supplier, at: datetime) -> None:
    MemberInvitation.objects.filter(supplier=supplier, ended_at=None, expires_at__lt=at).update(ended_at=at)


def _record(event: str, ref: str, role: str, actor: Actor, at: datetime) -> None:
    audit.record(
        actor=actor, subject_type="member", subject_ref=ref, event=event, at=at, to_state=role
    )  # fmt: skip
