"""Staff's pages of conversations: the queue of what nobody answered in time, and an answer as the platform."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from storefronts import services
from storefronts.models import Conversation
from storefronts.selectors.conversations import messages_for
from storefronts.states import CONVERSATIONS, OPEN_CONVERSATION, ConversationStatus, Handler
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.staff import (
    Act,
    Block,
    Fact,
    Facts,
    Head,
    ReadOnlyAdmin,
    ReasonForm,
    StaffForm,
    code,
    column,
    columns,
    facts_of,
    link_to,
    pill,
    rows_by,
    teach_subject,
    trail,
)

teach_subject("conversation", _("咨询"), CONVERSATIONS, find=rows_by(Conversation, "number"))


class AnswerForm(StaffForm):
    """What the consumer reads."""

    text = forms.CharField(
        label=_("回复"), min_length=2, max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )


def _answer(row: Conversation, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.answer(conversation=row, text=answers["text"], actor=actor, at=at)


def _close(row: Conversation, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.close_conversation(conversation=row, actor=actor, at=at, reason=answers["reason"])


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    """Conversations; staff answer those that came to the platform."""

    chip_field = "status"
    search_fields = ("number", "good__title")
    search_help_text = _("按咨询号或商品查找")
    ordering = ("-last_at",)
    list_select_related = ("good", "supplier", "shop")
    list_filter = ("handler",)
    empty = _("顾客的咨询会出现在这里；掌柜和商家都没有及时回复的，由平台回复")
    list_display = columns(
        Conversation,
        column(_("咨询号"), lambda row: code(row.number), "number"),
        column(_("商品"), lambda row: row.good.title[:30]),
        column(_("小铺"), lambda row: link_to(row.shop)),
        column(_("供应商"), lambda row: link_to(row.supplier)),
        "status",
        "due_at",
        "last_at",
    )
    acts = (
        Act("answer", _("以平台身份回复"), _answer, frozenset({ConversationStatus.WAIT_PLATFORM}), AnswerForm,
            tone="primary", icon="reply", done=_("已回复")),
        Act("close", _("结束咨询"), _close, frozenset(map(str, OPEN_CONVERSATION)), ReasonForm, icon="close"),
    )  # fmt: skip

    def acts_for(self, request: HttpRequest, row: Conversation) -> list[Act]:
        more = row.status == ConversationStatus.ANSWERED and row.handler == Handler.STAFF
        return [act for act in self.acts if act.offered(row.status) or (more and act.name == "answer")]

    def head(self, row: Conversation) -> Head:
        return Head(row.good.title, pill(row.status, row.get_status_display()), code(row.number))

    def main(self, request: HttpRequest, row: Conversation) -> list[Any]:
        said = messages_for(row, ActorKind.STAFF)
        return [Block(_("对话"), "storefronts/staff/_talk.html", {"messages": said, "alias": row.alias})]

    def side(self, request: HttpRequest, row: Conversation) -> list[Any]:
        parties = [
            Fact(_("商品"), link_to(row.good)),
            Fact(_("小铺"), link_to(row.shop)),
            Fact(_("掌柜"), link_to(row.owner)),
            Fact(_("供应商"), link_to(row.supplier)),
            Fact(_("订单"), code(row.line["order"]) if row.line else "—"),
        ]
        times = facts_of(row, "handler", "due_at", "pass_at", "opened_at", "last_at", "closed_at")
        return [Facts(_("归属"), parties), Facts(_("时限"), times), trail("conversation", row.number)]
