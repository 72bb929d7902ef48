"""Forms of goods, stock and freight."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from suppliers.models import Good, Supplier
from suppliers.selectors import categories
from suppliers.services import GoodDraft
from taoxiaopu.kernel.forms import PercentField, RefusableForm, YuanField, percent_text
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.templatetags.kernel_format import own_name

STOCK_LIMIT = 9_999_999


def category_choices() -> list[tuple[str, Any]]:
    """Categories by code, children under their root's name."""
    choices: list[tuple[str, Any]] = [("", _("请选择类目"))]
    nodes = list(categories())
    for root in (node for node in nodes if node.parent is None):
        children = [node for node in nodes if node.parent_id == root.pk]
        choices.append((root.code, own_name(root.name)))
        choices += [(child.code, f"{own_name(root.name)} / {own_name(child.name)}") for child in children]
    return choices


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
