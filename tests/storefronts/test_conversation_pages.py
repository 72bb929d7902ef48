"""Pages of questions: asked as guest and member, answered on the owner's phone, at the supplier's desk and by staff."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from orders.gates import KEY
from storefronts.gates import VISITOR_COOKIE
from storefronts.models import Conversation, ConversationMessage, Shop
from storefronts.services import Asker, ask, sweep_conversations
from suppliers.models import Good, Supplier
from taoxiaopu.kernel import clock
from tests.factories import story

pytestmark = pytest.mark.django_db
PHONE, STREET, RECEIVER = "13911112222", "文三路", "李青禾"


class Place:
    """A supplier, its good in an owner's shop, signed-in browsers of all sides."""

    def __init__(self) -> None:
        self.at: datetime = clock.now()
        self.supplier: Supplier = story.supplier(self.at)
        self.good: Good = story.good(self.supplier, self.at)
        self.shop: Shop = story.picked_shop(self.at, self.good)
        self.owner = browser(self.shop.owner.user)
        self.seller = browser(self.supplier.members.get().user)
        self.guest = Client()

    @property
    def form(self) -> str:
        return reverse("shop-good-question", args=[self.shop.number, self.good.public_id])

    def asked(self, text: str = "敏感肌能用吗") -> Conversation:
        answer = self.guest.post(self.form, {"text": text, "key": ""})
        assert answer.status_code == 303, answer.content.decode()
        return Conversation.objects.latest("pk")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def place() -> Place:
    return Place()


def body(client: Client, name: str, *args: str, status: int = 200) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == status, name
    return answer.content.decode()


def test_a_guest_asks_before_any_order_and_only_that_browser_reads_it(place: Place) -> None:
    shown = body(place.guest, "shop-good", place.shop.number, place.good.public_id)
    assert place.form in shown
    page = place.guest.get(place.form)
    assert page.status_code == 200
    assert "12 小时内" in page.content.decode()
    assert page.cookies[VISITOR_COOKIE]["httponly"]
    row = place.asked("加微信 abc_12345 说，敏感肌能用吗")
    assert row.asker.startswith("v:")
    thread = body(place.guest, "question", row.number)
    assert "加微信 *** 说" in thread
    assert "联系方式已隐藏" in thread
    assert "abc_12345" not in thread
    for stranger in (Client(), browser(story.user(60)), place.owner):
        body(stranger, "question", row.number, status=404)
        assert (
            stranger.post(reverse("question-message", args=[row.number]), {"text": "你好"}).status_code == 404
        )
    forged = Client()
    forged.cookies[VISITOR_COOKIE] = row.asker.removeprefix("v:")  # without a signature
    body(forged, "question", row.number, status=404)


def test_the_form_sent_twice_asks_once_and_says_what_is_wrong(place: Place) -> None:
    key = re.search(r'name="key" value="([^"]+)"', place.guest.get(place.form).content.decode())
    assert key
    for _again in range(2):
        assert place.guest.post(place.form, {"text": "有小样吗", "key": key[1]}).status_code == 303
    assert ConversationMessage.objects.count() == 1
    wrong = place.guest.post(place.form, {"text": "好", "key": ""})
    assert wrong.status_code == 422
    assert ConversationMessage.objects.count() == 1


def test_the_owner_answers_with_facts_at_hand_and_never_sees_who_asks(place: Place) -> None:
    story.paid_order(place.good, place.at, through=place.shop)
    row = place.asked()
    home = body(place.owner, "owner:home")
    assert reverse("owner:questions") in home
    listed = body(place.owner, "owner:questions")
    assert row.number in listed
    assert f"顾客 {row.alias}" in listed
    thread = body(place.owner, "owner:question", row.number)
    for fact in (
        place.good.title,
        "付款后 48 小时内发货",
        "敏感肌能用吗",
        place.good.category.get_return_policy_display(),
    ):
        assert fact in thread, fact
    for secret in (PHONE, STREET, RECEIVER, "139****"):
        assert secret not in thread, secret
    refused = place.owner.post(
        reverse("owner:question-answer", args=[row.number]), {"text": "全网最好用", "key": ""}
    )
    assert refused.status_code == 422
    said = place.owner.post(
        reverse("owner:question-answer", args=[row.number]), {"text": "可以用", "key": ""}
    )
    assert said.status_code == 303
    assert "可以用" in body(place.guest, "question", row.number)
    assert "没有待回复的咨询" in body(place.owner, "owner:questions")


