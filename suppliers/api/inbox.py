"""The supplier's inbox over the API: letters of the token's user, and which of them come by mail too."""

from typing import Any

from django.conf import settings
from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services
from accounts.letters import kinds_for
from accounts.models import InboxLetter, Letterbox
from accounts.selectors import inbox_of, letterbox_of
from accounts.states import Audience, Topic
from suppliers.gates import caller_of
from suppliers.states import Area
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.api import Api, StrictSerializer
from taoxiaopu.kernel.api_schema import does, lists, reads

OURS = Audience.SUPPLIER


class InboxQuery(serializers.Serializer[Any]):
    """About one topic, or unread ones only."""

    topic = serializers.ChoiceField(choices=Topic.choices, required=False, default="")
    unread = serializers.BooleanField(required=False, default=False)


class LetterBody(serializers.Serializer[Any]):
    """A letter in the reader's language; ``url`` is the page that it is about."""

    id = serializers.CharField(source="public_id")
    kind = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    ref = serializers.CharField()
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    url = serializers.SerializerMethodField()

    def get_url(self, letter: InboxLetter) -> str | None:
        return settings.BASE_URL + letter.href if letter.href else None


class ReadBody(serializers.Serializer[Any]):
    """How many letters were unread before."""

    read = serializers.IntegerField()


class MailBody(serializers.Serializer[Any]):
    """Which kinds come by mail too, of those there are, and the hours of a day without mail."""

    kinds = serializers.SerializerMethodField()
    choices = serializers.SerializerMethodField()
    quiet_from = serializers.IntegerField(allow_null=True)
    quiet_until = serializers.IntegerField(allow_null=True)

    def get_kinds(self, box: Letterbox) -> list[str]:
        return [code for code in self.get_choices(box) if code in box.mail_kinds]

    def get_choices(self, _box: Letterbox) -> list[str]:
        return [kind.code for kind in kinds_for(OURS)]


class NewMail(StrictSerializer):
    """What comes by mail too; hours 0 to 23, both or none."""

    kinds = serializers.ListField(child=serializers.CharField(max_length=40), max_length=200)
    quiet_from = serializers.IntegerField(min_value=0, max_value=23, allow_null=True, default=None)
    quiet_until = serializers.IntegerField(min_value=0, max_value=23, allow_null=True, default=None)


class Inbox(Api):
    """The letters."""

    @lists("supplier_inbox_list", _("列出消息，最新在前"), LetterBody, query=[InboxQuery])
    def get(self, request: Request) -> Response:
        """List the letters of the supplier's desk, newest first."""
        caller_of(request, Area.HOME)
        asked = self.checked(InboxQuery, request.query_params)
        user: Any = request.user
        return self.keyset(
            request, inbox_of(user, OURS, topic=asked["topic"], unread=asked["unread"]), LetterBody
        )


class InboxReading(Api):
    """All of them read."""

    @does("supplier_inbox_read_all", _("全部标为已读"), ReadBody)
    def post(self, request: Request) -> Response:
        """Mark everything as read."""
        caller_of(request, Area.HOME)
        user: Any = request.user
        return self.do_once(
            request, lambda: {"read": services.read_all(user=user, audience=OURS, at=clock.now())}
        )


class LetterReading(Api):
    """One of them read."""

    @does("supplier_inbox_read", _("标为已读"), LetterBody)
    def post(self, request: Request, letter: str) -> Response:
        """Mark a letter as read; the first time counts."""
        caller_of(request, Area.HOME)
        user: Any = request.user

        def work() -> Any:
            return LetterBody(services.read_letter(user=user, public_id=letter, at=clock.now())).data

        return self.do_once(request, work)


class MailSettings(Api):
    """What comes by mail."""

    @reads("supplier_inbox_settings", _("查看消息设置"), MailBody)
    def get(self, request: Request) -> Response:
        """Read which letters come by mail too."""
        caller_of(request, Area.HOME)
        user: Any = request.user
        return Response(MailBody(letterbox_of(user)).data)

    @does("supplier_inbox_choose", _("修改消息设置"), MailBody, takes=NewMail, is_remembered=False)
    def put(self, request: Request) -> Response:
        """Choose which letters come by mail too, and the hours without mail."""
        caller_of(request, Area.HOME)
        user: Any = request.user
        chosen = self.checked(NewMail, request.data)
        return Response(MailBody(services.choose_mail(user=user, audience=OURS, **chosen)).data)


urlpatterns = [
    path("supplier/inbox/", Inbox.as_view(), name="supplier-inbox"),
    path("supplier/inbox/reading/", InboxReading.as_view(), name="supplier-inbox-reading"),
    path("supplier/inbox/settings/", MailSettings.as_view(), name="supplier-inbox-settings"),
    path("supplier/inbox/<slug:letter>/reading/", LetterReading.as_view(), name="supplier-letter-reading"),
]
