"""Contracts of customised goods over the API: a supplier's and a member's own. Guests have no token: their pages do the same."""

from collections.abc import Callable
from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
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
from suppliers.gates import caller_of, supplier_of_call
from suppliers.states import Area
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.api import KEY, PAGING, REFUSALS, Api, ErrorBody, StrictSerializer, page_of
from taoxiaopu.kernel.api_schema import extend

# What is done to a contract: the order, who acts, what was sent along.
Work = Callable[[Order, Actor, dict[str, Any]], None]


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


class _Agreement(Api):
    """One contract, as one of its two sides holds it."""

    def found(self, request: Request, order: str) -> tuple[Order, Actor]:
        """The order and who acts. Raises NotFound."""
        raise NotImplementedError

    def shown(self, request: Request, order: str) -> Response:
        """The contract with all its versions."""
        return Response(_body(self.found(request, order)[0]))

    def act(self, request: Request, order: str, takes: type[StrictSerializer] | None, work: Work) -> Response:
        """Do one thing to it, once; the answer is the contract as it then is."""
        found, actor = self.found(request, order)
        data = self.checked(takes, request.data) if takes else {}

        def once() -> Any:
            work(found, actor, data)
            return _body(found)

        return self.create_once(request, once)


def _acts(name: str, summary: Any, takes: type[StrictSerializer] | None) -> Callable[..., Any]:
    """How an act is described in the schema."""
    return extend(name, summary, parameters=[KEY], request=takes, responses=WRITES)


def _propose(order: Order, actor: Actor, data: dict[str, Any]) -> None:
    services.propose_version(order=order, terms=_terms(data), seen=data["seen"], actor=actor, at=clock.now())


def _accept(order: Order, actor: Actor, data: dict[str, Any]) -> None:
    services.accept_version(order=order, actor=actor, at=clock.now(), **data)


def _decline(order: Order, actor: Actor, data: dict[str, Any]) -> None:
    services.decline_contract(order=order, actor=actor, at=clock.now(), reason=data["reason"])


def _start(order: Order, actor: Actor, _data: dict[str, Any]) -> None:
    services.start_production(order=order, actor=actor, at=clock.now())


def _cancel(order: Order, actor: Actor, data: dict[str, Any]) -> None:
    services.cancel_with_fee(order=order, seen_fen=data["fee_fen"], actor=actor, at=clock.now())


class SupplierAgreements(Api):
    """The contracts of the supplier that the token's user works for."""

    @extend(
        "supplier_agreements_list",
        _("列出定制约定；待确认的按期限排序"),
        parameters=[AgreementsQuery, *PAGING],
        responses={200: AGREEMENTS, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """List contracts; those that wait by deadline."""
        supplier = supplier_of_call(request, Area.ORDERS)
        tab = self.checked(AgreementsQuery, request.query_params).get("tab", "all")
        return self.page(request, agreements_of(supplier, tab=tab), AgreementBody)


class _OfSupplier(_Agreement):
    """What a supplier does with one of its contracts."""

    def found(self, request: Request, order: str) -> tuple[Order, Actor]:
        """The order and who acts. Raises NotFound, RoleRefused."""
        who = caller_of(request, Area.ORDERS)
        return access.agreement_for_supplier(who.supplier, order), who.actor


class SupplierAgreement(_OfSupplier):
    """One of the supplier's contracts."""

    @extend("supplier_agreements_read", _("查看一份定制约定"), responses={200: AgreementBody, **REFUSALS})
    def get(self, request: Request, order: str) -> Response:
        """Read one contract with all its versions."""
        return self.shown(request, order)


class SupplierVersions(_OfSupplier):
    """Versions of one of the supplier's contracts."""

    @_acts("supplier_agreements_propose", _("提出新的一版约定"), NewVersion)
    def post(self, request: Request, order: str) -> Response:
        """Write the next version, which the supplier accepts by that."""
        return self.act(request, order, NewVersion, _propose)


class SupplierAcceptance(_OfSupplier):
    """The supplier's word about one version."""

    @_acts("supplier_agreements_accept", _("接受看到的那一版约定"), Seen)
    def post(self, request: Request, order: str) -> Response:
        """Accept the version that was read."""
        return self.act(request, order, Seen, _accept)


class SupplierRefusal(_OfSupplier):
    """The supplier does not want the order."""

    @_acts("supplier_agreements_decline", _("不接这笔定制订单"), Why)
    def post(self, request: Request, order: str) -> Response:
        """Refuse an order before anything is agreed."""
        return self.act(request, order, Why, _decline)


class SupplierProduction(_OfSupplier):
    """The start of production."""

    @_acts("supplier_agreements_start", _("开始制作"), None)
    def post(self, request: Request, order: str) -> Response:
        """Begin to make what was agreed and paid."""
        return self.act(request, order, None, _start)


class MyAgreements(Api):
    """The contracts of the token's user as a buyer."""

    @extend(
        "me_agreements_list",
        _("列出自己的定制约定，最新在前"),
        parameters=PAGING,
        responses={200: AGREEMENTS, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """List contracts, newest first."""
        return self.page(request, agreements_of_holder(_holder(request)), AgreementBody)


class _OfBuyer(_Agreement):
    """What a buyer does with one of its contracts."""

    def found(self, request: Request, order: str) -> tuple[Order, Actor]:
        """The order and who acts. Raises NotFound."""
        found = access.agreement_for_buyer(_holder(request), order)
        return found, buyer_of(found.trade)


class MyAgreement(_OfBuyer):
    """One of the buyer's contracts."""

    @extend("me_agreements_read", _("查看自己的一份定制约定"), responses={200: AgreementBody, **REFUSALS})
    def get(self, request: Request, order: str) -> Response:
        """Read one contract with all its versions."""
        return self.shown(request, order)


class MyVersions(_OfBuyer):
    """Versions of one of the buyer's contracts."""

    @_acts("me_agreements_propose", _("提出新的一版约定"), NewVersion)
    def post(self, request: Request, order: str) -> Response:
        """Write the next version, which the buyer accepts by that."""
        return self.act(request, order, NewVersion, _propose)


class MyAcceptance(_OfBuyer):
    """The buyer's word about one version."""

    @_acts("me_agreements_accept", _("接受看到的那一版约定"), SeenByBuyer)
    def post(self, request: Request, order: str) -> Response:
        """Accept the version that was read."""
        return self.act(request, order, SeenByBuyer, _accept)


class MyRefusal(_OfBuyer):
    """The buyer does not want the order any more."""

    @_acts("me_agreements_decline", _("约定达成前取消订单"), Why)
    def post(self, request: Request, order: str) -> Response:
        """Give an order up before anything is agreed."""
        return self.act(request, order, Why, _decline)


class MyCancellation(_OfBuyer):
    """The buyer cancels what is being made."""

    @_acts("me_agreements_cancel", _("付取消费取消制作中的订单"), FeeSeen)
    def post(self, request: Request, order: str) -> Response:
        """Cancel in production for the fee that was shown."""
        return self.act(request, order, FeeSeen, _cancel)


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
