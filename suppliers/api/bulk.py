"""Many goods at once over the API: look, change, take back."""

from typing import Any

from django.db.models import QuerySet
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from suppliers import access, services
from suppliers.gates import caller_of
from suppliers.models import Good, Supplier
from suppliers.selectors import bulk_edits_of, goods_named, goods_of
from suppliers.services import BulkChange, BulkPlan
from suppliers.services.bulk import BULK_MAX
from suppliers.states import Area, BulkAction, GoodStatus
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.api import Api, StrictSerializer
from taoxiaopu.kernel.api_schema import does, lists

SHOWN = 100
LARGEST = 999_999_999


class GoodsFilter(StrictSerializer):
    """All goods that the list would show with these filters."""

    q = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    category = serializers.CharField(max_length=24, required=False, allow_blank=True, default="")
    status = serializers.ChoiceField(choices=GoodStatus.choices, required=False, default="")


class PlannedBulk(StrictSerializer):
    """What is to happen to which goods: ``value`` is fen for prices, bp for rates and percentages, units for stock, 0 for the
    shelf, signed where it adds. Either ``goods`` by id, or all that ``filter`` finds.
    """

    action = serializers.ChoiceField(choices=BulkAction.choices)
    value = serializers.IntegerField(min_value=-LARGEST, max_value=LARGEST, default=0)
    goods = serializers.ListField(
        child=serializers.CharField(max_length=16), min_length=1, max_length=BULK_MAX, required=False
    )
    filter = GoodsFilter(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("goods" in attrs) == ("filter" in attrs):
            raise serializers.ValidationError({"goods": [_("请给出商品编号或筛选条件，二选一")]}, "required")
        return attrs


class NewBulk(PlannedBulk):
    """The same, once it was looked at: ``seen`` is how many lines the preview said would change."""

    seen = serializers.IntegerField(min_value=0, max_value=LARGEST)


class PlannedLineBody(serializers.Serializer[Any]):
    """One SKU or good before and after; ``reason`` says why it stays as it is."""

    good = serializers.CharField(source="good.public_id")
    title = serializers.CharField(source="good.title")
    sku_id = serializers.IntegerField(source="sku.pk", allow_null=True, default=None)
    old = serializers.IntegerField()
    new = serializers.IntegerField()
    reason = serializers.CharField()


class BulkPlanBody(serializers.Serializer[Any]):
    """What a change would do; of the lines the first hundred of each kind are shown."""

    changes = serializers.SerializerMethodField(help_text="lines that change: hand it back as `seen`")
    refusals = serializers.SerializerMethodField()
    lines = serializers.SerializerMethodField()
    refused = serializers.SerializerMethodField()

    def get_changes(self, plan: BulkPlan) -> int:
        return len(plan.lines)

    def get_refusals(self, plan: BulkPlan) -> int:
        return len(plan.refused)

    @extend_schema_field(PlannedLineBody(many=True))
    def get_lines(self, plan: BulkPlan) -> Any:
        return PlannedLineBody(plan.lines[:SHOWN], many=True).data

    @extend_schema_field(PlannedLineBody(many=True))
    def get_refused(self, plan: BulkPlan) -> Any:
        return PlannedLineBody(plan.refused[:SHOWN], many=True).data


class BulkEditBody(serializers.Serializer[Any]):
    """A change that was made; it can be taken back within 24 hours."""

    id = serializers.CharField(source="public_id")
    action = serializers.ChoiceField(choices=BulkAction.choices)
    value = serializers.IntegerField()
    changed = serializers.IntegerField()
    refused = serializers.IntegerField()
    made_at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)
    restored = serializers.IntegerField()


class BulkPreview(Api):
    """Looking first."""

    @does(
        "supplier_bulk_preview",
        _("预览批量修改：会改动多少、哪些改不了"),
        BulkPlanBody,
        takes=PlannedBulk,
        is_remembered=False,
    )
    def post(self, request: Request) -> Response:
        """Say what a change of many goods would do; nothing is changed."""
        supplier = caller_of(request, Area.GOODS).supplier
        asked = self.checked(PlannedBulk, request.data)
        plan = services.plan_bulk(
            supplier=supplier, goods=_goods(supplier, asked), change=_change(asked), at=clock.now()
        )
        return Response(BulkPlanBody(plan).data)


class BulkEdits(Api):
    """Changes of many goods."""

    @lists("supplier_bulk_list", _("列出批量修改，最新在前"), BulkEditBody)
    def get(self, request: Request) -> Response:
        """List the changes of many goods, newest first."""
        return self.keyset(request, bulk_edits_of(caller_of(request, Area.GOODS).supplier), BulkEditBody)

    @does(
        "supplier_bulk_apply",
        _("批量修改售价、库存、佣金率或上下架：全部改动或全部不变"),
        BulkEditBody,
        takes=NewBulk,
        status=201,
    )
    def post(self, request: Request) -> Response:
        """Make the change on all these goods or on none."""
        who = caller_of(request, Area.GOODS)
        asked = self.checked(NewBulk, request.data)

        def work() -> Any:
            edit = services.apply_bulk(
                supplier=who.supplier,
                goods=_goods(who.supplier, asked),
                change=_change(asked),
                seen=asked["seen"],
                actor=who.actor,
                at=clock.now(),
            )
            return BulkEditBody(edit).data

        return self.create_once(request, work)


class BulkUndoing(Api):
    """Taking one back."""

    @does("supplier_bulk_undo", _("撤销一次批量修改（24 小时内）"), BulkEditBody)
    def post(self, request: Request, edit: str) -> Response:
        """Put back what nobody changed since."""
        who = caller_of(request, Area.GOODS)
        found = access.bulk_edit_for(who.supplier, edit)

        def work() -> Any:
            services.undo_bulk(edit=found, actor=who.actor, at=clock.now())
            return BulkEditBody(access.bulk_edit_for(who.supplier, edit)).data

        return self.do_once(request, work)


def _goods(supplier: Supplier, asked: dict[str, Any]) -> "QuerySet[Good]":
    if "goods" in asked:
        return goods_named(supplier, asked["goods"])
    wanted = asked["filter"]
    return goods_of(supplier, query=wanted["q"], status=wanted["status"], category=wanted["category"])


def _change(asked: dict[str, Any]) -> BulkChange:
    return BulkChange(BulkAction(asked["action"]), asked["value"])


urlpatterns = [
    path("supplier/bulk-edits/", BulkEdits.as_view(), name="supplier-bulk-edits"),
    path("supplier/bulk-edits/preview/", BulkPreview.as_view(), name="supplier-bulk-preview"),
    path("supplier/bulk-edits/<slug:edit>/undoing/", BulkUndoing.as_view(), name="supplier-bulk-undoing"),
]
