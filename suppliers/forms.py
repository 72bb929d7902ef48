"""Forms of the supplier's desk."""

import re
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from suppliers.catalogue_file import MAX_BYTES, FileTooLarge
from suppliers.models import Good, Supplier
from suppliers.selectors import categories
from suppliers.services import Application, GoodDraft, ImportDefaults
from suppliers.states import ProofKind, SupplierKind
from taoxiaopu.kernel.forms import PercentField, RefusableForm, YuanField, percent_text
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.templatetags.kernel_format import own_name

BRAND_SEPARATORS = re.compile(r"[\n,，、;；]+")
STOCK_LIMIT = 9_999_999
ENCODING_CHOICES = [
    ("", _("自动识别（推荐）")),
    ("utf-8", "UTF-8"),
    ("gb18030", "GBK / GB18030"),
    ("utf-16", "UTF-16"),
]


def category_choices() -> list[tuple[str, Any]]:
    """Categories by code, children under their root's name."""
    choices: list[tuple[str, Any]] = [("", _("请选择类目"))]
    nodes = list(categories())
    for root in (node for node in nodes if node.parent is None):
        children = [node for node in nodes if node.parent_id == root.pk]
        choices.append((root.code, own_name(root.name)))
        choices += [(child.code, f"{own_name(root.name)} / {own_name(child.name)}") for child in children]
    return choices


