"""Codes and words to phones and mailboxes: a row and a job in one transaction, sent after commit, wiped when sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q

from accounts import errors
from accounts.models import Channel, OutgoingMessage, SandboxMood
from accounts.providers import sandbox
from taoxiaopu.kernel import jobs
from taoxiaopu.kernel.models import Job
from taoxiaopu.kernel.personal import blind_index

SEND_MESSAGE = "accounts.send_message"
SPAN = timedelta(minutes=10)
PER_TARGET = 5  # within SPAN
PER_NETWORK = 60  # within SPAN; an office or a mobile carrier shows many people under one address
USEFUL = timedelta(minutes=15)  # a code is over by then
KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Words:
    """What is sent: ``subject`` for mail only, ``code`` again by itself when there is one."""

    text: str
    subject: str = ""
    code: str = ""


def send_message(
    *, channel: Channel, target: str, words: Words, network: str, at: datetime
) -> OutgoingMessage:
    """Queue words for a normalised phone number or an e-mail address. Raises TooManyMessages.

    ``network`` is the address that asked. At most PER_TARGET and PER_NETWORK in SPAN; unknown targets count as well, so
    that the limit tells nothing. Two requests at the same instant may both pass as the last one.
    """
    target_index, network_index = blind_index(f"message {target}"), blind_index(f"network {network}")
    recent = OutgoingMessage.objects.filter(created_at__gt=at - SPAN)
    if (
        recent.filter(target_index=target_index).count() >= PER_TARGET
        or recent.filter(network=network_index).count() >= PER_NETWORK
    ):
        raise errors.TooManyMessages(minutes=SPAN // timedelta(minutes=1))
    with transaction.atomic():
        message = OutgoingMessage.objects.create(
            channel=channel,
            target=target,
            target_index=target_index,
            network=network_index,
            subject=words.subject[:120],
            text=words.text,
            code=words.code,
            created_at=at,
        )
        jobs.enqueue(
            kind=SEND_MESSAGE, key=str(message.pk), argument=str(message.pk), at=at, task=SEND_MESSAGE
        )
    return message


def deliver_message(job: Job, *, at: datetime) -> None:
    """Hand one queued message to its provider; called with a claimed job. One older than USEFUL is dropped.

    Raises NotDelivered, and the job tries again.
    """
    message = OutgoingMessage.objects.filter(pk=int(job.argument), sent_at=None).first()
    if message is None:
        return
    if message.created_at + USEFUL >= at:
        _hand_over(message, at)
    message.text = message.code = ""
    message.sent_at = at
    message.save(update_fields=["text", "code", "sent_at"])


def _hand_over(message: OutgoingMessage, at: datetime) -> None:
    if message.channel == Channel.MAIL:
        mail = EmailMessage(
            message.subject,
            message.text,
            settings.DEFAULT_FROM_EMAIL,
            [message.target],
            headers={sandbox.CODE_HEADER: message.code} if settings.SANDBOX_PROVIDERS else None,
        )
        mail.send()
        return
    if not settings.SANDBOX_PROVIDERS:
        raise errors.NotDelivered
    sandbox.send_sms(phone=message.target, text=message.text, code=message.code, at=at)


def forget_messages(*, at: datetime) -> int:
    """Delete what was sent more than KEPT ago. Returns how many rows went."""
    gone, _by_model = OutgoingMessage.objects.filter(
        Q(sent_at__lt=at - KEPT) | Q(created_at__lt=at - 4 * KEPT)
    ).delete()
    return gone + sandbox.forget(before=at - KEPT)


def set_sandbox_mood(*, mood: SandboxMood) -> None:
    """Tell the sandbox's telephone company how to behave from now on."""
    sandbox.set_mood(mood)
