"""Django's mail backend of the sandbox: mail arrives beside the text messages at ``/sandbox/messages/``."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from accounts.providers import sandbox
from taoxiaopu.kernel import clock


class SandboxMailbox(BaseEmailBackend):
    """Keeps every mail once for each recipient."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            for address in message.recipients():
                sandbox.send_mail(
                    address=address,
                    subject=message.subject,
                    text=str(message.body),
                    code=message.extra_headers.get(sandbox.CODE_HEADER, ""),
                    at=clock.now(),
                )
        return len(email_messages)
