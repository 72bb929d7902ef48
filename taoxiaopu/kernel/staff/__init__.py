"""What the staff's pages of all apps share: read-only admins, explicit acts, blocks of a page, names of references.

Needs the app registry: imported by ``admin`` and ``views`` modules, never by models or services.
"""

from taoxiaopu.kernel.staff.acts import (
    Act,
    NoInput,
    NoteForm,
    ReasonForm,
    StaffForm,
    sentence_of,
    staff_actor,
)
from taoxiaopu.kernel.staff.blocks import Block, Fact, Facts, Head, Table, facts_of, trail
from taoxiaopu.kernel.staff.cells import (
    code,
    column,
    columns,
    days,
    link,
    link_to,
    money,
    percent,
    pill,
    value_of,
    when,
)
from taoxiaopu.kernel.staff.names import name_of, names_of, parties_named, teach_names
from taoxiaopu.kernel.staff.pages import Chip, ReadOnlyAdmin
from taoxiaopu.kernel.staff.subjects import (
    event_words,
    reason_words,
    rows_by,
    state_words,
    subject_link,
    subject_links,
    subject_words,
    teach_subject,
)
from taoxiaopu.kernel.staff.taught import Addition, teach_page

__all__ = [
    "Act",
    "Addition",
    "Block",
    "Chip",
    "Fact",
    "Facts",
    "Head",
    "NoInput",
    "NoteForm",
    "ReadOnlyAdmin",
    "ReasonForm",
    "StaffForm",
    "Table",
    "code",
    "column",
    "columns",
    "days",
    "event_words",
    "facts_of",
    "link",
    "link_to",
    "money",
    "name_of",
    "names_of",
    "parties_named",
    "percent",
    "pill",
    "reason_words",
    "rows_by",
    "sentence_of",
    "staff_actor",
    "state_words",
    "subject_link",
    "subject_links",
    "subject_words",
    "teach_names",
    "teach_page",
    "teach_subject",
    "trail",
    "value_of",
    "when",
]
