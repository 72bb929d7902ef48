"""What may be written in public: names of shops and members, and everything that advertises a good.

Names follow docs/rules.md §1.6: `check_name` compares a skeleton of the name, which no invisible character,
punctuation or other script form can break up. Advertising follows docs/rules.md §8.3: `screen` lists the
words that hold a text back or ask for a person's look, each with its place in the text as typed. The words
are data with a version in `screening_words.toml`.
"""

import re
import tomllib
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS_FILE = Path(__file__).with_name("screening_words.toml")

NAME_MIN = 2
NAME_MAX = 20
MARKS_MAX = 2

# Longer input is judged by its beginning: it is refused for its length anyway.
_NAME_READ = 200

_ZERO_WIDTH_JOINER = "\u200d"
_EMOJI_STYLE = "\ufe0f"
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Letters to Unicode, blank to the eye: Hangul fillers.
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
_DAY = re.compile(r"\d{1,2}月\d{1,2}日|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|(?<!\d)\d{1,2}[/.]\d{1,2}(?!\d)")

NAME_PROBLEMS: Mapping[str, str | Promise] = {
    "banned_word": _("名称不能含有“{word}”或类似字样"),
    "suffix_typed": _("名称不用填写“{word}”，系统会自动加上"),
    "too_short": _("名称至少要有 {least} 个字符"),
    "too_long": _("名称最多 {most} 个字符"),
    "too_many_marks": _("名称中一个字最多带 {marks} 个附加符号"),
    "no_letters": _("名称至少要有一个文字或数字"),
}


class Action(StrEnum):
    """What a found word does to the text."""

    BLOCK = "BLOCK"  # held back until a person has reviewed it
    WARN = "WARN"  # published, with a hint to the author


@dataclass(frozen=True, slots=True)
class Finding:
    """One listed word in a text; `text[start:end]` is how it was typed."""

    word: str
    group: str
    action: Action
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class NameVerdict:
    """What `check_name` found.

    `clean` is the name to store and show, `skeleton` the form that must be unique. `problem` is a key of
    NAME_PROBLEMS or None when the name may be used; `needs_review` asks a person to look at a usable name.
    `banned` is the banned word, when that is the problem.
    """

    clean: str
    skeleton: str
    banned: str | None
    needs_review: bool
    problem: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class _Group:
    name: str
    action: Action
    block_in: frozenset[str]
    warn_in: frozenset[str]

    def action_for(self, category: str | None) -> Action:
        if category in self.block_in:
            return Action.BLOCK
        return Action.WARN if category in self.warn_in else self.action


@dataclass(frozen=True, slots=True)
class _Word:
    shown: str
    folded: str
    group: _Group | None  # None: a whitelisted phrase
    unless_dated: bool = False


class _Folding(dict[int, str]):
    """A table for str.translate: each character to the letters, digits and listed signs it stands for."""

    def __init__(self, variants: Mapping[str, str], dropped: Iterable[str], kept_signs: str) -> None:
        super().__init__()
        self._variants = variants
        self._dropped = _FILLERS.union(dropped)
        self._kept_signs = kept_signs

    def __missing__(self, codepoint: int) -> str:
        plain = unicodedata.normalize("NFKC", chr(codepoint)).casefold()
        folded = "".join(filter(self._keeps, (self._variants.get(char, char) for char in plain)))
        if codepoint <= 0xFFFF:  # rarer ones are not remembered, so that no text can fill the memory
            self[codepoint] = folded
        return folded

    def _keeps(self, char: str) -> bool:
        if char in self._dropped:
            return False
        category = unicodedata.category(char)
        return char in self._kept_signs or (category[0] in "LN" and category != "Lm")


@dataclass(frozen=True, slots=True)
class _Words:
    version: str
    advertising: Mapping[str, tuple[_Word, ...]]  # by first character, longest word first
    any_word: re.Pattern[str]
    text_folding: _Folding
    name_folding: _Folding
    sequences: Mapping[str, str]
    banned: tuple[str, ...]
    review: tuple[str, ...]
    sounds: tuple[str, ...]
    syllables: Mapping[int, str]


