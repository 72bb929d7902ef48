"""The team over the API: members, roles, invitations; and the views of lists that a member keeps."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from suppliers import access, services
from suppliers.forms import InviteForm, RoleForm, ViewForm
from suppliers.gates import caller_of
from suppliers.models import SavedView
from suppliers.selectors import invitations_for, invitations_of, team_of, views_of
from suppliers.states import ROLE_CHANGES, ROLE_SEES, Area, ListPage, MemberRole
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.api import Api, StrictSerializer
from taoxiaopu.kernel.api_schema import does, lists, reads


class MemberBody(serializers.Serializer[Any]):
    """Who works here, as what, and which parts of the desk that role sees and changes."""

    id = serializers.CharField(source="user.public_id")
    name = serializers.CharField(source="user.nickname")
    role = serializers.ChoiceField(choices=MemberRole.choices)
    sees = serializers.SerializerMethodField()
    changes = serializers.SerializerMethodField()

    def get_sees(self, member: Any) -> list[str]:
        return [area.value for area in Area if area in ROLE_SEES[MemberRole(member.role)]]

    def get_changes(self, member: Any) -> list[str]:
        return [area.value for area in Area if area in ROLE_CHANGES[MemberRole(member.role)]]


class NewRole(StrictSerializer):
    """Another role."""

    role = serializers.ChoiceField(choices=MemberRole.choices)


class InvitationBody(serializers.Serializer[Any]):
    """An invitation that waits."""

    id = serializers.CharField(source="public_id")
    contact = serializers.CharField()
    role = serializers.ChoiceField(choices=MemberRole.choices)
    made_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class NewInvitation(StrictSerializer):
    """Whom, by the phone or e-mail that they prove, and as what."""

    contact = serializers.CharField(max_length=100)
    role = serializers.ChoiceField(choices=MemberRole.choices)


class OwnInvitationBody(serializers.Serializer[Any]):
    """An invitation to the token's user."""

    id = serializers.CharField(source="public_id")
    supplier = serializers.CharField(source="supplier.name")
    role = serializers.ChoiceField(choices=MemberRole.choices)
    expires_at = serializers.DateTimeField()


class ViewBody(serializers.Serializer[Any]):
    """A list's filters under a name."""

    id = serializers.CharField(source="public_id")
    page = serializers.ChoiceField(choices=ListPage.choices)
    name = serializers.CharField()
    query = serializers.CharField()


class NewView(StrictSerializer):
    """A name for filters as the list's address holds them: ``due=late&printed=no``."""

    page = serializers.ChoiceField(choices=ListPage.choices)
    name = serializers.CharField(max_length=20)
    query = serializers.CharField(max_length=300)


class Members(Api):
    """The team."""

    @lists("supplier_members_list", _("列出成员与角色"), MemberBody)
    def get(self, request: Request) -> Response:
        """List who works for the supplier, the longest there first."""
        found = team_of(caller_of(request, Area.COMPANY).supplier)
        return self.keyset(request, found, MemberBody, newest_first=False)


class Member(Api):
    """One member."""

    @does("supplier_members_role", _("修改成员的角色"), MemberBody, takes=NewRole, is_remembered=False)
    def patch(self, request: Request, person: str) -> Response:
        """Give a member another role; it counts from its next call."""
        who = caller_of(request, Area.COMPANY)
        found = access.colleague(who.supplier, person)
        role = self.checked_form(RoleForm(self.checked(NewRole, request.data)))["role"]
        services.change_member_role(member=found, role=MemberRole(role), actor=who.actor, at=clock.now())
        return Response(MemberBody(access.colleague(who.supplier, person)).data)

    @does("supplier_members_remove", _("移出成员"), None, status=204, is_remembered=False)
    def delete(self, request: Request, person: str) -> Response:
        """Let a member go; what it did stays in the trail."""
        who = caller_of(request, Area.COMPANY)
        found = access.colleague(who.supplier, person)
        services.remove_member(member=found, actor=who.actor, at=clock.now())
        return Response(status=204)


