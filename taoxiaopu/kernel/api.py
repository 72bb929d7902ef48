"""What all API edges share: error bodies, page sizes, refusal of unknown fields."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler

from taoxiaopu.kernel.errors import DomainError


class Pages(PageNumberPagination):
    """Pages of 50; ``page_size`` up to 200, larger ones are clamped."""

    page_size_query_param = "page_size"
    max_page_size = 200


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not know (trust B23): nobody sets ``status`` or ``tier`` by guessing."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise ValidationError({name: ["unknown_field"] for name in unknown}, code="unknown_field")
        return super().to_internal_value(data)


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """``{"code", "message", "field"}`` for expected failures; DRF's own shapes for the rest."""
    if isinstance(error, DomainError):
        body = {"code": error.code, "message": error.sentence, "field": error.field}
        return Response(body, status=error.status)
    return exception_handler(error, context)
