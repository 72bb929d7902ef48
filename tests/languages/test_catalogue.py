"""The English catalogue as a file: what is compiled is what is written, and every entry keeps its placeholders."""

import re
from pathlib import Path

import polib

from tests.languages import catalogue
from tests.languages.extraction import HAN

PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|\{\w*\}")


def test_the_compiled_catalogue_is_the_written_one() -> None:
    written = {
        catalogue.key_of(e): catalogue.words_of(e) for e in polib.pofile(str(catalogue.PO)) if e.translated()
    }
    compiled = {catalogue.key_of(e): catalogue.words_of(e) for e in polib.mofile(str(catalogue.MO))}
    assert compiled == written
    assert len(written) > 1500


def test_placeholders_survive_translation() -> None:
    wrong = [
        f"{message.msgid} -> {words}"
        for message, entry in catalogue.read().items()
        for words in catalogue.words_of(entry)
        if words and sorted(PLACEHOLDER.findall(message.msgid)) != sorted(PLACEHOLDER.findall(words))
    ]
    assert wrong == []


def test_english_holds_no_chinese_and_nothing_is_obsolete_or_uncertain() -> None:
    entries = catalogue.read()
    assert [m.msgid for m, e in entries.items() if HAN.search("".join(catalogue.words_of(e)))] == []
    assert [m.msgid for m, e in entries.items() if e.fuzzy or e.obsolete] == []


def test_writing_the_catalogue_again_changes_nothing(tmp_path: Path) -> None:
    catalogue.write(tmp_path / "again.po", into=tmp_path / "again.mo")
    before = {m: catalogue.words_of(e) for m, e in catalogue.read().items()}
    after = {catalogue.key_of(e): catalogue.words_of(e) for e in polib.pofile(str(tmp_path / "again.po"))}
    assert {m: w for m, w in after.items() if m in before} == {m: w for m, w in before.items() if m in after}
