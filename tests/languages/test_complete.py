"""English is complete: every sentence that the code marks has its translation. `make messages` lists what lacks one."""

from tests.languages.catalogue import missing, read
from tests.languages.extraction import all_messages


def test_every_marked_sentence_is_in_english() -> None:
    wanted = all_messages()
    assert len(wanted) > 2000
    assert [f"{wanted[m][0]}: {m.msgid}" for m in missing(wanted, read())] == []


def test_the_catalogue_holds_nothing_that_nobody_says() -> None:
    assert sorted(m.msgid for m in set(read()) - set(all_messages())) == []