@cache
def _words() -> _Words:
    data = tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))
    variants = {form: char for char, forms in data["variants"]["characters"].items() for form in forms}
    separators = data["variants"]["separators"]
    text_folding = _Folding(variants, separators, "%")
    words = _advertising_words(data, text_folding)
    by_first: dict[str, list[_Word]] = {}
    for word in sorted(words, key=lambda word: -len(word.folded)):
        by_first.setdefault(word.folded[0], []).append(word)
    names = data["names"]
    return _Words(
        version=data["version"],
        advertising={first: tuple(group) for first, group in by_first.items()},
        any_word=re.compile("|".join(re.escape(word.folded) for word in words if word.group)),
        text_folding=text_folding,
        name_folding=_Folding(variants, separators, ""),
        sequences=data["variants"]["sequences"],
        banned=tuple(names["banned"]),
        review=tuple(names["review"]),
        sounds=tuple(names["sounds"]),
        syllables={ord(char): sound for sound, chars in names["syllables"].items() for char in chars},
    )


def _advertising_words(data: Mapping[str, Any], folding: _Folding) -> list[_Word]:
    words = []
    for name, entry in data["groups"].items():
        group = _Group(
            name,
            Action(entry["action"]),
            frozenset(entry.get("block_in", ())),
            frozenset(entry.get("warn_in", ())),
        )
        dated = entry.get("unless_dated", ())
        words += [_Word(word, word.translate(folding), group, word in dated) for word in entry["words"]]
    allowed = [*data["whitelist"]["phrases"], *data["whitelist"]["brands"]]
    return words + [_Word(phrase, phrase.translate(folding), None) for phrase in allowed]


def words_version() -> str:
    """The version of the word list, to be kept with every decision that rests on it."""
    return _words().version


# --- Advertising -----------------------------------------------------------------------------------------


def screen(text: str, category: str | None = None) -> list[Finding]:
    """List the words of docs/rules.md §8.3 in `text`, in the order of their places.

    `category` is the code of the good's root category (food, beauty, baby, home, apparel, health, medical),
    None when the text belongs to none. Spaces, invisible characters, punctuation other than %, letter case
    and traditional forms make no difference; of words that lie in one another only the longest counts.
    """
    words = _words()
    folded = text.translate(words.text_folding)
    if not words.any_word.search(folded):
        return []
    places = [
        place for place, char in enumerate(text) for _char in words.text_folding[ord(char)]
    ]  # of each folded character in the text as typed
    hits, allowed = _matches(text, folded, places)
    is_dated = bool(_DAY.search(unicodedata.normalize("NFKC", text)))
    findings = []
    covered_to = 0
    for word, start, end in hits:
        is_part_of_longer = end <= covered_to
        covered_to = max(covered_to, end)
        if is_part_of_longer or _is_excused(start, end, allowed) or (word.unless_dated and is_dated):
            continue
        assert word.group
        action = word.group.action_for(category)
        findings.append(Finding(word.shown, word.group.name, action, places[start], places[end - 1] + 1))
    return findings


def is_blocked(findings: Iterable[Finding]) -> bool:
    """Whether one of the findings holds the text back."""
    return any(finding.action is Action.BLOCK for finding in findings)


