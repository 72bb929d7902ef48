"""Inviting somebody, and keeping a list's filters."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from suppliers.states import ListPage, MemberRole, WebhookEvent
from taoxiaopu.kernel.forms import RefusableForm


class InviteForm(RefusableForm):
    """Whom, and as what."""

    contact = forms.CharField(
        label=_("手机号或邮箱"),
        max_length=100,
        help_text=_("对方用这个手机号或邮箱登录、验证后，就能接受邀请"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("角色"), choices=MemberRole.choices, initial=MemberRole.READ_ONLY)


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(label=_("角色"), choices=MemberRole.choices)


class ViewForm(RefusableForm):
    """A name for the filters that a list's address holds; pages are not part of a view."""

    DROPPED = ("page", "after", "csrfmiddlewaretoken")

    page = forms.ChoiceField(choices=ListPage.choices)
    name = forms.CharField(label=_("视图名称"), max_length=20)
    query = forms.CharField(max_length=300, required=False)

    def clean_query(self) -> str:
        asked = QueryDict(self.cleaned_data["query"].lstrip("?"), mutable=True)
        for name in self.DROPPED:
            asked.pop(name, None)
        return str(asked.urlencode())


class WebhookForm(RefusableForm):
    """Where to, and what for."""

    url = forms.CharField(
        label=_("接收地址"),
        max_length=300,
        help_text=_("https:// 开头的公网地址，5 秒内回复 2xx 视为送达"),
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://"}),
    )
    events = forms.MultipleChoiceField(
        label=_("事件"),
        choices=WebhookEvent.choices,
        initial=WebhookEvent.values,
        widget=forms.CheckboxSelectMultiple,
    )
