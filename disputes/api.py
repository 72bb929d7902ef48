"""After-sales over the API for suppliers: cases, disputes, violation points and appeals."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from disputes import access, services
from disputes.forms import WORDS_MAX
from disputes.models import Case, Dispute
from disputes.selectors import (
    INBOX_TABS,
    case_detail,
    dispute_detail,
    disputes_of_supplier,
    inbox,
    inbox_counts,
    standing_for,
)
from disputes.states import (
    PENALTIES,
    CaseReason,
    CaseStatus,
    DisputeKind,
    DisputeStatus,
    Liable,
    Offence,
    PenaltyStatus,
    RulingOutcome,
)
from suppliers.gates import Caller, caller_of
from suppliers.models import Supplier
from suppliers.states import Area
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.api import PAGING, REFUSALS, Api, StrictSerializer, page_of
from taoxiaopu.kernel.api_schema import does, extend, reads

Row = TypeVar("Row", Case, Dispute)


class CasesQuery(serializers.Serializer[Any]):
    """A tab of the inbox, or a case's or an order's number in all of them."""

    tab = serializers.ChoiceField(choices=list(INBOX_TABS), default="waiting")
    q = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")


class MessageBody(serializers.Serializer[Any]):
    """One thing that was said."""

    side = serializers.CharField()
    text = serializers.CharField()
    at = serializers.DateTimeField()


class CaseBody(serializers.Serializer[Any]):
    """What a consumer asks for; ``deadline``: until when to answer."""

    number = serializers.CharField()
    order = serializers.CharField(source="order.number")
    line = serializers.CharField(source="line.ref")
    title = serializers.CharField(source="line.title")
    reason = serializers.ChoiceField(choices=CaseReason.choices)
    description = serializers.CharField()
    received = serializers.BooleanField()
    amount_fen = serializers.IntegerField()
    status = serializers.ChoiceField(choices=CaseStatus.choices)
    deadline = serializers.DateTimeField(allow_null=True)
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class OneCaseBody(CaseBody):
    """A case with what was said, what can be done now and the dispute that it became."""

    messages = MessageBody(many=True, source="detail.messages")
    may = serializers.SerializerMethodField()
    dispute = serializers.CharField(source="detail.dispute.number", allow_null=True, default=None)

    def get_may(self, case: Any) -> list[str]:
        return sorted(case.detail.events)


class CaseCountsBody(serializers.Serializer[Any]):
    """How many cases each tab holds, and open disputes."""

    waiting = serializers.IntegerField()
    rejected = serializers.IntegerField()
    platform = serializers.IntegerField()
    over = serializers.IntegerField()
    disputes = serializers.IntegerField()


class SpokenWords(StrictSerializer):
    """What is said: 2 to 500 characters."""

    text = serializers.CharField(max_length=WORDS_MAX)


class RulingBody(serializers.Serializer[Any]):
    """A ruling that the parties may read."""

    round = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=RulingOutcome.choices)
    liable = serializers.ChoiceField(choices=Liable.choices)
    amount_fen = serializers.IntegerField()
    reason = serializers.CharField()
    rule_number = serializers.CharField()
    decided_at = serializers.DateTimeField()


class DisputeBody(serializers.Serializer[Any]):
    """A quarrel that the platform decides."""

    number = serializers.CharField()
    kind = serializers.ChoiceField(choices=DisputeKind.choices)
    order = serializers.CharField(source="order.number")
    line = serializers.CharField(source="line.ref")
    case = serializers.CharField(source="case.number", allow_null=True, default=None)
    claim_fen = serializers.IntegerField()
    status = serializers.ChoiceField(choices=DisputeStatus.choices)
    supplier_done = serializers.BooleanField()
    deadline = serializers.DateTimeField(allow_null=True)
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class OneDisputeBody(DisputeBody):
    """A dispute with evidence of both sides and its rulings."""

    messages = MessageBody(many=True, source="detail.messages")
    rulings = RulingBody(many=True, source="detail.rulings")
    gives_evidence = serializers.BooleanField(source="detail.gives_evidence")
    may_appeal = serializers.BooleanField(source="detail.may_appeal")


class PenaltyBody(serializers.Serializer[Any]):
    """Points for one act; ``deadline``: until when to appeal."""

    number = serializers.CharField()
    offence = serializers.ChoiceField(choices=Offence.choices)
    points = serializers.IntegerField()
    lasts = serializers.BooleanField()
    reason = serializers.CharField()
    order = serializers.CharField(source="order.number", allow_null=True, default=None)
    status = serializers.ChoiceField(choices=PenaltyStatus.choices)
    given_at = serializers.DateTimeField()
    deadline = serializers.DateTimeField()
    appeal = serializers.CharField()
    appealed_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField()
    may_appeal = serializers.SerializerMethodField()

    def get_may_appeal(self, penalty: Any) -> bool:
        is_open = "appeal" in PENALTIES.events(penalty.status, ActorKind.SUPPLIER)
        return is_open and clock.now() <= penalty.deadline


class PointStepBody(serializers.Serializer[Any]):
    """A number of points and what it does."""

    points = serializers.IntegerField()
    words = serializers.CharField()
    is_reached = serializers.BooleanField()


class StandBody(serializers.Serializer[Any]):
    """Where the supplier stands."""

    points = serializers.IntegerField()
    steps = PointStepBody(many=True)
    stopped_until = serializers.DateTimeField(allow_null=True)
    hidden_until = serializers.DateTimeField(allow_null=True)
    is_closed = serializers.BooleanField()
    penalties = PenaltyBody(many=True)


class Cases(Api):
    """The inbox."""

    @extend(
        "supplier_cases_list",
        _("列出售后，最急的在前"),
        parameters=[CasesQuery, *PAGING],
        responses={200: page_of(CaseBody), **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """List the cases of a tab, the nearest deadline first."""
        supplier = caller_of(request, Area.CASES).supplier
        asked = self.checked(CasesQuery, request.query_params)
        every = [status for group in INBOX_TABS.values() for status in group]
        statuses = every if asked["q"] else INBOX_TABS[asked["tab"]]
        return self.page(request, inbox(supplier, statuses, query=asked["q"]), CaseBody)


class CaseCounts(Api):
    """The numbers on the tabs."""

    @reads("supplier_cases_counts", _("各状态售后与争议的数量"), CaseCountsBody)
    def get(self, request: Request) -> Response:
        """How many cases and disputes there are."""
        return Response(CaseCountsBody(inbox_counts(caller_of(request, Area.CASES).supplier)).data)


class _Acts(Api, Generic[Row]):
    """One case or dispute of the supplier's orders."""

    def find(self, supplier: Supplier, number: str) -> Row:
        """The row. Raises NotFound."""
        raise NotImplementedError

    def body(self, who: Caller, number: str) -> Any:
        """It as it is now."""
        raise NotImplementedError

    def act(
        self, request: Request, number: str, work: Callable[[Row, Caller, str], object], *, words: bool
    ) -> Response:
        """Do one thing, once."""
        who = caller_of(request, Area.CASES)
        found = self.find(who.supplier, number)
        text = self.checked(SpokenWords, request.data)["text"] if words else ""
        self.do_once(request, lambda: _nothing(work(found, who, text)))
        return Response(self.body(who, number))


