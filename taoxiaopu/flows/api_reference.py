"""The API's operations, read from its own schema, for the page that lists them."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator

MULTIPART = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter or property: its name, type and whether it must be given."""

    name: str
    type: str
    is_required: bool
    where: str
    note: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    id: str
    method: str
    path: str
    summary: str
    needs_token: bool
    fields: tuple[Field, ...]
    answers: tuple[str, ...]


def operations() -> tuple[Operation, ...]:
    """Every operation in the order of addresses, in the reader's language; the schema itself is left out."""
    return _operations(get_language() or settings.LANGUAGE_CODE)


@lru_cache(maxsize=8)
def _operations(_language: str) -> tuple[Operation, ...]:
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    found = [
        _operation(schema, path, method, body)
        for path, methods in sorted(schema["paths"].items())
        for method, body in methods.items()
        if not path.endswith("/schema/")
    ]
    return tuple(found)


def _operation(schema: dict[str, Any], path: str, method: str, body: dict[str, Any]) -> Operation:
    fields = [
        Field(p["name"], _type(p["schema"]), bool(p.get("required")), p["in"], _note(p))
        for p in body.get("parameters", [])
    ]
    kinds = body.get("requestBody", {}).get("content", {})
    named = set()
    for kind, where in (("application/json", "body"), (MULTIPART, MULTIPART)):
        shape = _shape(schema, kinds.get(kind, {}).get("schema", {}))
        parts = shape.get("properties", {})
        fields += [
            Field(name, _type(part), name in shape.get("required", ()), where, _note(part))
            for name, part in parts.items()
            if name not in named
        ]
        named |= set(parts)
    return Operation(
        id=body["operationId"],
        method=method.upper(),
        path=path,
        summary=str(body["summary"]),
        needs_token=bool(body.get("security")) and {} not in body["security"],
        fields=tuple(fields),
        answers=tuple(sorted(body["responses"])),
    )


def _shape(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """The component that a reference names; nothing for what is none."""
    name = part.get("$ref", "").rsplit("/", 1)[-1]
    return schema["components"]["schemas"].get(name, {}) if name else {}  # type: ignore[no-any-return]


def _note(part: dict[str, Any]) -> str:
    """The description, unless it only repeats the choices."""
    text = str(part.get("description", ""))
    return "" if text.startswith("* `") else text


def _type(part: dict[str, Any]) -> str:
    if "$ref" in part or "allOf" in part:
        return str(part.get("$ref", part.get("allOf", [{}])[0].get("$ref", ""))).rsplit("/", 1)[-1]
    if "enum" in part:
        return " | ".join(map(str, part["enum"]))
    if part.get("type") == "array":
        return f"{_type(part['items'])}[]"
    return str(part.get("type", ""))
