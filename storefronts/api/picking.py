"""Shops, the pool with what each good earns, picks and shares."""

from functools import partial
from typing import Any

from django.conf import settings
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from storefronts import access, services
from storefronts.models import Pick, Poster
from storefronts.selectors import offers, picked, picks_of, shop_in_use, shops_of
from storefronts.selectors.pool import PoolSearch, pool_page
from storefronts.states import Channel, PosterStatus, PosterStyle, ShopStatus
from suppliers.access import goods_for_owner
from suppliers.shapes import GoodBody
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.api import (
    KEY,
    KEYSET,
    PAGING,
    REFUSALS,
    Api,
    ErrorBody,
    StrictSerializer,
    keyset_of,
    page_of,
)

ORDERINGS = {"-sales": "sales", "-earn": "earn", "-rate": "rate", "price": "price", "-created": "new"}
PRICE_MAX_FEN = 999_999_999


class ShopBody(serializers.Serializer[Any]):
    """A shop."""

    number = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    status = serializers.ChoiceField(choices=ShopStatus.choices)
    opened_at = serializers.DateTimeField()
    url = serializers.SerializerMethodField()

    def get_url(self, shop: Any) -> str:
        return settings.BASE_URL + reverse("shop", args=[shop.number])


class PoolQuery(serializers.Serializer[Any]):
    """Filters and order of the pool; ``shop`` says for which shop ``pick`` is asked."""

    q = serializers.CharField(required=False, allow_blank=True, max_length=80)
    category = serializers.CharField(required=False, allow_blank=True, max_length=24)
    ordering = serializers.ChoiceField(choices=list(ORDERINGS), required=False)
    price_from_fen = serializers.IntegerField(required=False, min_value=0, max_value=PRICE_MAX_FEN)
    price_to_fen = serializers.IntegerField(required=False, min_value=0, max_value=PRICE_MAX_FEN)
    after = serializers.CharField(required=False, max_length=40)
    shop = serializers.CharField(required=False, max_length=8, help_text="number of one's own shop")


class OfferBody(serializers.Serializer[Any]):
    """A good of the pool with what one piece earns at the owner's tier; ``pick`` is its pick in the shop, if any."""

    good = GoodBody()
    rate_bp = serializers.IntegerField(source="good.rate_bp")
    earn_fen = serializers.IntegerField(source="earn.owner_fen")
    bonus_fen = serializers.IntegerField(source="earn.bonus_fen")
    sold = serializers.IntegerField()
    stock = serializers.IntegerField()
    pick = serializers.IntegerField(source="pick_id", allow_null=True)


class PickBody(serializers.Serializer[Any]):
    """A pick; ``is_valid`` says whether consumers can buy it now."""

    id = serializers.IntegerField(source="pick.pk")
    good = GoodBody(source="pick.good")
    recommendation = serializers.CharField(source="pick.recommendation")
    earn_fen = serializers.IntegerField(source="offer.earn.owner_fen")
    picked_at = serializers.DateTimeField(source="pick.picked_at")
    is_valid = serializers.BooleanField(source="valid")
    is_pinned = serializers.BooleanField(source="pick.is_pinned")
    is_hidden = serializers.BooleanField(source="pick.is_hidden")
    section = serializers.IntegerField(source="pick.section_id", allow_null=True)


class NewPicks(StrictSerializer):
    """Goods to pick, all or none."""

    goods = serializers.ListField(child=serializers.CharField(max_length=16), min_length=1, max_length=100)


class Recommendation(StrictSerializer):
    """Why the owner recommends the good."""

    recommendation = serializers.CharField(max_length=200, allow_blank=True)


class NewShare(StrictSerializer):
    """Where the owner will share."""

    channel = serializers.ChoiceField(choices=Channel.choices)
    greeting = serializers.CharField(
        max_length=200,
        allow_blank=True,
        required=False,
        help_text="on the posters of this channel from now on",
    )
    with_passcode = serializers.BooleanField(
        required=False, help_text="left out: yes, except in WeChat and Moments"
    )


