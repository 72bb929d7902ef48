"""Penalties: who may give which, once; what they stop, hide and close, and until when; one appeal to another person."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from disputes import errors
from disputes import services as disputes
from disputes.models import Penalty
from disputes.selectors import public_penalties, standing_for, suggested_penalty
from disputes.services import PenaltyDraft
from disputes.states import PENALTIES, TARIFFS, DisputeKind, Liable, Offence, PenaltyStatus
from storefronts import services as storefronts
from storefronts.errors import OwnerClosed, SharingStopped, ShopClosed
from storefronts.models import Owner, OwnerStanding, Pick, Shop
from storefronts.states import Channel, ShopStatus
from suppliers.errors import ListingStopped, SupplierClosed
from suppliers.models import Good, Supplier
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import MoveRefused
from tests.disputes.test_rulings import a_dispute, draft
from tests.factories import payouts, story

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
ANNA, BELA = (Actor(ActorKind.STAFF, ref, ref) for ref in ("anna", "bela"))
TRAFFIC, PROMISE, FAKE = Offence.FAKE_TRAFFIC, Offence.FALSE_PROMISE, Offence.COUNTERFEIT


def give(party, offence: Offence, points: int | None = None, *, at: datetime = AT, key: str = "", order=None):
    points = TARIFFS[offence].first if points is None else points
    draft = PenaltyDraft(offence, points, "证据确凿", order)
    return disputes.give_penalty(
        party=party, draft=draft, key=key or f"{offence}:{at.isoformat()}", actor=ANNA, at=at
    )


def owner_actor(owner: Owner) -> Actor:
    return Actor(ActorKind.OWNER, owner.public_id, owner.user.public_id)


@pytest.fixture
def shop() -> Shop:
    return story.picked_shop(AT, story.good(story.supplier(AT), AT))


@pytest.fixture
def supplier() -> Supplier:
    return Supplier.objects.first() or story.supplier(AT)


def test_a_penalty_is_written_down_counted_told_and_recorded(shop: Shop) -> None:
    row = give(shop.owner, PROMISE)
    assert (row.points, row.status, row.given_by, row.lasts) == (4, "in_force", "anna", False)
    assert row.deadline == AT + 7 * DAY
    standing = OwnerStanding.objects.get(owner=shop.owner)
    assert (standing.points, standing.points_year, standing.stopped_until) == (4, 2026, None)
    entry = audit.history("penalty", row.number).get()
    assert (entry.event, entry.to_state, entry.reason) == ("give", "in_force", "证据确凿")
    letter = shop.owner.user.letters.get(kind="penalty_given")
    assert (letter.facts["points"], letter.facts["total"]) == (4, 4)


def test_the_same_key_gives_once(shop: Shop) -> None:
    first = give(shop.owner, PROMISE, key="k")
    assert give(shop.owner, PROMISE, key="k", at=AT + DAY) == first
    assert OwnerStanding.objects.get(owner=shop.owner).points == 4
    assert shop.owner.user.letters.filter(kind="penalty_given").count() == 1


@pytest.mark.parametrize("offence", Offence)
def test_each_act_is_of_its_parties_alone(shop: Shop, offence: Offence) -> None:
    supplier = Supplier.objects.get()
    for party, kind in ((shop.owner, ActorKind.OWNER), (supplier, ActorKind.SUPPLIER)):
        if kind in TARIFFS[offence].parties:
            assert give(party, offence, key=f"{kind}").party_kind == kind
        else:
            with pytest.raises(errors.BadPenalty):
                give(party, offence, key=f"{kind}")
            assert not Penalty.objects.filter(key=f"{kind}").exists()


@pytest.mark.parametrize(
    ("offence", "good", "bad"),
    [(PROMISE, [4], [3, 5]), (Offence.DATA_LEAK, [24, 30, 48], [23, 49]), (Offence.AD_WORDS, [0], [1, 2])],
)
def test_points_are_those_of_the_act(shop: Shop, offence: Offence, good: list[int], bad: list[int]) -> None:
    for points in bad:
        with pytest.raises(errors.BadPenalty):
            give(shop.owner, offence, points, key=f"{points}")
    assert not Penalty.objects.exists()
    for points in good:
        owner = story.owner(AT, 50 + points)
        assert give(owner, offence, points, key=f"{points}").points == points


def test_the_second_time_costs_more_this_year_and_for_fakes_ever(shop: Shop, supplier: Supplier) -> None:
    give(shop.owner, Offence.AD_WORDS, 0)
    with pytest.raises(errors.BadPenalty):
        give(shop.owner, Offence.AD_WORDS, 0, at=AT + DAY)
    assert give(shop.owner, Offence.AD_WORDS, 2, at=AT + DAY).points == 2
    next_year = story.noon(2027, 1, 1)
    assert give(shop.owner, Offence.AD_WORDS, 0, at=next_year).points == 0
    give(supplier, FAKE, 24)
    assert give(supplier, FAKE, 48, at=next_year).points == 48


def test_a_lifted_penalty_was_no_first_time(shop: Shop) -> None:
    row = give(shop.owner, Offence.AD_WORDS, 0)
    disputes.appeal_penalty(penalty=row, text="不是我发的", actor=owner_actor(shop.owner), at=AT)
    disputes.review_penalty(number=row.number, lift=True, answer="查实", actor=BELA, at=AT)
    assert give(shop.owner, Offence.AD_WORDS, 0, at=AT + DAY).points == 0


def test_the_order_must_be_the_partys(shop: Shop, supplier: Supplier) -> None:
    order = story.paid_order(Good.objects.get(), AT, through=shop)
    assert give(shop.owner, PROMISE, order=order).order == order
    other = story.owner(AT, 2)
    with pytest.raises(errors.BadPenalty):
        give(other, PROMISE, order=order, key="other")


class TestOwners:
    """What points do to an owner."""

    def test_twelve_stop_new_shares_for_seven_days_to_the_second(self, shop: Shop) -> None:
        give(shop.owner, TRAFFIC)
        pick = Pick.objects.get()
        with pytest.raises(SharingStopped):
            storefronts.share(pick=pick, channel=Channel.WECHAT, at=AT + 7 * DAY - SECOND)
        assert not pick.shop.links.filter(good__isnull=False).exists()
        assert storefronts.share(pick=pick, channel=Channel.WECHAT, at=AT + 7 * DAY).link.good == pick.good

    def test_twenty_four_hide_the_shops_for_fourteen_days(self, shop: Shop) -> None:
        give(shop.owner, TRAFFIC)
        give(shop.owner, TRAFFIC, at=AT + SECOND)
        shop.refresh_from_db()
        assert shop.status == ShopStatus.PENALISED
        with pytest.raises(ShopClosed):
            storefronts.share(pick=Pick.objects.get(), channel=Channel.WECHAT, at=AT + 8 * DAY)
        over = AT + SECOND + 14 * DAY
        assert storefronts.restore_shops(at=over - SECOND) == 0
        assert storefronts.restore_shops(at=over) == 1
        assert storefronts.restore_shops(at=over) == 0
        shop.refresh_from_db()
        assert shop.status == ShopStatus.OPEN
        assert [e.event for e in audit.history("shop", shop.number)] == ["penalise", "restore"]

    def test_staff_cannot_show_a_shop_while_points_hide_it(self, shop: Shop) -> None:
        storefronts.hide_shop(number=shop.number, actor=ANNA, at=AT, reason="核查")
        give(shop.owner, Offence.DATA_LEAK, 24)
        shop.refresh_from_db()
        assert shop.status == ShopStatus.HIDDEN
        storefronts.show_shop(number=shop.number, actor=ANNA, at=AT + DAY)
        shop.refresh_from_db()
        assert shop.status == ShopStatus.PENALISED

    @pytest.mark.parametrize(("points", "status"), [(35, "processing"), (36, "reviewing")])
    def test_thirty_six_have_withdrawals_reviewed(self, points: int, status: str) -> None:
        owner = payouts.earner(AT, 3_600)
        payouts.paid(owner, 1_800, AT)  # the first is always reviewed
        give(owner, Offence.DATA_LEAK, points)
        assert payouts.ask(owner, 1_000, AT + DAY).status == status

    def test_forty_eight_close_for_good_and_lifting_opens_again(self, shop: Shop) -> None:
        row = give(shop.owner, Offence.RECRUITING)
        shop.refresh_from_db()
        assert shop.status == ShopStatus.PENALISED
        assert storefronts.restore_shops(at=AT + 300 * DAY) == 0
        for act in (
            lambda: storefronts.share(pick=Pick.objects.get(), channel=Channel.WECHAT, at=AT + 30 * DAY),
            lambda: storefronts.pick(shop=shop, goods=[Good.objects.get()], at=AT + 30 * DAY),
        ):
            with pytest.raises(OwnerClosed):
                act()
        disputes.appeal_penalty(penalty=row, text="没有下线", actor=owner_actor(shop.owner), at=AT + 7 * DAY)
        disputes.review_penalty(number=row.number, lift=True, answer="证据不足", actor=BELA, at=AT + 8 * DAY)
        shop.refresh_from_db()
        standing = OwnerStanding.objects.get(owner=shop.owner)
        assert shop.status == ShopStatus.OPEN
        assert (standing.points, standing.is_closed, standing.hidden_until) == (0, False, None)

    def test_a_new_year_forgets_once(self, shop: Shop) -> None:
        give(shop.owner, TRAFFIC)
        new_year = datetime.fromisoformat("2027-01-01T00:00:00+08:00")
        assert disputes.forget_points(at=new_year - SECOND) == 0
        assert disputes.forget_points(at=new_year) == 1
        assert disputes.forget_points(at=new_year) == 0
        standing = OwnerStanding.objects.get(owner=shop.owner)
        assert (standing.points, standing.points_year) == (0, 2027)


class TestSuppliers:
    """What points do to a supplier."""

    def test_twelve_stop_new_goods_for_seven_days_to_the_second(self, supplier: Supplier) -> None:
        for n in range(2):
            give(supplier, Offence.BAIT, key=f"{n}")
        with pytest.raises(ListingStopped):
            story.good(supplier, AT + 7 * DAY - SECOND)
        assert not Good.objects.exists()
        assert story.good(supplier, AT + 7 * DAY).supplier == supplier

    def test_forty_eight_clear_out(self, supplier: Supplier) -> None:
        give(supplier, Offence.DATA_LEAK, 48)
        with pytest.raises(SupplierClosed):
            story.good(supplier, AT + 100 * DAY)

    def test_points_of_fakes_outlive_the_year(self, supplier: Supplier) -> None:
        give(supplier, FAKE, 24)
        give(supplier, Offence.BAIT)
        assert suppliers_points(supplier) == 30
        disputes.forget_points(at=story.noon(2027, 1, 1))
        assert suppliers_points(supplier) == 24


def suppliers_points(supplier: Supplier) -> int:
    return standing_for(supplier, at=AT).points


class TestAppeals:
    """One appeal, in time, decided by somebody else."""

    def test_in_time_to_the_second(self, shop: Shop) -> None:
        actor = owner_actor(shop.owner)
        late, in_time = give(shop.owner, PROMISE, key="1"), give(shop.owner, PROMISE, key="2")
        with pytest.raises(errors.TooLate):
            disputes.appeal_penalty(penalty=late, text="不实", actor=actor, at=AT + 7 * DAY + SECOND)
        late.refresh_from_db()
        assert (late.status, late.appeal) == ("in_force", "")
        row = disputes.appeal_penalty(penalty=in_time, text="不实", actor=actor, at=AT + 7 * DAY)
        assert (row.status, row.appeal) == ("appealed", "不实")
        assert OwnerStanding.objects.get(owner=shop.owner).points == 8  # they count until they are lifted

    def test_only_once(self, shop: Shop) -> None:
        row = give(shop.owner, PROMISE)
        actor = owner_actor(shop.owner)
        disputes.appeal_penalty(penalty=row, text="不实", actor=actor, at=AT)
        with pytest.raises(MoveRefused):
            disputes.appeal_penalty(penalty=row, text="再看看", actor=actor, at=AT)
        disputes.review_penalty(number=row.number, lift=False, answer="属实", actor=BELA, at=AT)
        with pytest.raises(MoveRefused):
            disputes.appeal_penalty(penalty=row, text="再看看", actor=actor, at=AT)

    def test_by_another_person_than_the_one_who_gave_it(self, shop: Shop) -> None:
        row = give(shop.owner, PROMISE)
        disputes.appeal_penalty(penalty=row, text="不实", actor=owner_actor(shop.owner), at=AT)
        with pytest.raises(errors.SamePerson):
            disputes.review_penalty(number=row.number, lift=True, answer="查实", actor=ANNA, at=AT)
        row.refresh_from_db()
        assert (row.status, row.reviewed_by) == ("appealed", "")
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE disputes_penalty SET reviewed_by = given_by, reviewed_at = now()")

    def test_upheld_stays(self, shop: Shop) -> None:
        row = give(shop.owner, TRAFFIC)
        disputes.appeal_penalty(penalty=row, text="不实", actor=owner_actor(shop.owner), at=AT)
        disputes.review_penalty(number=row.number, lift=False, answer="属实", actor=BELA, at=AT)
        assert OwnerStanding.objects.get(owner=shop.owner).stopped_until == AT + 7 * DAY
        assert shop.owner.user.letters.filter(kind="penalty_upheld").count() == 1

    def test_every_other_move_is_refused_with_nothing_changed(self, shop: Shop) -> None:
        row = give(shop.owner, PROMISE)
        party = owner_actor(shop.owner)
        for status in PenaltyStatus:
            Penalty.objects.filter(pk=row.pk).update(status=status)
            if "appeal" not in PENALTIES.events(status, ActorKind.OWNER):
                with pytest.raises(MoveRefused):
                    disputes.appeal_penalty(penalty=row, text="不实", actor=party, at=AT)
            if "lift" not in PENALTIES.events(status, ActorKind.STAFF):
                for lift in (True, False):
                    with pytest.raises(MoveRefused):
                        disputes.review_penalty(
                            number=row.number, lift=lift, answer="看过", actor=BELA, at=AT
                        )
            row.refresh_from_db()
            assert (row.status, row.appeal, row.answer) == (status, "", "")
            with pytest.raises(MoveRefused):
                disputes.appeal_penalty(penalty=row, text="不实", actor=BELA, at=AT)


def test_lifted_penalties_are_not_public(shop: Shop) -> None:
    row = give(shop.owner, PROMISE)
    assert [p.shop_name for p in public_penalties()] == [shop.name]
    disputes.appeal_penalty(penalty=row, text="不实", actor=owner_actor(shop.owner), at=AT)
    disputes.review_penalty(number=row.number, lift=True, answer="查实", actor=BELA, at=AT)
    assert not public_penalties().exists()


def test_an_owner_reads_and_appeals(shop: Shop) -> None:
    row = give(shop.owner, TRAFFIC, at=clock.now())
    client = Client()
    client.force_login(shop.owner.user)
    listed = client.get(reverse("owner:penalties")).content.decode()
    assert "前不能新建分享" in listed
    assert reverse("owner:penalty", args=[row.number]) in listed
    address = reverse("owner:penalty-appeal", args=[row.number])
    assert client.post(address, {"appeal-reason": "是"}).status_code == 422
    assert client.post(address, {"appeal-reason": "点击来自家人"}).status_code == 302
    assert client.post(address, {"appeal-reason": "再来一次"}).status_code == 422
    row.refresh_from_db()
    assert (row.status, row.appeal) == ("appealed", "点击来自家人")
    assert "提交申诉" not in client.get(reverse("owner:penalty", args=[row.number])).content.decode()


def test_anybody_reads_the_public_list(shop: Shop, supplier: Supplier) -> None:
    assert "没有处罚" in Client().get(reverse("rule-penalties")).content.decode()
    give(shop.owner, PROMISE)
    give(supplier, Offence.BAIT)
    page = Client().get(reverse("rule-penalties")).content.decode()
    assert shop.name in page
    assert supplier.name in page
    assert "证据确凿" not in page  # the facts are the party's to read


def test_a_ruling_suggests_the_penalty_until_it_is_given() -> None:
    dispute = a_dispute("closed", ruling=draft(liable=Liable.SUPPLIER))
    ruling = dispute.rulings.get()
    assert suggested_penalty(ruling) is None
    dispute.kind = DisputeKind.FAKE_GOODS
    dispute.save()
    ruling = dispute.rulings.get()
    assert suggested_penalty(ruling) == (dispute.order.supplier, FAKE)
    give(dispute.order.supplier, FAKE, order=dispute.order)
    assert suggested_penalty(ruling) is None