def test_one_tap_gives_it_to_the_supplier_whose_desk_counts_it(place: Place) -> None:
    row = place.asked()
    body(place.seller, "supplier:question", row.number, status=404)
    assert place.owner.post(reverse("owner:question-handover", args=[row.number])).status_code == 303
    assert "已转交" in body(place.owner, "owner:question", row.number)
    home = body(place.seller, "supplier:home")
    assert re.search(r'href="/supplier/questions/"[^>]*>.*?tally-hot">1<', home, re.DOTALL)
    assert "待回复咨询" in home
    assert row.number in body(place.seller, "supplier:questions")
    assert "敏感肌能用吗" in body(place.seller, "supplier:question", row.number)
    place.seller.post(reverse("supplier:question-answer", args=[row.number]), {"text": "商家答复", "key": ""})
    assert "商家答复" in body(place.guest, "question", row.number)
    assert "商家答复" not in body(place.owner, "owner:question", row.number)


def test_a_buyer_asks_on_the_order_page_and_the_supplier_sees_the_line(place: Place) -> None:
    order = story.paid_order(place.good, place.at, through=place.shop)
    line = story.line_of(order)
    session = place.guest.session
    session[KEY] = [order.trade.number]
    session.save()
    link = reverse("line-question", args=[line.ref])
    assert link in body(place.guest, "order", order.number)
    assert Client().get(link).status_code == 404
    assert place.guest.post(link, {"text": "什么时候发货", "key": ""}).status_code == 303
    row = Conversation.objects.get()
    page = body(place.seller, "supplier:question", row.number)
    assert order.number in page
    assert "139****2222" in page
    assert PHONE not in page
    body(place.owner, "owner:question", row.number, status=404)
    assert row.number in body(place.guest, "questions")


def test_staff_answer_what_nobody_answered(place: Place) -> None:
    row = ask(
        asker=Asker(None, visitor="v1"),
        good=place.good,
        shop=None,
        text="有货吗",
        at=place.at - timedelta(hours=49),
    )
    sweep_conversations(at=place.at)
    staff = browser(story.user(900, is_staff=True))
    queue = staff.get(reverse("admin:storefronts_conversation_changelist") + "?status__exact=wait_platform")
    assert row.number in queue.content.decode()
    page = staff.get(reverse("admin:storefronts_conversation_change", args=[row.pk]))
    assert "有货吗" in page.content.decode()
    done = staff.post(
        reverse("admin:storefronts_conversation_act", args=[row.pk, "answer"]), {"text": "已问过商家：有货"}
    )
    assert done.status_code == 302
    assert Conversation.objects.get(pk=row.pk).status == "answered"
    assert "已由平台处理" in body(place.seller, "supplier:question", row.number)


def test_a_thread_is_ended_and_pages_without_anything_say_so(place: Place) -> None:
    for client, name, words in (
        (place.guest, "questions", "还没有咨询"),
        (place.owner, "owner:questions", "没有待回复的咨询"),
        (place.seller, "supplier:questions", "没有待回复的咨询"),
    ):
        assert words in body(client, name)
    row = place.asked()
    assert place.guest.post(reverse("question-closing", args=[row.number])).status_code == 303
    assert "咨询已结束" in body(place.guest, "question", row.number)
    late = place.guest.post(reverse("question-message", args=[row.number]), {"text": "还在吗", "key": ""})
    assert late.status_code == 409


def test_lists_ask_the_same_number_of_queries_however_long(place: Place) -> None:
    def asked(n: int) -> None:
        for i in range(n):
            ask(
                asker=Asker(None, visitor=f"many{n}-{i}"),
                good=place.good,
                shop=None,
                text="有货吗",
                at=place.at,
            )

    asked(1)
    body(place.seller, "supplier:questions")
    with CaptureQueriesContext(connection) as few:
        body(place.seller, "supplier:questions")
    asked(9)
    with CaptureQueriesContext(connection) as many:
        body(place.seller, "supplier:questions")
    assert len(many) == len(few)
