"""What owners say about themselves to the tax office. Rules are asked of the services."""

from django import forms
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.forms import RefusableForm
from tax.states import Identity


class TaxInfoForm(RefusableForm):
    """Kind of payee, the document's last day, a business's name and code, and consent."""

    identity = forms.ChoiceField(label=_("身份类型"), choices=Identity, widget=forms.RadioSelect)
    valid_until = forms.DateField(
        label=_("证件有效期至"),
        required=False,
        help_text=_("身份证上的到期日，长期有效则不填"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    name = forms.CharField(
        label=_("营业执照名称"),
        required=False,
        max_length=60,
        help_text=_("个体工商户与企业填写"),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    number = forms.CharField(
        label=_("统一社会信用代码"),
        required=False,
        max_length=18,
        help_text=_("个体工商户与企业填写；加密保存"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    consent = forms.BooleanField(
        label=_("我同意平台依法扣缴税款，并按季度向税务机关报送我的身份与收入信息"), required=False
    )
