"""What owners type: the account that they are paid to, and how much they want. Rules are asked of the services."""

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.states import PayeeKind
from taoxiaopu.kernel.forms import RefusableForm, YuanField


class PayoutAccountForm(RefusableForm):
    """Kind, name and number of an account."""

    kind = forms.ChoiceField(label=_("账户类型"), choices=PayeeKind, widget=forms.RadioSelect)
    name = forms.CharField(
        label=_("户名"),
        max_length=40,
        help_text=_("须与实名认证的姓名一致"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    account = forms.CharField(
        label=_("账号"),
        max_length=40,
        help_text=_("银行卡号，或支付宝绑定的手机号；加密保存，只显示后四位"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


class WithdrawForm(RefusableForm):
    """An amount in yuan before tax, and a business's invoice."""

    amount = YuanField(label=_("提现金额"))
    invoice_number = forms.CharField(
        label=_("发票号码"),
        required=False,
        max_length=20,
        help_text=_("按提现金额开给平台的发票，8 位或 20 位数字"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


class SupplierAccountForm(RefusableForm):
    """Name and number of a company's account."""

    name = forms.CharField(
        label=_("户名"),
        max_length=60,
        help_text=_("须与入驻企业名称一致"),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    account = forms.CharField(
        label=_("账号"),
        max_length=40,
        help_text=_("对公账号；加密保存，只显示后四位"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
