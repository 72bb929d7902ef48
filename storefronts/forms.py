"""What owners type: joining, the shop's name and words, a recommendation. Rules are asked of the services."""

from django import forms
from django.utils.translation import gettext_lazy as _

from storefronts.selectors.pool import PoolSearch
from taoxiaopu.kernel.forms import YuanField


class JoinForm(forms.Form):
    """The gate: invitation, real name, identity number, consent."""

    invitation = forms.CharField(
        label=_("邀请码"),
        help_text=_("4 到 8 位字母或数字，不区分大小写"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "maxlength": 8}),
    )
    name = forms.CharField(
        label=_("真实姓名"),
        max_length=40,
        help_text=_("须与日后收款账户的姓名一致"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    id_number = forms.CharField(
        label=_("身份证号"),
        help_text=_("仅用于核验身份和年龄，加密保存，不会展示给任何人"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": 18}),
    )
    consent = forms.BooleanField(
        label=_("我已满 18 周岁，同意平台为开店核验我的身份和信用分"),
        error_messages={"required": _("须同意核验才能开店")},
    )


class ShopForm(forms.Form):
    """Name without the suffix, and a description."""

    name = forms.CharField(
        label=_("店名"),
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": 40}),
    )
    description = forms.CharField(
        label=_("简介"),
        required=False,
        widget=forms.Textarea(attrs={"maxlength": 200, "rows": 3}),
    )


class RecommendationForm(forms.Form):
    """Why the owner recommends a good."""

    recommendation = forms.CharField(
        label=_("推荐理由"),
        required=False,
        help_text=_("说说它好在哪里、适合谁。不写“最好”“第一”这类绝对化用语；购买并收货后才能写“用过”“亲测”"),
        widget=forms.Textarea(attrs={"maxlength": 200, "rows": 4}),
    )


class PoolForm(forms.Form):
    """What an owner looks for in the pool. What cannot be read is left out of the search and told at its field."""

    q = forms.CharField(required=False)
    category = forms.CharField(required=False, max_length=24)
    sort = forms.CharField(required=False)
    price_from = YuanField(label=_("最低价"), required=False)
    price_to = YuanField(label=_("最高价"), required=False)

    def search(self) -> PoolSearch:
        """What can be read of it."""
        self.is_valid()
        typed = self.cleaned_data
        return PoolSearch(
            query=typed.get("q", ""),
            category=typed.get("category", ""),
            price_from_fen=typed.get("price_from"),
            price_to_fen=typed.get("price_to"),
            sort=typed.get("sort") or "sales",
        )


class SectionForm(forms.Form):
    """The name of a group of picks."""

    name = forms.CharField(
        label=_("分组名"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": 12}),
    )
