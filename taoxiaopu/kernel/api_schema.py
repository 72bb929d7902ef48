"""How an operation of the API is described in the schema: one call instead of the same dictionary each time."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from django.utils.functional import Promise
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers

from taoxiaopu.kernel.api import KEY, KEYSET, REFUSALS, ErrorBody, keyset_of

Body = type[serializers.Serializer[Any]]
CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF, WEBP = "application/pdf", "image/webp"
ALWAYS = {401: ErrorBody, 403: ErrorBody, 404: ErrorBody, 429: ErrorBody}


def extend(name: str, summary: str | Promise, **more: Any) -> Callable[..., Any]:
    """``extend_schema`` with a name and a sentence, for what the others do not say."""
    return extend_schema(operation_id=name, summary=summary, **more)


def reads(
    name: str, summary: str | Promise, gives: Body, *, query: Sequence[Any] = (), many: bool = False
) -> Callable[..., Any]:
    """A GET of one thing, or of the few there are."""
    return extend_schema(
        operation_id=name,
        summary=summary,
        parameters=list(query),
        responses={200: gives(many=True) if many else gives, **ALWAYS, 400: ErrorBody},
    )


def lists(name: str, summary: str | Promise, gives: Body, *, query: Sequence[Any] = ()) -> Callable[..., Any]:
    """A GET of rows, page behind page."""
    return extend_schema(
        operation_id=name,
        summary=summary,
        parameters=[*query, *KEYSET],
        responses={200: keyset_of(gives), **ALWAYS, 400: ErrorBody},
    )


def hands_out(
    name: str,
    summary: str | Promise,
    *media: str,
    query: Sequence[Any] = (),
    takes: Body | None = None,
    is_remembered: bool = False,
) -> Callable[..., Any]:
    """A file; ``takes`` when it is asked for by a POST."""
    return extend_schema(
        operation_id=name,
        summary=summary,
        parameters=[*query, *([KEY] if is_remembered else [])],
        request=takes,
        responses={(200, kind): OpenApiTypes.BINARY for kind in media} | ALWAYS | {400: ErrorBody},
    )


def does(
    name: str,
    summary: str | Promise,
    gives: Body | None,
    *,
    takes: Body | None = None,
    files: Mapping[str, serializers.Field[Any, Any, Any, Any]] | None = None,
    status: int = 200,
    is_remembered: bool = True,
) -> Callable[..., Any]:
    """A change. ``is_remembered``: it wants an ``Idempotency-Key``. ``files``: what may come beside the JSON."""
    request: Any = takes
    if files:
        stem = takes.__name__ if takes else name
        request = {"multipart/form-data": _upload(stem, takes, tuple(files.items()))}
        if takes:
            request["application/json"] = takes
    return extend_schema(
        operation_id=name,
        summary=summary,
        parameters=[KEY] if is_remembered else [],
        request=request,
        responses={status: gives, **ALWAYS, **REFUSALS, 409: ErrorBody, 422: ErrorBody},
    )


@cache
def _upload(stem: str, takes: Body | None, files: tuple[tuple[str, Any], ...]) -> Any:
    return inline_serializer(f"{stem}Upload", {**({"data": takes()} if takes else {}), **dict(files)})
