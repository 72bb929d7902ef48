"""Goods over the API: search for everyone, a supplier's own goods for its members."""

from collections.abc import Iterable
from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from suppliers import access, services
from suppliers.gates import supplier_of_call
from suppliers.models import Good, Supplier
from suppliers.selectors import choices_of, goods_of, references_of, sellable_goods, skus_of, stock_of_goods
from suppliers.services import GoodDraft, MarketDraft, SkuDraft, SkuTerms
from suppliers.services.skus import STOCK_MAX
from suppliers.shapes import ChoiceBody, GoodBody, OneGoodBody
from suppliers.states import Area, GoodStatus
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.api import KEY, PAGING, REFUSALS, Api, ErrorBody, StrictSerializer, page_of

ORDERINGS = {"-sales": "sales", "price": "price", "-price": "-price", "-created": "new"}


class GoodsQuery(serializers.Serializer[Any]):
    """Filters and order of a search."""

    q = serializers.CharField(required=False, allow_blank=True, max_length=80, help_text="words, all of them")
    category = serializers.CharField(required=False, allow_blank=True, max_length=24, help_text="code")
    ordering = serializers.ChoiceField(choices=list(ORDERINGS), required=False)


class SupplierGoodBody(GoodBody):
    """A good as its supplier sees it; rates in bp."""

    source_id = serializers.CharField()
    status = serializers.ChoiceField(choices=GoodStatus.choices)
    held_words = serializers.CharField()
    rate_bp = serializers.IntegerField()
    next_rate_bp = serializers.IntegerField(allow_null=True)
    next_rate_at = serializers.DateTimeField(allow_null=True)
    stock = serializers.IntegerField()
    units_sold = serializers.IntegerField()


class SupplierSkuBody(ChoiceBody):
    """A SKU as its supplier sees it; one that is off cannot be bought."""

    barcode = serializers.CharField()
    is_on = serializers.BooleanField()
    reserved = serializers.IntegerField()
    sold = serializers.IntegerField()


class OneSupplierGoodBody(SupplierGoodBody):
    """A good with its SKUs."""

    options = serializers.ListField(child=serializers.CharField(), source="option_names")
    skus = SupplierSkuBody(many=True, source="own_skus")
    attributes = serializers.DictField()


class SupplierGoodsQuery(serializers.Serializer[Any]):
    """Filters of a supplier's own goods."""

    q = serializers.CharField(required=False, allow_blank=True, max_length=80)
    category = serializers.CharField(required=False, allow_blank=True, max_length=24)
    status = serializers.ChoiceField(choices=GoodStatus.choices, required=False)


class NewSku(StrictSerializer):
    """One SKU: a value for each of the good's options; price in fen."""

    values = serializers.ListField(child=serializers.CharField(max_length=28), min_length=1, max_length=2)
    price_fen = serializers.IntegerField(min_value=1, max_value=999_999_999)
    stock = serializers.IntegerField(min_value=0, max_value=STOCK_MAX)
    barcode = serializers.CharField(max_length=20, allow_blank=True, default="")


class NewGood(StrictSerializer):
    """What a supplier lists: price in fen, rate in bp. With ``skus`` it has no price and stock of its own."""

    title = serializers.CharField(max_length=120)
    category = serializers.CharField(max_length=24)
    brand = serializers.CharField(max_length=40, allow_blank=True, default="")
    description = serializers.CharField(max_length=5000, allow_blank=True, default="")
    price_fen = serializers.IntegerField(min_value=1, max_value=999_999_999, required=False)
    stock = serializers.IntegerField(min_value=0, max_value=STOCK_MAX, required=False)
    rate_bp = serializers.IntegerField(min_value=1, max_value=9000)
    ship_within_h = serializers.ChoiceField(choices=[24, 48, 72], default=48)
    barcode = serializers.CharField(max_length=20, allow_blank=True, default="")
    options = serializers.ListField(
        child=serializers.CharField(max_length=10), max_length=2, default=list, help_text="e.g. colour, size"
    )
    skus = NewSku(many=True, required=False)
    attributes = serializers.DictField(default=dict, help_text="answers to the category's questions, by code")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name in ("price_fen", "stock"):
            if not attrs.get("skus") and name not in attrs:
                raise serializers.ValidationError(
                    {name: [self.fields[name].error_messages["required"]]}, "required"
                )
        return attrs


