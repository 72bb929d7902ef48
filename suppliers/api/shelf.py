"""What is done to one good over the API, and what is asked beside its form: categories, barcodes, earnings, freight."""

from collections.abc import Callable
from typing import Any

from django.http import FileResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from suppliers import access, errors, photographs, services
from suppliers.api.goods import ChangeBody, OneSupplierGoodBody, good_body
from suppliers.barcodes import read_barcode
from suppliers.gates import caller_of
from suppliers.models import Category, Good
from suppliers.selectors import categories, changes_of, known_barcode, movements_of, skus_of, templates_of
from suppliers.states import Area, AttributeKind, MovementKind
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.api import Api, FileApi, StrictSerializer
from taoxiaopu.kernel.api_schema import WEBP, does, hands_out, lists, reads
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.money import CommissionSplit, split_commission
from taoxiaopu.kernel.settings import rules_at

PRICE_MAX_FEN = 999_999_999


class MovementBody(serializers.Serializer[Any]):
    """One change of a SKU's stock; ``balance`` is what could be sold afterwards."""

    id = serializers.IntegerField(source="pk")
    sku_id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=MovementKind.choices)
    quantity = serializers.IntegerField()
    balance = serializers.IntegerField()
    ref = serializers.CharField(help_text="order, import or good that it happened for")
    at = serializers.DateTimeField()


class MovementsQuery(serializers.Serializer[Any]):
    """Of one SKU only."""

    sku = serializers.IntegerField(required=False, min_value=1)


class EarningQuery(serializers.Serializer[Any]):
    """A price in fen and a rate in bp to try."""

    price_fen = serializers.IntegerField(min_value=1, max_value=PRICE_MAX_FEN)
    rate_bp = serializers.IntegerField(min_value=1, max_value=9000)


class EarningBody(serializers.Serializer[Any]):
    """What one sale gives to whom, in fen: the owner without any bonus."""

    commission_fen = serializers.IntegerField(source="gross_fen")
    platform_fen = serializers.IntegerField(source="fee_fen")
    owner_fen = serializers.IntegerField()
    supplier_fen = serializers.SerializerMethodField()

    def get_supplier_fen(self, split: CommissionSplit) -> int:
        return int(self.context["price_fen"]) - split.gross_fen


class FreightBody(serializers.Serializer[Any]):
    """Terms of freight for orders placed from now on, in fen; 0 from which it is free: never."""

    freight_fen = serializers.IntegerField()
    free_from_fen = serializers.IntegerField(source="free_freight_from_fen")


class NewFreight(StrictSerializer):
    """Flat freight and the amount from which it is free, in fen."""

    freight_fen = serializers.IntegerField(min_value=0, max_value=PRICE_MAX_FEN)
    free_from_fen = serializers.IntegerField(min_value=0, max_value=PRICE_MAX_FEN)


class QuestionBody(serializers.Serializer[Any]):
    """What goods of a category are asked; answered under ``attributes`` by its code."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=AttributeKind.choices)
    unit = serializers.CharField()
    options = serializers.ListField(child=serializers.CharField())
    required = serializers.BooleanField()


class CategoryBody(serializers.Serializer[Any]):
    """A category that goods can be listed in."""

    code = serializers.CharField()
    name = serializers.CharField()
    parent = serializers.SerializerMethodField()
    bond_fen = serializers.IntegerField(help_text="bond to pay before listing here")

    def get_parent(self, category: Category) -> str | None:
        return category.parent.code if category.parent else None


class OneCategoryBody(CategoryBody):
    """A category with its questions."""

    questions = QuestionBody(many=True)


class BarcodeBody(serializers.Serializer[Any]):
    """What the platform's code library says of a barcode."""

    code = serializers.CharField()
    title = serializers.CharField()
    brand = serializers.CharField()
    category = serializers.CharField(source="category.code")
    attributes = serializers.DictField()


class _OnGood(Api):
    """A change of one of the supplier's own goods that needs no words."""

    def act(self, request: Request, good: str, work: Callable[[Good, Actor], object]) -> Response:
        """Do it once and answer with the good."""
        who = caller_of(request, Area.GOODS)
        found = access.good_for_supplier(who.supplier, good)

        def once() -> Any:
            work(found, who.actor)
            return good_body(access.good_for_supplier(who.supplier, good))

        return self.do_once(request, once)


class Listing(_OnGood):
    """On sale again."""

    @does("supplier_goods_list_again", _("重新上架"), OneSupplierGoodBody)
    def post(self, request: Request, good: str) -> Response:
        """Put a good on sale again."""
        return self.act(
            request, good, lambda row, actor: services.list_good(good=row, actor=actor, at=clock.now())
        )


class Delisting(_OnGood):
    """Off sale."""

    @does("supplier_goods_delist", _("下架"), OneSupplierGoodBody)
    def post(self, request: Request, good: str) -> Response:
        """Take a good off sale."""
        return self.act(
            request, good, lambda row, actor: services.delist_good(good=row, actor=actor, at=clock.now())
        )


class Changes(Api):
    """The change sets of a live good."""

    @lists("supplier_changes_list", _("列出一件商品须审核的修改，最新在前"), ChangeBody)
    def get(self, request: Request, good: str) -> Response:
        """List the edits of a good that needed review, newest first."""
        found = access.good_for_supplier(caller_of(request, Area.GOODS).supplier, good)
        return self.keyset(request, changes_of(found), ChangeBody)