def _matches(
    text: str, folded: str, places: list[int]
) -> tuple[list[tuple[_Word, int, int]], list[tuple[int, int]]]:
    """The longest listed word at each place of the folded text, and the whitelisted phrases one by one."""
    by_first = _words().advertising
    hits: list[tuple[_Word, int, int]] = []
    allowed: list[tuple[int, int]] = []
    for start, char in enumerate(folded):
        found_word = found_phrase = False
        for word in by_first.get(char, ()):
            if (found_word if word.group else found_phrase) or not folded.startswith(word.folded, start):
                continue
            end = start + len(word.folded)
            if word.group is None:
                found_phrase = True
                if not allowed or allowed[-1][1] <= start:
                    allowed.append((start, end))
            elif _stands_alone(text, places[start], places[end - 1] + 1):
                found_word = True
                hits.append((word, start, end))
    return hits, allowed


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Words of Latin letters or digits are not cut out of longer ones: TOP10 is not TOP1, 1100% not 100%."""
    first, last = (unicodedata.normalize("NFKC", text[place])[0] for place in (start, end - 1))
    before, after = text[max(start - 2, 0) : start], text[end : end + 1]
    if first.isdecimal() and re.search(r"\d$|\d[.．]$", before):
        return False
    if first.isascii() and first.isalpha() and re.search("[A-Za-z]$", before):
        return False
    return not (last.isdecimal() and after.isdecimal())


def _is_excused(start: int, end: int, allowed: list[tuple[int, int]]) -> bool:
    """Whether a whitelisted phrase reaches into the word without being just a part of it."""
    for place in (start + 1, end):
        nearest = bisect_left(allowed, (place,)) - 1  # phrases do not overlap, so only these two can matter
        if nearest < 0 or allowed[nearest][1] <= start:
            continue
        if not (start <= allowed[nearest][0] and allowed[nearest][1] <= end):
            return True
    return False


# --- Names -----------------------------------------------------------------------------------------------


def skeleton(text: str) -> str:
    """What is left of a text for comparison: letters and digits in one case, one width and one script form.

    Spaces, punctuation, marks, emoji, bidi and zero-width characters, Hangul fillers, tags, variation
    selectors and private-use characters are gone; traditional and compatibility forms and characters written
    as their parts are folded to the plain form.
    """
    words = _words()
    bare = unicodedata.normalize("NFKC", text).translate(words.name_folding)
    for parts, char in words.sequences.items():
        bare = bare.replace(parts, char)
    return bare


def check_name(name: str, *, suffix: str, least: int = NAME_MIN, most: int = NAME_MAX) -> NameVerdict:
    """Judge the name of a shop or member, as typed without the suffix (docs/rules.md §1.6).

    Refused are banned words however disguised, the suffix itself, fewer than `least` or more than `most`
    characters, and names of which the eye sees too little. Homophones, pinyin, look-alikes, reversed
    words and words with Latin letters between need a person's review. Nothing is raised.
    """
    head = name[:_NAME_READ]
    clean = _clean(head)
    bare = skeleton(head)
    banned = _banned_word(bare, may_be_reversed=bool(_BIDI.search(head)))
    if banned:
        problem: str | None = "banned_word"
    elif suffix and skeleton(suffix) in bare:
        problem = "suffix_typed"
    elif len(name) > _NAME_READ:
        problem = "too_long"
    else:
        problem = _shape_problem(clean, least, most)
    sentence = ""
    if problem:
        sentence = str(NAME_PROBLEMS[problem]).format(
            word=banned or suffix, least=least, most=most, marks=MARKS_MAX
        )
    return NameVerdict(clean, bare, banned, problem is None and _is_doubtful(bare), problem, sentence)


def visible_name_ok(name: str, *, least: int = NAME_MIN, most: int = NAME_MAX) -> bool:
    """Whether a name without its invisible characters is seen as `least` to `most` characters."""
    return _shape_problem(_clean(name[:_NAME_READ]), least, most) is None and len(name) <= _NAME_READ


def _banned_word(bare: str, *, may_be_reversed: bool) -> str | None:
    forms = (bare, bare[::-1]) if may_be_reversed else (bare,)
    return next((word for word in _words().banned if any(word in form for form in forms)), None)


def _is_doubtful(bare: str) -> bool:
    words = _words()
    spoken = bare.translate(words.syllables)
    apart = re.sub("[a-z0-9]", "", bare)
    return (
        any(word in bare for word in words.review)
        or any(sound in spoken for sound in words.sounds)
        or any(word in form for word in words.banned for form in (bare[::-1], apart))
    )


def _clean(name: str) -> str:
    """NFKC without characters that cannot be seen; blanks become single spaces; emoji stay joined."""
    kept: list[str] = []
    plain = unicodedata.normalize("NFKC", name)
    for place, char in enumerate(plain):
        category = unicodedata.category(char)
        if category[0] == "Z" or char in "\t\n\r\v\f":
            kept.append(" ")
        elif char in (_ZERO_WIDTH_JOINER, _EMOJI_STYLE):
            follows = unicodedata.category(plain[place + 1 : place + 2] or " ")
            if kept and _is_emoji(kept[-1]) and (char == _EMOJI_STYLE or follows == "So"):
                kept.append(char)
        elif category[0] != "C" and char not in _FILLERS and not _is_blank(char):
            kept.append(char)
    return " ".join("".join(kept).split())


def _is_emoji(char: str) -> bool:
    return char == _EMOJI_STYLE or unicodedata.category(char) in ("So", "Sk")


def _is_blank(char: str) -> bool:
    # Variation selectors are marks, the empty Braille cell is a symbol: both show nothing.
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef" or char == "\u2800"


def _shape_problem(clean: str, least: int, most: int) -> str | None:
    seen = marks = 0
    joined = False
    for char in clean:
        if char == _ZERO_WIDTH_JOINER:
            joined = True
            continue
        if char != _EMOJI_STYLE and unicodedata.category(char)[0] == "M":
            marks += 1
            if marks > MARKS_MAX:
                return "too_many_marks"
            continue
        marks = 0
        if not joined and char not in (" ", _EMOJI_STYLE) and unicodedata.category(char) != "Sk":
            seen += 1
        joined = False
    if seen < least:
        return "too_short"
    if len(clean) > most:
        return "too_long"
    return None if skeleton(clean) else "no_letters"