class SkuChange(StrictSerializer):
    """Price in fen, stock and switch of one SKU; what is left out stays."""

    sku_id = serializers.IntegerField(min_value=1)
    price_fen = serializers.IntegerField(min_value=1, max_value=999_999_999, required=False)
    stock = serializers.IntegerField(min_value=0, max_value=STOCK_MAX, required=False)
    is_on = serializers.BooleanField(required=False)


class GoodTerms(StrictSerializer):
    """Price in fen, stock and rate in bp; what is left out stays. A lower rate counts from the next midnight but one."""

    price_fen = serializers.IntegerField(min_value=1, max_value=999_999_999, required=False)
    stock = serializers.IntegerField(min_value=0, max_value=STOCK_MAX, required=False)
    rate_bp = serializers.IntegerField(min_value=1, max_value=9000, required=False)
    skus = SkuChange(many=True, required=False, help_text="for a good with several SKUs")
    declaration = serializers.CharField(
        max_length=300, required=False, help_text="why it is dearer than its market reference"
    )


class NewReference(StrictSerializer):
    """What the same good costs and pays elsewhere: price in fen, affiliate rate in bp, one of them at least."""

    platform = serializers.CharField(max_length=30)
    address = serializers.CharField(max_length=500)
    seen_on = serializers.DateField()
    price_fen = serializers.IntegerField(min_value=1, max_value=999_999_999, required=False, default=None)
    rate_bp = serializers.IntegerField(min_value=0, max_value=9000, required=False, default=None)
    declaration = serializers.CharField(max_length=300, allow_blank=True, default="")


class ReferenceBody(serializers.Serializer[Any]):
    """A market reference as it was kept, beside our own price and rate then."""

    platform = serializers.CharField()
    address = serializers.CharField()
    seen_on = serializers.DateField()
    price_fen = serializers.IntegerField(allow_null=True)
    rate_bp = serializers.IntegerField(allow_null=True)
    our_price_fen = serializers.IntegerField()
    our_rate_bp = serializers.IntegerField()
    declaration = serializers.CharField()
    created_at = serializers.DateTimeField()


class Goods(Api):
    """Goods that can be bought now."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="goods_search",
        summary=_("搜索在售商品"),
        parameters=[GoodsQuery, *PAGING],
        responses={200: page_of(GoodBody), 400: ErrorBody},
    )
    def get(self, request: Request) -> Response:
        """Search the goods on sale."""
        query = self.checked(GoodsQuery, request.query_params)
        found = sellable_goods(
            query=query.get("q", ""),
            category=query.get("category", ""),
            sort=ORDERINGS[query.get("ordering", "-sales")],
        )
        return self.page(request, found, GoodBody)


class OneGood(Api):
    """One good."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="goods_read",
        summary=_("查看一件商品（下架后仍可查看）"),
        responses={200: OneGoodBody, 404: ErrorBody},
    )
    def get(self, request: Request, good: str) -> Response:
        """Read one good with what can be chosen of it, on sale or not any more."""
        found = access.good_for_visitor(good)
        found.choices = choices_of(found)  # type: ignore[attr-defined]
        return Response(OneGoodBody(found).data)


