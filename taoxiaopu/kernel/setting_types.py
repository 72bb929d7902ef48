"""Settings as JSON: read back by the type of their field, refused when they are of another shape."""

from typing import Any, get_args, get_origin


def typed(kind: Any, raw: Any) -> Any:
    """A JSON value as what a field of this type holds: whole numbers, texts, yes or no, tuples of a fixed or of any length.

    Raises ValueError.
    """
    if get_origin(kind) is tuple:
        items = get_args(kind)
        if not isinstance(raw, list | tuple):
            raise ValueError(f"no list: {raw!r}")
        kinds = (items[0],) * len(raw) if items[-1] is Ellipsis else items
        if len(kinds) != len(raw):
            raise ValueError(f"{len(kinds)} values wanted, {len(raw)} given")
        return tuple(typed(one, value) for one, value in zip(kinds, raw, strict=True))
    if kind not in (int, str, bool) or type(raw) is not kind:
        raise ValueError(f"no {getattr(kind, '__name__', kind)}: {raw!r}")
    return raw