class NewShopShare(NewShare):
    """The same for a shop: up to four of its picks go on the posters, without any the newest ones."""

    picks = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, max_length=20)


class PosterBody(serializers.Serializer[Any]):
    """One of the two posters; drawn by a worker, so ask again while it is ``drawing``."""

    style = serializers.ChoiceField(choices=PosterStyle.choices)
    status = serializers.ChoiceField(choices=PosterStatus.choices)
    url = serializers.SerializerMethodField()

    def get_url(self, poster: Poster) -> str:
        return settings.BASE_URL + reverse("owner:poster", args=[poster.public_id])


class CaptionBody(serializers.Serializer[Any]):
    """Copy to post; ``follow_up`` is the full text for a comment when ``main`` had to be short."""

    main = serializers.CharField()
    follow_up = serializers.CharField(allow_null=True)


class PasscodeBody(serializers.Serializer[Any]):
    """A passcode; a text with it between ``￥`` marks opens the link on the platform's home page until it ends."""

    code = serializers.CharField()
    expires_at = serializers.DateTimeField()


class ShareBody(serializers.Serializer[Any]):
    """Everything for one share."""

    code = serializers.CharField(source="link.code")
    url = serializers.CharField()
    posters = PosterBody(many=True)
    captions = CaptionBody(many=True)
    passcode = PasscodeBody(allow_null=True)
    spoken = serializers.CharField(help_text="the text to send with the passcode; empty without one")