class _CaseApi(_Acts[Case]):
    """One case of the supplier's orders."""

    def find(self, supplier: Supplier, number: str) -> Case:
        return access.case_for_supplier(supplier, number)

    def body(self, who: Caller, number: str) -> Any:
        case = self.find(who.supplier, number)
        case.detail = case_detail(case)  # type: ignore[attr-defined]
        return OneCaseBody(case).data


class OneCase(_CaseApi):
    """One case."""

    @reads("supplier_cases_read", _("查看一件售后"), OneCaseBody)
    def get(self, request: Request, case: str) -> Response:
        """Read a case: what the consumer wants, until when, what was said."""
        return Response(self.body(caller_of(request, Area.CASES), case))


class CaseAgreement(_CaseApi):
    """Yes."""

    @does("supplier_cases_agree", _("同意退款"), OneCaseBody)
    def post(self, request: Request, case: str) -> Response:
        """Agree: the refund goes out."""
        return self.act(
            request,
            case,
            lambda row, who, _words: services.agree_case(case=row, actor=who.actor, at=clock.now()),
            words=False,
        )


class CaseRefusal(_CaseApi):
    """No, with the reason."""

    @does("supplier_cases_refuse", _("拒绝退款，说明理由"), OneCaseBody, takes=SpokenWords)
    def post(self, request: Request, case: str) -> Response:
        """Refuse with a reason that the consumer and an arbitrator read."""
        return self.act(
            request,
            case,
            lambda row, who, text: services.reject_case(
                case=row, reason=text, actor=who.actor, at=clock.now()
            ),
            words=True,
        )


class CaseMessages(_CaseApi):
    """Words for the consumer."""

    @does("supplier_cases_say", _("给买家留言"), OneCaseBody, takes=SpokenWords)
    def post(self, request: Request, case: str) -> Response:
        """Leave a message for the consumer."""
        return self.act(
            request,
            case,
            lambda row, who, text: services.say_in_case(case=row, text=text, actor=who.actor, at=clock.now()),
            words=True,
        )


