"""A supplier's way to its money over the API: weekly payouts, the account that they go to, monthly statements."""

from datetime import date
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from commissions import access, papers, services
from commissions.forms import SupplierAccountForm
from commissions.models import SupplierPayout, SupplierStatement
from commissions.selectors.suppliers import (
    payouts_of,
    sums_by_kind,
    supplier_account_of,
    supplier_statement_lines,
    supplier_statement_years,
    supplier_statements_of_year,
)
from commissions.states import SUPPLIER_PAYOUTS, SupplierPayoutStatus
from suppliers.gates import caller_of
from suppliers.states import Area
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.api import Api, FileApi, StrictSerializer
from taoxiaopu.kernel.api_schema import CSV, PDF, does, hands_out, lists, reads
from taoxiaopu.kernel.errors import NotFound


class PayoutBody(serializers.Serializer[Any]):
    """What was paid for one week, named by its Tuesday; of the account the last four digits."""

    number = serializers.CharField()
    week = serializers.DateField()
    amount_fen = serializers.IntegerField()
    status = serializers.ChoiceField(choices=SupplierPayoutStatus.choices)
    account_last4 = serializers.CharField(source="account.last4")
    requested_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class StepBody(serializers.Serializer[Any]):
    """One thing that happened."""

    title = serializers.CharField()
    at = serializers.DateTimeField()
    reason = serializers.CharField()


class OnePayoutBody(PayoutBody):
    """A payout with every step, oldest first."""

    steps = serializers.SerializerMethodField()

    @extend_schema_field(StepBody(many=True))
    def get_steps(self, payout: SupplierPayout) -> Any:
        return StepBody(SUPPLIER_PAYOUTS.trail(payout.number), many=True).data


class AccountBody(serializers.Serializer[Any]):
    """The company's account; its number is shown by its last four digits only."""

    name = serializers.CharField()
    last4 = serializers.CharField()
    added_at = serializers.DateTimeField()


class NewAccount(StrictSerializer):
    """Name and number of an account of the company."""

    name = serializers.CharField(max_length=60)
    account = serializers.CharField(max_length=40)


class YearQuery(serializers.Serializer[Any]):
    """A year; the newest when left out."""

    year = serializers.IntegerField(min_value=2000, max_value=9999, required=False)


class StatementBody(serializers.Serializer[Any]):
    """A month as the sealed books tell it, in fen."""

    month = serializers.DateField()
    lines = serializers.IntegerField()
    goods_fen = serializers.IntegerField()
    freight_fen = serializers.IntegerField()
    commission_fen = serializers.IntegerField()
    refunded_fen = serializers.IntegerField()
    compensated_fen = serializers.IntegerField()
    paid_fen = serializers.IntegerField()
    deposited_fen = serializers.IntegerField()
    corrected_fen = serializers.IntegerField()
    opening_payable_fen = serializers.IntegerField()
    closing_payable_fen = serializers.IntegerField()
    opening_deposit_fen = serializers.IntegerField()
    closing_deposit_fen = serializers.IntegerField()
    opening_debt_fen = serializers.IntegerField()
    closing_debt_fen = serializers.IntegerField()
    made_at = serializers.DateTimeField()


class KindBody(serializers.Serializer[Any]):
    """What one kind of event changed in a month, in fen."""

    kind = serializers.CharField()
    lines = serializers.IntegerField()
    payable_fen = serializers.IntegerField()
    deposit_fen = serializers.IntegerField()
    debt_fen = serializers.IntegerField()


class OneStatementBody(StatementBody):
    """A statement with its sums by kind."""

    kinds = serializers.SerializerMethodField()

    @extend_schema_field(KindBody(many=True))
    def get_kinds(self, statement: SupplierStatement) -> Any:
        return KindBody(sums_by_kind(statement), many=True).data


class StatementLineBody(serializers.Serializer[Any]):
    """One journal of a statement; ``balance_fen`` is what the platform owed after it."""

    journal = serializers.IntegerField(source="journal_id")
    kind = serializers.CharField()
    order = serializers.CharField(source="journal.order_number")
    occurred_at = serializers.DateTimeField(source="journal.occurred_at")
    payable_fen = serializers.IntegerField()
    deposit_fen = serializers.IntegerField()
    debt_fen = serializers.IntegerField()
    balance_fen = serializers.IntegerField()


class YearBody(serializers.Serializer[Any]):
    """The statements of one year and what they come to in fen."""

    years = serializers.ListField(child=serializers.IntegerField())
    year = serializers.IntegerField(allow_null=True)
    sold_fen = serializers.IntegerField()
    commission_fen = serializers.IntegerField()
    refunded_fen = serializers.IntegerField()
    paid_fen = serializers.IntegerField()
    statements = StatementBody(many=True)


class Payouts(Api):
    """Weekly payouts."""

    @lists("supplier_payouts_list", _("列出每周结算，最新在前"), PayoutBody)
    def get(self, request: Request) -> Response:
        """List payouts, newest first."""
        return self.keyset(request, payouts_of(caller_of(request, Area.MONEY).supplier), PayoutBody)


class OnePayout(Api):
    """One payout."""

    @reads("supplier_payouts_read", _("查看一笔结算及每一步"), OnePayoutBody)
    def get(self, request: Request, payout: str) -> Response:
        """Read a payout: amount, account, and every step with its time."""
        found = access.payout_for_supplier(caller_of(request, Area.MONEY).supplier, payout)
        return Response(OnePayoutBody(found).data)


