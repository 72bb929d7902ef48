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
from suppliers.models import Good, GoodChange, Supplier
from suppliers.pictures.uploads import MAX_BYTES
from suppliers.selectors import choices_of, goods_of, references_of, sellable_goods, skus_of, stock_of_goods
from suppliers.services import GoodDraft, MarketDraft, SkuDraft, SkuTerms
from suppliers.services.skus import STOCK_MAX
from suppliers.shapes import ChoiceBody, GoodBody, OneGoodBody
from suppliers.states import Area, ChangeStatus, GoodStatus
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.api import (
    PAGING,
    REFUSALS,
    Api,
    ErrorBody,
    Files,
    StrictSerializer,
    UploadApi,
    page_of,
)
from taoxiaopu.kernel.api_schema import does

PICTURE = {"picture": serializers.FileField(required=False)}
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


class ChangeBody(serializers.Serializer[Any]):
    """An edit of a live good that needs review: what it would say; the good sells on as it was."""

    title = serializers.CharField()
    brand = serializers.CharField()
    category = serializers.CharField(source="category.code")
    description = serializers.CharField()
    attributes = serializers.DictField()
    held_words = serializers.CharField()
    status = serializers.ChoiceField(choices=ChangeStatus.choices)
    reason = serializers.CharField(help_text="what staff said of it")
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class EditedGoodBody(OneSupplierGoodBody):
    """A good after an edit; ``change`` waits for review, when some of it has to."""

    change = ChangeBody(allow_null=True)


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
    sale_from = serializers.DateTimeField(allow_null=True, default=None, help_text="on sale from then on")
    sale_until = serializers.DateTimeField(allow_null=True, default=None, help_text="no longer from then on")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name in ("price_fen", "stock"):
            if not attrs.get("skus") and name not in attrs:
                raise serializers.ValidationError(
                    {name: [self.fields[name].error_messages["required"]]}, "required"
                )
        return attrs


class EditedSku(NewSku):
    """One SKU of an edited good: with ``sku_id`` that one, without a new one; what the list leaves out is switched off."""

    sku_id = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)
    is_on = serializers.BooleanField(default=True)


class EditedGood(NewGood):
    """The whole of a good as it is to be. Attributes and ends of the sale that are left out stay, as do the pictures; a new
    picture takes the place of the main one.
    """

    skus = EditedSku(many=True, required=False)
    attributes = serializers.DictField(required=False)
    sale_from = serializers.DateTimeField(allow_null=True, required=False, help_text="null: from now on")
    sale_until = serializers.DateTimeField(allow_null=True, required=False, help_text="null: for ever")
    declaration = serializers.CharField(
        max_length=300, allow_blank=True, default="", help_text="why it is dearer than its market reference"
    )


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


class SupplierGoods(UploadApi):
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
        return self.page(request, found, SupplierGoodBody, with_stock)

    @does(
        "supplier_goods_create",
        _("发布商品；文字命中禁用词时先送审"),
        OneSupplierGoodBody,
        takes=NewGood,
        files=PICTURE,
        status=201,
    )
    def post(self, request: Request) -> Response:
        """List a good; one whose text holds a blocked word is held for review."""
        supplier = supplier_of_call(request, Area.GOODS)
        data, files = self.sent(request)
        draft = _draft(self.checked(NewGood, data), files)

        def work() -> Any:
            good = services.create_good(
                supplier=supplier, draft=draft, actor=_actor(request, supplier), at=clock.now()
            )
            return good_body(good)

        return self.create_once(request, work)


