"""Members of a supplier: roles at the one gate, invitations to proved contacts, the last admin, saved views, the trail."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from accounts.models import InboxLetter, User
from accounts.services import issue_token, sign_up
from suppliers import errors, services
from suppliers.gates import area_of
from suppliers.models import MemberInvitation, SavedView, Supplier, SupplierMember
from suppliers.services.members import TEAM_MAX, VIEWS_MAX
from suppliers.states import AREA_OF_WORD, ROLE_CHANGES, ROLE_SEES, Area, ListPage, MemberRole
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.audit import history
from taoxiaopu.kernel.errors import BadInput, NotFound
from tests.factories import numbers, story
from tests.factories.desk import member
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)
R = MemberRole


@pytest.fixture
def supplier(db: None) -> Supplier:
    return story.supplier(AT)


def person(n: int = 30, *, proved: bool = True) -> User:
    return sign_up(nickname=f"同事{n}", password=story.PASSWORD, phone=numbers.phone(n, 701), verified=proved)


def invite(
    supplier: Supplier, contact: str, role: MemberRole = R.GOODS, at: datetime = AT
) -> MemberInvitation:
    actor = story.supplier_actor(supplier)
    return services.invite_member(supplier=supplier, contact=contact, role=role, actor=actor, at=at)


def join(supplier: Supplier, user: User, role: MemberRole, at: datetime = AT) -> SupplierMember:
    return services.accept_invitation(invitation=invite(supplier, user.phone, role, at), user=user, at=at)


class TestGate:
    def test_every_address_of_the_desk_has_an_area(self) -> None:
        (desk,) = (r for r in get_resolver().url_patterns if getattr(r, "namespace", None) == "supplier")
        names = {p.name for p in desk.url_patterns if isinstance(p, URLPattern)}  # type: ignore[union-attr]
        assert {str(name).partition("-")[0] for name in names} - set(AREA_OF_WORD) - {"invitations"} == set()
        assert area_of("something-new") == Area.COMPANY  # what nobody listed is the admins' alone

    @pytest.mark.parametrize("role", R)
    def test_each_role_opens_what_it_may(self, role: MemberRole) -> None:
        at = clock.now()
        supplier = story.supplier(at)
        order = story.paid_order(story.good(supplier, at), at)
        client = Client()
        client.force_login(story.enrol(join(supplier, person(), role, at).user))
        pages = {
            "home": Area.HOME, "inbox": Area.HOME, "goods": Area.GOODS, "goods-bulk": Area.GOODS, "import": Area.GOODS,
            "orders": Area.ORDERS, "orders-batch": Area.ORDERS, "cases": Area.CASES, "payable": Area.MONEY,
            "statements": Area.MONEY, "freight": Area.COMPANY, "members": Area.COMPANY, "trail": Area.COMPANY,
        }  # fmt: skip
        for name, area in pages.items():
            expected = 200 if area in ROLE_SEES[role] else 403
            assert client.get(reverse(f"supplier:{name}")).status_code == expected, name
        before = picture()
        writes = {
            ("goods-bulk", ()): Area.GOODS, ("order", (order.number,)): Area.ORDERS, ("freight", ()): Area.COMPANY,
            ("members", ()): Area.COMPANY,
        }  # fmt: skip
        for (name, args), area in writes.items():
            expected = {200, 422} if area in ROLE_CHANGES[role] else {403}
            assert client.post(reverse(f"supplier:{name}", args=args)).status_code in expected, name
        assert picture() == before

    @pytest.mark.parametrize(
        ("role", "sees_orders", "ships", "lists"),
        [(R.ADMIN, 200, 400, 400), (R.GOODS, 403, 403, 400), (R.FULFILMENT, 200, 400, 403), (R.READ_ONLY, 200, 403, 403),
         (R.FINANCE, 200, 403, 403)],
    )  # fmt: skip
    def test_tokens_reach_no_further_than_their_holders(
        self, role: MemberRole, sees_orders: int, ships: int, lists: int
    ) -> None:
        at = clock.now()
        supplier = story.supplier(at)
        order = story.paid_order(story.good(supplier, at), at)
        user = story.enrol(join(supplier, person(), role, at).user)
        _row, text = issue_token(user=user, name="t", at=at)
        client = Client(headers={"authorization": f"Bearer {text}"})
        assert client.get(reverse("api:supplier-orders")).status_code == sees_orders
        url = reverse("api:supplier-parcels", args=[order.number])
        assert client.post(url, {}, content_type="application/json").status_code == ships
        url = reverse("api:supplier-goods")
        assert client.post(url, {}, content_type="application/json").status_code == lists


class TestInvitations:
    def test_a_proved_phone_lets_in(self, supplier: Supplier) -> None:
        user = person()
        row = invite(supplier, user.phone, R.FULFILMENT)
        letter = InboxLetter.objects.get(user=user)
        assert letter.kind == "member_invited"
        made = services.accept_invitation(invitation=row, user=user, at=AT + timedelta(days=7))
        assert (made.supplier_id, made.role) == (supplier.pk, "fulfilment")
        user.refresh_from_db()
        assert user.mfa_required
        assert [e.event for e in history("member", user.public_id)] == ["join"]
        with pytest.raises(NotFound):
            services.accept_invitation(invitation=row, user=user, at=AT)

    def test_by_mail_before_there_is_an_account(self, supplier: Supplier) -> None:
        row = invite(supplier, " Lin@Example.com ", R.FINANCE)
        user = sign_up(nickname="林", password=story.PASSWORD, email="lin@example.com", verified=True)
        assert services.accept_invitation(invitation=row, user=user, at=AT).role == "finance"

    def test_nobody_else_and_not_too_late(self, supplier: Supplier) -> None:
        user, other, unproved = person(30), person(31), person(32, proved=False)
        row, second = invite(supplier, user.phone), invite(supplier, unproved.phone)
        before = picture()
        for who, what, at in (
            (other, row, AT),
            (unproved, second, AT),
            (user, row, AT + timedelta(days=7, seconds=1)),
        ):
            with pytest.raises(NotFound):
                services.accept_invitation(invitation=what, user=who, at=at)
        assert picture() == before
        services.withdraw_invitation(invitation=row, actor=story.supplier_actor(supplier), at=AT)
        with pytest.raises(NotFound):
            services.accept_invitation(invitation=row, user=user, at=AT)

    def test_refused(self, supplier: Supplier, monkeypatch: pytest.MonkeyPatch) -> None:
        for contact in ("", "123", "a@b", "@x.com", "a b@x.com"):
            with pytest.raises(errors.BadContact):
                invite(supplier, contact)
        user = person()
        invite(supplier, user.phone)
        with pytest.raises(errors.AlreadyInvited):
            invite(supplier, user.phone)
        assert invite(supplier, user.phone, at=AT + timedelta(days=8)).pk  # the first one is over
        boss = SupplierMember.objects.get(supplier=supplier).user
        with pytest.raises(errors.AlreadyInvited):
            invite(supplier, boss.phone)
        monkeypatch.setattr("suppliers.services.members.TEAM_MAX", 2)
        with pytest.raises(errors.TeamFull):
            invite(supplier, "x@example.com")
        assert TEAM_MAX == 50
        other = invite(story.supplier(AT, 2), boss.phone)
        with pytest.raises(errors.AlreadyMember):
            services.accept_invitation(invitation=other, user=boss, at=AT)

    def test_pages(self) -> None:
        at = clock.now()
        client, supplier = member(at)
        user = story.enrol(person())
        words = {"contact": user.phone, "role": "goods"}
        assert client.post(reverse("supplier:members"), words).status_code == 302
        assert user.phone in client.get(reverse("supplier:members")).text
        assert client.post(reverse("supplier:members"), words).status_code == 422
        invited = Client()
        invited.force_login(user)
        assert invited.get(reverse("supplier:home"))["Location"] == reverse("supplier:invitations")
        assert supplier.name in invited.get(reverse("supplier:invitations")).text
        row = MemberInvitation.objects.get()
        stranger = Client()
        stranger.force_login(person(31))
        url = reverse("supplier:invitations")
        assert stranger.post(url, {"invitation": row.public_id}).status_code == 404
        assert invited.post(url, {"invitation": row.public_id}).status_code == 302
        assert invited.get(reverse("supplier:goods")).status_code == 200
        assert (
            client.post(
                reverse("supplier:member-role", args=[user.public_id]), {"role": "finance"}
            ).status_code
            == 302
        )
        assert invited.get(reverse("supplier:goods")).status_code == 403
        assert client.post(reverse("supplier:member-removal", args=[user.public_id])).status_code == 302
        assert invited.get(reverse("supplier:home"))["Location"] == reverse("supplier:apply")
        trail = client.get(reverse("supplier:trail")).context["deeds"]
        assert [(d.what, d.who, d.note) for d in trail[:4]] == [
            ("移出成员", "用户101", "财务"), ("改角色", "用户101", "商品 → 财务"), ("加入", "同事30", "商品"),
            ("邀请成员", "用户101", "商品"),
        ]  # fmt: skip


class TestLastAdmin:
    def test_stays(self, supplier: Supplier) -> None:
        boss, actor = SupplierMember.objects.get(supplier=supplier), story.supplier_actor(supplier)
        join(supplier, person(), R.GOODS)
        before = picture()
        with pytest.raises(errors.LastAdmin):
            services.change_member_role(member=boss, role=R.GOODS, actor=actor, at=AT)
        with pytest.raises(errors.LastAdmin):
            services.remove_member(member=boss, actor=actor, at=AT)
        services.change_member_role(member=boss, role=R.ADMIN, actor=actor, at=AT)
        assert picture() == before

    def test_may_go_when_there_is_another(self, supplier: Supplier) -> None:
        boss, actor = SupplierMember.objects.get(supplier=supplier), story.supplier_actor(supplier)
        other = join(supplier, person(), R.ADMIN)
        services.remove_member(member=boss, actor=actor, at=AT)
        with pytest.raises(NotFound):
            services.remove_member(member=boss, actor=actor, at=AT)
        with pytest.raises(errors.LastAdmin):
            services.change_member_role(member=other, role=R.FINANCE, actor=actor, at=AT)


class TestViews:
    def test_kept_shown_and_dropped(self) -> None:
        client, supplier = member(clock.now())
        words = {"page": "orders", "name": "今天要发", "query": "?due=soon&after=1-2&page=3"}
        response = client.post(reverse("supplier:view-keep"), words)
        assert response["Location"] == "/supplier/orders/?due=soon"
        story.paid_order(story.good(supplier, clock.now()), clock.now())
        page = client.get(reverse("supplier:orders"))
        assert [view.name for view in page.context["saved_views"]] == ["今天要发"]
        assert 'href="?due=soon"' in page.text
        client.post(reverse("supplier:view-keep"), words | {"query": "due=late"})
        assert SavedView.objects.get().query == "due=late"
        assert (
            client.post(
                reverse("supplier:view-removal", args=[SavedView.objects.get().public_id])
            ).status_code
            == 302
        )
        assert not SavedView.objects.exists()

    def test_names_and_numbers_have_bounds(self, supplier: Supplier) -> None:
        boss = SupplierMember.objects.get(supplier=supplier)

        def keep(name: str, query: str = "due=late") -> SavedView:
            return services.keep_view(member=boss, page=ListPage.ORDERS, name=name, query=query)

        for name, query in ((" ", "q=1"), ("x" * 21, "q=1"), ("x", ""), ("x", "q" * 301)):
            with pytest.raises(BadInput):
                keep(name, query)
        for n in range(VIEWS_MAX):
            keep(f"v{n}")
        keep("v3", "due=soon")
        with pytest.raises(errors.TooManyViews):
            keep("one more")
        assert SavedView.objects.count() == 12


def test_the_trail_page_by_page(monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any) -> None:
    monkeypatch.setattr("taoxiaopu.desks.views.supplier.PER_PAGE", 2)
    at = clock.now()
    client, supplier = member(at)
    good = story.good(supplier, at)
    for _ in range(3):
        services.set_stock(good=good, available=5, actor=story.supplier_actor(supplier), at=at)
    story.good(story.supplier(at, 2), at)
    seen: list[str] = []
    key: object = ""
    while key is not None:
        with django_assert_max_num_queries(14):
            context = client.get(reverse("supplier:trail"), {"before": key}).context
        seen += [deed.what for deed in context["deeds"]]
        key = context["next_key"]
    assert seen[:4] == ["改库存", "改库存", "改库存", "发布"]
    assert seen.count("发布") == 1
