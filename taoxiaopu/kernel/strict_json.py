"""Reading JSON that strangers send. Apart from ``kernel.api``, because the framework loads its parsers first."""

import json
import math
from typing import Any

from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

MAX_BODY = 2**20


class BodyTooLarge(APIException):
    """More than 1 MB of JSON."""

    status_code = 413
    default_code = "body_too_large"
    default_detail = "at most 1 MB of JSON"


class StrictJSONParser(BaseParser):
    """JSON as RFC 8259 has it: UTF-8, finite numbers, each key once, no NUL, of a sane depth (trust B14, B30)."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        raw = stream.read(MAX_BODY + 1)
        if len(raw) > MAX_BODY:
            raise BodyTooLarge
        try:
            data = json.loads(
                raw.decode("utf-8"),
                parse_constant=_refuse_constant,
                parse_float=_finite,
                object_pairs_hook=_each_key_once,
            )
            # Escapes can spell what no database takes: NUL and half of a surrogate pair.
            if "\\u0000" in json.dumps(data):
                raise ValueError("NUL character")
            json.dumps(data, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            what = "too deep" if isinstance(error, RecursionError) else str(error)[:100]
            raise ParseError(f"not valid JSON: {what}") from None
        return data


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is out of range")
    return number


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found
