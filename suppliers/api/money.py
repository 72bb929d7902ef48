"""Deposit and category bonds over the API: what is held, what is missing, and a charge to pay it with."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.models import AccountKind
from ledger.selectors import balance
from payments.models import Charge
from payments.selectors import deposit_charges_of, returned_of_deposit
from payments.services import provider_named
from payments.states import ChargeStatus, Purpose
from suppliers import services
from suppliers.gates import caller_of
from suppliers.models import Supplier
from suppliers.selectors import bonds_of
from suppliers.states import TOPS_UP, Area
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.api import Api, StrictSerializer
from taoxiaopu.kernel.api_schema import does, reads

CHARGES_SHOWN = 20


class ChargeBody(serializers.Serializer[Any]):
    """A charge: pay it at ``cashier_url`` before it ends; the platform learns of it from the provider."""

    number = serializers.CharField()
    amount_fen = serializers.IntegerField()
    status = serializers.ChoiceField(choices=ChargeStatus.choices)
    expires_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)
    cashier_url = serializers.SerializerMethodField()

    def get_cashier_url(self, charge: Charge) -> str:
        request = self.context["request"]
        return str(request.build_absolute_uri(provider_named(charge.provider).cashier_url(charge.number)))


class ReturnedBody(serializers.Serializer[Any]):
    """Money that came twice or too late and goes back whole."""

    number = serializers.CharField()
    amount_fen = serializers.IntegerField()
    status = serializers.CharField()


class DepositBody(serializers.Serializer[Any]):
    """The deposit in fen; ``top_up_by``: until when it has to be whole again, or goods go off sale."""

    required_fen = serializers.IntegerField()
    held_fen = serializers.IntegerField()
    missing_fen = serializers.IntegerField()
    bonds_short_fen = serializers.IntegerField()
    top_up_by = serializers.DateTimeField(allow_null=True)
    charges = ChargeBody(many=True)
    returned = ReturnedBody(many=True)


class BondBody(serializers.Serializer[Any]):
    """A category that asks for a bond."""

    category = serializers.CharField()
    name = serializers.CharField()
    bond_fen = serializers.IntegerField()
    missing_fen = serializers.IntegerField()
    since = serializers.DateTimeField(allow_null=True)


class BondsBody(serializers.Serializer[Any]):
    """All bonds; ``held_fen`` is what is paid for all categories together."""

    held_fen = serializers.IntegerField()
    categories = BondBody(many=True)
    charges = ChargeBody(many=True)
    returned = ReturnedBody(many=True)


class NewBondPayment(StrictSerializer):
    """The category whose bond is to be paid."""

    category = serializers.CharField(max_length=24)


class Deposit(Api):
    """The deposit."""

    @reads("supplier_deposit_read", _("查看保证金：应缴、已缴、还差多少"), DepositBody)
    def get(self, request: Request) -> Response:
        """Read the deposit: what is required, held and missing."""
        supplier, at = caller_of(request, Area.MONEY).supplier, clock.now()
        tops_up = supplier.status in TOPS_UP
        found = {
            "required_fen": services.required_deposit(supplier, at=at),
            "held_fen": balance(AccountKind.SUPPLIER_DEPOSIT, supplier.public_id),
            "missing_fen": services.missing_deposit(supplier, at=at),
            "bonds_short_fen": services.bonds_short(supplier, at=at),
            "top_up_by": supplier.top_up_by if tops_up else None,
            **_charges(supplier, Purpose.DEPOSIT),
        }
        return Response(DepositBody(found, context={"request": request}).data)


class DepositPayments(Api):
    """Paying the deposit."""

    @does("supplier_deposit_pay", _("发起缴纳保证金，返回收银台地址"), ChargeBody, status=201)
    def post(self, request: Request) -> Response:
        """Open the charge for what the deposit is short of, or find the one that is open."""
        who = caller_of(request, Area.MONEY)

        def work() -> Any:
            charge = services.open_deposit_payment(supplier=who.supplier, actor=who.actor, at=clock.now())
            return ChargeBody(charge, context={"request": request}).data

        return self.create_once(request, work)


class Bonds(Api):
    """The bonds."""

    @reads("supplier_bonds_read", _("查看类目保证金"), BondsBody)
    def get(self, request: Request) -> Response:
        """Read which categories ask for a bond and what is paid."""
        supplier = caller_of(request, Area.MONEY).supplier
        rows = [
            {
                "category": category.code,
                "name": str(category),
                "bond_fen": category.bond_fen,
                "missing_fen": services.missing_bond(supplier, category),
                "since": since,
            }
            for category, since in bonds_of(supplier)
        ]
        held = balance(AccountKind.CATEGORY_BOND, supplier.public_id)
        found = {"held_fen": held, "categories": rows, **_charges(supplier, Purpose.BOND)}
        return Response(BondsBody(found, context={"request": request}).data)


class BondPayments(Api):
    """Paying a bond."""

    @does(
        "supplier_bonds_pay",
        _("发起缴纳一个类目的保证金，返回收银台地址"),
        ChargeBody,
        takes=NewBondPayment,
        status=201,
    )
    def post(self, request: Request) -> Response:
        """Open the charge for what a category's bond is short of."""
        who = caller_of(request, Area.MONEY)
        category = self.checked(NewBondPayment, request.data)["category"]

        def work() -> Any:
            charge = services.open_bond_payment(
                supplier=who.supplier, category_code=category, actor=who.actor, at=clock.now()
            )
            return ChargeBody(charge, context={"request": request}).data

        return self.create_once(request, work)


def _charges(supplier: Supplier, purpose: Purpose) -> dict[str, Any]:
    return {
        "charges": deposit_charges_of(supplier.public_id, purpose)[:CHARGES_SHOWN],
        "returned": returned_of_deposit(supplier.public_id, purpose)[:CHARGES_SHOWN],
    }


urlpatterns = [
    path("supplier/deposit/", Deposit.as_view(), name="supplier-deposit"),
    path("supplier/deposit/payments/", DepositPayments.as_view(), name="supplier-deposit-payments"),
    path("supplier/bonds/", Bonds.as_view(), name="supplier-bonds"),
    path("supplier/bonds/payments/", BondPayments.as_view(), name="supplier-bond-payments"),
]
