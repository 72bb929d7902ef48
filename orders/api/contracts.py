"""Contracts of customised goods over the API: a supplier's and a member's own. Guests have no token: their pages do the same."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orders import access, services
from orders.access import Holder
from orders.gates import buyer_of
from orders.models import Contract, Order
from orders.selectors import AGREEMENT_TABS, agreements_of, agreements_of_holder
from orders.services import Terms
from orders.states import OrderStatus
from suppliers.gates import actor_of, supplier_of_call
from suppliers.states import Area
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.api import KEY, PAGING, REFUSALS, Api, ErrorBody, StrictSerializer, page_of


class WishBody(serializers.Serializer[Any]):
    """One thing that the buyer asked for."""

    label = serializers.CharField(max_length=20)  # type: ignore[assignment]  # the name of a field, not this one's
    value = serializers.CharField(max_length=300)


class VersionBody(serializers.Serializer[Any]):
    """One version of a contract; ``cancel_fee_bp`` is of the price, ``lead_d`` days from payment to shipping."""

    number = serializers.IntegerField()
    side = serializers.ChoiceField(choices=[ActorKind.BUYER.value, ActorKind.SUPPLIER.value])
    making = serializers.CharField()
    wishes = WishBody(many=True)
    terms = serializers.CharField()
    lead_d = serializers.IntegerField()
    cancel_fee_bp = serializers.IntegerField()
    seal = serializers.CharField()
    at = serializers.DateTimeField()


class AgreementBody(serializers.Serializer[Any]):
    """A contract: which version each side accepted, and both; money in fen."""

    order = serializers.CharField(source="order.number")
    status = serializers.ChoiceField(source="order.status", choices=OrderStatus.choices)
    paid_fen = serializers.IntegerField(source="order.paid_fen")
    agree_by = serializers.DateTimeField()
    latest = serializers.IntegerField()
    buyer_version = serializers.IntegerField(allow_null=True)
    supplier_version = serializers.IntegerField(allow_null=True)
    agreed_version = serializers.IntegerField(allow_null=True)
    agreed_at = serializers.DateTimeField(allow_null=True)
    production_at = serializers.DateTimeField(allow_null=True)
    fee_fen = serializers.IntegerField(allow_null=True)
    versions = serializers.SerializerMethodField()

    def get_versions(self, contract: Contract) -> list[dict[str, Any]]:
        found = sorted(contract.versions.all(), key=lambda version: version.number)
        return [dict(VersionBody(version).data) for version in found]


class AgreementsQuery(serializers.Serializer[Any]):
    """Which contracts: those that wait, those to make, all."""

    tab = serializers.ChoiceField(choices=AGREEMENT_TABS, required=False)


class NewVersion(StrictSerializer):
    """What the next version says; ``seen`` is the newest one that was read."""

    seen = serializers.IntegerField(min_value=1, max_value=32_767)
    making = serializers.CharField(max_length=300)
    wishes = WishBody(many=True)
    terms = serializers.CharField(max_length=500, allow_blank=True, default="")
    lead_d = serializers.IntegerField(min_value=1, max_value=32_767)
    cancel_fee_bp = serializers.IntegerField(min_value=0, max_value=10_000)


class Seen(StrictSerializer):
    """The version that was read and is accepted."""

    seen = serializers.IntegerField(min_value=1, max_value=32_767)


class SeenByBuyer(Seen):
    """A buyer also says that there is no seven-day return."""

    knows_no_return = serializers.BooleanField()


class Why(StrictSerializer):
    """Why a side does not want it."""

    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class FeeSeen(StrictSerializer):
    """The cancel fee in fen that was shown."""

    fee_fen = serializers.IntegerField(min_value=0, max_value=10_000_000_000)


AGREEMENTS = page_of(AgreementBody)
WRITES = {201: AgreementBody, **REFUSALS, 409: ErrorBody, 422: ErrorBody}


def _body(found: Order) -> Any:
    """The contract as it is now; reads it again, since a service locks rows of its own."""
    found.refresh_from_db()
    return AgreementBody(found.contract).data


def _terms(data: dict[str, Any]) -> Terms:
    wishes = tuple((one["label"], one["value"]) for one in data["wishes"])
    return Terms(data["making"], wishes, data["lead_d"], data["cancel_fee_bp"], data["terms"])


class SupplierAgreements(Api):
    """The contracts of the supplier that the token's user works for."""

    @extend_schema(
        operation_id="supplier_agreements_list",
        summary=_("列出定制约定；待确认的按期限排序"),
        parameters=[AgreementsQuery, *PAGING],
        responses={200: AGREEMENTS, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """List contracts; those that wait by deadline."""
        supplier = supplier_of_call(request, Area.ORDERS)
        tab = self.checked(AgreementsQuery, request.query_params).get("tab", "all")
        return self.page(request, agreements_of(supplier, tab=tab), AgreementBody)


class _OfSupplier(Api):
    """What a supplier does with one of its contracts."""

    def found(self, request: Request, order: str) -> tuple[Order, Actor]:
        """The order and who acts. Raises NotFound, RoleRefused."""
        supplier = supplier_of_call(request, Area.ORDERS)
        user: Any = request.user
        return access.agreement_for_supplier(supplier, order), actor_of(user, supplier)


class SupplierAgreement(_OfSupplier):
    """One of the supplier's contracts."""

    @extend_schema(
        operation_id="supplier_agreements_read",
        summary=_("查看一份定制约定"),
        responses={200: AgreementBody, **REFUSALS},
    )
    def get(self, request: Request, order: str) -> Response:
        """Read one contract with all its versions."""
        return Response(_body(self.found(request, order)[0]))


class SupplierVersions(_OfSupplier):
    """Versions of one of the supplier's contracts."""

    @extend_schema(
        operation_id="supplier_agreements_propose", summary=_("提出新的一版约定"), parameters=[KEY], request=NewVersion,
        responses=WRITES,
    )  # fmt: skip
    def post(self, request: Request, order: str) -> Response:
        """Write the next version, which the supplier accepts by that."""
        found, actor = self.found(request, order)
        data = self.checked(NewVersion, request.data)

        def work() -> Any:
            services.propose_version(
                order=found, terms=_terms(data), seen=data["seen"], actor=actor, at=clock.now()
            )
            return _body(found)

        return self.create_once(request, work)


class SupplierAcceptance(_OfSupplier):
    """The supplier's word about one version."""

    @extend_schema(
        operation_id="supplier_agreements_accept", summary=_("接受看到的那一版约定"), parameters=[KEY], request=Seen,
        responses=WRITES,
    )  # fmt: skip
    def post(self, request: Request, order: str) -> Response:
        """Accept the version that was read."""
        found, actor = self.found(request, order)
        seen = self.checked(Seen, request.data)["seen"]

        def work() -> Any:
            services.accept_version(order=found, seen=seen, actor=actor, at=clock.now())
            return _body(found)

        return self.create_once(request, work)


class SupplierRefusal(_OfSupplier):
    """The supplier does not want the order."""

    @extend_schema(
        operation_id="supplier_agreements_decline", summary=_("不接这笔定制订单"), parameters=[KEY], request=Why,
        responses=WRITES,
    )  # fmt: skip
    def post(self, request: Request, order: str) -> Response:
        """Refuse an order before anything is agreed."""
        found, actor = self.found(request, order)
        reason = self.checked(Why, request.data)["reason"]

        def work() -> Any:
            services.decline_contract(order=found, actor=actor, at=clock.now(), reason=reason)
            return _body(found)

        return self.create_once(request, work)


class SupplierProduction(_OfSupplier):
    """The start of production."""

    @extend_schema(
        operation_id="supplier_agreements_start", summary=_("开始制作"), parameters=[KEY], request=None,
        responses=WRITES,
    )  # fmt: skip
    def post(self, request: Request, order: str) -> Response:
        """Begin to make what was agreed and paid."""
        found, actor = self.found(request, order)

        def work() -> Any:
            services.start_production(order=found, actor=actor, at=clock.now())
            return _body(found)

        return self.create_once(request, work)


class MyAgreements(Api):
    """The contracts of the token's user as a buyer."""

    @extend_schema(
        operation_id="me_agreements_list",
        summary=_("列出自己的定制约定，最新在前"),
        parameters=PAGING,
        responses={200: AGREEMENTS, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """List contracts, newest first."""
        return self.page(request, agreements_of_holder(_holder(request)), AgreementBody)


class _OfBuyer(Api):
    """What a buyer does with one of its contracts."""

    def found(self, request: Request, order: str) -> tuple[Order, Actor]:
        """The order and who acts. Raises NotFound."""
        found = access.agreement_for_buyer(_holder(request), order)
        return found, buyer_of(found.trade)


class MyAgreement(_OfBuyer):
    """One of the buyer's contracts."""

    @extend_schema(
        operation_id="me_agreements_read",
        summary=_("查看自己的一份定制约定"),
        responses={200: AgreementBody, **REFUSALS},
    )
    def get(self, request: Request, order: str) -> Response:
        """Read one contract with all its versions."""
        return Response(_body(self.found(request, order)[0]))


class MyVersions(_OfBuyer):
    """Versions of one of the buyer's contracts."""

    @extend_schema(
        operation_id="me_agreements_propose", summary=_("提出新的一版约定"), parameters=[KEY], request=NewVersion,
        responses=WRITES,
    )  # fmt: skip
    def post(self, request: Request, order: str) -> Response:
        """Write the next version, which the buyer accepts by that."""
        found, actor = self.found(request, order)
        data = self.checked(NewVersion, request.data)

        def work() -> Any:
            services.propose_version(
                order=found, terms=_terms(data), seen=data["seen"], actor=actor, at=clock.now()
            )
            return _body(found)

        return self.create_once(request, work)


class MyAcceptance(_OfBuyer):
    """The buyer's word about one version."""

    @extend_schema(
        operation_id="me_agreements_accept", summary=_("接受看到的那一版约定"), parameters=[KEY], request=SeenByBuyer,
        responses=WRITES,
    )  # fmt: skip
    def post(self, request: Request, order: str) -> Response:
        """Accept the version that was read."""
        found, actor = self.found(request, order)
        data = self.checked(SeenByBuyer, request.data)

        def work() -> Any:
            services.accept_version(order=found, actor=actor, at=clock.now(), **data)
            return _body(found)

        return self.create_once(request, work)


class MyRefusal(_OfBuyer):
    """The buyer does not want the order any more."""

    @extend_schema(
        operation_id="me_agreements_decline", summary=_("约定达成前取消订单"), parameters=[KEY], request=Why,
        responses=WRITES,
    )  # fmt: skip
    def post(self, request: Request, order: str) -> Response:
        """Give an order up before anything is agreed."""
        found, actor = self.found(request, order)
        reason = self.checked(Why, request.data)["reason"]

        def work() -> Any:
            services.decline_contract(order=found, actor=actor, at=clock.now(), reason=reason)
            return _body(found)

        return self.create_once(request, work)


class MyCancellation(_OfBuyer):
    """The buyer cancels what is being made."""

    @extend_schema(
        operation_id="me_agreements_cancel", summary=_("付取消费取消制作中的订单"), parameters=[KEY], request=FeeSeen,
        responses=WRITES,
    )  # fmt: skip
    def post(self, request: Request, order: str) -> Response:
        """Cancel in production for the fee that was shown."""
        found, actor = self.found(request, order)
        seen = self.checked(FeeSeen, request.data)["fee_fen"]

        def work() -> Any:
            services.cancel_with_fee(order=found, seen_fen=seen, actor=actor, at=clock.now())
            return _body(found)

        return self.create_once(request, work)


def _holder(request: Request) -> Holder:
    user: Any = request.user
    return Holder(user.pk, ())


SUPPLIER, MINE = "supplier/agreements/<slug:order>/", "me/agreements/<slug:order>/"
urlpatterns = [
    path("supplier/agreements/", SupplierAgreements.as_view(), name="supplier-agreements"),
    path(SUPPLIER, SupplierAgreement.as_view(), name="supplier-agreement"),
    path(f"{SUPPLIER}versions/", SupplierVersions.as_view(), name="supplier-agreement-version"),
    path(f"{SUPPLIER}acceptance/", SupplierAcceptance.as_view(), name="supplier-agreement-acceptance"),
    path(f"{SUPPLIER}refusal/", SupplierRefusal.as_view(), name="supplier-agreement-refusal"),
    path(f"{SUPPLIER}production/", SupplierProduction.as_view(), name="supplier-agreement-production"),
    path("me/agreements/", MyAgreements.as_view(), name="my-agreements"),
    path(MINE, MyAgreement.as_view(), name="my-agreement"),
    path(f"{MINE}versions/", MyVersions.as_view(), name="my-agreement-version"),
    path(f"{MINE}acceptance/", MyAcceptance.as_view(), name="my-agreement-acceptance"),
    path(f"{MINE}refusal/", MyRefusal.as_view(), name="my-agreement-refusal"),
    path(f"{MINE}cancellation/", MyCancellation.as_view(), name="my-agreement-cancellation"),
]
