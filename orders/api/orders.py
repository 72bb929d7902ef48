"""Orders over the API: a supplier's own to ship, an owner's with the consumer masked."""

from datetime import datetime
from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from commissions.states import AttributionKind
from orders import access, services
from orders.models import Order, Parcel
from orders.selectors import NEEDS_RECEIVER, orders_of_owner, orders_of_supplier, parcels_of
from orders.services import Shipment
from orders.states import NEVER_PAID, Carrier, Chosen, Evidence, Lost, OrderStatus
from storefronts.access import owner_for
from storefronts.states import Channel, Way
from suppliers.gates import supplier_of_call
from suppliers.states import Area
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.api import KEY, PAGING, REFUSALS, Api, ErrorBody, StrictSerializer, page_of
from taoxiaopu.kernel.api_schema import reads

PAID = [(s.value, s.label) for s in OrderStatus if s not in NEVER_PAID]


class OrdersQuery(serializers.Serializer[Any]):
    """Filters of a list of orders."""

    status = serializers.ChoiceField(choices=PAID, required=False)
    q = serializers.CharField(
        required=False, allow_blank=True, max_length=24, help_text="order or tracking number (suppliers)"
    )


class LineBody(serializers.Serializer[Any]):
    """One line; money in fen."""

    ref = serializers.CharField()
    good = serializers.CharField(source="good.public_id")
    title = serializers.CharField()
    sku = serializers.CharField(source="sku_name")
    quantity = serializers.IntegerField()
    unit_price_fen = serializers.IntegerField()
    paid_fen = serializers.IntegerField()
    refunded_fen = serializers.IntegerField()
    is_shipped = serializers.SerializerMethodField()

    def get_is_shipped(self, line: Any) -> bool:
        return line.shipped_in_id is not None


class OrderBody(serializers.Serializer[Any]):
    """What both parties see of an order; money in fen."""

    number = serializers.CharField()
    status = serializers.ChoiceField(choices=OrderStatus.choices)
    goods_fen = serializers.IntegerField()
    freight_fen = serializers.IntegerField()
    placed_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)
    ship_by = serializers.DateTimeField(allow_null=True)
    shipped_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    finalised_at = serializers.DateTimeField(allow_null=True)
    is_late = serializers.BooleanField()
    lines = LineBody(many=True)


class DeliveryBody(serializers.Serializer[Any]):
    """Where a parcel goes."""

    receiver = serializers.CharField()
    phone = serializers.CharField()
    address = serializers.CharField()


class SupplierOrderBody(OrderBody):
    """An order for its supplier: the receiver only while it has to deliver or to answer for it."""

    delivery = serializers.SerializerMethodField()

    @extend_schema_field(DeliveryBody(allow_null=True))
    def get_delivery(self, order: Order) -> Any:
        return DeliveryBody(order.trade).data if order.status in NEEDS_RECEIVER else None


class OwnerOrderBody(OrderBody):
    """An order for the owner it is attributed to: the consumer's phone is masked, of the address only the city."""

    shop = serializers.CharField(source="shop.number")
    buyer_phone = serializers.CharField(source="trade.masked_phone")
    buyer_place = serializers.CharField(source="trade.masked_place")


class ProofClickBody(serializers.Serializer[Any]):
    """One click as it was when the order was placed; ``link`` is null when it was another shop's."""

    at = serializers.DateTimeField()
    way = serializers.ChoiceField(choices=Way.choices)
    channel = serializers.ChoiceField(choices=Channel.choices)
    link = serializers.CharField(allow_null=True)


class LostClickBody(ProofClickBody):
    """A click that did not decide, with the reason."""

    lost = serializers.ChoiceField(choices=Lost.choices)


class BasisBody(serializers.Serializer[Any]):
    """The evidence that an order kept: the rule, its click if there was one, and up to 20 clicks that lost."""

    rule = serializers.ChoiceField(choices=Chosen.choices)
    window_h = serializers.IntegerField()
    click = ProofClickBody(allow_null=True)
    lost = LostClickBody(many=True)


class AttributionBody(serializers.Serializer[Any]):
    """Why an order is its owner's; ``basis`` is null for orders from before evidence was kept."""

    kind = serializers.ChoiceField(choices=AttributionKind.choices, source="attribution")
    evidence = serializers.ChoiceField(choices=Evidence.choices)
    basis = serializers.SerializerMethodField()

    @extend_schema_field(BasisBody(allow_null=True))
    def get_basis(self, order: Order) -> dict[str, Any] | None:
        if order.basis is None:
            return None

        def told(copy: dict[str, Any]) -> dict[str, Any]:
            is_own = copy["shop"] == order.shop_id
            at = datetime.fromisoformat(copy["at"])
            return copy | {"at": at, "link": copy["link"] if is_own else None}

        click = told(order.basis["click"]) if order.basis["click"] else None
        lost = [told(copy) for copy in order.basis["lost"]]
        return dict(BasisBody(order.basis | {"click": click, "lost": lost}).data)