class Disputes(Api):
    """What the platform decides."""

    @extend(
        "supplier_disputes_list",
        _("列出争议，未结案的在前"),
        parameters=PAGING,
        responses={200: page_of(DisputeBody), **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """List disputes, open ones first."""
        return self.page(request, disputes_of_supplier(caller_of(request, Area.CASES).supplier), DisputeBody)


class _DisputeApi(_Acts[Dispute]):
    """One dispute of the supplier's orders."""

    def find(self, supplier: Supplier, number: str) -> Dispute:
        return access.dispute_for_supplier(supplier, number)

    def body(self, who: Caller, number: str) -> Any:
        dispute = self.find(who.supplier, number)
        dispute.detail = dispute_detail(dispute)  # type: ignore[attr-defined]
        return OneDisputeBody(dispute).data


class OneDispute(_DisputeApi):
    """One dispute."""

    @reads("supplier_disputes_read", _("查看一件争议：证据、裁定、申诉"), OneDisputeBody)
    def get(self, request: Request, dispute: str) -> Response:
        """Read a dispute: evidence, ruling, appeal."""
        return Response(self.body(caller_of(request, Area.CASES), dispute))


class DisputeEvidence(_DisputeApi):
    """What the supplier has."""

    @does("supplier_disputes_evidence", _("提交一条证据"), OneDisputeBody, takes=SpokenWords)
    def post(self, request: Request, dispute: str) -> Response:
        """Give one piece of evidence; it cannot be changed."""
        return self.act(
            request,
            dispute,
            lambda row, who, text: services.give_evidence(
                dispute=row, text=text, actor=who.actor, at=clock.now()
            ),
            words=True,
        )


class DisputeDone(_DisputeApi):
    """That is all."""

    @does("supplier_disputes_done", _("确认举证完毕"), OneDisputeBody)
    def post(self, request: Request, dispute: str) -> Response:
        """Say that nothing more will come."""
        return self.act(
            request,
            dispute,
            lambda row, who, _words: services.mark_done(dispute=row, actor=who.actor, at=clock.now()),
            words=False,
        )


class DisputeAppeal(_DisputeApi):
    """Once more."""

    @does("supplier_disputes_appeal", _("对裁定提出申诉"), OneDisputeBody, takes=SpokenWords)
    def post(self, request: Request, dispute: str) -> Response:
        """Ask for another look at the ruling, once."""
        return self.act(
            request,
            dispute,
            lambda row, who, text: services.appeal(dispute=row, text=text, actor=who.actor, at=clock.now()),
            words=True,
        )


class Penalties(Api):
    """Violation points."""

    @reads("supplier_penalties_list", _("查看违规分、后果与每次处罚"), StandBody)
    def get(self, request: Request) -> Response:
        """Read where the supplier stands, and every penalty."""
        supplier = caller_of(request, Area.CASES).supplier
        return Response(StandBody(standing_for(supplier, at=clock.now())).data)


class OnePenalty(Api):
    """One penalty."""

    @reads("supplier_penalties_read", _("查看一次处罚"), PenaltyBody)
    def get(self, request: Request, penalty: str) -> Response:
        """Read a penalty: the act, the facts, until when to appeal, the answer."""
        found = access.penalty_for(caller_of(request, Area.CASES).supplier, penalty)
        return Response(PenaltyBody(found).data)


class PenaltyAppeal(Api):
    """Another look."""

    @does("supplier_penalties_appeal", _("对处罚提出申诉"), PenaltyBody, takes=SpokenWords)
    def post(self, request: Request, penalty: str) -> Response:
        """Ask for another look by another person, once."""
        who = caller_of(request, Area.CASES)
        found = access.penalty_for(who.supplier, penalty)
        text = self.checked(SpokenWords, request.data)["text"]

        def work() -> Any:
            services.appeal_penalty(penalty=found, text=text, actor=who.actor, at=clock.now())
            return PenaltyBody(access.penalty_for(who.supplier, penalty)).data

        return self.do_once(request, work)


def _nothing(_result: object) -> None:
    """What is remembered of an act: that it was done; the case or dispute is read anew."""


urlpatterns = [
    path("supplier/cases/", Cases.as_view(), name="supplier-cases"),
    path("supplier/cases/counts/", CaseCounts.as_view(), name="supplier-case-counts"),
    path("supplier/cases/<slug:case>/", OneCase.as_view(), name="supplier-case"),
    path("supplier/cases/<slug:case>/agreement/", CaseAgreement.as_view(), name="supplier-case-agreement"),
    path("supplier/cases/<slug:case>/refusal/", CaseRefusal.as_view(), name="supplier-case-refusal"),
    path("supplier/cases/<slug:case>/messages/", CaseMessages.as_view(), name="supplier-case-messages"),
    path("supplier/disputes/", Disputes.as_view(), name="supplier-disputes"),
    path("supplier/disputes/<slug:dispute>/", OneDispute.as_view(), name="supplier-dispute"),
    path(
        "supplier/disputes/<slug:dispute>/evidence/",
        DisputeEvidence.as_view(),
        name="supplier-dispute-evidence",
    ),
    path("supplier/disputes/<slug:dispute>/done/", DisputeDone.as_view(), name="supplier-dispute-done"),
    path("supplier/disputes/<slug:dispute>/appeal/", DisputeAppeal.as_view(), name="supplier-dispute-appeal"),
    path("supplier/penalties/", Penalties.as_view(), name="supplier-penalties"),
    path("supplier/penalties/<slug:penalty>/", OnePenalty.as_view(), name="supplier-penalty"),
    path(
        "supplier/penalties/<slug:penalty>/appeal/", PenaltyAppeal.as_view(), name="supplier-penalty-appeal"
    ),
]
