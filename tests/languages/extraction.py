"""Finds every sentence that is marked for translation, and every Chinese literal that is not.

A machine without gettext must be able to tell whether the English catalogue is complete, so this reads Python by
`ast` and templates by Django's own `templatize`. It finds what `makemessages --no-location` finds.
"""

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.template.base import Lexer, Token, TokenType
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
HAN = re.compile(r"[\u3400-\u9fff\uff01-\uff5e\u3001-\u3011]")

# A call's name -> what its first arguments are.
CALLS = {
    "_": "s",
    "gettext": "s",
    "gettext_lazy": "s",
    "gettext_noop": "s",
    "ngettext": "sp",
    "ngettext_lazy": "sp",
    "pgettext": "cs",
    "pgettext_lazy": "cs",
    "npgettext": "csp",
    "npgettext_lazy": "csp",
}
_LITERAL = r"""u?(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")"""
_TEMPLATE_CALL = re.compile(
    rf"""(?<![\w.])(_|gettext|ngettext|pgettext|npgettext)\(\s*({_LITERAL}(?:\s*,\s*{_LITERAL})*)"""
)
_CONSTANT = re.compile(r"""_\((".*?"|'.*?')\)""")


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the catalogue."""

    msgid: str
    plural: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A literal and where it stands; ``within`` is the top-level name that holds it."""

    file: str
    line: int
    text: str
    within: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text[:80]}"


def sources(*suffixes: str) -> Iterator[Path]:
    """The platform's own files, without tests, the launcher and migrations, whose words nobody reads on a page."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    for name in sorted(listed.stdout.decode().splitlines()):
        path = ROOT / name
        if (
            path.suffix in suffixes
            and path.is_file()
            and not {"tests", "launcher", "migrations"} & set(path.parts)
        ):
            yield path


def name_of(path: Path) -> str:
    """The path below the repository's root."""
    return path.relative_to(ROOT).as_posix()


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _message(kinds: str, words: list[str]) -> Message:
    parts = dict(zip(kinds, words, strict=False))
    return Message(parts["s"], parts.get("p", ""), parts.get("c", ""))


def python_messages(text: str) -> Iterator[Message]:
    """What a Python source marks."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and (kinds := CALLS.get(_called(node))):
            words = [arg.value for arg in node.args[: len(kinds)] if isinstance(arg, ast.Constant)]
            if len(words) == len(kinds) and all(isinstance(word, str) for word in words):
                yield _message(kinds, words)


def template_messages(text: str) -> Iterator[Message]:
    """What a template marks."""
    code = "\n".join(line for line in templatize(text).splitlines() if not line.startswith(" #"))
    for name, literals in _TEMPLATE_CALL.findall(code):
        yield _message(CALLS[name], [ast.literal_eval(word) for word in re.findall(_LITERAL, literals)])


def all_messages() -> dict[Message, list[str]]:
    """Every entry that the catalogue must hold, with the files that want it."""
    wanted: dict[Message, list[str]] = {}
    for path in sources(".py", ".html", ".txt"):
        if path.suffix != ".py" and "templates" not in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        found = python_messages(text) if path.suffix == ".py" else template_messages(text)
        for message in found:
            if message.msgid:
                wanted.setdefault(message, []).append(name_of(path))
    return wanted


def unmarked_in_python(path: Path) -> Iterator[Found]:
    """Chinese literals that no gettext call holds, and gettext calls that hold no plain literal."""
    for top in ast.parse(path.read_text(encoding="utf-8")).body:
        within = _top_name(top)
        silent: set[int] = set()
        for node in ast.walk(top):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                silent.add(id(node.value))  # a docstring
            if isinstance(node, ast.FormattedValue):
                for inner in ast.walk(node.value):
                    if isinstance(inner, ast.Call) and _called(inner) in CALLS:
                        yield Found(
                            name_of(path), inner.lineno, f"inside an f-string: {ast.unparse(inner)}", within
                        )
            if isinstance(node, ast.Call) and (kinds := CALLS.get(_called(node))):
                for arg in node.args[: len(kinds)]:
                    if isinstance(arg, ast.Constant):
                        silent.add(id(arg))
                    elif isinstance(arg, ast.JoinedStr | ast.BinOp):
                        yield Found(name_of(path), arg.lineno, f"not a literal: {ast.unparse(arg)}", within)
        for node in ast.walk(top):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in silent
                and HAN.search(node.value)
            ):
                yield Found(name_of(path), node.lineno, node.value, within)


def _top_name(node: ast.stmt) -> str:
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        return node.name
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    return ""


def unmarked_in_template(path: Path) -> Iterator[Found]:
    """Chinese text between tags, in attributes and in tags, outside of the translation tags."""
    inside = ""
    for token in Lexer(path.read_text(encoding="utf-8")).tokenize():
        word = token.contents.split(maxsplit=1)[0] if token.contents.strip() else ""
        if token.token_type == TokenType.BLOCK and inside and word in {f"end{inside}", "endblocktrans"}:
            inside = ""
        elif inside:
            continue
        elif token.token_type == TokenType.BLOCK and word in {"comment", "blocktranslate", "blocktrans"}:
            inside = word
            yield from _tag(path, token)
        elif token.token_type == TokenType.BLOCK and word in {"translate", "trans"}:
            continue
        elif token.token_type in {TokenType.BLOCK, TokenType.VAR}:
            yield from _tag(path, token)
        elif token.token_type == TokenType.TEXT:
            for number, line in enumerate(token.contents.splitlines()):
                if HAN.search(line):
                    yield Found(name_of(path), token.lineno + number, line.strip())


def _tag(path: Path, token: Token) -> Iterator[Found]:
    rest = _CONSTANT.sub("", token.contents)
    if HAN.search(rest) and not token.contents.startswith("comment"):
        yield Found(name_of(path), token.lineno, rest)