class NewParcel(StrictSerializer):
    """A parcel: ``lines`` left out or empty means everything that is left."""

    carrier = serializers.ChoiceField(choices=Carrier.choices)
    tracking_number = serializers.CharField(max_length=24)
    lines = serializers.ListField(child=serializers.CharField(max_length=24), max_length=50, default=list)


class ParcelBody(serializers.Serializer[Any]):
    """A parcel that was handed over."""

    carrier = serializers.ChoiceField(choices=Carrier.choices)
    tracking_number = serializers.CharField()
    shipped_at = serializers.DateTimeField()
    lines = serializers.SerializerMethodField()

    def get_lines(self, parcel: Parcel) -> list[str]:
        return [line.ref for line in parcel.lines.order_by("pk")]


class SupplierOrders(Api):
    """The orders of the supplier that the token's user works for."""

    @extend_schema(
        operation_id="supplier_orders_list",
        summary=_("列出已付款的订单；待发货的按期限排序"),
        parameters=[OrdersQuery, *PAGING],
        responses={200: page_of(SupplierOrderBody), **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """List paid orders; those to ship by deadline, others newest first."""
        supplier = supplier_of_call(request, Area.ORDERS)
        query = self.checked(OrdersQuery, request.query_params)
        found = orders_of_supplier(supplier, status=query.get("status", ""), query=query.get("q", ""))
        return self.page(request, found, SupplierOrderBody)


class SupplierOrder(Api):
    """One of the supplier's orders."""

    @extend_schema(
        operation_id="supplier_orders_read",
        summary=_("查看一笔订单"),
        responses={200: SupplierOrderBody, **REFUSALS},
    )
    def get(self, request: Request, order: str) -> Response:
        """Read one order."""
        found = access.order_for_supplier(supplier_of_call(request, Area.ORDERS), order)
        return Response(SupplierOrderBody(found).data)


class Parcels(Api):
    """Parcels of one of the supplier's orders."""

    @reads("supplier_orders_parcels", _("列出一笔订单的包裹"), ParcelBody, many=True)
    def get(self, request: Request, order: str) -> Response:
        """List the parcels of an order, oldest first."""
        found = access.order_for_supplier(supplier_of_call(request, Area.ORDERS), order)
        return Response(ParcelBody(parcels_of(found), many=True).data)

    @extend_schema(
        operation_id="supplier_orders_ship",
        summary=_("交付一个包裹"),
        parameters=[KEY],
        request=NewParcel,
        responses={201: ParcelBody, **REFUSALS, 409: ErrorBody, 422: ErrorBody},
    )
    def post(self, request: Request, order: str) -> Response:
        """Hand a parcel over."""
        supplier = supplier_of_call(request, Area.ORDERS)
        found = access.order_for_supplier(supplier, order)
        data = self.checked(NewParcel, request.data)
        shipment = Shipment(Carrier(data["carrier"]), data["tracking_number"], tuple(data["lines"]))
        actor = Actor(ActorKind.SUPPLIER, supplier.public_id, request.user.public_id)

        def work() -> Any:
            parcel = services.ship(order=found, shipment=shipment, actor=actor, at=clock.now())
            return ParcelBody(parcel).data

        return self.create_once(request, work)


class OwnerOrders(Api):
    """The orders attributed to the owner that the token's user is."""

    @extend_schema(
        operation_id="owner_orders_list",
        summary=_("列出归属于自己的订单，最新在前"),
        parameters=[OrdersQuery, *PAGING],
        responses={200: page_of(OwnerOrderBody), **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """List orders, newest first."""
        owner = owner_for(request.user)
        query = self.checked(OrdersQuery, request.query_params)
        return self.page(request, orders_of_owner(owner, status=query.get("status", "")), OwnerOrderBody)


class OwnerOrder(Api):
    """One order attributed to the owner."""

    @extend_schema(
        operation_id="owner_orders_read",
        summary=_("查看一笔订单（消费者信息已脱敏）"),
        responses={200: OwnerOrderBody, **REFUSALS},
    )
    def get(self, request: Request, order: str) -> Response:
        """Read one order."""
        return Response(OwnerOrderBody(access.order_for_owner(owner_for(request.user), order)).data)


class OwnerAttribution(Api):
    """Why an order is the owner's."""

    @extend_schema(
        operation_id="owner_orders_attribution",
        summary=_("查看订单的归因证据：规则、点击与未被采用的点击"),
        responses={200: AttributionBody, **REFUSALS},
    )
    def get(self, request: Request, order: str) -> Response:
        """Read the rule that chose, the click, and the clicks that lost."""
        found = access.order_for_owner(owner_for(request.user), order)
        return Response(AttributionBody(found).data)


urlpatterns = [
    path("supplier/orders/", SupplierOrders.as_view(), name="supplier-orders"),
    path("supplier/orders/<slug:order>/", SupplierOrder.as_view(), name="supplier-order"),
    path("supplier/orders/<slug:order>/parcels/", Parcels.as_view(), name="supplier-parcels"),
    path("owner/orders/", OwnerOrders.as_view(), name="owner-orders"),
    path("owner/orders/<slug:order>/", OwnerOrder.as_view(), name="owner-order"),
    path("owner/orders/<slug:order>/attribution/", OwnerAttribution.as_view(), name="owner-attribution"),
]
