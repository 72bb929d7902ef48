"""Staff's pages of people. Real names and identity numbers are never shown; phones are masked."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.selectors import has_second_factor, nicknames, real_name_of, tokens_of, user_by_sign_in
from taoxiaopu.kernel.staff import (
    Fact,
    Facts,
    Head,
    ReadOnlyAdmin,
    Table,
    code,
    column,
    columns,
    facts_of,
    pill,
    rows_by,
    teach_names,
    teach_subject,
    trail,
    when,
)

teach_names(nicknames)
teach_subject("user", _("用户"), find=rows_by(User, "public_id"))
for hidden in (Group, EmailAddress, Authenticator, UserSession):
    admin.site.unregister(hidden)


def _role(row: User) -> object:
    return pill("staff", _("工作人员"), "moving") if row.is_staff else ""


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """Everyone who can sign in. Staff accounts are created on the command line only."""

    search_fields = ("nickname", "email", "public_id")
    search_help_text = _("按昵称、邮箱、完整手机号查找")
    ordering = ("-id",)
    list_display = columns(
        User,
        "nickname",
        column(_("手机号"), lambda row: row.masked_phone),
        "email",
        column(_("身份"), _role),
        "is_active",
        "joined_at",
        column(_("编号"), lambda row: code(row.public_id)),
    )

    def hint(self, request: HttpRequest) -> object:
        return _("工作人员账号只能由运维在命令行创建。")

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[User]", search_term: str
    ) -> "tuple[QuerySet[User], bool]":
        found = user_by_sign_in(search_term) if search_term else None
        if found is not None:
            return queryset.filter(pk=found.pk), False
        rows, repeated = super().get_search_results(request, queryset, search_term)
        return rows, repeated

    def head(self, row: User) -> Head:
        return Head(row.nickname, _role(row), code(row.public_id))

    def main(self, request: HttpRequest, row: User) -> list[Any]:
        items = facts_of(row, "nickname", "email", "is_active", "joined_at", "last_login")
        items.insert(1, Fact(_("手机号"), row.masked_phone or "—"))
        if has_second_factor(row):
            items.append(Fact(_("二次验证"), _("已开启"), "good"))
        elif row.needs_second_factor:
            items.append(Fact(_("二次验证"), _("未开启，工作台暂不能进入"), "bad"))
        record = real_name_of(row)
        if record is not None:
            items.append(Fact(_("实名认证"), when(record.verified_at), "good", _("姓名与证件号不在此显示")))
            items.append(Fact(_("信用分"), record.credit_score, hint=when(record.credit_checked_at)))
        tokens = [
            (token.name, code(f"{token.prefix}…"), when(token.created_at), when(token.last_used_at))
            for token in tokens_of(row)
        ]
        return [
            Facts(_("账号"), items),
            Table(_("API 令牌"), (_("名称"), _("前缀"), _("创建时间"), _("最近使用")), tokens),
        ]

    def side(self, request: HttpRequest, row: User) -> list[Any]:
        return [trail("user", row.public_id)]
