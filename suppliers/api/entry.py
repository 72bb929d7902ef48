"""Entry over the API: the application as it is typed, its checklist of papers, handing in; papers after entry."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from suppliers import access, services
from suppliers.forms import ApplicationForm, PaperForm
from suppliers.gates import SAFE, actor_of, company_of, require_second_factor
from suppliers.models import Supplier
from suppliers.selectors import all_papers, entry_checklist, typed_by
from suppliers.states import APPLYING, OPEN_TO_APPLICANT, PaperStatus, RequirementKind, SupplierStatus
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.api import Api, FileApi, StrictSerializer, UploadApi
from taoxiaopu.kernel.api_schema import WEBP, does, hands_out, reads
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.settings import rules_at


class ApplicationWords(StrictSerializer):
    """The application's form, field by field, as people type it: capital in yuan, brands one a line. Nothing has to be there
    or right before it is handed in; what is left out of a submission stays as it was typed before.
    """

    name = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    credit_code = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    kind = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    capital = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    is_general_taxpayer = serializers.BooleanField(required=False)
    brands = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    proof = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    chain_levels = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    voucher_note = serializers.CharField(required=False, allow_blank=True, max_length=1000)

    def sent(self) -> dict[str, str]:
        """What a browser would send: a box that is not ticked sends nothing."""
        return {
            name: ("on" if value else "") if isinstance(value, bool) else value
            for name, value in self.validated_data.items()
        }


class PaperBody(serializers.Serializer[Any]):
    """A paper that was handed in; ``note`` says what staff want mended."""

    id = serializers.CharField(source="public_id")
    status = serializers.ChoiceField(choices=PaperStatus.choices)
    pages = serializers.IntegerField()
    text = serializers.CharField()
    note = serializers.CharField()
    valid_from = serializers.DateField(allow_null=True)
    valid_until = serializers.DateField(allow_null=True)
    handed_at = serializers.DateTimeField()


class ItemBody(serializers.Serializer[Any]):
    """One place of the checklist: ``missing``, ``mend``, ``handed``, ``fine`` or ``lapsed``, with its papers, the open one first."""

    requirement = serializers.CharField(source="place.requirement.code")
    name = serializers.CharField(source="place.words")
    help_text = serializers.CharField(source="place.requirement.help_text")
    kind = serializers.ChoiceField(source="place.requirement.kind", choices=RequirementKind.choices)
    has_expiry = serializers.BooleanField(source="place.requirement.has_expiry")
    brand = serializers.CharField(source="place.brand")
    level = serializers.IntegerField(source="place.level")
    is_required = serializers.BooleanField()
    is_ready = serializers.BooleanField()
    state = serializers.CharField()
    papers = PaperBody(many=True)


class ApplicationBody(serializers.Serializer[Any]):
    """Where an application stands; ``review_note`` says what staff asked for."""

    id = serializers.CharField(source="public_id")
    status = serializers.ChoiceField(choices=SupplierStatus.choices)
    is_open = serializers.SerializerMethodField(help_text="whether it can be changed and handed in now")
    review_note = serializers.CharField(source="decision_note")
    submitted_at = serializers.DateTimeField(allow_null=True)
    review_by = serializers.DateTimeField(allow_null=True)
    typed = serializers.SerializerMethodField()
    checklist = serializers.SerializerMethodField()

    def get_is_open(self, supplier: Supplier) -> bool:
        return supplier.status in OPEN_TO_APPLICANT

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_typed(self, supplier: Supplier) -> dict[str, str]:
        return typed_by(supplier)

    @extend_schema_field(ItemBody(many=True))
    def get_checklist(self, supplier: Supplier) -> Any:
        return _checklist(supplier, clock.now())


class NewPaper(StrictSerializer):
    """A paper for one place of the checklist; its pages come beside it as ``files``, several pictures or one PDF."""

    requirement = serializers.CharField(max_length=24)
    brand = serializers.CharField(max_length=40, required=False, allow_blank=True)
    level = serializers.IntegerField(min_value=0, max_value=99, required=False)
    text = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    declared = serializers.BooleanField(required=False)
    valid_from = serializers.DateField(required=False, allow_null=True)
    valid_until = serializers.DateField(required=False, allow_null=True)


class ChecklistBody(serializers.Serializer[Any]):
    """Every place that a company has to fill, permits of categories too once it is in."""

    items = ItemBody(many=True)


class ApplicationView(Api):
    """The application of the token's user."""

    @reads("supplier_application_read", _("查看入驻申请、已填内容与材料清单"), ApplicationBody)
    def get(self, request: Request) -> Response:
        """Read where the application stands, what was typed and the checklist."""
        return Response(ApplicationBody(_company(request)).data)

    @does(
        "supplier_application_keep",
        _("保存入驻申请草稿；材料清单随之变化"),
        ApplicationBody,
        takes=ApplicationWords,
        is_remembered=False,
    )
    def put(self, request: Request) -> Response:
        """Keep what was typed, word for word; the first time begins an application."""
        supplier = company_of(_user(request), changes=True)
        require_second_factor(_user(request))
        words = ApplicationWords(data=request.data)
        words.is_valid(raise_exception=True)
        return Response(ApplicationBody(_keep(request, supplier, words.sent())).data)


