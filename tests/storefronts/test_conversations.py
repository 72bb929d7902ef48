"""Conversations: who answers, clocks to the second, hand-over, what each side may read, limits and blocks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction

from accounts.models import InboxLetter, User
from orders import services as orders
from orders.access import Holder
from orders.selectors import asked_by
from storefronts import errors, services
from storefronts.access import conversation_for_asker, conversation_for_owner, conversation_for_supplier
from storefronts.models import AskerBlock, Conversation, ConversationMessage, Shop
from storefronts.selectors.conversations import (
    conversations_asked_by,
    conversations_of_owner,
    conversations_of_supplier,
    messages_for,
    owner_counts,
    questions_waiting_for_owner,
    supplier_counts,
    unread_answers,
)
from storefronts.services import Asker, sweep_conversations
from suppliers import services as suppliers
from suppliers.models import Good, Supplier
from taoxiaopu.desks.selectors import waiting_of
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import MoveRefused, NotFound
from tests.factories import story

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
H, US = timedelta(hours=1), timedelta(microseconds=1)
STAFF = Actor(ActorKind.STAFF, "anna", "anna")
GUEST = Asker(user_id=None, visitor="browser-1", network="203.0.113.7")


class Place:
    """A supplier, its good in an owner's shop, and a member."""

    def __init__(self) -> None:
        self.supplier: Supplier = story.supplier(AT)
        self.good: Good = story.good(self.supplier, AT)
        self.shop: Shop = story.picked_shop(AT, self.good)
        self.member: User = story.user(50)

    @property
    def owner(self) -> Actor:
        return Actor(ActorKind.OWNER, self.shop.owner.public_id, self.shop.owner.user.public_id)

    @property
    def seller(self) -> Actor:
        return story.supplier_actor(self.supplier)

    def ask(
        self, text: str = "敏感肌能用吗", *, asker: Asker | None = None, at: datetime = AT, **more: Any
    ) -> Conversation:
        shop = more.pop("shop", self.shop)
        asker = asker or Asker(user_id=self.member.pk)
        return services.ask(asker=asker, good=self.good, shop=shop, text=text, at=at)

    def answer(
        self, row: Conversation, text: str = "可以，先在耳后试", *, by: Actor | None = None, at: datetime = AT
    ) -> Conversation:
        return services.answer(conversation=again(row), text=text, actor=by or self.owner, at=at)


@pytest.fixture
def place() -> Place:
    return Place()


def again(row: Conversation) -> Conversation:
    return Conversation.objects.select_related("good__category", "shop__owner__user", "supplier").get(
        pk=row.pk
    )


def letters(code: str) -> list[tuple[int, dict[str, Any]]]:
    return list(InboxLetter.objects.filter(kind=code).order_by("pk").values_list("user_id", "facts"))


def texts(row: Conversation, side: ActorKind) -> list[str]:
    return [said.text for said in messages_for(again(row), side)]


def test_a_question_in_a_shop_waits_for_its_owner_for_twelve_hours(place: Place) -> None:
    row = place.ask()
    assert (row.status, row.handler, row.due_at, row.pass_at) == (
        "wait_owner",
        "owner",
        AT + 12 * H,
        AT + 24 * H,
    )
    assert questions_waiting_for_owner(place.shop.owner) == 1
    assert waiting_of(place.supplier, story.user(77)).questions == 0
    with pytest.raises(NotFound):
        conversation_for_supplier(place.supplier, row.number)
    assert letters("question_asked") == [
        (place.shop.owner.user_id, {"title": place.good.title, "deadline_at": (AT + 12 * H).isoformat()})
    ]
    assert [e.event for e in audit.history("conversation", row.number)] == ["open"]


def test_without_a_shop_the_supplier_answers(place: Place) -> None:
    row = place.ask(shop=None)
    assert (row.status, row.handler, row.due_at, row.pass_at) == (
        "wait_supplier", "supplier", AT + 24 * H, AT + 48 * H,
    )  # fmt: skip
    assert conversation_for_supplier(place.supplier, row.number) == row
    assert len(letters("question_to_supplier")) == 1


@pytest.mark.parametrize(("late", "status"), [(timedelta(0), "wait_owner"), (US, "owner_late")])
def test_the_owner_is_late_a_moment_after_twelve_hours(place: Place, late: timedelta, status: str) -> None:
    row = place.ask()
    moved = sweep_conversations(at=AT + 12 * H + late)
    fresh = again(row)
    assert (fresh.status, moved) == (status, int(status == "owner_late"))
    assert fresh.due_at == (AT + 24 * H if status == "owner_late" else AT + 12 * H)
    assert len(letters("question_late")) == moved