class Invitations(Api):
    """Invitations to work here."""

    @lists("supplier_invitations_list", _("列出待接受的邀请"), InvitationBody)
    def get(self, request: Request) -> Response:
        """List the invitations that wait, the oldest first."""
        found = invitations_of(caller_of(request, Area.COMPANY).supplier, at=clock.now())
        return self.keyset(request, found, InvitationBody, newest_first=False)

    @does("supplier_invitations_create", _("邀请成员"), InvitationBody, takes=NewInvitation, status=201)
    def post(self, request: Request) -> Response:
        """Invite whoever proves this phone or e-mail within seven days."""
        who = caller_of(request, Area.COMPANY)
        typed = self.checked_form(InviteForm(self.checked(NewInvitation, request.data)))

        def work() -> Any:
            made = services.invite_member(
                supplier=who.supplier,
                contact=typed["contact"],
                role=MemberRole(typed["role"]),
                actor=who.actor,
                at=clock.now(),
            )
            return InvitationBody(made).data | {"contact": ""}

        answer = self.create_once(request, work)
        answer.data["contact"] = typed["contact"]  # what is remembered with the key holds nobody's phone
        return answer


class Invitation(Api):
    """One invitation."""

    @does("supplier_invitations_withdraw", _("撤回邀请"), None, status=204, is_remembered=False)
    def delete(self, request: Request, invitation: str) -> Response:
        """Take an invitation back."""
        who = caller_of(request, Area.COMPANY)
        found = access.invitation_for_supplier(who.supplier, invitation)
        services.withdraw_invitation(invitation=found, actor=who.actor, at=clock.now())
        return Response(status=204)


class OwnInvitations(Api):
    """Invitations of the token's user, who works for nobody yet."""

    @reads("own_invitations_list", _("列出发给自己的邀请"), OwnInvitationBody, many=True)
    def get(self, request: Request) -> Response:
        """List the invitations to a phone or e-mail that the token's user has proved."""
        user: Any = request.user
        return Response(OwnInvitationBody(invitations_for(user, at=clock.now()), many=True).data)


class Acceptance(Api):
    """Accepting one."""

    @does("own_invitations_accept", _("接受邀请"), MemberBody)
    def post(self, request: Request, invitation: str) -> Response:
        """Accept an invitation; the desk's pages want a second factor from then on."""
        user: Any = request.user
        at = clock.now()
        found = access.invitation_for_user(user, invitation[:16], at=at)

        def work() -> Any:
            return MemberBody(services.accept_invitation(invitation=found, user=user, at=at)).data

        return self.do_once(request, work)


class Views(Api):
    """Kept views of lists."""

    @reads("supplier_views_list", _("列出自己保存的视图"), ViewBody, many=True)
    def get(self, request: Request) -> Response:
        """List the views that the token's user kept."""
        member = caller_of(request, Area.HOME).member
        found: list[SavedView] = [view for page in ListPage for view in views_of(member, page)]
        return Response(ViewBody(found, many=True).data)

    @does("supplier_views_create", _("保存视图；同名的被覆盖"), ViewBody, takes=NewView, status=201)
    def post(self, request: Request) -> Response:
        """Keep a list's filters under a name; a name that is taken gets the new filters."""
        member = caller_of(request, Area.HOME).member
        typed = self.checked_form(ViewForm(self.checked(NewView, request.data)))

        def work() -> Any:
            kept = services.keep_view(
                member=member, page=ListPage(typed["page"]), name=typed["name"], query=typed["query"]
            )
            return ViewBody(kept).data

        return self.create_once(request, work)


class View(Api):
    """One kept view."""

    @does("supplier_views_remove", _("删除视图"), None, status=204, is_remembered=False)
    def delete(self, request: Request, view: str) -> Response:
        """Forget a view."""
        services.drop_view(view=access.view_for_member(caller_of(request, Area.HOME).member, view))
        return Response(status=204)


urlpatterns = [
    path("supplier/members/", Members.as_view(), name="supplier-members"),
    path("supplier/members/<slug:person>/", Member.as_view(), name="supplier-member"),
    path("supplier/invitations/", Invitations.as_view(), name="supplier-invitations"),
    path("supplier/invitations/<slug:invitation>/", Invitation.as_view(), name="supplier-invitation"),
    path("invitations/", OwnInvitations.as_view(), name="own-invitations"),
    path("invitations/<slug:invitation>/acceptance/", Acceptance.as_view(), name="own-invitation-acceptance"),
    path("supplier/views/", Views.as_view(), name="supplier-views"),
    path("supplier/views/<slug:view>/", View.as_view(), name="supplier-view"),
]
