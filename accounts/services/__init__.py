"""Every write about people, by noun: ``people`` (sign-up, real name, tokens), ``addresses``, ``inbox``."""

from accounts.services.addresses import (
    AddressDraft,
    add_address,
    change_address,
    prefer_address,
    remove_address,
)
from accounts.services.inbox import (
    MAIL_COPY,
    Entry,
    choose_mail,
    forget_old_letters,
    notify,
    notify_each,
    queue_mail_copies,
    read_all,
    read_letter,
    send_mail_copy,
)
from accounts.services.people import (
    choose_language,
    digest_of,
    hire,
    issue_token,
    revoke_token,
    sign_up,
    user_of_token,
    verify_real_name,
)

__all__ = [
    "MAIL_COPY",
    "AddressDraft",
    "Entry",
    "add_address",
    "change_address",
    "choose_language",
    "choose_mail",
    "digest_of",
    "forget_old_letters",
    "hire",
    "issue_token",
    "notify",
    "notify_each",
    "prefer_address",
    "queue_mail_copies",
    "read_all",
    "read_letter",
    "remove_address",
    "revoke_token",
    "send_mail_copy",
    "sign_up",
    "user_of_token",
    "verify_real_name",
]
