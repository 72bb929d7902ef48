"""Every write of storefronts, by noun: ``opening`` (owners and shops), ``picks``, ``sharing``, ``standing``."""

from storefronts.services.opening import (
    approve_shop_name,
    close_shop,
    describe_shop,
    edit_shop,
    hide_shop,
    issue_invitation,
    join,
    name_verdict,
    open_shop,
    rename_shop,
    show_shop,
)
from storefronts.services.picks import pick, recommend, tell_of_delisted, unpick
from storefronts.services.sharing import (
    DRAW_POSTER,
    Shared,
    captions_for,
    draw_poster_job,
    poster_path,
    record_click,
    retry_poster,
    share,
    shared,
    url_of,
)
from storefronts.services.standing import mark_bought, write_standing

__all__ = [
    "DRAW_POSTER",
    "Shared",
    "approve_shop_name",
    "captions_for",
    "close_shop",
    "describe_shop",
    "draw_poster_job",
    "edit_shop",
    "hide_shop",
    "issue_invitation",
    "join",
    "mark_bought",
    "name_verdict",
    "open_shop",
    "pick",
    "poster_path",
    "recommend",
    "record_click",
    "rename_shop",
    "retry_poster",
    "share",
    "shared",
    "show_shop",
    "tell_of_delisted",
    "unpick",
    "url_of",
    "write_standing",
]
