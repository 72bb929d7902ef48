"""Questions over the API: a member's own, those an owner answers or hands over, those a supplier answers."""

from collections.abc import Callable
from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orders.access import Holder, line_for_buyer
from orders.selectors import asked_by
from orders.services import ask_about_line, hand_question_over
from storefronts import services
from storefronts.access import (
    conversation_for_asker,
    conversation_for_owner,
    conversation_for_supplier,
    owner_for,
    pick_for_visitor,
)
from storefronts.models import Conversation
from storefronts.selectors.conversations import (
    OWNER_TABS,
    SUPPLIER_TABS,
    conversations_asked_by,
    conversations_of_owner,
    conversations_of_supplier,
    messages_for,
)
from storefronts.services import Asker
from storefronts.states import ConversationStatus, Handler
from suppliers.access import good_for_visitor
from suppliers.gates import caller_of, supplier_of_call
from suppliers.states import Area
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.api import KEY, PAGING, REFUSALS, Api, ErrorBody, StrictSerializer, page_of
from taoxiaopu.kernel.api_schema import extend

CREATED = {**REFUSALS, 409: ErrorBody, 422: ErrorBody, 429: ErrorBody}
UNBLOCKED = {204: None, 401: ErrorBody, 404: ErrorBody}
# What is done in a conversation: who acts, what was said; gives the conversation back as it then is.
Work = Callable[[Conversation, Actor, str], Conversation]


class ConversationMessageBody(serializers.Serializer[Any]):
    """One thing said; ``masked``: contact data was hidden in it before it was stored."""

    seq = serializers.IntegerField()
    side = serializers.ChoiceField(choices=ActorKind.choices)
    text = serializers.CharField()
    masked = serializers.BooleanField()
    at = serializers.DateTimeField()


class ConversationBody(serializers.Serializer[Any]):
    """A conversation; ``due_at`` is what its clock does next, ``pass_at`` when the question goes on."""

    number = serializers.CharField()
    good = serializers.CharField(source="good.public_id")
    title = serializers.CharField(source="good.title")
    shop = serializers.CharField(source="shop.number", default=None, allow_null=True)
    status = serializers.ChoiceField(choices=ConversationStatus.choices)
    handler = serializers.ChoiceField(choices=Handler.choices)
    due_at = serializers.DateTimeField(allow_null=True)
    pass_at = serializers.DateTimeField(allow_null=True)
    opened_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()
    unread = serializers.IntegerField(default=0)


CONVERSATION_PAGE = page_of(ConversationBody)


class AskedLineBody(serializers.Serializer[Any]):
    """The order line that a question is about; the receiver's phone is masked."""

    ref = serializers.CharField()
    order = serializers.CharField()
    sku = serializers.CharField()
    quantity = serializers.IntegerField()
    phone = serializers.CharField()


class SupplierConversationBody(ConversationBody):
    """A conversation for its supplier."""

    line = AskedLineBody(allow_null=True)


class ConversationThreadBody(ConversationBody):
    """A conversation with what was said, as far as the caller may read it."""

    messages = serializers.SerializerMethodField()
    side = ActorKind.BUYER

    @extend_schema_field(ConversationMessageBody(many=True))
    def get_messages(self, row: Conversation) -> Any:
        return ConversationMessageBody(messages_for(row, self.side), many=True).data


class OwnerThreadBody(ConversationThreadBody):
    """As the owner reads it: up to the hand-over."""

    side = ActorKind.OWNER


class SupplierThreadBody(ConversationThreadBody):
    """As the supplier reads it: from the excerpt on, with the order line."""

    side = ActorKind.SUPPLIER
    line = AskedLineBody(allow_null=True)


class OwnerQuestionsQuery(serializers.Serializer[Any]):
    """Filter of an owner's list."""

    tab = serializers.ChoiceField(choices=list(OWNER_TABS), required=False)


class SupplierQuestionsQuery(serializers.Serializer[Any]):
    """Filter of a supplier's list."""

    tab = serializers.ChoiceField(choices=list(SUPPLIER_TABS), required=False)


