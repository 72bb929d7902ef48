"""What all API edges share: error bodies, page sizes, whitelists, idempotent POSTs."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import APIException, PermissionDenied, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError, NotFound
from taoxiaopu.kernel.idempotency import run_once


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
REFUSALS = {400: ErrorBody, 401: ErrorBody, 404: ErrorBody}


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

    def create_once(self, request: Request, work: Callable[[], Any]) -> Response:
        """201 with what ``work`` answers, once for each ``Idempotency-Key`` of this user (trust §2)."""
        user: Any = request.user  # the API's permission lets nobody in without one
        answer = run_once(
            actor=f"user:{user.public_id}",
            key=request.headers.get("Idempotency-Key", ""),
            inputs=[request.method, request.path, request.data],
            at=clock.now(),
            work=work,
        )
        return Response(answer, status=201)


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """``{"code", "message", "field"}`` for every refusal; ``errors`` too when several fields are wrong.

    Missing rows and foreign ones give the same bytes.
    """
    if isinstance(error, Http404):
        error = NotFound()
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
