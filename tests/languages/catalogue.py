"""Keeps `locale/en` in step with the sentences in the code, without gettext: extraction by `ast`, files by polib."""

from pathlib import Path

import polib

from tests.languages.extraction import ROOT, Message, all_messages

PO = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
METADATA = {
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Language": "en",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}


def key_of(entry: polib.POEntry) -> Message:
    """What the code would have to mark to use this entry."""
    return Message(entry.msgid, entry.msgid_plural or "", entry.msgctxt or "")


def words_of(entry: polib.POEntry) -> list[str]:
    """The entry's translations: one, or one for each plural form."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def read() -> dict[Message, polib.POEntry]:
    """The catalogue by message."""
    return {key_of(entry): entry for entry in polib.pofile(str(PO))} if PO.exists() else {}


def missing(wanted: dict[Message, list[str]], entries: dict[Message, polib.POEntry]) -> list[Message]:
    """What the code marks and English does not say, or says without certainty."""
    return [
        message
        for message in wanted
        if message not in entries or entries[message].fuzzy or not all(words_of(entries[message]))
    ]


def _entry(message: Message, old: polib.POEntry | None) -> polib.POEntry:
    entry = polib.POEntry(msgid=message.msgid, msgctxt=message.context or None, msgid_plural=message.plural)
    if message.plural:
        entry.msgstr_plural = dict(old.msgstr_plural) if old else {0: "", 1: ""}
    else:
        entry.msgstr = old.msgstr if old else ""
    if "%(" in message.msgid:
        entry.flags.append("python-format")
    elif "{" in message.msgid:
        entry.flags.append("python-brace-format")
    if old and old.fuzzy:
        entry.flags.append("fuzzy")
    return entry


def write(path: Path = PO, *, into: Path = MO) -> list[Message]:
    """Bring the catalogue up to date, sorted, without places so that diffs stay small; returns what is missing."""
    wanted, entries = all_messages(), read()
    catalogue = polib.POFile(wrapwidth=100)
    catalogue.metadata = METADATA
    for message in sorted(wanted, key=lambda m: (m.msgid, m.context)):
        catalogue.append(_entry(message, entries.get(message)))
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(path))
    catalogue.save_as_mofile(str(into))
    return missing(wanted, read())
