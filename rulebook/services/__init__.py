"""Every write of rule documents: ``drafting``, ``publishing``, ``comments``, ``acceptances``, ``first`` (reference data)."""

from rulebook.services.acceptances import accept, accept_present
from rulebook.services.comments import answer_comment, comment, hide_comment, show_comment
from rulebook.services.drafting import Draft, draft_version, edit_draft, open_comments, revise
from rulebook.services.first import ensure_documents
from rulebook.services.publishing import (
    ANNOUNCE,
    Announcement,
    earliest_effect,
    publish,
    publish_urgent,
    supersede_due,
    withdraw,
)

__all__ = [
    "ANNOUNCE",
    "Announcement",
    "Draft",
    "accept",
    "accept_present",
    "answer_comment",
    "comment",
    "draft_version",
    "earliest_effect",
    "edit_draft",
    "ensure_documents",
    "hide_comment",
    "open_comments",
    "publish",
    "publish_urgent",
    "revise",
    "show_comment",
    "supersede_due",
    "withdraw",
]
