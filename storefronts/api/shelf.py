"""How owners lay out their shops over the API: many picks at once, order, pins, sections, health and substitutes."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from storefronts import access, services
from storefronts.api.picking import OfferBody, PickBody
from storefronts.models import Pick, Shop
from storefronts.selectors import offer_of, picked, sections_of, shop_in_use
from storefronts.selectors.health import ailing, with_substitutes
from storefronts.states import Ailment
from suppliers.access import good_for_owner, known_goods_for_owner
from suppliers.selectors import record_of, supplier_record
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.api import Api, StrictSerializer
from taoxiaopu.kernel.api_schema import does, reads

AT_ONCE = 200


class RecordBody(serializers.Serializer[Any]):
    """Paid order lines of the last GOOD_RECORD_D days; rates in bp, null when there was none."""

    ordered = serializers.IntegerField()
    refunded = serializers.IntegerField()
    shipped = serializers.IntegerField()
    late = serializers.IntegerField()
    refund_bp = serializers.IntegerField(allow_null=True)
    on_time_bp = serializers.IntegerField(allow_null=True)


class SupplierRecordBody(serializers.Serializer[Any]):
    """A supplier as owners see it."""

    since = serializers.DateTimeField(allow_null=True)
    goods = serializers.IntegerField()
    points = serializers.IntegerField()
    orders = RecordBody()


class PoolGoodBody(serializers.Serializer[Any]):
    """A good of the pool with what it earns, its record and its supplier's."""

    offer = OfferBody()
    return_policy = serializers.CharField()
    record = RecordBody()
    supplier = SupplierRecordBody()


class ManyPicks(StrictSerializer):
    """Goods to pick, as many as can be."""

    goods = serializers.ListField(
        child=serializers.CharField(max_length=16), min_length=1, max_length=AT_ONCE
    )


class ManyPickedBody(serializers.Serializer[Any]):
    """What became of each good, by its id: picked, in the shop already, off sale or unknown, without a free place."""

    picked = PickBody(many=True)
    already = serializers.ListField(child=serializers.CharField())
    off_sale = serializers.ListField(child=serializers.CharField())
    no_room = serializers.ListField(child=serializers.CharField())


class NewOrder(StrictSerializer):
    """Picks in the order wanted; they share out the places that they hold, all others stay."""

    picks = serializers.ListField(child=serializers.IntegerField(min_value=1), min_length=1, max_length=1000)


class Display(StrictSerializer):
    """How a pick is shown; what is left out stays. ``place``: its number in the shop, from 1."""

    is_pinned = serializers.BooleanField(required=False)
    is_hidden = serializers.BooleanField(required=False)
    section = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    place = serializers.IntegerField(required=False, min_value=1, max_value=1000)


class Replacement(StrictSerializer):
    """The good that takes the place."""

    good = serializers.CharField(max_length=16)


class SectionBody(serializers.Serializer[Any]):
    """A named group of picks; ``size``: how many there are in it."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    size = serializers.IntegerField()


class NewSection(StrictSerializer):
    """Its name, at most 12 characters."""

    name = serializers.CharField(max_length=40)


class SectionChange(StrictSerializer):
    """Another name, another number among the sections, or both."""

    name = serializers.CharField(max_length=40, required=False)
    place = serializers.IntegerField(required=False, min_value=1, max_value=1000)


class AilingBody(serializers.Serializer[Any]):
    """A pick, what is wrong with it, and goods that could stand in its place, the nearest price first."""

    pick = PickBody(source="item")
    ailments = serializers.ListField(child=serializers.ChoiceField(choices=Ailment.choices))
    substitutes = OfferBody(many=True)


class AilingQuery(serializers.Serializer[Any]):
    """Which of the ailing picks: behind how many, at most 50 at once."""

    offset = serializers.IntegerField(required=False, min_value=0, max_value=1000)


def _shop(request: Request, number: str) -> Shop:
    return access.shop_for_owner(access.owner_for(request.user), number)


def _pick_body(request: Request, pick: Pick) -> Any:
    owner = access.owner_for(request.user)
    fresh = access.pick_for_owner(owner, pick.pk)
    return PickBody(picked(owner, [fresh], at=clock.now())[0]).data


class PoolGood(Api):
    """One good of the pool."""

    @reads("owner_pool_read", _("查看货品池中的一件商品：收益、退款率、供应商记录"), PoolGoodBody)
    def get(self, request: Request, good: str) -> Response:
        """What a good earns, how often it is refunded, and what is known of its supplier."""
        owner, found = access.owner_for(request.user), good_for_owner(good)
        body = {
            "offer": offer_of(owner, shop_in_use(owner), found, at=clock.now()),
            "return_policy": found.category.return_policy,
            "record": record_of(found),
            "supplier": supplier_record(found.supplier),
        }
        return Response(PoolGoodBody(body).data)


class PicksAtOnce(Api):
    """Many picks at once."""

    @does("owner_picks_bulk", _("批量选品：能选的都选入，其余逐一说明"), ManyPickedBody, takes=ManyPicks)
    def post(self, request: Request, shop: str) -> Response:
        """Pick as many of these goods as can be, and say what became of the rest."""
        owner, found = access.owner_for(request.user), _shop(request, shop)
        wanted = list(dict.fromkeys(self.checked(ManyPicks, request.data)["goods"]))
        goods = known_goods_for_owner(wanted)
        unknown = sorted(set(wanted) - {good.public_id for good in goods})

        def work() -> Any:
            now = clock.now()
            done = services.pick_each(shop=found, goods=goods, at=now)
            body = {
                "picked": picked(owner, done.picked, at=now),
                "already": [good.public_id for good in done.already],
                "off_sale": [good.public_id for good in done.off_sale] + unknown,
                "no_room": [good.public_id for good in done.no_room],
            }
            return ManyPickedBody(body).data

        return self.do_once(request, work)


class ShelfOrder(Api):
    """The order of a shop's picks."""

    @does("owner_picks_arrange", _("调整选品顺序"), None, takes=NewOrder, status=204, is_remembered=False)
    def put(self, request: Request, shop: str) -> Response:
        """Put these picks into this order."""
        found = _shop(request, shop)
        services.arrange(shop=found, order=self.checked(NewOrder, request.data)["picks"])
        return Response(status=204)


