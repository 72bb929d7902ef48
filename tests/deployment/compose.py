"""Reads docker-compose.yml as compose does: YAML with merge keys, and ${VARIABLES} from an environment."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
_VARIABLE = re.compile(
    r"\$(?:(?P<escaped>\$)|\{(?P<name>[A-Z_]+)(?:(?P<how>:?[-?+])(?P<what>[^}]*))?\}|(?P<bad>.?))", re.DOTALL
)


class Missing(Exception):
    """A variable that compose would stop for."""


def interpolate(text: str, given: Mapping[str, str]) -> str:
    """``$$``, ``${X}``, ``${X:-default}``, ``${X:?sentence}`` and ``${X:+instead}``. Anything else with $ is refused."""

    def value(found: re.Match[str]) -> str:
        if found["escaped"]:
            return "$"
        if found["name"] is None:
            raise ValueError(f"compose does not understand {found[0]!r}")
        name, how, what = found["name"], found["how"] or "", found["what"] or ""
        here = given.get(name)
        is_set = bool(here) if how.startswith(":") else here is not None
        if how.endswith("-"):
            return str(here) if is_set else what
        if how.endswith("+"):
            return what if is_set else ""
        if how.endswith("?") and not is_set:
            raise Missing(f"{name}: {what}")
        return here or ""

    return _VARIABLE.sub(value, text)


def load(given: Mapping[str, str]) -> dict[str, Any]:
    """The whole file with every string interpolated. Raises Missing."""

    def walk(node: Any) -> Any:
        if isinstance(node, str):
            return interpolate(node, given)
        if isinstance(node, dict):
            return {key: walk(inner) for key, inner in node.items()}
        return [walk(inner) for inner in node] if isinstance(node, list) else node

    raw = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return {name: walk(part) for name, part in raw.items() if not name.startswith("x-")}


def env_file(text: str) -> dict[str, str]:
    """The variables of a .env file."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return dict(line.partition("=")[::2] for line in lines)