class ChangeWithdrawal(_OnGood):
    """Taking an edit back."""

    @does("supplier_changes_withdraw", _("撤回待审核的修改"), OneSupplierGoodBody)
    def post(self, request: Request, good: str) -> Response:
        """Take back the change set that waits for review."""
        return self.act(
            request, good, lambda row, actor: services.withdraw_change(good=row, actor=actor, at=clock.now())
        )


class Movements(Api):
    """What happened to a stock."""

    @lists("supplier_movements_list", _("列出库存流水，最新在前"), MovementBody, query=[MovementsQuery])
    def get(self, request: Request, good: str) -> Response:
        """List a good's stock movements, newest first."""
        found = access.good_for_supplier(caller_of(request, Area.GOODS).supplier, good)
        asked = self.checked(MovementsQuery, request.query_params).get("sku")
        sku = next((sku for sku in skus_of(found) if sku.pk == asked), None)
        if asked is not None and sku is None:
            raise NotFound
        return self.keyset(request, movements_of(found, sku=sku), MovementBody)


class Upload(FileApi):
    """A picture that the supplier uploaded."""

    @hands_out("supplier_uploads_read", _("查看上传的图片（含待审核的）"), WEBP)
    def get(self, request: Request, name: str, size: int) -> FileResponse:
        """A picture that the supplier uploaded, also one that waits for review."""
        name = access.upload_for_supplier(caller_of(request, Area.GOODS).supplier, name)
        return FileResponse(photographs.upload_file(name, size).open("rb"), content_type=WEBP)


class Earning(Api):
    """What one sale gives to whom."""

    @reads("supplier_earning", _("试算一件商品各方所得"), EarningBody, query=[EarningQuery])
    def get(self, request: Request) -> Response:
        """What one sale at this price and rate gives owner, platform and supplier."""
        caller_of(request, Area.GOODS)
        asked = self.checked(EarningQuery, request.query_params)
        rules = rules_at(clock.now())
        low, high = rules.RATE_MIN_BP, rules.RATE_MAX_BP
        if not low <= asked["rate_bp"] <= high:
            raise errors.RateOutOfRange(low=low // 100, high=high // 100)
        split = split_commission(asked["price_fen"], asked["rate_bp"], rules.PLATFORM_FEE_BP, 0)
        return Response(EarningBody(split, context=asked).data)


class Freight(Api):
    """Terms of freight."""

    @reads("supplier_freight_read", _("查看运费设置"), FreightBody)
    def get(self, request: Request) -> Response:
        """Read the terms of freight."""
        return Response(FreightBody(caller_of(request, Area.COMPANY).supplier).data)

    @does(
        "supplier_freight_set",
        _("修改运费，对之后的订单生效"),
        FreightBody,
        takes=NewFreight,
        is_remembered=False,
    )
    def put(self, request: Request) -> Response:
        """Set the terms of freight for orders placed from now on."""
        who = caller_of(request, Area.COMPANY)
        terms = self.checked(NewFreight, request.data)
        services.set_freight(supplier=who.supplier, actor=who.actor, **terms)
        who.supplier.refresh_from_db()
        return Response(FreightBody(who.supplier).data)


class Categories(Api):
    """The categories."""

    @reads("supplier_categories_list", _("列出类目"), CategoryBody, many=True)
    def get(self, request: Request) -> Response:
        """List the categories that goods can be listed in, parents before children."""
        caller_of(request, Area.GOODS)
        return Response(CategoryBody(categories(), many=True).data)


class OneCategory(Api):
    """One category."""

    @reads("supplier_categories_read", _("查看一个类目要填的属性"), OneCategoryBody)
    def get(self, request: Request, category: str) -> Response:
        """Read a category with what its goods are asked."""
        caller_of(request, Area.GOODS)
        found = next((row for row in categories() if row.code == category), None)
        if found is None:
            raise NotFound
        found.questions = templates_of(found)  # type: ignore[attr-defined]
        return Response(OneCategoryBody(found).data)


class Barcode(Api):
    """The code library."""

    @reads("supplier_barcodes_read", _("按条码查平台条码库"), BarcodeBody)
    def get(self, request: Request, code: str) -> Response:
        """Look a barcode up in the platform's library."""
        caller_of(request, Area.GOODS)
        found = known_barcode(read_barcode(code[:40]))
        if found is None:
            raise NotFound
        return Response(BarcodeBody(found).data)


urlpatterns = [
    path("supplier/goods/<slug:good>/listing/", Listing.as_view(), name="supplier-listing"),
    path("supplier/goods/<slug:good>/delisting/", Delisting.as_view(), name="supplier-delisting"),
    path("supplier/goods/<slug:good>/changes/", Changes.as_view(), name="supplier-changes"),
    path(
        "supplier/goods/<slug:good>/changes/withdrawal/",
        ChangeWithdrawal.as_view(),
        name="supplier-change-withdrawal",
    ),
    path("supplier/goods/<slug:good>/movements/", Movements.as_view(), name="supplier-movements"),
    path("supplier/uploads/<slug:name>/<int:size>.webp", Upload.as_view(), name="supplier-upload"),
    path("supplier/earning/", Earning.as_view(), name="supplier-earning"),
    path("supplier/freight/", Freight.as_view(), name="supplier-freight"),
    path("supplier/categories/", Categories.as_view(), name="supplier-categories"),
    path("supplier/categories/<path:category>/", OneCategory.as_view(), name="supplier-category"),
    path("supplier/barcodes/<slug:code>/", Barcode.as_view(), name="supplier-barcode"),
]
