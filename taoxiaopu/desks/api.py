"""The supplier's first page, its money and its trail over the API, and leaving."""

from collections.abc import Callable
from typing import Any

from django.http import StreamingHttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from disputes.leaving import leaving_of
from ledger.access import journal_for_party
from ledger.models import SUPPLIER_KINDS, Transfer
from ledger.selectors import entries_of, movements_of
from orders.access import order_for_supplier
from rulebook.selectors import duty_of
from suppliers.gates import caller_of
from suppliers.models import Supplier
from suppliers.services import begin_exit, come_back
from suppliers.states import Area, SupplierStatus
from taoxiaopu.desks.figures import SPAN, SPANS, SupplierFigures, supplier_figures
from taoxiaopu.desks.order_money import order_money, told_to
from taoxiaopu.desks.selectors import SupplierToday, supplier_money, supplier_today
from taoxiaopu.desks.team_trail import deeds_of
from taoxiaopu.desks.views.supplier import movements_table
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.api import AfterKey, Api, FileApi, StrictSerializer
from taoxiaopu.kernel.api_schema import CSV, does, hands_out, lists, reads


class DaysQuery(serializers.Serializer[Any]):
    """How many days the figures tell of."""

    days = serializers.ChoiceField(choices=SPANS, default=SPAN)


class TodayBody(serializers.Serializer[Any]):
    """What waits today, how it sells, and what the platform owes (fen)."""

    to_ship = serializers.IntegerField(source="to_ship_count")
    late = serializers.IntegerField(source="late_count")
    soon = serializers.IntegerField(source="soon_count")
    cases = serializers.IntegerField(source="case_count")
    refunding = serializers.IntegerField(source="refunding_count")
    disputes = serializers.IntegerField(source="dispute_count")
    running_out = serializers.IntegerField(source="running_out_count")
    held = serializers.IntegerField(source="held_count")
    listed = serializers.IntegerField(source="listed_count")
    goods = serializers.IntegerField(source="goods_count")
    most_urgent_orders = serializers.SerializerMethodField()
    lowest_stocks = serializers.SerializerMethodField()
    week_orders = serializers.IntegerField(source="week.orders")
    week_goods_fen = serializers.IntegerField(source="week.goods_fen")
    month_orders = serializers.IntegerField(source="month.orders")
    month_goods_fen = serializers.IntegerField(source="month.goods_fen")
    payable_fen = serializers.IntegerField()
    on_the_way_fen = serializers.IntegerField()

    def get_most_urgent_orders(self, today: SupplierToday) -> list[str]:
        return [order.number for order in today.to_ship]

    def get_lowest_stocks(self, today: SupplierToday) -> list[str]:
        return [good.public_id for good in today.running_out]


class ComparedBody(serializers.Serializer[Any]):
    """A figure of this span and of the one before it."""

    now = serializers.IntegerField()
    before = serializers.IntegerField()
    change_bp = serializers.IntegerField(allow_null=True)


class SeriesBody(serializers.Serializer[Any]):
    """One row of figures; ``past``: of the span before."""

    name = serializers.CharField()
    unit = serializers.CharField()
    past = serializers.BooleanField()
    values = serializers.ListField(child=serializers.IntegerField())


class ChartBody(serializers.Serializer[Any]):
    """Figures along labels."""

    labels = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]  # taken off the class
    series = SeriesBody(many=True)


class FiguresBody(serializers.Serializer[Any]):
    """The last days beside as many before: amounts in fen, rates in bp."""

    days = serializers.IntegerField()
    goods_fen = ComparedBody()
    orders = ComparedBody()
    refund_bp = ComparedBody()
    commission_fen = ComparedBody()
    sales = ChartBody()
    goods = ChartBody()
    shops = ChartBody()


class HomeBody(serializers.Serializer[Any]):
    """The first page. ``rules_to_accept``: whether rules wait to be read and accepted, which is done on the site."""

    supplier = serializers.CharField()
    status = serializers.ChoiceField(choices=SupplierStatus.choices)
    rules_to_accept = serializers.BooleanField()
    today = TodayBody()
    figures = FiguresBody()


class MoneyBody(serializers.Serializer[Any]):
    """The supplier's accounts in fen; ``on_the_way_fen`` is paid by consumers and not divided yet."""

    payable_fen = serializers.IntegerField()
    deposit_fen = serializers.IntegerField()
    debt_fen = serializers.IntegerField()
    on_the_way_fen = serializers.IntegerField()