class Shops(Api):
    """The owner's shops."""

    @extend_schema(
        operation_id="owner_shops_list",
        summary=_("列出自己的小铺"),
        parameters=PAGING,
        responses={200: page_of(ShopBody), **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """List one's own shops, oldest first."""
        return self.page(request, shops_of(access.owner_for(request.user)), ShopBody)


class Pool(Api):
    """The goods that owners may pick."""

    @extend_schema(
        operation_id="owner_pool_search",
        summary=_("搜索货品池，并查看每件能赚多少"),
        parameters=[PoolQuery, KEYSET[1]],
        responses={200: keyset_of(OfferBody), **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """Search the pool and see what each good earns."""
        owner = access.owner_for(request.user)
        query = self.checked(PoolQuery, request.query_params)
        number = query.get("shop", "")
        shop = access.shop_for_owner(owner, number) if number else shop_in_use(owner)
        search = PoolSearch(
            query=query.get("q", ""),
            category=query.get("category", ""),
            price_from_fen=query.get("price_from_fen"),
            price_to_fen=query.get("price_to_fen"),
            sort=ORDERINGS[query.get("ordering", "-sales")],
        )
        found = pool_page(shop, search, after=query.get("after", ""), size=self.page_size(request))
        body = OfferBody(offers(owner, found.goods, at=clock.now()), many=True).data
        return self.behind(request, body, found.next_key)


class Picks(Api):
    """The picks of one of the owner's shops."""

    @extend_schema(
        operation_id="owner_picks_list",
        summary=_("按小铺里的顺序列出选品"),
        parameters=PAGING,
        responses={200: page_of(PickBody), **REFUSALS},
    )
    def get(self, request: Request, shop: str) -> Response:
        """List picks in the order in which they stand in the shop."""
        owner = access.owner_for(request.user)
        found = picks_of(access.shop_for_owner(owner, shop))
        return self.page(request, found, PickBody, partial(picked, owner, at=clock.now()))

    @extend_schema(
        operation_id="owner_picks_create",
        summary=_("选品上架：全部成功或全部不变，最多 1000 件"),
        parameters=[KEY],
        request=NewPicks,
        responses={201: PickBody(many=True), **REFUSALS, 409: ErrorBody, 422: ErrorBody},
    )
    def post(self, request: Request, shop: str) -> Response:
        """Pick goods into a shop, all or none; 1,000 at most."""
        owner = access.owner_for(request.user)
        found = access.shop_for_owner(owner, shop)
        goods = goods_for_owner(self.checked(NewPicks, request.data)["goods"])

        def work() -> Any:
            now = clock.now()
            picks = services.pick(shop=found, goods=goods, at=now)
            return PickBody(picked(owner, picks, at=now), many=True).data

        return self.create_once(request, work)


class OnePick(Api):
    """One of the owner's picks."""

    @extend_schema(
        operation_id="owner_picks_read", summary=_("查看一件选品"), responses={200: PickBody, **REFUSALS}
    )
    def get(self, request: Request, pick: int) -> Response:
        """Read one pick."""
        owner = access.owner_for(request.user)
        found = access.pick_for_owner(owner, pick)
        return Response(PickBody(picked(owner, [found], at=clock.now())[0]).data)

    @extend_schema(
        operation_id="owner_picks_recommend",
        summary=_("填写推荐理由"),
        request=Recommendation,
        responses={200: PickBody, **REFUSALS},
    )
    def patch(self, request: Request, pick: int) -> Response:
        """Say why the good is recommended."""
        owner = access.owner_for(request.user)
        found = access.pick_for_owner(owner, pick)
        text = self.checked(Recommendation, request.data).get("recommendation", "")
        row = services.recommend(pick=found, text=text, at=clock.now())
        return Response(PickBody(picked(owner, [row], at=clock.now())[0]).data)

    @extend_schema(
        operation_id="owner_picks_remove",
        summary=_("移除选品，名额立即释放"),
        responses={204: None, 401: ErrorBody, 404: ErrorBody},
    )
    def delete(self, request: Request, pick: int) -> Response:
        """Take the good out of the shop; its slot is free at once."""
        services.unpick(pick=access.pick_for_owner(access.owner_for(request.user), pick))
        return Response(status=204)


class Shares(Api):
    """Shares of one pick."""

    @extend_schema(
        operation_id="owner_shares_create",
        summary=_("为一个渠道生成短链、两款海报、文案与口令"),
        parameters=[KEY],
        request=NewShare,
        responses={201: ShareBody, **REFUSALS, 409: ErrorBody, 422: ErrorBody},
    )
    def post(self, request: Request, pick: int) -> Response:
        """Make a short link, two posters, captions and a passcode for one channel."""
        found: Pick = access.pick_for_owner(access.owner_for(request.user), pick)
        asked = self.checked(NewShare, request.data)
        channel = Channel(asked.pop("channel"))

        def work() -> Any:
            return ShareBody(services.share(pick=found, channel=channel, at=clock.now(), **asked)).data

        return self.create_once(request, work)


class ShopShares(Api):
    """Shares of one of the owner's shops."""

    @extend_schema(
        operation_id="owner_shop_shares_create",
        summary=_("分享小铺：短链、两款海报（最多四件商品）、文案与口令"),
        parameters=[KEY],
        request=NewShopShare,
        responses={201: ShareBody, **REFUSALS, 409: ErrorBody, 422: ErrorBody},
    )
    def post(self, request: Request, shop: str) -> Response:
        """Share a shop with up to four of its goods."""
        owner = access.owner_for(request.user)
        found = access.shop_for_owner(owner, shop)
        asked = self.checked(NewShopShare, request.data)
        channel = Channel(asked.pop("channel"))
        picks = [access.pick_for_owner(owner, key) for key in asked.pop("picks", [])]

        def work() -> Any:
            made = services.share_shop(shop=found, channel=channel, picks=picks, at=clock.now(), **asked)
            return ShareBody(made).data

        return self.create_once(request, work)


urlpatterns = [
    path("owner/shops/", Shops.as_view(), name="owner-shops"),
    path("owner/pool/", Pool.as_view(), name="owner-pool"),
    path("owner/shops/<slug:shop>/picks/", Picks.as_view(), name="owner-picks"),
    path("owner/shops/<slug:shop>/shares/", ShopShares.as_view(), name="owner-shop-shares"),
    path("owner/picks/<int:pick>/", OnePick.as_view(), name="owner-pick"),
    path("owner/picks/<int:pick>/shares/", Shares.as_view(), name="owner-shares"),
]
