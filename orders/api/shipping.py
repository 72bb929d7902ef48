"""Shipping over the API: many tracking numbers at once, papers for the packing table, lines that are out of stock."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orders import access, papers, services
from orders.forms import BatchForm
from orders.models import Order
from orders.services import Shortage
from orders.services.batches import BATCH_MAX
from orders.services.printing import PRINT_MAX
from orders.states import ORDERS, Carrier
from suppliers.gates import caller_of
from suppliers.models import Supplier
from suppliers.states import Area
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.api import Api, FileApi, StrictSerializer, UploadApi
from taoxiaopu.kernel.api_schema import PDF, does, hands_out, reads
from taoxiaopu.kernel.documents import pdf_response
from taoxiaopu.kernel.errors import MoveRefused

LARGEST = 2**63 - 1
LIST = {"file": serializers.FileField(required=False)}
_WORD = r"^[^\s,\"']+$"  # one cell of a line: what the list's reader takes apart is not in it


class BatchParcel(StrictSerializer):
    """One parcel: without a carrier it is known by its number where only one fits; without ``lines`` all that are left."""

    order = serializers.RegexField(_WORD, max_length=20)
    carrier = serializers.ChoiceField(choices=Carrier.choices, required=False)
    tracking_number = serializers.RegexField(_WORD, max_length=40)
    lines = serializers.ListField(
        child=serializers.RegexField(_WORD, max_length=24), max_length=50, default=list
    )


class NewShipments(StrictSerializer):
    """Parcels as JSON, or the list as people paste it (``text``), or a CSV file beside it (``file``)."""

    parcels = BatchParcel(many=True, required=False)
    text = serializers.CharField(max_length=100_000, required=False, allow_blank=True)


class ShipmentBody(serializers.Serializer[Any]):
    """What became of one line: ``ready`` (only looked at), ``done`` (shipped now or before) or ``error`` with the reason."""

    line = serializers.IntegerField(source="line_no")
    order = serializers.CharField(source="order_number")
    carrier = serializers.ChoiceField(choices=Carrier.choices, allow_null=True)
    tracking_number = serializers.CharField()
    lines = serializers.ListField(child=serializers.CharField(), source="line_refs")
    state = serializers.ChoiceField(choices=["ready", "done", "error"])
    reason = serializers.CharField()


class ShipmentsBody(serializers.Serializer[Any]):
    """Every line of the list in its order."""

    ready = serializers.IntegerField()
    done = serializers.IntegerField()
    errors = serializers.IntegerField()  # type: ignore[assignment]  # declared fields are taken off the class
    shipments = ShipmentBody(many=True)


class ChosenOrders(StrictSerializer):
    """Orders that wait to be shipped."""

    orders = serializers.ListField(
        child=serializers.CharField(max_length=20), min_length=1, max_length=PRINT_MAX
    )


class ShortageBody(serializers.Serializer[Any]):
    """What reporting a line out of stock costs, in fen: goods and freight go back, the compensation comes on top."""

    goods_fen = serializers.IntegerField()
    freight_fen = serializers.IntegerField()
    compensation_fen = serializers.IntegerField()


class SeenShortage(StrictSerializer):
    """The amounts that were shown, and whether the SKU's stock is set to 0."""

    goods_fen = serializers.IntegerField(min_value=0, max_value=LARGEST)
    freight_fen = serializers.IntegerField(min_value=0, max_value=LARGEST)
    compensation_fen = serializers.IntegerField(min_value=0, max_value=LARGEST)
    empties_stock = serializers.BooleanField(default=True)


class Shipments(UploadApi):
    """Many parcels at once."""

    @does(
        "supplier_shipments_create",
        _("批量发货：JSON、粘贴的文本或 CSV；每行各自成败，重发不会重复"),
        ShipmentsBody,
        takes=NewShipments,
        files=LIST,
        is_remembered=False,
    )
    def post(self, request: Request) -> Response:
        """Hand over every parcel of a list that can be; each line stands for itself, so that no key is wanted."""
        who = caller_of(request, Area.ORDERS)
        lines = services.ship_batch(
            supplier=who.supplier, text=self.list_of(request), actor=who.actor, at=clock.now()
        )
        return Response(_told(lines))

    def list_of(self, request: Request) -> str:
        """The list in whatever form it was sent, as lines of text: one reader understands them all."""
        data, files = self.sent(request)
        asked = self.checked(NewShipments, data)
        rows = [
            [parcel["order"], parcel.get("carrier", ""), parcel["tracking_number"], *parcel["lines"]]
            for parcel in asked.get("parcels", [])[: BATCH_MAX + 1]
        ]
        typed = [",".join(cell for cell in row if cell) for row in rows]
        text = "\n".join([*typed, asked.get("text", "")]).strip("\n")
        return str(self.checked_form(BatchForm({"text": text}, files))["text"])