class SupplierGoods(Api):
    """The goods of the supplier that the token's user works for."""

    @extend_schema(
        operation_id="supplier_goods_list",
        summary=_("列出自己的商品，最新在前"),
        parameters=[SupplierGoodsQuery, *PAGING],
        responses={200: page_of(SupplierGoodBody), **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """List one's own goods, newest first."""
        supplier = supplier_of_call(request, Area.GOODS)
        query = self.checked(SupplierGoodsQuery, request.query_params)
        found = goods_of(
            supplier,
            query=query.get("q", ""),
            status=query.get("status", ""),
            category=query.get("category", ""),
        )
        return self.page(request, found, SupplierGoodBody)

    @extend_schema(
        operation_id="supplier_goods_create",
        summary=_("发布商品；文字命中禁用词时先送审"),
        parameters=[KEY],
        request=NewGood,
        responses={201: OneSupplierGoodBody, **REFUSALS, 409: ErrorBody, 422: ErrorBody},
    )
    def post(self, request: Request) -> Response:
        """List a good; one whose text holds a blocked word is held for review."""
        supplier = supplier_of_call(request, Area.GOODS)
        data = self.checked(NewGood, request.data)
        draft = _draft(data)

        def work() -> Any:
            good = services.create_good(
                supplier=supplier, draft=draft, actor=_actor(request, supplier), at=clock.now()
            )
            return _body(good)

        return self.create_once(request, work)


class SupplierGood(Api):
    """One of the supplier's own goods."""

    @extend_schema(
        operation_id="supplier_goods_read",
        summary=_("查看自己的一件商品"),
        responses={200: OneSupplierGoodBody, **REFUSALS},
    )
    def get(self, request: Request, good: str) -> Response:
        """Read one of one's own goods."""
        return Response(_body(access.good_for_supplier(supplier_of_call(request, Area.GOODS), good)))

    @extend_schema(
        operation_id="supplier_goods_change",
        summary=_("修改价格、库存或佣金率；已下的订单不变"),
        request=GoodTerms,
        responses={200: OneSupplierGoodBody, **REFUSALS, 409: ErrorBody},
    )
    def patch(self, request: Request, good: str) -> Response:
        """Change price, stock or rate; placed orders never change."""
        supplier = supplier_of_call(request, Area.GOODS)
        found = access.good_for_supplier(supplier, good)
        terms = self.checked(GoodTerms, request.data)
        skus = [SkuTerms(**sku) for sku in terms.pop("skus", [])]
        row = services.change_terms(
            good=found, skus=skus, actor=_actor(request, supplier), at=clock.now(), **terms
        )
        return Response(_body(row))


class References(Api):
    """The market references of one of the supplier's own goods."""

    @extend_schema(
        operation_id="supplier_references_list",
        summary=_("列出一件商品的市场参考，最新在前"),
        parameters=PAGING,
        responses={200: page_of(ReferenceBody), **REFUSALS},
    )
    def get(self, request: Request, good: str) -> Response:
        """List the market references of a good, newest first; the first one counts."""
        found = access.good_for_supplier(supplier_of_call(request, Area.GOODS), good)
        return self.page(request, references_of(found), ReferenceBody)

    @extend_schema(
        operation_id="supplier_references_create",
        summary=_("登记同款在别处的价格和佣金率"),
        parameters=[KEY],
        request=NewReference,
        responses={201: ReferenceBody, **REFUSALS, 409: ErrorBody, 422: ErrorBody},
    )
    def post(self, request: Request, good: str) -> Response:
        """Keep what the same good costs and pays elsewhere."""
        supplier = supplier_of_call(request, Area.GOODS)
        found = access.good_for_supplier(supplier, good)
        draft = MarketDraft(**self.checked(NewReference, request.data))

        def work() -> Any:
            kept = services.record_reference(
                good=found, draft=draft, actor=_actor(request, supplier), at=clock.now()
            )
            return ReferenceBody(kept).data

        return self.create_once(request, work)


def _actor(request: Request, supplier: Supplier) -> Actor:
    return Actor(ActorKind.SUPPLIER, supplier.public_id, request.user.public_id)


def _draft(data: dict[str, Any]) -> GoodDraft:
    """What the service takes of a checked NewGood."""
    skus = tuple(SkuDraft(**(sku | {"values": tuple(sku["values"])})) for sku in data.pop("skus", []))
    return GoodDraft(
        category_code=data.pop("category"),
        options=tuple(data.pop("options")),
        price_fen=data.pop("price_fen", 0),
        stock=data.pop("stock", 0),
        skus=skus,
        **data,
    )


def with_stock(goods: Iterable[Good]) -> list[Good]:
    """Goods with ``stock`` and ``units_sold``, as the list of goods annotates them."""
    rows = list(goods)
    stocks = stock_of_goods(rows)
    for row in rows:
        row.stock, row.units_sold = stocks[row.pk].available, stocks[row.pk].sold  # type: ignore[attr-defined]
    return rows


def _body(good: Good) -> Any:
    row = with_stock([good])[0]
    row.own_skus = skus_of(good)  # type: ignore[attr-defined]
    return OneSupplierGoodBody(row).data


urlpatterns = [
    path("goods/", Goods.as_view(), name="goods"),
    path("goods/<slug:good>/", OneGood.as_view(), name="good"),
    path("supplier/goods/", SupplierGoods.as_view(), name="supplier-goods"),
    path("supplier/goods/<slug:good>/", SupplierGood.as_view(), name="supplier-good"),
    path("supplier/goods/<slug:good>/market/", References.as_view(), name="supplier-references"),
]