@pytest.mark.parametrize(("late", "status"), [(timedelta(0), "owner_late"), (US, "wait_supplier")])
def test_the_supplier_is_offered_a_question_a_moment_after_a_day(
    place: Place, late: timedelta, status: str
) -> None:
    row = place.ask()
    sweep_conversations(at=AT + 13 * H)
    at = AT + 24 * H + late
    sweep_conversations(at=at)
    fresh = again(row)
    assert fresh.status == status
    if status == "wait_supplier":
        assert (fresh.handler, fresh.owner_until, fresh.supplier_from) == ("supplier", 1, 1)
        assert (fresh.due_at, fresh.pass_at) == (at + 24 * H, at + 48 * H)
        assert [user for user, _facts in letters("question_passed")] == [place.shop.owner.user_id]
        assert letters("question_moved") == [
            (place.member.pk, {"title": place.good.title, "who": "supplier"})
        ]


@pytest.mark.parametrize(
    ("after", "status"),
    [
        (24 * H, "wait_supplier"),
        (24 * H + US, "supplier_late"),
        (48 * H, "supplier_late"),
        (48 * H + US, "wait_platform"),
    ],
)
def test_both_sides_of_the_suppliers_clocks(place: Place, after: timedelta, status: str) -> None:
    row = place.ask(shop=None)
    sweep_conversations(at=AT + after)
    fresh = again(row)
    assert fresh.status == status
    assert fresh.handler == ("staff" if status == "wait_platform" else "supplier")
    assert len(letters("question_escalated")) == int(status == "wait_platform")
    if status == "wait_platform":
        assert (fresh.due_at, fresh.pass_at) == (None, None)
        assert sweep_conversations(at=AT + 900 * H) == 0


def test_a_sweep_that_comes_late_makes_every_move_and_the_next_clock_is_whole(place: Place) -> None:
    row = place.ask()
    at = AT + 100 * H
    assert sweep_conversations(at=at) == 1
    assert again(row).status == "wait_supplier"
    assert again(row).pass_at == at + 48 * H
    assert [e.event for e in audit.history("conversation", row.number)] == ["open", "owner_late", "pass_on"]
    assert sweep_conversations(at=at) == 0


@pytest.mark.parametrize("swept", [False, True])
def test_an_owner_answers_up_to_the_last_moment_whether_or_not_a_sweep_came(
    place: Place, swept: bool
) -> None:
    row = place.ask()
    if swept:
        sweep_conversations(at=AT + 23 * H)
    with pytest.raises(errors.AnswerTooLate):
        place.answer(row, at=AT + 24 * H + US)
    assert ConversationMessage.objects.count() == 1
    done = place.answer(row, at=AT + 24 * H)
    assert (done.status, done.due_at, done.pass_at) == ("answered", AT + 24 * H + timedelta(days=7), None)


def test_a_supplier_answers_up_to_the_last_moment(place: Place) -> None:
    row = place.ask(shop=None)
    with pytest.raises(errors.AnswerTooLate):
        place.answer(row, by=place.seller, at=AT + 48 * H + US)
    assert place.answer(row, by=place.seller, at=AT + 48 * H).status == "answered"


@pytest.mark.parametrize(("late", "status"), [(timedelta(0), "answered"), (US, "closed")])
def test_a_conversation_ends_after_a_quiet_week(place: Place, late: timedelta, status: str) -> None:
    row = place.ask()
    place.answer(row)
    sweep_conversations(at=AT + timedelta(days=7) + late)
    assert again(row).status == status


def test_another_question_starts_the_clock_again_and_more_words_do_not(place: Place) -> None:
    row = place.ask()
    services.ask_again(conversation=row, text="孕妇呢", at=AT + H)
    assert again(row).due_at == AT + 12 * H
    place.answer(row, at=AT + 2 * H)
    services.ask_again(conversation=row, text="几天能到", at=AT + 3 * H)
    fresh = again(row)
    assert (fresh.status, fresh.due_at, fresh.pass_at) == ("wait_owner", AT + 15 * H, AT + 27 * H)
    assert texts(row, ActorKind.BUYER) == ["敏感肌能用吗", "孕妇呢", "可以，先在耳后试", "几天能到"]


def test_asking_again_on_the_good_page_goes_on_in_the_open_conversation(place: Place) -> None:
    first = place.ask()
    assert place.ask("有小样吗", at=AT + H) == first
    services.close_conversation(conversation=first, actor=Actor(ActorKind.BUYER, first.number), at=AT + H)
    second = place.ask("又有问题", at=AT + 2 * H)
    assert second != first
    with pytest.raises(MoveRefused):
        services.ask_again(conversation=first, text="还在吗", at=AT + 2 * H)


