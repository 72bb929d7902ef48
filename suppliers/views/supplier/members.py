"""The team: members, their roles, invitations; and the views of lists that a member keeps."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from suppliers import access, services
from suppliers.forms import InviteForm, RoleForm, ViewForm
from suppliers.gates import SupplierRequest, supplier_page
from suppliers.selectors import invitations_for, invitations_of, member_of, team_of
from suppliers.states import ROLE_CHANGES, ROLE_SEES, Area, ListPage, MemberRole
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError

UNPROCESSABLE = 422


@supplier_page
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest) -> HttpResponse:
    """Who works here and may do what; POST invites somebody."""
    request = cast(SupplierRequest, request)
    form, at = InviteForm(request.POST or None), clock.now()
    if request.method == "POST" and form.is_valid():
        try:
            services.invite_member(
                supplier=request.supplier,
                contact=form.cleaned_data["contact"],
                role=MemberRole(form.cleaned_data["role"]),
                actor=request.actor,
                at=at,
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("邀请已发出，7 天内有效"))
            return redirect("supplier:members")
    page = {
        "form": form,
        "members": team_of(request.supplier),
        "invitations": invitations_of(request.supplier, at=at),
        "roles": MemberRole.choices,
        "areas": [area for area in Area if area != Area.HOME],
        "matrix": [
            (
                role.label,
                [
                    _("修改") if area in ROLE_CHANGES[role] else _("查看") if area in ROLE_SEES[role] else "—"
                    for area in Area
                    if area != Area.HOME
                ],
            )
            for role in MemberRole
        ],
        "server_now": at,
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "suppliers/supplier/members.html", page, status=status)


@supplier_page
@require_POST
def member_role(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give a member another role."""
    request = cast(SupplierRequest, request)
    found, form = access.colleague(request.supplier, public_id), RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请选择角色"))
        return redirect("supplier:members")
    try:
        role = MemberRole(form.cleaned_data["role"])
        services.change_member_role(member=found, role=role, actor=request.actor, at=clock.now())
    except DomainError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("{name} 的角色已改为“{role}”").format(name=found.user, role=role.label))
    return redirect("supplier:members" if found.pk != request.member.pk else "supplier:home")


@supplier_page
@require_POST
def member_remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let a member go."""
    request = cast(SupplierRequest, request)
    found = access.colleague(request.supplier, public_id)
    try:
        services.remove_member(member=found, actor=request.actor, at=clock.now())
    except DomainError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("{name} 已移出").format(name=found.user))
    return redirect("supplier:members")


@supplier_page
@require_POST
def invitation_withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take an invitation back."""
    request = cast(SupplierRequest, request)
    found = access.invitation_for_supplier(request.supplier, public_id)
    services.withdraw_invitation(invitation=found, actor=request.actor, at=clock.now())
    messages.success(request, _("邀请已撤回"))
    return redirect("supplier:members")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request: HttpRequest) -> HttpResponse:
    """The invitations of who is signed in; POST accepts one."""
    user, at = cast(User, request.user), clock.now()
    if request.method == "POST":
        found = access.invitation_for_user(user, request.POST.get("invitation", "")[:16], at=at)
        try:
            services.accept_invitation(invitation=found, user=user, at=at)
        except DomainError as refused:
            messages.error(request, refused.sentence)
            return redirect("supplier:invitations")
        return redirect("supplier:home")
    page = {"invitations": invitations_for(user, at=at), "member": member_of(user), "server_now": at}
    return render(request, "suppliers/supplier/invitations.html", page)


@supplier_page
@require_POST
def view_keep(request: HttpRequest) -> HttpResponse:
    """Keep a list's filters under a name."""
    request = cast(SupplierRequest, request)
    form = ViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("视图名称须为 1 到 20 字"))
        return redirect("supplier:home")
    typed = form.cleaned_data
    back = reverse(f"supplier:{typed['page']}") + (f"?{typed['query']}" if typed["query"] else "")
    try:
        services.keep_view(
            member=request.member, page=ListPage(typed["page"]), name=typed["name"], query=typed["query"]
        )
        messages.success(request, _("视图已保存"))
    except DomainError as refused:
        messages.error(request, refused.sentence)
    return redirect(back)


@supplier_page
@require_POST
def view_drop(request: HttpRequest, public_id: str) -> HttpResponse:
    """Forget a view."""
    request = cast(SupplierRequest, request)
    found = access.view_for_member(request.member, public_id)
    services.drop_view(view=found)
    return redirect(f"supplier:{found.page}")


urlpatterns = [
    path("members/", members, name="members"),
    path(
        "members/invitations/<slug:public_id>/withdrawal/", invitation_withdraw, name="invitation-withdrawal"
    ),
    path("members/<slug:public_id>/role/", member_role, name="member-role"),
    path("members/<slug:public_id>/removal/", member_remove, name="member-removal"),
    path("invitations/", invitations, name="invitations"),
    path("views/", view_keep, name="view-keep"),
    path("views/<slug:public_id>/removal/", view_drop, name="view-removal"),
]