class PickDisplay(Api):
    """How a pick is shown."""

    @does("owner_picks_display", _("置顶、隐藏、分组与位置"), PickBody, takes=Display, is_remembered=False)
    def patch(self, request: Request, pick: int) -> Response:
        """Pin or hide a pick, put it into a section, move it."""
        owner = access.owner_for(request.user)
        found, asked = access.pick_for_owner(owner, pick), self.checked(Display, request.data)
        section = access.section_for_owner(owner, asked["section"]) if asked.get("section") else None
        services.show(
            pick=found,
            pinned=asked.get("is_pinned"),
            hidden=asked.get("is_hidden"),
            section=section,
            sets_section="section" in asked,
            place=asked.get("place"),
            at=clock.now(),
        )
        return Response(_pick_body(request, found))


class PickRestoration(Api):
    """A removal undone."""

    @does("owner_picks_restore", _("撤销移除，回到原来的位置"), PickBody)
    def post(self, request: Request, pick: int) -> Response:
        """Put a removed pick back where it stood."""
        found = access.removed_pick_for_owner(access.owner_for(request.user), pick)

        def work() -> Any:
            return _pick_body(request, services.restore(pick=found, at=clock.now()))

        return self.do_once(request, work)


class PickReplacement(Api):
    """Another good in a pick's place."""

    @does("owner_picks_replace", _("用另一件商品替换选品"), PickBody, takes=Replacement)
    def post(self, request: Request, pick: int) -> Response:
        """Put another good where a pick stands."""
        found = access.removed_pick_for_owner(access.owner_for(request.user), pick)
        good = good_for_owner(self.checked(Replacement, request.data)["good"])

        def work() -> Any:
            return _pick_body(request, services.replace(pick=found, good=good, at=clock.now()))

        return self.do_once(request, work)


class Health(Api):
    """Picks with which something is wrong."""

    @reads(
        "owner_picks_health",
        _("选品体检：失效、涨价、降佣、缺货及替代品"),
        AilingBody,
        query=[AilingQuery],
        many=True,
    )
    def get(self, request: Request, shop: str) -> Response:
        """List ailing picks, the worst first, at most 50, each with substitutes."""
        owner, found, now = access.owner_for(request.user), _shop(request, shop), clock.now()
        offset = self.checked(AilingQuery, request.query_params).get("offset", 0)
        rows = ailing(found, at=now)[offset : offset + 50]
        return Response(AilingBody(with_substitutes(owner, found, rows, at=now), many=True).data)


class Sections(Api):
    """The sections of a shop."""

    @reads("owner_sections_list", _("列出小铺的分组"), SectionBody, many=True)
    def get(self, request: Request, shop: str) -> Response:
        """List sections in their order."""
        return Response(SectionBody(sections_of(_shop(request, shop)), many=True).data)

    @does("owner_sections_create", _("新建分组"), SectionBody, takes=NewSection, status=201)
    def post(self, request: Request, shop: str) -> Response:
        """Add a section at the end."""
        found, name = _shop(request, shop), self.checked(NewSection, request.data)["name"]

        def work() -> Any:
            made = services.add_section(shop=found, name=name, at=clock.now())
            return SectionBody(sections_of(found).get(pk=made.pk)).data

        return self.create_once(request, work)


class OneSection(Api):
    """One section."""

    @does("owner_sections_change", _("修改分组"), SectionBody, takes=SectionChange, is_remembered=False)
    def patch(self, request: Request, section: int) -> Response:
        """Rename or move a section."""
        found = access.section_for_owner(access.owner_for(request.user), section)
        asked = self.checked(SectionChange, request.data)
        services.change_section(section=found, name=asked.get("name"), place=asked.get("place"))
        return Response(SectionBody(sections_of(found.shop).get(pk=found.pk)).data)

    @does("owner_sections_remove", _("删除分组，商品仍在小铺里"), None, status=204, is_remembered=False)
    def delete(self, request: Request, section: int) -> Response:
        """Remove a section; its picks stay."""
        found = access.section_for_owner(access.owner_for(request.user), section)
        services.remove_section(section=found)
        return Response(status=204)


urlpatterns = [
    path("owner/goods/<slug:good>/", PoolGood.as_view(), name="owner-pool-good"),
    path("owner/shops/<slug:shop>/picks/bulk/", PicksAtOnce.as_view(), name="owner-picks-bulk"),
    path("owner/shops/<slug:shop>/order/", ShelfOrder.as_view(), name="owner-picks-order"),
    path("owner/shops/<slug:shop>/health/", Health.as_view(), name="owner-picks-health"),
    path("owner/shops/<slug:shop>/sections/", Sections.as_view(), name="owner-sections"),
    path("owner/sections/<int:section>/", OneSection.as_view(), name="owner-section"),
    path("owner/picks/<int:pick>/display/", PickDisplay.as_view(), name="owner-pick-display"),
    path("owner/picks/<int:pick>/restoration/", PickRestoration.as_view(), name="owner-pick-restoration"),
    path("owner/picks/<int:pick>/replacement/", PickReplacement.as_view(), name="owner-pick-replacement"),
]
