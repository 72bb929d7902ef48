"""What consumers type when they buy and when they look for an order."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Address
from accounts.services import AddressDraft
from orders.models import ContractVersion, OrderLine
from orders.services import Delivery, Shipment, Shortage, Terms, Wish
from orders.states import Carrier
from suppliers.catalogue_file import detect_encoding
from suppliers.services import CustomOffer, WishField
from suppliers.services.customising import WISH_MAX
from suppliers.states import WishKind
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.exports import FORMATS
from taoxiaopu.kernel.forms import PercentField, RefusableForm, percent_text
from taoxiaopu.kernel.templatetags.kernel_format import in_brackets, own_name

BIGGEST = 2**63 - 1
LARGEST_INT = 2**31 - 1
PERIOD_MAX_D = 366


class PurchaseForm(forms.Form):
    """What is wanted: a SKU, how many, and in which shop (empty: on the platform's own pages)."""

    sku = forms.IntegerField(min_value=1, max_value=BIGGEST)
    quantity = forms.IntegerField(
        label=_("数量"),
        min_value=1,
        max_value=LARGEST_INT,
        error_messages={
            "required": _("请填写购买数量"),
            "invalid": _("购买数量须为整数"),
            "min_value": _("购买数量至少为 1"),
            "max_value": _("购买数量过大"),
        },
    )
    shop = forms.RegexField(r"^[0-9]{6,8}$", required=False)
    key = forms.RegexField(r"^[A-Za-z0-9_-]{16,80}$", required=False)


class CheckoutForm(PurchaseForm):
    """A guest's order: what, at which price it was seen, and where it goes."""

    is_member = False

    seen_price_fen = forms.IntegerField(min_value=1, max_value=BIGGEST)
    receiver = forms.CharField(
        label=_("收件人"),
        min_length=2,
        max_length=30,
        error_messages={"required": _("请填写收件人")},
        widget=forms.TextInput(attrs={"autocomplete": "name", "placeholder": _("姓名")}),
    )
    phone = forms.CharField(
        label=_("手机号"),
        max_length=20,
        error_messages={"required": _("请填写手机号")},
        widget=forms.TextInput(
            attrs={
                "type": "tel",
                "inputmode": "tel",
                "autocomplete": "tel-national",
                "placeholder": _("11 位手机号"),
            }
        ),
    )
    address = forms.CharField(
        label=_("详细地址"),
        min_length=5,
        max_length=200,
        error_messages={"required": _("请填写详细地址")},
        widget=forms.Textarea(
            attrs={
                "rows": 3,
                "autocomplete": "street-address",
                "placeholder": _("省、市、区、街道、门牌号"),
            }
        ),
    )

    def delivery(self) -> Delivery:
        """Where the parcel goes."""
        typed = self.cleaned_data
        return Delivery(typed["receiver"], typed["phone"], typed["address"])

    def to_keep(self) -> AddressDraft | None:
        """A guest has no book."""
        return None


NEW = "new"


class MemberCheckoutForm(CheckoutForm):
    """A member's order: to an address of the book, or to a new one that may be kept there."""

    to = forms.ChoiceField(label=_("收货地址"), error_messages={"required": _("请选择收货地址")})
    region = forms.CharField(
        label=_("所在地区"),
        min_length=2,
        max_length=60,
        error_messages={"required": _("请填写所在地区")},
        widget=forms.TextInput(attrs={"autocomplete": "address-level1", "placeholder": _("省、市、区")}),
    )
    street = forms.CharField(
        label=_("详细地址"),
        min_length=2,
        max_length=120,
        error_messages={"required": _("请填写详细地址")},
        widget=forms.Textarea(
            attrs={"rows": 2, "autocomplete": "street-address", "placeholder": _("街道、门牌号、楼层房号")}
        ),
    )
    save = forms.BooleanField(label=_("保存到我的地址"), required=False)
    TYPED = ("receiver", "phone", "region", "street")
    is_member = True
    use_required_attribute = False  # what is typed is hidden while an address of the book is chosen

    def __init__(self, *args: Any, book: Sequence[Address], may_save: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.book = {address.public_id: address for address in book}
        del self.fields["address"]
        self.fields["to"].choices = [*((key, key) for key in self.book), (NEW, NEW)]  # type: ignore[attr-defined]
        self.fields["to"].initial = next(iter(self.book), NEW)
        self.may_save = may_save
        if not may_save:
            del self.fields["save"]
        if self.is_bound and self.data.get("to") in self.book:
            for name in self.TYPED:
                self.fields[name].required = False

    @property
    def chosen(self) -> str:
        """The public id of the chosen address, or ``new``."""
        value = self["to"].value()
        return str(value) if value in self.book else NEW

    def delivery(self) -> Delivery:
        """Where the parcel goes."""
        address = self.book.get(self.cleaned_data["to"])
        if address is not None:
            return Delivery(address.receiver, address.phone, address.place)
        draft = self._draft()
        return Delivery(draft.receiver, draft.phone, draft.region + draft.street)

    def to_keep(self) -> AddressDraft | None:
        """The new address that the member wants in the book, or None."""
        is_new = self.cleaned_data["to"] == NEW
        return self._draft() if is_new and self.cleaned_data.get("save") else None

    def _draft(self) -> AddressDraft:
        return AddressDraft(*(self.cleaned_data[name] for name in self.TYPED))


class LookupForm(forms.Form):
    """How a guest finds an order again: the phone it was placed with and the six digits."""

    phone = forms.CharField(
        label=_("下单手机号"),
        max_length=20,
        error_messages={"required": _("请填写手机号")},
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel-national"}),
    )
    code = forms.RegexField(
        r"^\s*[0-9]{6}\s*$",
        label=_("六位查询码"),
        error_messages={"required": _("请填写查询码"), "invalid": _("查询码为六位数字")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 6}),
    )


class ShipForm(RefusableForm):
    """Carrier, tracking number, and which of the waiting lines are in the parcel."""

    carrier = forms.ChoiceField(label=_("快递公司"), choices=[("", _("请选择")), *Carrier.choices])
    tracking_number = forms.CharField(
        label=_("运单号"),
        max_length=40,
        help_text=_("8 到 24 位字母或数字，30 天内不能重复使用"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    lines = forms.MultipleChoiceField(
        label=_("包裹里的商品"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请选择尚未发货的商品"), "invalid_choice": _("请选择尚未发货的商品")},
    )

    def __init__(self, *args: Any, waiting: Sequence[OrderLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lines"].choices = [  # type: ignore[attr-defined]
            (line.ref, f"{in_brackets(line.title, own_name(line.sku_name))} × {line.quantity}")
            for line in waiting
        ]
        self.fields["lines"].initial = [line.ref for line in waiting]

    def shipment(self) -> Shipment:
        """What the service takes."""
        typed = self.cleaned_data
        return Shipment(
            carrier=Carrier(typed["carrier"]),
            tracking_number=typed["tracking_number"],
            line_refs=tuple(typed["lines"]),
        )


class BatchForm(RefusableForm):
    """A list of tracking numbers, pasted or as a text file; what is in the file is added behind what was pasted."""

    text = forms.CharField(
        label=_("运单号列表"),
        required=False,
        max_length=100_000,
        help_text=_(
            "每行一个包裹：订单号、快递公司、运单号，用制表符、逗号或空格隔开；只发部分商品时，在后面写行号"
        ),
        widget=forms.Textarea(
            attrs={
                "rows": 10,
                "class": "mono",
                "spellcheck": "false",
                "autocomplete": "off",
                "placeholder": "1234567890123456  SF  SF1234567890123",
            }
        ),
    )
    file = forms.FileField(
        label=_("或上传 CSV 文件"),
        required=False,
        help_text=_("UTF-8 或 GBK 编码，最多 500 行"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
    )

    FILE_MAX = 200_000

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        uploaded = typed.get("file")
        text = typed.get("text", "")
        if uploaded is not None:
            text = f"{text}\n{self._read(uploaded)}" if text.strip() else self._read(uploaded)
        if not text.strip() and not self.errors:
            raise forms.ValidationError({"text": _("请粘贴运单号，或选择一个文件")})
        return typed | {"text": text}

    def _read(self, uploaded: Any) -> str:
        if uploaded.size > self.FILE_MAX:
            self.add_error("file", _("文件最大 200 KB"))
            return ""
        raw = uploaded.read()
        try:
            encoding = detect_encoding(raw)
        except DomainError as error:
            self.add_error("file", error.sentence)
            return ""
        return str(raw.decode(encoding))


class ShortageForm(RefusableForm):
    """What the supplier was shown before it reports a line out of stock, in fen, and whether the SKU sells on."""

    goods_fen = forms.IntegerField(min_value=0, max_value=BIGGEST, widget=forms.HiddenInput)
    freight_fen = forms.IntegerField(min_value=0, max_value=BIGGEST, widget=forms.HiddenInput)
    compensation_fen = forms.IntegerField(min_value=0, max_value=BIGGEST, widget=forms.HiddenInput)
    empties_stock = forms.BooleanField(
        label=_("同时把这个规格的可售库存设为 0"), required=False, initial=True
    )

    def shortage(self) -> Shortage:
        """What was shown."""
        typed = self.cleaned_data
        return Shortage(typed["goods_fen"], typed["freight_fen"], typed["compensation_fen"])


class PeriodForm(forms.Form):
    """A period of days, both included, and the kind of file."""

    since = forms.DateField(
        label=_("从"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=_("到"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    form = forms.ChoiceField(choices=[(name, name) for name in FORMATS], required=False)

    def clean(self) -> dict[str, Any]:
        """Raises a sentence when the days are the wrong way round or more than a year and a day apart."""
        typed = super().clean() or {}
        since, until = typed.get("since"), typed.get("until")
        if since and until and not 0 <= (until - since).days <= PERIOD_MAX_D:
            self.add_error(
                "until", _("结束日期须不早于开始日期，且最多相隔 {days} 天").format(days=PERIOD_MAX_D)
            )
        return typed


class WishForm(RefusableForm):
    """What is to be made: a field for each that the offer asks for, the days it may take, and that there is no seven-day return."""

    lead_d = forms.IntegerField(
        label=_("最迟付款后几天发货"), widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    knows_no_return = forms.BooleanField(
        label=_("我知道定制商品不适用七天无理由退货；质量问题仍可退"),
        error_messages={"required": _("请确认不适用七天无理由退货")},
    )

    def __init__(self, *args: Any, offer: CustomOffer, **kwargs: Any) -> None:
        super().__init__(*args, prefix="wish", **kwargs)
        self.offer = offer
        days = self.fields["lead_d"]
        days.initial = offer.lead_max_d
        days.help_text = _("{least} 到 {most} 天，商家确认后写入约定").format(
            least=offer.lead_min_d, most=offer.lead_max_d
        )
        days.widget.attrs |= {"min": offer.lead_min_d, "max": offer.lead_max_d}
        asked = {f"field_{n}": _wish_field(one) for n, one in enumerate(offer.fields)}
        self.fields = asked | self.fields  # type: ignore[assignment]

    def wish(self) -> Wish:
        """What the service takes."""
        typed = self.cleaned_data
        answers = tuple(typed[f"field_{n}"] for n in range(len(self.offer.fields)))
        return Wish(answers, typed["lead_d"], typed["knows_no_return"])


def _wish_field(one: WishField) -> forms.Field:
    most = WISH_MAX.get(one.kind, 0)
    if one.kind == WishKind.CHOICE:
        choices = [("", _("请选择")), *((option, option) for option in one.options)]
        return forms.ChoiceField(label=one.label, required=one.required, choices=choices)
    widget: forms.Widget = forms.TextInput(attrs={"maxlength": most})
    if one.kind == WishKind.NOTE:
        widget = forms.Textarea(attrs={"rows": 3, "maxlength": most})
    hint = _("请写明单位，如 15.5 厘米") if one.kind == WishKind.MEASURE else ""
    return forms.CharField(
        label=one.label, required=one.required, max_length=most, widget=widget, help_text=hint
    )


class TermsForm(RefusableForm):
    """The next version of a contract, filled in with the newest; ``seen`` is the number of that one."""

    seen = forms.IntegerField(min_value=1, max_value=LARGEST_INT, widget=forms.HiddenInput)
    making = forms.CharField(
        label=_("制作内容"), max_length=300, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300})
    )
    lead_d = forms.IntegerField(
        label=_("付款后几天内发货"),
        min_value=1,
        max_value=LARGEST_INT,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    fee = PercentField(label=_("制作开始后取消，商家留下"), help_text=_("占商品金额的百分比"))
    terms = forms.CharField(
        label=_("修改约定与双方责任"),
        required=False,
        max_length=500,
        help_text=_("例如：何时还能改、谁提供素材、来图侵权由谁负责"),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
    )

    def __init__(self, *args: Any, newest: ContractVersion, asked: Sequence[str], **kwargs: Any) -> None:
        said = {one["label"]: one["value"] for one in newest.wishes}
        initial = {
            "seen": newest.number,
            "making": newest.making,
            "lead_d": newest.lead_d,
            "fee": percent_text(newest.cancel_fee_bp),
            "terms": newest.terms,
            **{f"wish_{n}": said.get(label, "") for n, label in enumerate(asked)},
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.asked = asked
        for n, label in enumerate(asked):
            widget = forms.TextInput(attrs={"maxlength": 300})
            self.fields[f"wish_{n}"] = forms.CharField(
                label=label, required=False, max_length=300, widget=widget
            )
        self.order_fields(["seen", "making", *(f"wish_{n}" for n in range(len(asked)))])

    def terms_typed(self) -> Terms:
        """What the service takes."""
        typed = self.cleaned_data
        wishes = tuple((label, typed[f"wish_{n}"]) for n, label in enumerate(self.asked))
        return Terms(typed["making"], wishes, typed["lead_d"], typed["fee"], typed["terms"])


class AcceptForm(RefusableForm):
    """The version that was read; a buyer also says that there is no seven-day return."""

    seen = forms.IntegerField(min_value=1, max_value=LARGEST_INT, widget=forms.HiddenInput)
    knows_no_return = forms.BooleanField(
        label=_("我知道定制商品不适用七天无理由退货；质量问题仍可退"), required=False
    )


class DeclineForm(RefusableForm):
    """Why a side does not want it, when it says so."""

    reason = forms.CharField(
        label=_("原因"),
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 200}),
    )


class CancelForm(RefusableForm):
    """The cancel fee in fen that the buyer was shown."""

    fee_fen = forms.IntegerField(min_value=0, max_value=BIGGEST, widget=forms.HiddenInput)