def test_only_whose_turn_it_is_answers(place: Place) -> None:
    row = place.ask()
    for other in (place.seller, STAFF):
        with pytest.raises(MoveRefused):
            place.answer(row, by=other)
    place.answer(row)
    for other in (place.seller, STAFF):
        with pytest.raises(MoveRefused):
            place.answer(row, by=other)
    place.answer(row, "还可以搭配精华")  # who answered may add
    assert again(row).messages_count == 3


def test_the_platform_answers_what_nobody_did_and_goes_on_with_it(place: Place) -> None:
    row = place.ask(shop=None)
    sweep_conversations(at=AT + 49 * H)
    done = place.answer(row, "已替您问过商家：可以用。", by=STAFF, at=AT + 50 * H)
    assert (done.status, done.handler) == ("answered", "staff")
    services.ask_again(conversation=row, text="谢谢，几天到", at=AT + 51 * H)
    assert (again(row).status, again(row).due_at) == ("wait_platform", None)


def test_an_answer_is_told_to_a_member_with_what_was_stored(place: Place) -> None:
    row = place.ask()
    place.answer(row, "加我微信 shop_owner88 细聊")
    said = ConversationMessage.objects.get(conversation=row, seq=2)
    assert (said.text, said.masked, said.side) == ("加我微信 *** 细聊", True, "owner")
    assert letters("question_answered") == [
        (place.member.pk, {"title": place.good.title, "who": "owner", "words": "加我微信 *** 细聊"})
    ]


def test_what_a_consumer_types_of_contact_data_is_stored_nowhere(place: Place) -> None:
    row = place.ask("回我 １３８-0013 8000 或 li@qq.com")
    assert texts(row, ActorKind.OWNER) == ["回我 *** 或 ***"]


def test_answers_keep_to_advertising_law_and_questions_need_not(place: Place) -> None:
    row = place.ask("这是全网最低吗")
    with pytest.raises(errors.BadMessage) as refused:
        place.answer(row, "全国第一，最好用")
    assert "最好" in refused.value.sentence
    assert again(row).status == "wait_owner"
    for wrong in ("", " 好 ", "长" * 501):
        with pytest.raises(errors.BadMessage):
            place.answer(row, wrong)
    assert ConversationMessage.objects.count() == 1


def test_one_tap_hands_over_with_excerpt_and_order_line_and_the_owner_reads_no_further(place: Place) -> None:
    asker = Asker(user_id=None, visitor="v1")
    trade_order = story.paid_order(place.good, AT, through=place.shop)  # the same browser, v1
    row = place.ask("第 1 条", asker=asker)
    for n in range(2, 13):
        services.ask_again(conversation=row, text=f"第 {n} 条", at=AT)
    orders.hand_question_over(conversation=again(row), actor=place.owner, at=AT + H)
    fresh = again(row)
    line = story.line_of(trade_order)
    assert fresh.line == {
        "ref": line.ref, "order": trade_order.number, "sku": line.sku_name, "quantity": 1, "phone": "139****2222",
    }  # fmt: skip
    assert (fresh.status, fresh.handler, fresh.due_at) == ("wait_supplier", "supplier", AT + 25 * H)
    assert texts(row, ActorKind.SUPPLIER) == [f"第 {n} 条" for n in range(3, 13)]
    place.answer(row, "这是商家的话", by=place.seller, at=AT + 2 * H)
    assert texts(row, ActorKind.OWNER)[-1] == "第 12 条"
    assert texts(row, ActorKind.BUYER)[-1] == "这是商家的话"
    with pytest.raises(MoveRefused):
        place.answer(row, "掌柜插话", at=AT + 3 * H)
    with pytest.raises(MoveRefused):
        orders.hand_question_over(conversation=again(row), actor=place.owner, at=AT + 3 * H)


def test_a_hand_over_without_a_purchase_has_no_line_and_an_answered_one_can_still_be_given(
    place: Place,
) -> None:
    story.paid_order(place.good, AT, through=place.shop, visitor="somebody-else")
    row = place.ask(asker=GUEST)
    place.answer(row)
    orders.hand_question_over(conversation=again(row), actor=place.owner, at=AT + H)
    assert (again(row).line, again(row).status) == (None, "wait_supplier")
    assert texts(row, ActorKind.SUPPLIER) == ["敏感肌能用吗", "可以，先在耳后试"]