class NewMessage(StrictSerializer):
    """What is said."""

    text = serializers.CharField(max_length=500)


class NewQuestion(NewMessage):
    """A question about a good, in a shop or on the platform's own page, or about an order ``line``."""

    good = serializers.CharField(max_length=16, required=False)
    shop = serializers.CharField(max_length=8, required=False)
    line = serializers.CharField(max_length=24, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("line" in attrs) == ("good" in attrs) or ("shop" in attrs and "good" not in attrs):
            raise serializers.ValidationError({"good": [str(_("请指定商品（可带小铺）或订单行之一"))]})
        return attrs


def _mine(request: Request) -> Any:
    return asked_by(Holder(request.user.pk, ()), "")


class Questions(Api):
    """What the member asked."""

    @extend(
        "questions_list",
        _("列出自己的咨询，最新消息在前"),
        parameters=PAGING,
        responses={200: CONVERSATION_PAGE, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """List one's own questions, the newest message first."""
        return self.page(request, conversations_asked_by(_mine(request)), ConversationBody)

    @extend(
        "questions_create",
        _("就商品或订单行提问；同一事项进行中的咨询会接着问"),
        parameters=[KEY],
        request=NewQuestion,
        responses={201: ConversationThreadBody, **CREATED},
    )
    def post(self, request: Request) -> Response:
        """Ask; an open conversation about the same thing goes on."""
        data = self.checked(NewQuestion, request.data)
        if "line" in data:
            line = line_for_buyer(Holder(request.user.pk, ()), data["line"])

            def ask() -> Conversation:
                return ask_about_line(line=line, text=data["text"], at=clock.now())
        else:
            pick = pick_for_visitor(data["shop"], data["good"]) if "shop" in data else None
            good = pick.good if pick else good_for_visitor(data["good"])

            def ask() -> Conversation:
                return services.ask(
                    asker=Asker(request.user.pk), good=good, shop=pick.shop if pick else None, text=data["text"],
                    at=clock.now(),
                )  # fmt: skip

        return self.create_once(request, lambda: ConversationThreadBody(ask()).data)


class _OneQuestion(Api):
    """One conversation, as one of its sides holds it."""

    body: type[ConversationThreadBody]

    def found(self, request: Request, number: str) -> tuple[Conversation, Actor]:
        """The conversation and who acts. Raises NotFound."""
        raise NotImplementedError

    def seen(self, request: Request, number: str) -> Response:
        """The thread as far as this side may read it; it counts as seen."""
        found, _actor = self.found(request, number)
        services.mark_read(conversation=found, side=self.body.side)
        return Response(self.body(found).data)

    def act(self, request: Request, number: str, work: Work, *, words: bool = False) -> Response:
        """Do one thing in it, once; the answer is the thread that ``work`` gives back."""
        found, actor = self.found(request, number)
        text = self.checked(NewMessage, request.data)["text"] if words else ""
        return self.create_once(request, lambda: self.body(work(found, actor, text)).data)

    def block(self, request: Request, number: str) -> Response:
        """Take no more pre-sale questions of this consumer."""

        def work(found: Conversation, actor: Actor, _text: str) -> Conversation:
            services.block_asker(conversation=found, actor=actor, at=clock.now())
            return self.found(request, number)[0]

        return self.act(request, number, work)

    def unblock(self, request: Request, number: str) -> Response:
        """Take them again."""
        found, actor = self.found(request, number)
        services.unblock_asker(conversation=found, actor=actor, at=clock.now())
        return Response(status=204)


def _acts(
    name: str, summary: Any, gives: type[ConversationThreadBody], takes: type[NewMessage] | None = None
) -> Callable[..., Any]:
    """How an act is described in the schema."""
    return extend(name, summary, parameters=[KEY], request=takes, responses={201: gives, **CREATED})


def _answer(found: Conversation, actor: Actor, text: str) -> Conversation:
    return services.answer(conversation=found, text=text, actor=actor, at=clock.now())


class _Mine(_OneQuestion):
    """One of the member's own."""

    body = ConversationThreadBody

    def found(self, request: Request, number: str) -> tuple[Conversation, Actor]:
        """The conversation and its asker. Raises NotFound."""
        found = conversation_for_asker(_mine(request), number)
        return found, Actor(ActorKind.BUYER, found.number)


class Question(_Mine):
    """One of the member's questions."""

    @extend(
        "questions_read", _("查看一个咨询，并标为已读"), responses={200: ConversationThreadBody, **REFUSALS}
    )
    def get(self, request: Request, question: str) -> Response:
        """Read one thread; it counts as seen."""
        return self.seen(request, question)


class QuestionMessages(_Mine):
    """What the member adds."""

    @_acts("questions_say", _("追问"), ConversationThreadBody, NewMessage)
    def post(self, request: Request, question: str) -> Response:
        """Say more."""
        return self.act(
            request,
            question,
            lambda found, _actor, text: services.ask_again(conversation=found, text=text, at=clock.now()),
            words=True,
        )


class QuestionClosing(_Mine):
    """The end of a conversation."""

    @_acts("questions_close", _("结束咨询"), ConversationThreadBody)
    def post(self, request: Request, question: str) -> Response:
        """End a conversation."""

        def work(found: Conversation, actor: Actor, _text: str) -> Conversation:
            services.close_conversation(conversation=found, actor=actor, at=clock.now())
            return self.found(request, question)[0]

        return self.act(request, question, work)


class OwnerQuestionList(Api):
    """What the owner was asked."""

    @extend(
        "owner_questions_list",
        _("列出顾客咨询；待回复的按期限排序"),
        parameters=[OwnerQuestionsQuery, *PAGING],
        responses={200: CONVERSATION_PAGE, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """List questions; those that wait by deadline."""
        tab = self.checked(OwnerQuestionsQuery, request.query_params).get("tab", "")
        return self.page(request, conversations_of_owner(owner_for(request.user), tab), ConversationBody)


class _OfOwner(_OneQuestion):
    """One that an owner was asked."""

    body = OwnerThreadBody

    def found(self, request: Request, number: str) -> tuple[Conversation, Actor]:
        """The conversation and its owner. Raises NotFound."""
        owner = owner_for(request.user)
        actor = Actor(ActorKind.OWNER, owner.public_id, request.user.public_id)
        return conversation_for_owner(owner, number), actor


class OwnerQuestion(_OfOwner):
    """One question that the owner was asked."""

    @extend(
        "owner_questions_read",
        _("查看一个咨询（到转交为止），并标为已读"),
        responses={200: OwnerThreadBody, **REFUSALS},
    )
    def get(self, request: Request, question: str) -> Response:
        """Read one thread up to the hand-over; it counts as seen."""
        return self.seen(request, question)


class OwnerAnswers(_OfOwner):
    """The owner's answers."""

    @_acts("owner_questions_answer", _("回复顾客"), OwnerThreadBody, NewMessage)
    def post(self, request: Request, question: str) -> Response:
        """Answer."""
        return self.act(request, question, _answer, words=True)


class OwnerHandover(_OfOwner):
    """Giving a conversation to the supplier."""

    @_acts("owner_questions_hand_over", _("转给商家，附最近的对话与订单行"), OwnerThreadBody)
    def post(self, request: Request, question: str) -> Response:
        """Give the conversation to the supplier with its last messages and the order line."""
        return self.act(
            request,
            question,
            lambda found, actor, _text: hand_question_over(conversation=found, actor=actor, at=clock.now()),
        )


class OwnerBlock(_OfOwner):
    """The owner's will not to be asked by this consumer."""

    @_acts("owner_questions_block", _("屏蔽这位顾客的售前咨询，并结束咨询"), OwnerThreadBody)
    def post(self, request: Request, question: str) -> Response:
        """Take no more pre-sale questions of this consumer; the conversation ends."""
        return self.block(request, question)

    @extend("owner_questions_unblock", _("解除屏蔽"), responses=UNBLOCKED)
    def delete(self, request: Request, question: str) -> Response:
        """Listen to this consumer again."""
        return self.unblock(request, question)


class SupplierQuestionList(Api):
    """What the supplier has to answer."""

    @extend(
        "supplier_questions_list",
        _("列出咨询；待回复的按期限排序"),
        parameters=[SupplierQuestionsQuery, *PAGING],
        responses={200: page_of(SupplierConversationBody), **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """List questions; those that wait by deadline."""
        supplier = supplier_of_call(request, Area.CASES)
        tab = self.checked(SupplierQuestionsQuery, request.query_params).get("tab", "")
        return self.page(request, conversations_of_supplier(supplier, tab), SupplierConversationBody)


class _OfSupplier(_OneQuestion):
    """One that came to a supplier."""

    body = SupplierThreadBody

    def found(self, request: Request, number: str) -> tuple[Conversation, Actor]:
        """The conversation and the supplier's member. Raises NotFound, RoleRefused."""
        who = caller_of(request, Area.CASES)
        return conversation_for_supplier(who.supplier, number), who.actor


class SupplierQuestion(_OfSupplier):
    """One question that came to the supplier."""

    @extend(
        "supplier_questions_read",
        _("查看一个咨询，并标为已读"),
        responses={200: SupplierThreadBody, **REFUSALS},
    )
    def get(self, request: Request, question: str) -> Response:
        """Read one thread from the excerpt on; it counts as seen."""
        return self.seen(request, question)


class SupplierAnswers(_OfSupplier):
    """The supplier's answers."""

    @_acts("supplier_questions_answer", _("回复顾客"), SupplierThreadBody, NewMessage)
    def post(self, request: Request, question: str) -> Response:
        """Answer."""
        return self.act(request, question, _answer, words=True)


class SupplierBlock(_OfSupplier):
    """The supplier's will not to be asked by this consumer before a sale."""

    @_acts("supplier_questions_block", _("屏蔽这位顾客的售前咨询，并结束咨询"), SupplierThreadBody)
    def post(self, request: Request, question: str) -> Response:
        """Take no more pre-sale questions of this consumer; the conversation ends."""
        return self.block(request, question)

    @extend("supplier_questions_unblock", _("解除屏蔽"), responses=UNBLOCKED)
    def delete(self, request: Request, question: str) -> Response:
        """Listen to this consumer again."""
        return self.unblock(request, question)


urlpatterns = [
    path("owner/questions/<slug:question>/block/", OwnerBlock.as_view(), name="owner-question-block"),
    path(
        "supplier/questions/<slug:question>/block/", SupplierBlock.as_view(), name="supplier-question-block"
    ),
    path("questions/", Questions.as_view(), name="questions"),
    path("questions/<slug:question>/", Question.as_view(), name="question"),
    path("questions/<slug:question>/messages/", QuestionMessages.as_view(), name="question-messages"),
    path("questions/<slug:question>/closing/", QuestionClosing.as_view(), name="question-closing"),
    path("owner/questions/", OwnerQuestionList.as_view(), name="owner-questions"),
    path("owner/questions/<slug:question>/", OwnerQuestion.as_view(), name="owner-question"),
    path("owner/questions/<slug:question>/answers/", OwnerAnswers.as_view(), name="owner-question-answers"),
    path(
        "owner/questions/<slug:question>/handover/", OwnerHandover.as_view(), name="owner-question-handover"
    ),
    path("supplier/questions/", SupplierQuestionList.as_view(), name="supplier-questions"),
    path("supplier/questions/<slug:question>/", SupplierQuestion.as_view(), name="supplier-question"),
    path(
        "supplier/questions/<slug:question>/answers/",
        SupplierAnswers.as_view(),
        name="supplier-question-answers",
    ),
]