class ApplicationForm(RefusableForm):
    """Entry of a company: the conditions of docs/rules.md §1.3 rules 30 and 31, each said beside its field."""

    name = forms.CharField(label=_("企业名称"), max_length=60, help_text=_("与营业执照一致，2 到 60 字"))
    credit_code = forms.CharField(
        label=_("统一社会信用代码"),
        max_length=30,
        help_text=_("营业执照上的 18 位代码，会核对校验位"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(label=_("供应商类型"), choices=[("", _("请选择")), *SupplierKind.choices])
    capital = YuanField(label=_("注册资本"), help_text=_("入驻须不低于 1,000,000 元"))
    is_general_taxpayer = forms.BooleanField(
        label=_("本企业是增值税一般纳税人"), required=False, help_text=_("小规模纳税人暂不能入驻")
    )
    brands = forms.CharField(
        label=_("经营品牌"),
        max_length=800,
        help_text=_("每行一个，或用逗号隔开。只能发布这些品牌的商品"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    proof = forms.ChoiceField(label=_("货源证明"), choices=ProofKind, widget=forms.RadioSelect)
    chain_levels = forms.IntegerField(
        label=_("授权层级"),
        required=False,
        min_value=0,
        max_value=99,
        help_text=_("有品牌授权时填写：从品牌方到本企业共几级，最多 3 级"),
    )
    voucher_note = forms.CharField(
        label=_("采购凭证说明"),
        required=False,
        max_length=500,
        help_text=_("无品牌授权时填写：进货合同、发票如何追溯到源头，至少 10 个字"),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
    )

    @classmethod
    def of(cls, supplier: Supplier, brands: list[str]) -> "ApplicationForm":
        """The form filled in with what was handed in before."""
        return cls(
            initial={
                "name": supplier.name,
                "credit_code": supplier.credit_code,
                "kind": supplier.kind,
                "capital": format_yuan(supplier.capital_fen),
                "is_general_taxpayer": supplier.is_general_taxpayer,
                "brands": "\n".join(brands),
                "proof": supplier.proof,
                "chain_levels": supplier.chain_levels,
                "voucher_note": supplier.voucher_note,
            }
        )

    def application(self) -> Application:
        """What the service takes."""
        typed = self.cleaned_data
        return Application(
            name=typed["name"],
            kind=SupplierKind(typed["kind"]),
            credit_code=typed["credit_code"],
            capital_fen=typed["capital"],
            is_general_taxpayer=typed["is_general_taxpayer"],
            proof=ProofKind(typed["proof"]),
            chain_levels=typed["chain_levels"],
            voucher_note=typed["voucher_note"],
            brands=tuple(BRAND_SEPARATORS.split(typed["brands"])),
        )


class GoodForm(RefusableForm):
    """One good with one SKU."""

    title = forms.CharField(
        label=_("标题"),
        max_length=120,
        help_text=_("写清品牌、品名、规格。“最”“第一”“特供”等词会转人工审核"),
        widget=forms.TextInput(attrs={"maxlength": 120}),
    )
    category = forms.ChoiceField(label=_("类目"))
    brand = forms.ChoiceField(label=_("品牌"), required=False)
    price = YuanField(label=_("售价"), help_text=_("须不高于同款在其他平台的价格"))
    stock = forms.IntegerField(
        label=_("可售库存"), min_value=0, max_value=STOCK_LIMIT, help_text=_("已被订单占用的不算在内")
    )
    rate = PercentField(label=_("佣金率"), help_text=_("1% 到 50%，不低于同款在其他平台的佣金"))
    ship_within_h = forms.TypedChoiceField(
        label=_("承诺发货"),
        coerce=int,
        initial=48,
        choices=[(24, _("24 小时内")), (48, _("48 小时内")), (72, _("72 小时内"))],
    )
    description = forms.CharField(
        label=_("商品描述"),
        required=False,
        max_length=5000,
        help_text=_("买家下单时看到的内容会原样存入订单"),
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": 5000}),
    )
    picture = forms.FileField(
        label=_("主图"),
        required=False,
        help_text=_("JPG、PNG 或 WebP，不超过 8 MB。不上传时由系统按标题绘制"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    def __init__(self, *args: Any, supplier: Supplier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        brands = [brand.name for brand in supplier.brands.order_by("name")]
        self.fields["category"].choices = category_choices()  # type: ignore[attr-defined]
        self.fields["brand"].choices = [("", _("无品牌")), *((b, b) for b in brands)]  # type: ignore[attr-defined]

    @classmethod
    def of(cls, good: Good, available: int) -> "GoodForm":
        """The form filled in with a good as it is."""
        return cls(
            supplier=good.supplier,
            initial={
                "title": good.title,
                "category": good.category.code,
                "brand": good.brand,
                "price": format_yuan(good.price_from_fen),
                "stock": available,
                "rate": percent_text(good.next_rate_bp or good.rate_bp),
                "ship_within_h": good.ship_within_h,
                "description": good.description,
            },
        )

    def draft(self) -> GoodDraft:
        """What the service takes."""
        typed = self.cleaned_data
        picture: UploadedFile | None = typed["picture"]
        return GoodDraft(
            title=typed["title"],
            category_code=typed["category"],
            brand=typed["brand"],
            description=typed["description"],
            price_fen=typed["price"],
            stock=typed["stock"],
            rate_bp=typed["rate"],
            ship_within_h=typed["ship_within_h"],
            picture=picture.read() if picture else None,
        )


class StockForm(RefusableForm):
    """How many can be sold now: the small form in the list."""

    stock = forms.IntegerField(label=_("可售库存"), min_value=0, max_value=STOCK_LIMIT)


class ImportForm(RefusableForm):
    """A catalogue file and what it lacks: category, stock and rate for every new good."""

    file = forms.FileField(
        label=_("CSV 文件"),
        help_text=_("最多 20,000 行、20 MB。表格软件请“另存为 CSV”"),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
        error_messages={"required": _("请选择要上传的文件"), "empty": _("文件是空的")},
    )
    category = forms.ChoiceField(label=_("默认类目"), help_text=_("文件里没有类目，新商品都归入这里"))
    stock = forms.IntegerField(
        label=_("默认库存"), min_value=0, max_value=STOCK_LIMIT, help_text=_("只用于新商品")
    )
    rate = PercentField(label=_("默认佣金率"), help_text=_("1% 到 50%，只用于新商品"))
    encoding = forms.ChoiceField(
        label=_("文件编码"),
        required=False,
        choices=ENCODING_CHOICES,
        help_text=_("预览出现乱码时再改"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = category_choices()  # type: ignore[attr-defined]

    def raw(self) -> bytes:
        """The bytes of the upload. Raises FileTooLarge before reading them."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise FileTooLarge(megabytes=MAX_BYTES // 1024**2)
        return file.read()

    def defaults(self) -> ImportDefaults:
        """What the service takes."""
        typed = self.cleaned_data
        return ImportDefaults(category_code=typed["category"], stock=typed["stock"], rate_bp=typed["rate"])


class FreightForm(RefusableForm):
    """Flat freight and the amount from which it is free."""

    freight = YuanField(label=_("运费"), zero=True, help_text=_("每单固定运费，0 为包邮，最多 100 元"))
    free_from = YuanField(
        label=_("满额包邮"), zero=True, help_text=_("商品金额达到多少元时免运费，0 为不设包邮")
    )

    @classmethod
    def of(cls, supplier: Supplier) -> "FreightForm":
        """The form filled in with the terms in force."""
        return cls(
            initial={
                "freight": format_yuan(supplier.freight_fen),
                "free_from": format_yuan(supplier.free_freight_from_fen),
            }
        )
