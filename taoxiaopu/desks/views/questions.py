"""A consumer's questions: asked on a good's page or about an order line, read and continued in one thread.

Members are known by their account, guests by the trades of their session or, before any order, by the signed browser key.
"""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, re_path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orders.access import line_for_buyer
from orders.gates import holder_of
from orders.selectors import asked_by
from orders.services import ask_about_line
from storefronts import services
from storefronts.access import conversation_for_asker, pick_for_visitor
from storefronts.gates import network_of, new_visitor, remember_visitor, visitor_of
from storefronts.models import Conversation, Shop
from storefronts.selectors import display_name
from storefronts.selectors.conversations import conversations_asked_by, messages_for
from storefronts.services import Asker
from storefronts.states import CONVERSATIONS, UNANSWERED
from suppliers.access import good_for_visitor
from suppliers.models import Good
from taoxiaopu.desks.forms import MessageForm
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.forms import refuse
from taoxiaopu.kernel.idempotency import run_form_once
from taoxiaopu.kernel.ids import secret_key_text
from taoxiaopu.kernel.settings import rules_at

PAGE = 20
BUYER = ActorKind.BUYER


@never_cache
@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    """Everything that this consumer asked, the newest message first."""
    found = conversations_asked_by(asked_by(holder_of(request), visitor_of(request)))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "storefronts/shopper/questions.html", {"page": page})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def good_question(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask the supplier on the platform's own good page."""
    good = good_for_visitor(public_id)
    return _ask_before(request, good, None, reverse("good", args=[public_id]))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def shop_good_question(request: HttpRequest, number: str, public_id: str) -> HttpResponse:
    """Ask the owner on a good's page in a shop."""
    pick = pick_for_visitor(number, public_id)
    return _ask_before(request, pick.good, pick.shop, reverse("shop-good", args=[number, public_id]))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def line_question(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask the supplier about a line that was bought."""
    line = line_for_buyer(holder_of(request), ref)
    context = {
        "good": line.good,
        "line": line,
        "asked": line.order.supplier.name,
        "hours": rules_at(clock.now()).ASK_SUPPLIER_H[0],
        "back": reverse("order", args=[line.order.number]),
    }
    asker = f"question of {line.ref}"
    return _form(
        request, context, asker, lambda text: ask_about_line(line=line, text=text, at=clock.now()).number
    )


def _ask_before(request: HttpRequest, good: Good, shop: Shop | None, back: str) -> HttpResponse:
    user_id = request.user.pk if request.user.is_authenticated else None
    visitor = visitor_of(request)
    fresh = new_visitor() if user_id is None and not visitor else ""
    asker = Asker(user_id=user_id, visitor=visitor or fresh, network=network_of(request))
    rules = rules_at(clock.now())

    def ask(text: str) -> str:
        return services.ask(asker=asker, good=good, shop=shop, text=text, at=clock.now()).number

    context = {
        "good": good,
        "asked": display_name(shop.name, rules.SHOP_SUFFIX) if shop else good.supplier.name,
        "shop": shop,
        "hours": (rules.ASK_OWNER_H if shop else rules.ASK_SUPPLIER_H)[0],
        "back": back,
    }
    response = _form(request, context, f"question {asker.key}", ask)
    if fresh:
        remember_visitor(response, fresh)
    return response


def _form(
    request: HttpRequest, context: dict[str, object], whose: str, ask: Callable[[str], str]
) -> HttpResponse:
    form, status = MessageForm(), 200
    if request.method == "POST":
        form, status = MessageForm(request.POST), 422
        if form.is_valid():
            text, key, at = form.cleaned_data["text"], request.POST.get("key", ""), clock.now()
            try:
                number = run_form_once(
                    actor=whose, key=key, inputs=[request.path, text], at=at, work=lambda: ask(text)
                )
            except DomainError as refused:
                refuse(form, refused)
                status = refused.status
            else:
                return _see(str(number))
    page = context | {"form": form, "key": secret_key_text()}
    return render(request, "storefronts/shopper/ask.html", page, status=status)


@never_cache
@require_safe
def question(request: HttpRequest, number: str) -> HttpResponse:
    """One thread: what was said, who answers and until when."""
    found = _mine(request, number)
    services.mark_read(conversation=found, side=BUYER)
    return _thread(request, found, MessageForm())


def _thread(request: HttpRequest, found: Conversation, form: MessageForm, status: int = 200) -> HttpResponse:
    context = {
        "conversation": found,
        "form": form,
        "said": messages_for(found, BUYER),
        "is_waiting": found.status in UNANSWERED,
        "may": CONVERSATIONS.events(found.status, BUYER),
        "shop_name": display_name(found.shop.name, rules_at(clock.now()).SHOP_SUFFIX) if found.shop else "",
        "asking": request.GET.get("ask", ""),
        "key": secret_key_text(),
    }
    return render(request, "storefronts/shopper/question.html", context, status=status)


@require_POST
def question_message(request: HttpRequest, number: str) -> HttpResponse:
    """Say more."""
    found = _mine(request, number)
    form, status = MessageForm(request.POST), 422
    if form.is_valid():
        text, key = form.cleaned_data["text"], request.POST.get("key", "")

        def say() -> str:
            return services.ask_again(conversation=found, text=text, at=clock.now()).number

        try:
            run_form_once(
                actor=f"question {number}", key=key, inputs=[request.path, text], at=clock.now(), work=say
            )
        except DomainError as refused:
            refuse(form, refused)
            status = refused.status
        else:
            return _see(number)
    return _thread(request, found, form, status)


@require_POST
def question_closing(request: HttpRequest, number: str) -> HttpResponse:
    """End a conversation."""
    found = _mine(request, number)
    try:
        services.close_conversation(conversation=found, actor=Actor(BUYER, number), at=clock.now())
    except DomainError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("咨询已结束"))
    return _see(number)


def _mine(request: HttpRequest, number: str) -> Conversation:
    return conversation_for_asker(asked_by(holder_of(request), visitor_of(request)), number)


def _see(number: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("question", args=[number]), status=303)


NUMBER = r"(?P<number>[0-9]{16})"
GOOD = r"(?P<public_id>[a-z0-9]{6,16})"
urlpatterns = [
    path("questions/", questions, name="questions"),
    re_path(rf"^questions/{NUMBER}/$", question, name="question"),
    re_path(rf"^questions/{NUMBER}/messages/$", question_message, name="question-message"),
    re_path(rf"^questions/{NUMBER}/closing/$", question_closing, name="question-closing"),
    re_path(rf"^g/{GOOD}/question/$", good_question, name="good-question"),
    re_path(
        rf"^s/(?P<number>[0-9]{{6,8}})/g/{GOOD}/question/$", shop_good_question, name="shop-good-question"
    ),
    re_path(r"^orders/lines/(?P<ref>[0-9]{16}-[0-9]{1,3})/question/$", line_question, name="line-question"),
]
