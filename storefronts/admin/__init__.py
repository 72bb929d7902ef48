"""Staff's pages of owners, shops and invitation codes."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.models import AccountKind
from ledger.selectors import balances
from storefronts import selectors, services
from storefronts.admin.conversations import ConversationAdmin
from storefronts.models import InvitationCode, Owner, Shop
from storefronts.states import SHOPS, ShopStatus
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.staff import (
    Act,
    Fact,
    Facts,
    Head,
    NoteForm,
    ReadOnlyAdmin,
    ReasonForm,
    StaffForm,
    Table,
    code,
    column,
    columns,
    facts_of,
    link,
    link_to,
    money,
    pill,
    rows_by,
    sentence_of,
    staff_actor,
    teach_names,
    teach_subject,
    trail,
    when,
)

__all__ = ["ConversationAdmin"]

teach_names(selectors.owner_names, selectors.owners_named)
teach_subject("owner", _("掌柜"), find=rows_by(Owner, "public_id"))
teach_subject("shop", _("小铺"), SHOPS, find=rows_by(Shop, "number"))
teach_subject("invitation", _("邀请码"), find=rows_by(InvitationCode, "code"))
SHOWN_PICKS = 50


def _full_name(row: Shop) -> str:
    return selectors.display_name(row.name, rules_at(clock.now()).SHOP_SUFFIX)


def _suspend(row: Owner, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.suspend_owner(public_id=row.public_id, reason=answers["reason"], actor=actor, at=at)


def _resume(row: Owner, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.resume_owner(public_id=row.public_id, reason=answers["reason"], actor=actor, at=at)


@admin.register(Owner)
class OwnerAdmin(ReadOnlyAdmin):
    """Shop owners: standing, shops, money. Real names are not shown to anyone here."""

    search_fields = ("user__nickname", "public_id")
    search_help_text = _("按昵称或编号查找")
    ordering = ("-id",)
    list_select_related = ("user", "standing")
    list_display = columns(
        Owner,
        column(_("掌柜"), lambda row: row.user.nickname, "user__nickname"),
        column(_("手机号"), lambda row: row.user.masked_phone),
        column(_("等级"), lambda row: row.standing.get_tier_display(), "standing__tier"),
        column(_("违规分"), lambda row: row.standing.points, "standing__points"),
        column(_("欠款"), lambda row: money(row.standing.debt_fen), "standing__debt_fen", num=True),
        "joined_at",
        column(_("编号"), lambda row: code(row.public_id)),
    )

    acts = (
        Act(
            "suspend", _("暂停"), _suspend, frozenset(), ReasonForm, "danger", "pause_circle",
            _("暂停期间不能提现、没有等级奖励、不参与评级，原因会显示给掌柜。"), _("已暂停"),
        ),
        Act(
            "resume", _("恢复"), _resume, frozenset(), ReasonForm, "primary", "play_circle",
            _("恢复提现、奖励与评级，说明会显示给掌柜。"), _("已恢复"),
        ),
    )  # fmt: skip

    def acts_for(self, request: HttpRequest, row: Owner) -> list[Act]:
        wanted = "resume" if row.standing.suspended else "suspend"
        return [act for act in self.acts if act.name == wanted]

    def head(self, row: Owner) -> Head:
        state = pill("suspended", _("已暂停")) if row.standing.suspended else ""
        return Head(row.user.nickname, state, row.standing.get_tier_display())

    def main(self, request: HttpRequest, row: Owner) -> list[Any]:
        standing = row.standing
        items = [
            Fact(_("账号"), link_to(row.user)),
            Fact(_("手机号"), row.user.masked_phone or "—"),
            Fact(_("加入时间"), when(row.joined_at)),
            Fact(_("等级"), standing.get_tier_display()),
            Fact(_("违规分"), standing.points, "bad" if standing.points else ""),
            Fact(_("欠款"), money(standing.debt_fen), "bad" if standing.debt_fen else ""),
            *facts_of(standing, "stopped_until", "hidden_until", "is_reviewed", "is_closed"),
        ]
        shops = [
            (link_to(shop, shop.name), code(shop.number), pill(shop.status, shop.get_status_display()),
             selectors.pick_count(shop), when(shop.opened_at))
            for shop in selectors.shops_of(row)
        ]  # fmt: skip
        heads = (_("店名"), _("店铺号"), _("状态"), _("在架选品"), _("开店时间"))
        return [Facts(_("掌柜"), items), Table(_("小铺"), heads, shops, frozenset({3}))]

    def side(self, request: HttpRequest, row: Owner) -> list[Any]:
        wallet = [
            Fact(AccountKind(kind).label, money(fen))
            for (kind, _party), fen in balances(row.public_id).items()
        ]
        more = [
            Fact(_("佣金明细"), link(self._of("commissions_commissionline", row), _("查看"))),
            Fact(_("月结单"), link(self._of("commissions_statement", row), _("查看"))),
            Fact(_("等级记录"), link(self._of("commissions_tiermonth", row), _("查看"))),
            Fact(_("订单"), link(self._of("orders_order", row), _("查看"))),
            Fact(_("提现"), link(self._of("commissions_withdrawal", row), _("查看"))),
            Fact(_("等级"), link(self._give_level(row), _("人工指定"))),
            Fact(_("处罚记录"), link(self._of("disputes_penalty", row), _("查看"))),
            Fact(
                _("违规处罚"),
                link(f"{reverse('admin:disputes_penalty_give')}?owner={row.public_id}", _("处罚")),
            ),
        ]
        return [Facts(_("资金"), wallet), Facts(_("往来"), more), trail("owner", row.public_id)]

    def _give_level(self, row: Owner) -> str:
        return f"{reverse('admin:commissions_tieroverride_give')}?owner={row.public_id}"

    def _of(self, model: str, row: Owner) -> str:
        return f"{reverse(f'admin:{model}_changelist')}?owner__id__exact={row.pk}"


def _approve_name(row: Shop, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.approve_shop_name(number=row.number, actor=actor, at=at, note=answers["reason"])


def _hide(row: Shop, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.hide_shop(number=row.number, actor=actor, at=at, reason=answers["reason"])


def _show(row: Shop, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.show_shop(number=row.number, actor=actor, at=at, note=answers["reason"])


def _close(row: Shop, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.close_shop(number=row.number, actor=actor, at=at, reason=answers["reason"])


@admin.register(Shop)
class ShopAdmin(ReadOnlyAdmin):
    """Shops and the queue of doubtful names."""

    chip_field = "status"
    search_fields = ("name", "number", "owner__user__nickname")
    search_help_text = _("按店名、店铺号或掌柜查找")
    ordering = ("-id",)
    list_select_related = ("owner__user",)
    list_display = columns(
        Shop,
        column(_("店名"), lambda row: row.name, "name"),
        column(_("店铺号"), lambda row: code(row.number), "number"),
        column(_("掌柜"), lambda row: link_to(row.owner), "owner__user__nickname"),
        "status",
        "opened_at",
        "renamed_at",
    )
    acts = (
        Act(
            "approve", _("通过店名"), _approve_name, frozenset({ShopStatus.NAME_REVIEW}), NoteForm, "primary", "check",
            _("通过后小铺立即营业。"), _("店名已通过，小铺开始营业"),
        ),
        Act(
            "hide", _("隐藏"), _hide, frozenset({ShopStatus.OPEN}), ReasonForm, "danger", "visibility_off",
            _("隐藏期间小铺页面与链接不可购买。"), _("已隐藏"),
        ),
        Act("show", _("恢复营业"), _show, frozenset({ShopStatus.HIDDEN}), NoteForm, "primary", "visibility", "",
            _("已恢复营业")),
        Act(
            "close", _("关闭"), _close,
            frozenset({ShopStatus.OPEN, ShopStatus.HIDDEN, ShopStatus.NAME_REVIEW}), ReasonForm, "danger", "block",
            _("关闭后不能恢复，店铺号不再使用。"), _("已关闭"),
        ),
    )  # fmt: skip

    def head(self, row: Shop) -> Head:
        return Head(_full_name(row), pill(row.status, row.get_status_display()), code(row.number))

    def main(self, request: HttpRequest, row: Shop) -> list[Any]:
        facts = [
            Fact(_("店名"), row.name),
            Fact(_("掌柜"), link_to(row.owner)),
            *facts_of(row, "description", "opened_at", "renamed_at"),
            Fact(_("在架选品"), f"{selectors.pick_count(row)} / {rules_at(self.moment()).PICK_LIMIT}"),
        ]
        picks = [
            (
                link_to(pick.good),
                money(pick.good.price_from_fen),
                pick.recommendation or "—",
                when(pick.picked_at),
            )
            for pick in selectors.picks_of(row)[:SHOWN_PICKS]
        ]
        heads = (_("商品"), _("价格"), _("推荐理由"), _("选入时间"))
        return [Facts(_("小铺"), facts), Table(_("最近选品"), heads, picks, frozenset({1}))]

    def side(self, request: HttpRequest, row: Shop) -> list[Any]:
        return [trail("shop", row.number)]


class InvitationForm(StaffForm):
    """How many may use the code and for how long; the code itself may be left to chance."""

    code = forms.CharField(
        label=_("邀请码（可不填）"),
        max_length=8,
        required=False,
        help_text=_("4 到 8 位大写字母或数字 2-9，不含 I 和 O；不填则随机生成。"),
    )
    max_uses = forms.IntegerField(label=_("可用次数"), min_value=1, max_value=100_000, initial=100)
    days = forms.IntegerField(label=_("有效天数"), min_value=1, max_value=365, initial=30)


def _code_state(row: InvitationCode) -> object:
    if row.uses >= row.max_uses:
        return pill("closed", _("已用完"))
    if clock.now() > row.expires_at:
        return pill("closed", _("已过期"))
    return pill("open", _("可用"))


@admin.register(InvitationCode)
class InvitationAdmin(ReadOnlyAdmin):
    """Invitation codes: a gate for the beta, never a reward."""

    search_fields = ("code",)
    ordering = ("-id",)
    list_display = columns(
        InvitationCode,
        column(_("邀请码"), lambda row: code(row.code), "code"),
        column(_("使用"), lambda row: f"{row.uses} / {row.max_uses}", "uses"),
        column(_("状态"), _code_state),
        "expires_at",
        "created_at",
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[InvitationCode]":
        return selectors.invitations()

    def own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.issue_view)
        return [path("issue/", view, name="storefronts_invitationcode_issue")]

    def tools(self, request: HttpRequest) -> list[tuple[object, str, str]]:
        return [(_("发放邀请码"), reverse("admin:storefronts_invitationcode_issue"), "add")]

    def hint(self, request: HttpRequest) -> object:
        return _("邀请码只是入口：不带来奖励、等级或人数。")

    def issue_view(self, request: HttpRequest) -> HttpResponse:
        """Make a code."""
        form = InvitationForm(request.POST or None)
        status = 200
        if request.method == "POST" and form.is_valid():
            answers, at = form.cleaned_data, clock.now()
            try:
                row = services.issue_invitation(
                    max_uses=answers["max_uses"],
                    expires_at=at + timedelta(days=answers["days"]),
                    actor=staff_actor(request),
                    at=at,
                    code=answers["code"],
                )
            except DomainError as error:
                form.add_error("code", sentence_of(error))
                status = error.status
            else:
                messages.success(request, gettext("已发放邀请码 {code}").format(code=row.code))
                return redirect(self.address(row))
        elif request.method == "POST":
            status = 400
        context = {**self.admin_site.each_context(request), "title": _("发放邀请码"), "form": form}
        return TemplateResponse(request, "storefronts/staff/invitation.html", context, status=status)

    def head(self, row: InvitationCode) -> Head:
        return Head(code(row.code), _code_state(row))

    def main(self, request: HttpRequest, row: InvitationCode) -> list[Any]:
        return [Facts("", facts_of(row, "max_uses", "uses", "expires_at", "created_at"))]

    def side(self, request: HttpRequest, row: InvitationCode) -> list[Any]:
        return [trail("invitation", row.code)]