def test_nothing_is_handed_over_after_a_day(place: Place) -> None:
    row = place.ask()
    with pytest.raises(errors.AnswerTooLate):
        orders.hand_question_over(conversation=again(row), actor=place.owner, at=AT + 24 * H + US)
    orders.hand_question_over(conversation=again(row), actor=place.owner, at=AT + 24 * H)
    assert again(row).status == "wait_supplier"


def test_after_the_sale_the_supplier_answers_and_the_owner_never_sees_it(place: Place) -> None:
    order = story.paid_order(place.good, AT, through=place.shop)
    row = orders.ask_about_line(line=story.line_of(order), text="瓶口裂了怎么办", at=AT)
    assert (row.status, row.handler, row.owner_until) == ("wait_supplier", "supplier", 0)
    assert row.line is not None
    assert row.line["phone"] == "139****2222"
    with pytest.raises(NotFound):
        conversation_for_owner(place.shop.owner, row.number)
    assert conversations_of_owner(place.shop.owner).count() == 0
    assert owner_counts(place.shop.owner).tabs == {"waiting": 0, "answered": 0, "passed": 0, "closed": 0}
    assert conversations_of_supplier(place.supplier, "waiting").get() == row
    holder = Holder(None, (order.trade.number,))
    assert conversation_for_asker(asked_by(holder, ""), row.number) == row
    with pytest.raises(NotFound):
        conversation_for_asker(asked_by(Holder(None, ()), "v1"), row.number)


def test_an_unpaid_order_has_no_supplier_to_ask(place: Place) -> None:
    unpaid = story.place(place.good, AT).orders.get()
    with pytest.raises(errors.NotAskable):
        orders.ask_about_line(line=story.line_of(unpaid), text="什么时候发货", at=AT)


def test_a_guests_question_about_an_order_follows_the_trade_into_the_account(place: Place) -> None:
    order = story.paid_order(place.good, AT)
    row = orders.ask_about_line(line=story.line_of(order), text="什么时候发货", at=AT)
    order.trade.user = place.member
    order.trade.save()
    assert conversation_for_asker(asked_by(Holder(place.member.pk, ()), ""), row.number) == row
    with pytest.raises(NotFound):  # the session alone no longer opens it
        conversation_for_asker(asked_by(Holder(None, (order.trade.number,)), ""), row.number)


def test_strangers_find_nothing(place: Place) -> None:
    row = place.ask()
    other = story.supplier(AT, 2, brands=("海棠",))
    for look in (
        lambda: conversation_for_supplier(other, row.number),
        lambda: conversation_for_owner(story.owner(AT, 2), row.number),
        lambda: conversation_for_asker(asked_by(Holder(None, ()), "browser-1"), row.number),
        lambda: conversation_for_asker(asked_by(Holder(place.shop.owner.user_id, ()), ""), row.number),
    ):
        with pytest.raises(NotFound):
            look()


def test_unread_counts_are_exact_for_each_side(place: Place) -> None:
    row, mine = place.ask(), asked_by(Holder(place.member.pk, ()), "")
    services.ask_again(conversation=row, text="孕妇呢", at=AT)
    other = place.ask("别的顾客", asker=GUEST)
    assert [(r.pk, r.unread) for r in conversations_of_owner(place.shop.owner, "waiting")] == [
        (row.pk, 2),
        (other.pk, 1),
    ]  # type: ignore[attr-defined]
    assert owner_counts(place.shop.owner).unread == 3
    services.mark_read(conversation=again(row), side=ActorKind.OWNER)
    assert owner_counts(place.shop.owner).unread == 1
    assert unread_answers(mine) == 0
    place.answer(row)
    place.answer(row, "补一句")
    assert unread_answers(mine) == 2
    assert [r.unread for r in conversations_asked_by(mine)] == [2]  # type: ignore[attr-defined]
    orders.hand_question_over(conversation=again(row), actor=place.owner, at=AT)
    assert supplier_counts(place.supplier).unread == 4  # all of the excerpt
    services.ask_again(conversation=row, text="商家您好", at=AT)
    assert supplier_counts(place.supplier).unread == 5
    assert owner_counts(place.shop.owner).unread == 1  # what came after the hand-over is not the owner's
    services.mark_read(conversation=again(row), side=ActorKind.SUPPLIER)
    services.mark_read(conversation=again(row), side=ActorKind.BUYER)
    assert (supplier_counts(place.supplier).unread, unread_answers(mine)) == (0, 0)
    old = again(row)
    old.messages_count = 1
    services.mark_read(conversation=old, side=ActorKind.SUPPLIER)
    assert again(row).supplier_read == 5