class EntryBody(serializers.Serializer[Any]):
    """One movement of the supplier's own accounts: positive when it is to its good."""

    id = serializers.IntegerField(source="transfer.pk")
    journal = serializers.IntegerField(source="transfer.journal_id")
    kind = serializers.CharField(source="transfer.journal.kind")
    order = serializers.CharField(source="transfer.journal.order_number")
    account = serializers.CharField()
    amount_fen = serializers.IntegerField()
    occurred_at = serializers.DateTimeField(source="transfer.journal.occurred_at")


class JournalBody(serializers.Serializer[Any]):
    """One journal in the supplier's own share."""

    id = serializers.IntegerField(source="journal.pk")
    kind = serializers.CharField(source="journal.kind")
    order = serializers.CharField(source="journal.order_number")
    occurred_at = serializers.DateTimeField(source="journal.occurred_at")
    entries = EntryBody(many=True)


class ToldBody(serializers.Serializer[Any]):
    """One movement for an order, in words."""

    at = serializers.DateTimeField()
    words = serializers.CharField()
    account = serializers.CharField()
    amount_fen = serializers.IntegerField(source="fen")
    journal = serializers.IntegerField()


class OrderMoneyBody(serializers.Serializer[Any]):
    """What the supplier has of an order, in fen. ``is_divided``: it is booked; else it is what is expected now."""

    number = serializers.CharField()
    is_paid = serializers.BooleanField()
    is_divided = serializers.BooleanField()
    goods_fen = serializers.IntegerField(source="supplier.goods.fen")
    freight_fen = serializers.IntegerField(source="supplier.freight.fen")
    refunded_fen = serializers.IntegerField(source="supplier.refunded.fen")
    commission_fen = serializers.IntegerField(source="supplier.commission.fen")
    voided_fen = serializers.IntegerField(source="supplier.voided.fen")
    compensation_fen = serializers.IntegerField(source="supplier.compensation.fen")
    manual_fen = serializers.IntegerField(source="supplier.manual.fen")
    net_fen = serializers.IntegerField(source="supplier.net.fen")
    movements = ToldBody(many=True)


class DeedBody(serializers.Serializer[Any]):
    """One thing that a member did, in words."""

    at = serializers.DateTimeField()
    who = serializers.CharField()
    what = serializers.CharField()
    subject = serializers.CharField()
    ref = serializers.CharField()
    note = serializers.CharField()


class ExitBody(serializers.Serializer[Any]):
    """What leaving waits for, and from when the deposit is free; money in fen."""

    status = serializers.ChoiceField(choices=SupplierStatus.choices)
    orders = serializers.IntegerField()
    cases = serializers.IntegerField()
    disputes = serializers.IntegerField()
    payouts = serializers.IntegerField()
    payable_fen = serializers.IntegerField()
    debt_fen = serializers.IntegerField()
    deposit_fen = serializers.IntegerField()
    bond_fen = serializers.IntegerField()
    free_at = serializers.DateTimeField(allow_null=True)
    is_free = serializers.BooleanField()


class NewExit(StrictSerializer):
    """Why, for the platform."""

    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class Home(Api):
    """The first page."""

    @reads("supplier_home", _("查看今日待办与经营数据"), HomeBody, query=[DaysQuery])
    def get(self, request: Request) -> Response:
        """What has to be done today, and the figures of the last days."""
        who, at = caller_of(request, Area.HOME), clock.now()
        days = int(self.checked(DaysQuery, request.query_params)["days"])
        figures: SupplierFigures = supplier_figures(who.supplier, days=days, at=at)
        body = {
            "supplier": who.supplier.name,
            "status": who.supplier.status,
            "rules_to_accept": bool(duty_of(who.actor, at=at).due),
            "today": supplier_today(who.supplier, at=at),
            "figures": figures,
        }
        return Response(HomeBody(body).data)


class Money(Api):
    """What is owed."""

    @reads("supplier_money", _("查看应付货款、保证金与欠款"), MoneyBody)
    def get(self, request: Request) -> Response:
        """What the platform owes the supplier, and what it owes."""
        return Response(MoneyBody(supplier_money(caller_of(request, Area.MONEY).supplier)).data)


class MoneyMovements(Api):
    """Every movement that made it so."""

    @lists("supplier_money_movements", _("列出结算明细，最新在前"), EntryBody)
    def get(self, request: Request) -> Response:
        """List the movements of the supplier's own accounts, newest first."""
        party = caller_of(request, Area.MONEY).supplier.public_id

        def own(transfers: list[Transfer]) -> Any:
            return entries_of(party, transfers)

        return self.keyset(request, movements_of(party, SUPPLIER_KINDS), EntryBody, own)


