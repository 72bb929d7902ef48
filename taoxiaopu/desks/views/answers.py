"""Questions at the desks of those who answer: the owner's phone and the supplier's inbox, each with the good's facts at hand."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from orders.services import hand_question_over
from storefronts import services
from storefronts.access import conversation_for_owner, conversation_for_supplier
from storefronts.gates import OwnerRequest, owner_page
from storefronts.models import Conversation
from storefronts.selectors.conversations import (
    OWNER_TABS,
    SUPPLIER_TABS,
    conversations_of_owner,
    conversations_of_supplier,
    good_at_hand,
    is_blocked_by_owner,
    is_blocked_by_supplier,
    messages_for,
    owner_counts,
    steps_of_conversation,
    supplier_counts,
)
from storefronts.states import CONVERSATIONS, Handler
from suppliers.gates import SupplierRequest, supplier_page
from taoxiaopu.desks.forms import MessageForm
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.forms import refuse
from taoxiaopu.kernel.idempotency import run_form_once
from taoxiaopu.kernel.ids import secret_key_text

PAGE = 20
WORDS = {
    "waiting": gettext_lazy("待回复"),
    "answered": gettext_lazy("已回复"),
    "passed": gettext_lazy("已转交"),
    "platform": gettext_lazy("已转平台"),
    "closed": gettext_lazy("已结束"),
}
OWNER, SUPPLIER = ActorKind.OWNER, ActorKind.SUPPLIER


@owner_page
@require_safe
def owner_questions(request: OwnerRequest) -> HttpResponse:
    """What consumers ask, what waits first."""
    tab = _tab(request, OWNER_TABS)
    counts = owner_counts(request.owner)
    page = {
        "page": _page(request, conversations_of_owner(request.owner, tab)),
        "tab": tab,
        "tabs": [(key, WORDS[key], counts.tabs[key]) for key in OWNER_TABS],
        "unread_messages": counts.unread,
        "nav": "owner:home",
    }
    return render(request, "storefronts/owner/questions.html", page)


@owner_page
@require_safe
def owner_question(request: OwnerRequest, number: str) -> HttpResponse:
    """One thread as far as it is the owner's."""
    found = conversation_for_owner(request.owner, number)
    services.mark_read(conversation=found, side=OWNER)
    return _owner_thread(request, found, MessageForm())


def _owner_thread(
    request: OwnerRequest, found: Conversation, form: MessageForm, status: int = 200
) -> HttpResponse:
    page = _thread(found, OWNER, Handler.OWNER, form) | {
        "is_blocked": is_blocked_by_owner(found),
        "nav": "owner:home",
    }
    return render(request, "storefronts/owner/question.html", page, status=status)


@owner_page
@require_POST
def owner_answer(request: OwnerRequest, number: str) -> HttpResponse:
    """Answer."""
    found = conversation_for_owner(request.owner, number)
    form = MessageForm(request.POST)
    status = _answer(request, found, form, request.actor)
    return _owner_thread(request, found, form, status) if status else _see("owner:question", number)


@owner_page
@require_POST
def owner_handover(request: OwnerRequest, number: str) -> HttpResponse:
    """Give the conversation to the supplier."""
    found = conversation_for_owner(request.owner, number)

    def give() -> None:
        hand_question_over(conversation=found, actor=request.actor, at=clock.now())

    return _done(request, "owner:question", number, give, _("已转交商家，由商家回复顾客"))


@owner_page
@require_POST
def owner_block(request: OwnerRequest, number: str) -> HttpResponse:
    """Take no more questions of this consumer."""
    found = conversation_for_owner(request.owner, number)
    return _block(request, "owner:question", found, request.actor)


@owner_page
@require_POST
def owner_unblock(request: OwnerRequest, number: str) -> HttpResponse:
    """Listen to this consumer again."""
    found = conversation_for_owner(request.owner, number)
    return _unblock(request, "owner:question", found, request.actor)


@supplier_page
@require_safe
def supplier_questions(request: HttpRequest) -> HttpResponse:
    """The inbox of questions, by deadline."""
    supplier = cast(SupplierRequest, request).supplier
    tab = _tab(request, SUPPLIER_TABS)
    counts = supplier_counts(supplier)
    page = {
        "page": _page(request, conversations_of_supplier(supplier, tab)),
        "tab": tab,
        "tabs": [(key, WORDS[key], counts.tabs[key]) for key in SUPPLIER_TABS],
        "unread_messages": counts.unread,
    }
    return render(request, "storefronts/supplier/questions.html", page)


@supplier_page
@require_safe
def supplier_question(request: HttpRequest, number: str) -> HttpResponse:
    """One thread from the excerpt on, with the order line when there is one."""
    request = cast(SupplierRequest, request)
    found = conversation_for_supplier(request.supplier, number)
    services.mark_read(conversation=found, side=SUPPLIER)
    return _supplier_thread(request, found, MessageForm())