class ShipmentsPreview(Shipments):
    """Looking first."""

    @does(
        "supplier_shipments_preview",
        _("预览批量发货：每行会怎样"),
        ShipmentsBody,
        takes=NewShipments,
        files=LIST,
        is_remembered=False,
    )
    def post(self, request: Request) -> Response:
        """Say what would become of each line; nothing is changed."""
        supplier = caller_of(request, Area.ORDERS).supplier
        return Response(
            _told(services.check_batch(supplier=supplier, text=self.list_of(request), at=clock.now()))
        )


class _Paper(FileApi):
    """A paper of chosen orders."""

    def paper(
        self, request: Request, title: str, draw: Callable[[Supplier, list[Order], datetime], bytes]
    ) -> HttpResponse:
        """Note that the orders' papers were made, and draw them."""
        who, at = caller_of(request, Area.ORDERS), clock.now()
        numbers = self.checked(ChosenOrders, request.data)["orders"]
        orders = services.mark_printed(supplier=who.supplier, numbers=numbers, actor=who.actor, at=at)
        return pdf_response(f"{title}-{clock.local(at):%Y%m%d-%H%M}.pdf", draw(who.supplier, orders, at))


class PickList(_Paper):
    """What to take from the shelves."""

    @hands_out("supplier_pick_list", _("生成所选订单的配货单"), PDF, takes=ChosenOrders)
    def post(self, request: Request) -> HttpResponse:
        """What to take from the shelves for the chosen orders."""
        return self.paper(
            request,
            gettext("配货单"),
            lambda supplier, orders, at: papers.pick_list_pdf(supplier, orders, made_at=at),
        )


class DeliveryNotes(_Paper):
    """A delivery note each."""

    @hands_out("supplier_delivery_notes", _("生成所选订单的发货单"), PDF, takes=ChosenOrders)
    def post(self, request: Request) -> HttpResponse:
        """A delivery note for each of the chosen orders."""
        return self.paper(
            request,
            gettext("发货单"),
            lambda supplier, orders, at: papers.delivery_notes_pdf(supplier, orders, made_at=at),
        )


class ShortageOfLine(Api):
    """One line that cannot be delivered."""

    @reads("supplier_shortage_read", _("查看申报缺货要退多少、赔多少"), ShortageBody)
    def get(self, request: Request, line: str) -> Response:
        """What reporting this line out of stock costs; nothing is changed."""
        found = access.line_for_supplier(caller_of(request, Area.ORDERS).supplier, line)
        may = "out_of_stock" in ORDERS.events(found.order.status, ActorKind.SUPPLIER)
        if not may or found.shipped_in_id is not None or found.is_refunded:
            raise MoveRefused(state=found.order.get_status_display(), event=gettext("申报缺货"))
        return Response(ShortageBody(services.shortage_of(line=found, at=clock.now())).data)

    @does(
        "supplier_shortage_report",
        _("申报缺货：退款并赔付买家；金额须与看到的一致"),
        ShortageBody,
        takes=SeenShortage,
        status=201,
    )
    def post(self, request: Request, line: str) -> Response:
        """Refund what is left of a line that was not shipped and compensate its buyer."""
        who = caller_of(request, Area.ORDERS)
        found = access.line_for_supplier(who.supplier, line)
        seen = self.checked(SeenShortage, request.data)
        empties_stock = seen.pop("empties_stock")

        def work() -> Any:
            done = services.report_shortage(
                line=found,
                seen=Shortage(**seen),
                empties_stock=empties_stock,
                actor=who.actor,
                at=clock.now(),
            )
            return ShortageBody(done).data

        return self.create_once(request, work)


def _told(lines: list[services.BatchLine]) -> Any:
    count = {state: sum(line.state == state for line in lines) for state in ("ready", "done", "error")}
    return ShipmentsBody(
        {"ready": count["ready"], "done": count["done"], "errors": count["error"], "shipments": lines}
    ).data


urlpatterns = [
    path("supplier/shipments/", Shipments.as_view(), name="supplier-shipments"),
    path("supplier/shipments/preview/", ShipmentsPreview.as_view(), name="supplier-shipments-preview"),
    path("supplier/pick-lists/", PickList.as_view(), name="supplier-pick-lists"),
    path("supplier/delivery-notes/", DeliveryNotes.as_view(), name="supplier-delivery-notes"),
    path("supplier/order-lines/<slug:line>/shortage/", ShortageOfLine.as_view(), name="supplier-shortage"),
]
