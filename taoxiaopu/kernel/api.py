"""What all API edges share: error bodies, pages, whitelists, uploads, idempotent POSTs."""

import hashlib
import io
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.utils.datastructures import MultiValueDict
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError, PermissionDenied, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView, exception_handler

from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError, NotFound
from taoxiaopu.kernel.idempotency import run_once
from taoxiaopu.kernel.strict_json import MAX_BODY, StrictJSONParser

BIGGEST = 2**63 - 1


class Pages(PageNumberPagination):
    """Pages of 50; ``page_size`` up to 100, larger ones are clamped (trust B15)."""

    page_size_query_param = "page_size"
    max_page_size = 100


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not know (trust B23): nobody sets ``status`` or ``tier`` by guessing."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise ValidationError(
                    {name: [serializers.ErrorDetail("unknown_field", "unknown_field")] for name in unknown}
                )
        return super().to_internal_value(data)


class ErrorBody(serializers.Serializer[Any]):
    """Every refusal: a stable code, a sentence for people, the field it belongs to, and all fields with theirs."""

    code = serializers.CharField()
    message = serializers.CharField()
    field = serializers.CharField(allow_null=True)
    errors = serializers.DictField(  # type: ignore[assignment]  # declared fields are taken off the class
        child=serializers.ListField(child=serializers.CharField()), required=False
    )


PAGING = [
    OpenApiParameter("page", int, description="from 1"),
    OpenApiParameter("page_size", int, description=f"50 when left out, {Pages.max_page_size} at most"),
]
KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, required=True, description="1 to 80 ASCII characters"
)
KEYSET = [
    OpenApiParameter("after", str, description="the key that `next` carries; left out: from the beginning"),
    OpenApiParameter("page_size", int, description=f"50 when left out, {Pages.max_page_size} at most"),
]
REFUSALS = {400: ErrorBody, 401: ErrorBody, 404: ErrorBody}

Files = MultiValueDict[str, Any]  # of UploadedFile


@cache
def keyset_of(serializer: type[serializers.Serializer[Any]]) -> Any:
    """The shape of one page of rows behind a key, for the schema."""
    return inline_serializer(
        f"{serializer.__name__.removesuffix('Body')}Rows",
        {"next": serializers.URLField(allow_null=True), "results": serializer(many=True)},
    )


class AfterKey(serializers.Serializer[Any]):
    """The last key that was seen."""

    after = serializers.IntegerField(min_value=0, max_value=BIGGEST, required=False)


def page_of(serializer: type[serializers.Serializer[Any]]) -> Any:
    """The shape of one page of rows, for the schema."""
    return inline_serializer(
        f"{serializer.__name__.removesuffix('Body')}Page",
        {
            "count": serializers.IntegerField(),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": serializer(many=True),
        },
    )