class SupplierGood(UploadApi):
    """One of the supplier's own goods."""

    @extend_schema(
        operation_id="supplier_goods_read",
        summary=_("查看自己的一件商品"),
        responses={200: OneSupplierGoodBody, **REFUSALS},
    )
    def get(self, request: Request, good: str) -> Response:
        """Read one of one's own goods."""
        return Response(good_body(access.good_for_supplier(supplier_of_call(request, Area.GOODS), good)))

    @does(
        "supplier_goods_edit",
        _("修改整件商品：须审核的部分先送审，通过前按原内容在售"),
        EditedGoodBody,
        takes=EditedGood,
        files=PICTURE,
        is_remembered=False,
    )
    def put(self, request: Request, good: str) -> Response:
        """Edit a good as the form does; what of a live one needs review waits as a change set."""
        supplier = supplier_of_call(request, Area.GOODS)
        found = access.good_for_supplier(supplier, good)
        data, files = self.sent(request)
        season = {"sale_from": found.sale_from, "sale_until": found.sale_until}
        draft = _draft(season | self.checked(EditedGood, data), files)
        row = services.edit_good(good=found, draft=draft, actor=_actor(request, supplier), at=clock.now())
        return Response(good_body(row, services.open_change_of(row)))

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
        return Response(good_body(row))


class References(UploadApi):
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

    @does(
        "supplier_references_create",
        _("登记同款在别处的价格和佣金率"),
        ReferenceBody,
        takes=NewReference,
        files={"screenshot": serializers.FileField(required=False)},
        status=201,
    )
    def post(self, request: Request, good: str) -> Response:
        """Keep what the same good costs and pays elsewhere."""
        supplier = supplier_of_call(request, Area.GOODS)
        found = access.good_for_supplier(supplier, good)
        data, files = self.sent(request)
        draft = MarketDraft(**self.checked(NewReference, data), screenshot=_bytes(files, "screenshot"))

        def work() -> Any:
            kept = services.record_reference(
                good=found, draft=draft, actor=_actor(request, supplier), at=clock.now()
            )
            return ReferenceBody(kept).data

        return self.create_once(request, work)


def _actor(request: Request, supplier: Supplier) -> Actor:
    return Actor(ActorKind.SUPPLIER, supplier.public_id, request.user.public_id)


def _bytes(files: Files, name: str) -> bytes | None:
    """An uploaded picture; of one that is too large no more is read than it takes to refuse it."""
    file = files.get(name)
    return file.read(MAX_BYTES + 1) if file else None


def _draft(data: dict[str, Any], files: Files) -> GoodDraft:
    """What the service takes of a checked NewGood or EditedGood."""
    skus = tuple(SkuDraft(**(sku | {"values": tuple(sku["values"])})) for sku in data.pop("skus", []))
    return GoodDraft(
        category_code=data.pop("category"),
        options=tuple(data.pop("options")),
        price_fen=data.pop("price_fen", 0),
        stock=data.pop("stock", 0),
        skus=skus,
        picture=_bytes(files, "picture"),
        **data,
    )


def with_stock(goods: Iterable[Good]) -> list[Good]:
    """Goods with ``stock`` and ``units_sold``."""
    rows = list(goods)
    stocks = stock_of_goods(rows)
    for row in rows:
        row.stock, row.units_sold = stocks[row.pk].available, stocks[row.pk].sold  # type: ignore[attr-defined]
    return rows


def good_body(good: Good, *change: GoodChange | None) -> Any:
    """A good with its SKUs; with the change set that waits when one is handed over, be it None."""
    row = with_stock([good])[0]
    row.own_skus = skus_of(good)  # type: ignore[attr-defined]
    if not change:
        return OneSupplierGoodBody(row).data
    row.change = change[0]  # type: ignore[attr-defined]
    return EditedGoodBody(row).data


urlpatterns = [
    path("goods/", Goods.as_view(), name="goods"),
    path("goods/<slug:good>/", OneGood.as_view(), name="good"),
    path("supplier/goods/", SupplierGoods.as_view(), name="supplier-goods"),
    path("supplier/goods/<slug:good>/", SupplierGood.as_view(), name="supplier-good"),
    path("supplier/goods/<slug:good>/market/", References.as_view(), name="supplier-references"),
]