class Submission(Api):
    """Handing in."""

    @does(
        "supplier_application_submit",
        _("提交入驻申请，或按要求补正后重新提交"),
        ApplicationBody,
        takes=ApplicationWords,
    )
    def post(self, request: Request) -> Response:
        """Hand the application in, first or corrected, with what was typed before; the checklist must be full."""
        supplier = _company(request)
        words = ApplicationWords(data=request.data)
        words.is_valid(raise_exception=True)
        sent = typed_by(supplier) | words.sent()
        application = ApplicationForm(sent)

        def work() -> None:
            row = _keep(request, supplier, sent)
            self.checked_form(application)
            services.submit(
                supplier=row,
                application=application.application(),
                actor=actor_of(_user(request), row),
                at=clock.now(),
            )

        answer = self.do_once(request, work)
        answer.data = ApplicationBody(_company(request)).data  # nothing of it is remembered with the key
        return answer


class Papers(UploadApi):
    """The checklist."""

    @reads("supplier_papers_list", _("查看材料清单：缺什么、需补正什么、何时到期"), ChecklistBody)
    def get(self, request: Request) -> Response:
        """Read the checklist: what counts until when, what is missing, what staff want mended."""
        return Response({"items": _checklist(_company(request), clock.now())})

    @does(
        "supplier_papers_create",
        _("提交一份材料；原有的待核对件被替换"),
        ChecklistBody,
        takes=NewPaper,
        files={"files": serializers.ListField(child=serializers.FileField(), required=False)},
        status=201,
    )
    def post(self, request: Request) -> Response:
        """Put a paper into its place; one that is fine counts on until staff accept the new one."""
        supplier, at = _company(request), clock.now()
        data, uploads = self.sent(request)
        typed = self.checked(NewPaper, data)
        form = PaperForm({name: "" if value is None else value for name, value in typed.items()})
        self.checked_form(form)
        files = uploads.getlist("files")
        limit = rules_at(at).PAPER_PAGES_MAX
        if len(files) > limit:
            raise BadInput(what=_("每份材料最多 {limit} 页").format(limit=limit))

        def work() -> None:
            actor = actor_of(_user(request), supplier)
            services.hand_in_paper(supplier=supplier, draft=form.draft(files), actor=actor, at=at)

        answer = self.create_once(request, work)
        answer.data = {"items": _checklist(supplier, at)}  # papers are kept encrypted, and not with the key
        return answer


class PaperPage(FileApi):
    """One page of a paper."""

    @hands_out("supplier_papers_page", _("查看材料的一页"), WEBP)
    def get(self, request: Request, paper: str, position: int) -> HttpResponse:
        """One page of one of the supplier's own papers."""
        found = access.paper_for_supplier(_company(request), paper)
        page = services.page_for_its_supplier(paper=found, position=position)
        return HttpResponse(page, content_type=WEBP, headers={"Cache-Control": "no-store"})


def _user(request: Request) -> User:
    user: Any = request.user  # the API's permission lets nobody in without one
    return user  # type: ignore[no-any-return]


def _company(request: Request) -> Supplier:
    """The caller's company, whatever its status. Raises NotFound, RoleRefused."""
    supplier = company_of(_user(request), changes=request.method not in SAFE)
    if supplier is None:
        raise NotFound
    require_second_factor(_user(request))
    return supplier


def _keep(request: Request, supplier: Supplier | None, sent: Mapping[str, str]) -> Supplier:
    return services.keep_draft(
        user=_user(request),
        supplier=supplier,
        typed=ApplicationForm.typed(sent),
        profile=ApplicationForm.profile(sent),
        at=clock.now(),
    )


def _checklist(supplier: Supplier, at: datetime) -> Any:
    found = entry_checklist if supplier.status in APPLYING else all_papers
    return ItemBody(found(supplier, at=at), many=True).data


urlpatterns = [
    path("supplier/application/", ApplicationView.as_view(), name="supplier-application"),
    path("supplier/application/submission/", Submission.as_view(), name="supplier-submission"),
    path("supplier/papers/", Papers.as_view(), name="supplier-papers"),
    path(
        "supplier/papers/<slug:paper>/pages/<int:position>/", PaperPage.as_view(), name="supplier-paper-page"
    ),
]