class Account(Api):
    """Where the money goes."""

    @reads("supplier_account_read", _("查看收款账户（只显示后四位）"), AccountBody)
    def get(self, request: Request) -> Response:
        """Read the account that the supplier is paid to."""
        found = supplier_account_of(caller_of(request, Area.MONEY).supplier)
        if found is None:
            raise NotFound
        return Response(AccountBody(found).data)

    @does("supplier_account_set", _("更换收款账户"), AccountBody, takes=NewAccount, is_remembered=False)
    def put(self, request: Request) -> Response:
        """Name another account of the company; it replaces the one before."""
        who = caller_of(request, Area.MONEY)
        typed = self.checked_form(SupplierAccountForm(self.checked(NewAccount, request.data)))
        services.set_supplier_account(
            supplier=who.supplier,
            name=typed["name"],
            account=typed["account"],
            actor=who.actor,
            at=clock.now(),
        )
        return Response(AccountBody(supplier_account_of(who.supplier)).data)


class Statements(Api):
    """Monthly statements."""

    @reads("supplier_statements_list", _("列出一年的月结单与合计"), YearBody, query=[YearQuery])
    def get(self, request: Request) -> Response:
        """List the statements of a year, newest first, with the year's sums."""
        supplier = caller_of(request, Area.MONEY).supplier
        years = supplier_statement_years(supplier)
        asked = self.checked(YearQuery, request.query_params).get("year")
        year = asked or (years[0] if years else clock.local(clock.now()).year)
        found = supplier_statements_of_year(supplier, year)
        body = {
            "years": years,
            "year": found.year,
            "sold_fen": found.sold_fen,
            "commission_fen": found.commission_fen,
            "refunded_fen": found.refunded_fen,
            "paid_fen": found.paid_fen,
            "statements": found.statements,
        }
        return Response(YearBody(body).data)


class _StatementApi(FileApi):
    """One month's statement."""

    def statement(self, request: Request, year: int, month: int) -> SupplierStatement:
        """The caller's own. Raises NotFound."""
        supplier = caller_of(request, Area.MONEY).supplier
        if not 1 <= month <= 12 or not 2000 <= year <= 9999:
            raise NotFound
        return access.statement_for_supplier(supplier, date(year, month, 1))


class OneStatement(_StatementApi):
    """One statement."""

    @reads("supplier_statements_read", _("查看一张月结单"), OneStatementBody)
    def get(self, request: Request, year: int, month: int) -> Response:
        """Read a statement: what came and left, and what it changed in each account."""
        return Response(OneStatementBody(self.statement(request, year, month)).data)


class StatementLines(_StatementApi):
    """Its journals."""

    @lists("supplier_statements_lines", _("列出月结单的每一笔"), StatementLineBody)
    def get(self, request: Request, year: int, month: int) -> Response:
        """List the journals of a statement in the order of booking."""
        lines = supplier_statement_lines(self.statement(request, year, month))
        return self.page_of_lines(request, lines)

    def page_of_lines(self, request: Request, lines: Any) -> Response:
        """Behind a journal's number; the balance runs over all lines, so the page is cut from them whole."""
        after = self.checked(AfterJournal, request.query_params)["after"]
        size = self.page_size(request)
        found = [line for line in lines.iterator(chunk_size=500) if line.journal_id > after]
        more = len(found) > size
        key = str(found[size - 1].journal_id) if more else ""
        return self.behind(request, StatementLineBody(found[:size], many=True).data, key)


class AfterJournal(serializers.Serializer[Any]):
    """The last journal that was seen."""

    after = serializers.IntegerField(min_value=0, max_value=2**63 - 1, default=0)


class StatementCsv(_StatementApi):
    """As a table."""

    @hands_out("supplier_statements_csv", _("下载月结单（CSV）"), CSV)
    def get(self, request: Request, year: int, month: int) -> StreamingHttpResponse:
        """One statement as a table for spreadsheets."""
        return papers.supplier_statement_csv(self.statement(request, year, month))


class StatementPdf(_StatementApi):
    """As a paper."""

    @hands_out("supplier_statements_pdf", _("下载月结单（PDF）"), PDF)
    def get(self, request: Request, year: int, month: int) -> HttpResponse:
        """One statement as a paper to print."""
        return papers.supplier_statement_paper(self.statement(request, year, month))


_MONTH = "supplier/statements/<int:year>-<int:month>/"
urlpatterns = [
    path("supplier/payouts/", Payouts.as_view(), name="supplier-payouts"),
    path("supplier/payouts/<slug:payout>/", OnePayout.as_view(), name="supplier-payout"),
    path("supplier/payout-account/", Account.as_view(), name="supplier-account"),
    path("supplier/statements/", Statements.as_view(), name="supplier-statements"),
    path(_MONTH, OneStatement.as_view(), name="supplier-statement"),
    path(f"{_MONTH}lines/", StatementLines.as_view(), name="supplier-statement-lines"),
    path(f"{_MONTH}statement.csv", StatementCsv.as_view(), name="supplier-statement-csv"),
    path(f"{_MONTH}statement.pdf", StatementPdf.as_view(), name="supplier-statement-pdf"),
]