def test_the_pace_and_the_number_of_conversations_are_limited_on_both_sides(place: Place) -> None:
    row = place.ask()
    for n in range(19):
        services.ask_again(conversation=row, text=f"第 {n} 问", at=AT)
    with pytest.raises(errors.TooManyQuestions):
        services.ask_again(conversation=row, text="第 21 问", at=AT + H - US)
    with pytest.raises(errors.TooManyQuestions):
        place.ask(shop=None, at=AT + H - US)
    services.ask_again(conversation=row, text="第 21 问", at=AT + H)
    assert again(row).messages_count == 21

    goods = [story.good(place.supplier, AT, title=f"面霜{n}号") for n in range(10)]
    later = AT + 5 * H
    for good in goods[:9]:
        services.ask(asker=Asker(place.member.pk), good=good, shop=None, text="有货吗", at=later)
    with pytest.raises(errors.TooManyConversations):
        services.ask(asker=Asker(place.member.pk), good=goods[9], shop=None, text="有货吗", at=later)
    services.close_conversation(conversation=row, actor=Actor(ActorKind.BUYER, row.number), at=later)
    services.ask(asker=Asker(place.member.pk), good=goods[9], shop=None, text="有货吗", at=later)


def test_guests_of_one_network_open_twenty_an_hour(place: Place) -> None:
    def guest(n: int, at: datetime) -> Conversation:
        return place.ask(asker=Asker(None, visitor=f"b{n}", network="203.0.113.7"), at=at)

    for n in range(20):
        guest(n, AT)
    with pytest.raises(errors.TooManyQuestions):
        guest(20, AT + H - US)
    guest(20, AT + H)
    assert Conversation.objects.count() == 21


def test_an_owner_blocks_and_listens_again_but_a_buyer_is_never_blocked(place: Place) -> None:
    row = place.ask("骚扰内容", asker=GUEST)
    other = story.good(place.supplier, AT, title="另一件")
    running = services.ask(asker=GUEST, good=other, shop=place.shop, text="这件呢", at=AT)
    services.block_asker(conversation=row, actor=place.owner, at=AT)
    with pytest.raises(errors.AskingBlocked):  # nor in what is open already
        services.ask_again(conversation=running, text="回话", at=AT)
    assert (again(row).status, AskerBlock.objects.get().asker) == ("closed", "v:browser-1")
    with pytest.raises(errors.AskingBlocked):
        place.ask(asker=GUEST, at=AT + H)
    assert place.ask(asker=GUEST, shop=None, at=AT + H).handler == "supplier"  # only this owner
    services.unblock_asker(conversation=row, actor=place.owner, at=AT + H)
    assert place.ask(asker=GUEST, at=AT + H).status == "wait_owner"
    order = story.paid_order(place.good, AT)
    about = orders.ask_about_line(line=story.line_of(order), text="什么时候发货", at=AT)
    with pytest.raises(errors.NotAskable):
        services.block_asker(conversation=about, actor=place.seller, at=AT)


def test_a_supplier_blocks_pre_sale_questions(place: Place) -> None:
    row = place.ask("骚扰内容", shop=None, asker=GUEST)
    services.block_asker(conversation=row, actor=place.seller, at=AT)
    with pytest.raises(errors.AskingBlocked):
        place.ask(shop=None, asker=GUEST)
    with pytest.raises(MoveRefused):  # it is not the owner's to block
        services.block_asker(conversation=place.ask(shop=None), actor=place.owner, at=AT)


def test_what_is_off_sale_and_ones_own_shop_cannot_be_asked_about(place: Place) -> None:
    with pytest.raises(errors.NotAskable):
        place.ask(asker=Asker(place.shop.owner.user_id))
    suppliers.delist_good(good=place.good, actor=place.seller, at=AT)
    place.good.refresh_from_db()
    with pytest.raises(errors.NotAskable):
        place.ask()
    assert Conversation.objects.count() == 0


def test_messages_are_never_changed_and_the_database_keeps_the_handler_honest(place: Place) -> None:
    row = place.ask()
    said = ConversationMessage.objects.filter(conversation=row)
    works: list[Callable[[], Any]] = [lambda: said.update(text="改了"), said.delete]
    for work in works:
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            work()
    mine = Conversation.objects.filter(pk=row.pk)
    for wrong in ({"handler": "supplier"}, {"status": "closed"}, {"buyer_read": 2}, {"owner": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            mine.update(**wrong)
    assert again(row).status == "wait_owner"
