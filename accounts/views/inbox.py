"""The inbox, once for each audience: the same pages within the frame of its desk."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts import services
from accounts.forms import MailForm
from accounts.letters import kinds_for
from accounts.models import User
from accounts.selectors import inbox_of, letterbox_of, unread_count
from accounts.states import Audience, Topic
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.settings import rules_at

PAGE = 20
View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Inbox:
    """One audience's pages: the frame they are drawn in and the names of their addresses."""

    audience: Audience
    layout: str
    namespace: str

    def name(self, page: str) -> str:
        """The name of one of its addresses."""
        return f"{self.namespace}{page}"

    def context(self) -> dict[str, object]:
        """What its templates need to draw the frame."""
        return {
            "layout": self.layout,
            "letter_name": self.name("letter"),
            "list_url": reverse(self.name("inbox")),
            "read_url": reverse(self.name("inbox-read")),
            "settings_url": reverse(self.name("inbox-settings")),
            "nav": "owner:home" if self.audience == Audience.OWNER else self.name("inbox"),
            "is_shopper": self.audience == Audience.SHOPPER,
            "is_desk": self.audience == Audience.SUPPLIER,
        }


def inbox_pages(
    audience: Audience, *, gate: Callable[[View], View], layout: str, namespace: str = ""
) -> list[URLPattern]:
    """The addresses of one audience's inbox; ``gate`` lets in whom it is for."""
    of = Inbox(audience, layout, namespace)

    @never_cache
    @gate
    @require_safe
    def inbox(request: HttpRequest) -> HttpResponse:
        return _list(request, of)

    @never_cache
    @gate
    @require_GET
    def letter(request: HttpRequest, public_id: str) -> HttpResponse:
        return _open(request, of, public_id)

    @gate
    @require_POST
    def read(request: HttpRequest) -> HttpResponse:
        return _read_all(request, of)

    @never_cache
    @gate
    @require_http_methods(["GET", "HEAD", "POST"])
    def settings(request: HttpRequest) -> HttpResponse:
        return _settings(request, of)

    return [
        path("inbox/", inbox, name="inbox"),
        path("inbox/read/", read, name="inbox-read"),
        path("inbox/settings/", settings, name="inbox-settings"),
        path("inbox/letters/<slug:public_id>/", letter, name="letter"),
    ]


def _list(request: HttpRequest, of: Inbox) -> HttpResponse:
    """The letters, newest first, by topic or unread only."""
    user = cast(User, request.user)
    topics = {str(kind.topic) for kind in kinds_for(of.audience)}
    topic = request.GET.get("topic", "")
    topic = topic if topic in topics else ""
    is_unread = "unread" in request.GET
    found = inbox_of(user, of.audience, topic=topic, unread=is_unread)
    context = of.context() | {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "topics": [(code, label) for code, label in Topic.choices if code in topics],
        "topic": topic,
        "is_unread": is_unread,
        "new": unread_count(user.pk, of.audience),
        "keep_d": rules_at(clock.now()).INBOX_KEEP_D,
    }
    return render(request, "accounts/inbox.html", context)


def _open(request: HttpRequest, of: Inbox, public_id: str) -> HttpResponse:
    """Mark a letter as read and go to what it is about."""
    found = services.read_letter(user=cast(User, request.user), public_id=public_id, at=clock.now())
    return redirect(found.href or of.name("inbox"))


def _read_all(request: HttpRequest, of: Inbox) -> HttpResponse:
    """Mark everything as read."""
    n = services.read_all(user=cast(User, request.user), audience=of.audience, at=clock.now())
    words = ngettext("{n} 条消息已标为已读", "{n} 条消息已标为已读", n)
    messages.success(request, words.format(n=n))
    return redirect(of.name("inbox"))


def _settings(request: HttpRequest, of: Inbox) -> HttpResponse:
    """Which kinds come by mail too, and the hours without mail."""
    user = cast(User, request.user)
    box = letterbox_of(user)
    initial = {"kinds": box.mail_kinds, "quiet_from": box.quiet_from, "quiet_until": box.quiet_until}
    form = MailForm(request.POST or None, audience=of.audience, initial=initial)
    if request.method == "POST":
        form = MailForm(request.POST, audience=of.audience, initial=initial)
        if form.is_valid():
            try:
                services.choose_mail(user=user, audience=of.audience, **form.cleaned_data)
            except DomainError as refused:
                form.refuse(refused)
            else:
                messages.success(request, _("消息设置已保存"))
                return redirect(of.name("inbox-settings"))
    context = of.context() | {"form": form, "email": user.email}
    return render(request, "accounts/inbox_settings.html", context, status=422 if form.errors else 200)
