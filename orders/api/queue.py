"""What to ship next, over the API: the desk's queue with its filters, page behind page."""

from typing import Any

from django.db.models import prefetch_related_objects
from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orders.api.orders import PAID, SupplierOrderBody
from orders.selectors import ALL, TO_SHIP, QueueCounts, Wanted, fulfilment_queue, queue_counts
from orders.selectors.queue import DUE
from suppliers.gates import caller_of
from suppliers.states import Area
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.api import Api
from taoxiaopu.kernel.api_schema import lists, reads


class QueueQuery(serializers.Serializer[Any]):
    """Filters of the queue; ``due`` and ``printed`` are for orders to ship."""

    status = serializers.ChoiceField(
        choices=[TO_SHIP, ALL, *(value for value, _label in PAID)], default=TO_SHIP
    )
    due = serializers.ChoiceField(choices=DUE, required=False, default="")
    printed = serializers.ChoiceField(choices=["yes", "no"], required=False, default="")
    q = serializers.CharField(
        max_length=40,
        required=False,
        allow_blank=True,
        default="",
        help_text="order or tracking number, phone or its last digits",
    )
    after = serializers.CharField(max_length=40, required=False, default="")


class QueueOrderBody(SupplierOrderBody):
    """An order of the queue; ``printed_at``: when its papers were first made."""

    printed_at = serializers.DateTimeField(allow_null=True)


class QueueCountsBody(serializers.Serializer[Any]):
    """How many orders there are to ship, by deadline, and of every status."""

    to_ship = serializers.IntegerField()
    late = serializers.IntegerField()
    soon = serializers.IntegerField()
    later = serializers.IntegerField()
    unprinted = serializers.IntegerField()
    by_status = serializers.SerializerMethodField()

    def get_by_status(self, counts: QueueCounts) -> dict[str, int]:
        return {str(status): counts.by_status.get(status, 0) for status, _label in PAID}


class Queue(Api):
    """The queue."""

    @lists("supplier_queue_list", _("列出待发货订单，最急的在前"), QueueOrderBody, query=[QueueQuery])
    def get(self, request: Request) -> Response:
        """List orders to ship by deadline, or others newest first."""
        supplier = caller_of(request, Area.ORDERS).supplier
        asked = self.checked(QueueQuery, request.query_params)
        wanted = Wanted(
            status=asked["status"],
            due=asked["due"],
            printed=asked["printed"],
            query=asked["q"],
            after=asked["after"],
        )
        found = fulfilment_queue(supplier, wanted, at=clock.now(), size=self.page_size(request))
        prefetch_related_objects(found.rows, "trade")  # the pages of the desk need nobody's address
        return self.behind(request, QueueOrderBody(found.rows, many=True).data, found.next_key)


class Counts(Api):
    """The numbers on its tabs."""

    @reads("supplier_queue_counts", _("各状态订单数与发货紧急程度"), QueueCountsBody)
    def get(self, request: Request) -> Response:
        """How many orders wait, how urgently."""
        supplier = caller_of(request, Area.ORDERS).supplier
        return Response(QueueCountsBody(queue_counts(supplier, at=clock.now())).data)


urlpatterns = [
    path("supplier/queue/", Queue.as_view(), name="supplier-queue"),
    path("supplier/queue/counts/", Counts.as_view(), name="supplier-queue-counts"),
]