class Api(APIView):
    """Base of all API views: pages, checked input and idempotent creation."""

    @staticmethod
    def checked(serializer: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
        """The input as the serializer understands it. Raises ValidationError."""
        read = serializer(data=data)
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)

    def page(
        self,
        request: Request,
        rows: "QuerySet[Any]",
        serializer: type[serializers.Serializer[Any]],
        prepare: Callable[[Iterable[Any]], Iterable[Any]] | None = None,
    ) -> Response:
        """One page of rows; ``prepare`` turns the page's rows into what the serializer shows."""
        pages = Pages()
        found = pages.paginate_queryset(rows, request, view=self) or []
        shown = list(prepare(found)) if prepare else found
        return pages.get_paginated_response(serializer(shown, many=True).data)

    def keyset(
        self,
        request: Request,
        rows: "QuerySet[Any]",
        serializer: type[serializers.Serializer[Any]],
        prepare: Callable[[list[Any]], Iterable[Any]] | None = None,
        *,
        newest_first: bool = True,
    ) -> Response:
        """One page of rows that are ordered by their key, behind the last key seen: the thousandth costs what the first does.

        ``prepare`` turns the page's rows into what the serializer shows.
        """
        after = self.checked(AfterKey, request.query_params).get("after")
        if after is not None:
            rows = rows.filter(**{"pk__lt" if newest_first else "pk__gt": after})
        size = self.page_size(request)
        found = list(rows[: size + 1])
        more, found = len(found) > size, found[:size]
        key = str(found[-1].pk) if more else ""
        return self.behind(request, serializer(prepare(found) if prepare else found, many=True).data, key)

    @staticmethod
    def page_size(request: Request) -> int:
        """How many rows a page has: what was asked for, clamped (trust B15)."""
        return Pages().get_page_size(request) or Pages.max_page_size

    @staticmethod
    def behind(request: Request, results: Any, next_key: str) -> Response:
        """Results with the address of what comes behind ``next_key``; empty: nothing does."""
        here = request.build_absolute_uri()
        return Response(
            {"next": replace_query_param(here, "after", next_key) if next_key else None, "results": results}
        )

    @staticmethod
    def checked_form(form: forms.Form) -> dict[str, Any]:
        """What a page's own form reads, with its own sentences. Raises ValidationError."""
        if form.is_valid():
            return form.cleaned_data
        raise ValidationError(
            {
                "" if name == "__all__" else name: [
                    serializers.ErrorDetail(text, error.code or "invalid")
                    for error in errors.as_data()
                    for text in error.messages
                ]
                for name, errors in form.errors.items()
            }
        )

    @staticmethod
    def sent(request: Request) -> tuple[Any, Files]:
        """The JSON of a request and the files beside it: in ``multipart/form-data`` the JSON is the part ``data``."""
        if not isinstance(request.data, QueryDict):
            return request.data, MultiValueDict()
        files: Files = request.FILES
        part: Any = request.data.get("data") or "{}"
        raw = part.read(MAX_BODY + 1) if isinstance(part, UploadedFile) else str(part).encode()
        return StrictJSONParser().parse(io.BytesIO(raw)), files

    def create_once(self, request: Request, work: Callable[[], Any], *, status: int = 201) -> Response:
        """What ``work`` answers, once for each ``Idempotency-Key`` of this user (trust §2)."""
        user: Any = request.user  # the API's permission lets nobody in without one
        data, files = self.sent(request)
        answer = run_once(
            actor=f"user:{user.public_id}",
            key=request.headers.get("Idempotency-Key", ""),
            inputs=[request.method, request.path, data, *_digests(files)],
            at=clock.now(),
            work=work,
        )
        return Response(answer, status=status)

    def do_once(self, request: Request, work: Callable[[], Any]) -> Response:
        """As ``create_once``, for what creates nothing: 200."""
        return self.create_once(request, work, status=200)


class UploadApi(Api):
    """Takes files beside JSON."""

    parser_classes = (StrictJSONParser, MultiPartParser)


class FileApi(Api):
    """Answers with a file, whatever kinds the caller says that it takes; refusals are JSON."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force=True)


def _digests(files: Files) -> list[Any]:
    """What tells uploads apart: name of the part, name of the file, SHA-256."""
    found = []
    for name, uploaded in sorted(files.lists()):
        for file in uploaded:
            digest = hashlib.sha256()
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
            found.append([name, file.name, digest.hexdigest()])
    return found


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """``{"code", "message", "field"}`` for every refusal; ``errors`` too when several fields are wrong.

    Missing rows and foreign ones give the same bytes.
    """
    if isinstance(error, Http404):
        error = NotFound()
    if isinstance(error, SuspiciousOperation):
        error = ParseError()
    if isinstance(error, DomainError):
        told = {"code": error.code, "message": error.sentence, "field": error.field}
        wait = {} if error.retry_after_s is None else {"Retry-After": str(error.retry_after_s)}
        return Response(told, status=error.status, headers=wait)
    answer = exception_handler(error, context)
    if answer is None:
        return None
    if isinstance(error, ValidationError):
        answer.data = _validation(error)
    else:
        detail = error.detail if isinstance(error, APIException) else PermissionDenied.default_detail
        code = error.get_codes() if isinstance(error, APIException) else "permission_denied"
        answer.data = {"code": str(code), "message": str(detail), "field": None}
    return answer


def _validation(error: ValidationError) -> dict[str, Any]:
    detail = error.detail if isinstance(error.detail, dict) else {"": error.detail}
    errors = {str(name): [str(text) for text in _flat(found)] for name, found in detail.items()}
    field, first = next(iter(detail.items()))
    told = _flat(first)[0]
    return {
        "code": getattr(told, "code", "invalid"),
        "message": str(told),
        "field": str(field) or None,
        "errors": errors,
    }


def _flat(found: Any) -> list[Any]:
    if isinstance(found, dict):
        return [text for part in found.values() for text in _flat(part)]
    if isinstance(found, list):
        return [text for part in found for text in _flat(part)]
    return [found]