class MoneyFile(FileApi):
    """As a file."""

    @hands_out("supplier_money_file", _("下载结算明细（CSV）"), CSV)
    def get(self, request: Request) -> StreamingHttpResponse:
        """All movements as a table."""
        return movements_table(caller_of(request, Area.MONEY).supplier)


class OneJournal(Api):
    """One journal."""

    @reads("supplier_journals_read", _("查看一笔日记账中自己的部分"), JournalBody)
    def get(self, request: Request, journal: int) -> Response:
        """Read a journal in the supplier's own share."""
        party = caller_of(request, Area.MONEY).supplier.public_id
        row = journal_for_party(party, SUPPLIER_KINDS, journal)
        entries = entries_of(party, movements_of(party, SUPPLIER_KINDS, journal=row).reverse())
        return Response(JournalBody({"journal": row, "entries": entries}).data)


class MoneyOfOrder(Api):
    """One order's money."""

    @reads("supplier_orders_money", _("查看一笔订单自己的收入与每笔变动"), OrderMoneyBody)
    def get(self, request: Request, order: str) -> Response:
        """What the supplier has of one order, and every movement that made it so."""
        supplier = caller_of(request, Area.ORDERS).supplier
        found = order_for_supplier(supplier, order)
        money = order_money(found)
        movements = told_to(supplier.public_id, found, is_owner=False)
        body = {
            "number": money.number,
            "is_paid": money.is_paid,
            "is_divided": money.is_divided,
            "supplier": money.supplier,
            "movements": movements,
        }
        return Response(OrderMoneyBody(body).data)


class Trail(Api):
    """Who did what."""

    @lists("supplier_trail", _("列出成员做过的事，最新在前"), DeedBody)
    def get(self, request: Request) -> Response:
        """List what the supplier's members did, newest first."""
        supplier = caller_of(request, Area.COMPANY).supplier
        before = self.checked(AfterKey, request.query_params).get("after")
        deeds, following = deeds_of(supplier, before=before, size=self.page_size(request))
        return self.behind(request, DeedBody(deeds, many=True).data, str(following or ""))


class Exit(Api):
    """Leaving."""

    @reads("supplier_exit_read", _("查看退出还差什么、保证金何时可退"), ExitBody)
    def get(self, request: Request) -> Response:
        """What leaving waits for."""
        return Response(_exit_body(caller_of(request, Area.COMPANY).supplier))

    @does("supplier_exit_begin", _("开始退出"), ExitBody, takes=NewExit)
    def post(self, request: Request) -> Response:
        """Begin to leave: nothing new is sold, what is open goes on."""
        reason = self.checked(NewExit, request.data)["reason"]
        return _exit(self, request, lambda **who: begin_exit(**who, reason=reason))


class ExitReturn(Api):
    """Staying."""

    @does("supplier_exit_return", _("撤回退出"), ExitBody)
    def post(self, request: Request) -> Response:
        """Take an exit back."""
        return _exit(self, request, come_back)


def _exit(view: Api, request: Request, act: Callable[..., Supplier]) -> Response:
    who = caller_of(request, Area.COMPANY)

    def work() -> Any:
        return _exit_body(act(public_id=who.supplier.public_id, actor=who.actor, at=clock.now()))

    return view.do_once(request, work)


def _exit_body(supplier: Supplier) -> Any:
    leaving = leaving_of(supplier, at=clock.now())
    names = [name for name in ExitBody().fields if name != "status"]
    return ExitBody({"status": supplier.status} | {name: getattr(leaving, name) for name in names}).data


urlpatterns = [
    path("supplier/home/", Home.as_view(), name="supplier-home"),
    path("supplier/money/", Money.as_view(), name="supplier-money"),
    path("supplier/money/movements/", MoneyMovements.as_view(), name="supplier-money-movements"),
    path("supplier/money/movements.csv", MoneyFile.as_view(), name="supplier-money-file"),
    path("supplier/money/journals/<int:journal>/", OneJournal.as_view(), name="supplier-journal"),
    path("supplier/orders/<slug:order>/money/", MoneyOfOrder.as_view(), name="supplier-order-money"),
    path("supplier/trail/", Trail.as_view(), name="supplier-trail"),
    path("supplier/exit/", Exit.as_view(), name="supplier-exit"),
    path("supplier/exit/return/", ExitReturn.as_view(), name="supplier-exit-return"),
]