def _supplier_thread(
    request: SupplierRequest, found: Conversation, form: MessageForm, status: int = 200
) -> HttpResponse:
    page = _thread(found, SUPPLIER, Handler.SUPPLIER, form) | {
        "is_blocked": is_blocked_by_supplier(found),
        "steps": steps_of_conversation(found)[::-1],
        "nav": "supplier:questions",
    }
    return render(request, "storefronts/supplier/question.html", page, status=status)


@supplier_page
@require_POST
def supplier_answer(request: HttpRequest, number: str) -> HttpResponse:
    """Answer."""
    request = cast(SupplierRequest, request)
    found = conversation_for_supplier(request.supplier, number)
    form = MessageForm(request.POST)
    status = _answer(request, found, form, request.actor)
    return _supplier_thread(request, found, form, status) if status else _see("supplier:question", number)


@supplier_page
@require_POST
def supplier_block(request: HttpRequest, number: str) -> HttpResponse:
    """Take no more pre-sale questions of this consumer."""
    request = cast(SupplierRequest, request)
    return _block(
        request, "supplier:question", conversation_for_supplier(request.supplier, number), request.actor
    )


@supplier_page
@require_POST
def supplier_unblock(request: HttpRequest, number: str) -> HttpResponse:
    """Listen to this consumer again."""
    request = cast(SupplierRequest, request)
    return _unblock(
        request, "supplier:question", conversation_for_supplier(request.supplier, number), request.actor
    )


def _tab(request: HttpRequest, tabs: dict[str, Any]) -> str:
    tab = request.GET.get("tab", "")
    return tab if tab in tabs else "waiting"


def _page(request: HttpRequest, found: Any) -> Any:
    return Paginator(found, PAGE).get_page(request.GET.get("page"))


def _thread(found: Conversation, side: ActorKind, handler: Handler, form: MessageForm) -> dict[str, Any]:
    at = clock.now()
    may = CONVERSATIONS.events(found.status, side) if found.handler == handler else set()
    is_in_time = found.pass_at is None or at <= found.pass_at
    return {
        "conversation": found,
        "form": form,
        "said": messages_for(found, side),
        "hand": good_at_hand(found.good, is_on_sale=found.good.is_sellable_at(at)),
        "may": may if is_in_time else set(),
        "may_answer": found.handler == handler and found.status != "closed" and is_in_time,
        "key": secret_key_text(),
        "side": side,
    }


def _answer(request: HttpRequest, found: Conversation, form: MessageForm, actor: Actor) -> int:
    """0 when it was said, else the status of the page that says why not."""
    if not form.is_valid():
        return 422
    text = form.cleaned_data["text"]

    def say() -> str:
        return services.answer(conversation=found, text=text, actor=actor, at=clock.now()).number

    try:
        run_form_once(
            actor=f"answer {actor.ref}",
            key=request.POST.get("key", ""),
            inputs=[request.path, text],
            at=clock.now(),
            work=say,
        )
    except DomainError as refused:
        refuse(form, refused)
        return refused.status
    return 0


def _block(request: HttpRequest, page: str, found: Conversation, actor: Actor) -> HttpResponse:
    def act() -> None:
        services.block_asker(conversation=found, actor=actor, at=clock.now())

    return _done(request, page, found.number, act, _("已屏蔽，不再收到这位顾客的售前咨询"))


def _unblock(request: HttpRequest, page: str, found: Conversation, actor: Actor) -> HttpResponse:
    def act() -> None:
        services.unblock_asker(conversation=found, actor=actor, at=clock.now())

    return _done(request, page, found.number, act, _("已解除屏蔽"))


def _done(request: HttpRequest, page: str, number: str, act: Callable[[], None], words: str) -> HttpResponse:
    try:
        act()
    except DomainError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, words)
    return _see(page, number)


def _see(page: str, number: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(page, args=[number]), status=303)


owner_urls: list[URLPattern] = [
    path("questions/", owner_questions, name="questions"),
    path("questions/<slug:number>/", owner_question, name="question"),
    path("questions/<slug:number>/answers/", owner_answer, name="question-answer"),
    path("questions/<slug:number>/handover/", owner_handover, name="question-handover"),
    path("questions/<slug:number>/block/", owner_block, name="question-block"),
    path("questions/<slug:number>/unblock/", owner_unblock, name="question-unblock"),
]
supplier_urls: list[URLPattern] = [
    path("questions/", supplier_questions, name="questions"),
    path("questions/<slug:number>/", supplier_question, name="question"),
    path("questions/<slug:number>/answers/", supplier_answer, name="question-answer"),
    path("questions/<slug:number>/block/", supplier_block, name="question-block"),
    path("questions/<slug:number>/unblock/", supplier_unblock, name="question-unblock"),
]
