"""Forms of goods, stock and freight."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suppliers.forms.attributes import AttributesForm
from suppliers.forms.customising import OfferForm
from suppliers.forms.pictures import PictureRow, PicturesField, drafts_of, rows_of, rows_typed
from suppliers.models import BarcodeEntry, Good, GoodChange, Sku, Supplier
from suppliers.selectors import categories
from suppliers.services import GoodDraft, SkuDraft
from taoxiaopu.kernel.forms import PercentField, RefusableForm, YuanField, percent_text
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.templatetags.kernel_format import own_name

STOCK_LIMIT = 9_999_999


def moment_input() -> forms.DateTimeInput:
    """A minute of the business clock, as browsers ask for it."""
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def category_choices() -> list[tuple[str, Any]]:
    """Categories by code, children under their root's name."""
    choices: list[tuple[str, Any]] = [("", _("请选择类目"))]
    nodes = list(categories())
    for root in (node for node in nodes if node.parent is None):
        children = [node for node in nodes if node.parent_id == root.pk]
        choices.append((root.code, own_name(root.name)))
        choices += [(child.code, f"{own_name(root.name)} / {own_name(child.name)}") for child in children]
    return choices


class SkuRow(forms.Form):
    """One SKU in the table of a good's SKUs."""

    sku_id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    value_1 = forms.CharField(label=_("规格值"), max_length=28)
    value_2 = forms.CharField(label=_("第二个规格值"), max_length=28, required=False)
    price = YuanField(label=_("售价"))
    stock = forms.IntegerField(label=_("可售库存"), min_value=0, max_value=STOCK_LIMIT)
    barcode = forms.CharField(
        label=_("条码"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    is_on = forms.BooleanField(label=_("可售"), required=False, initial=True)

    def draft(self, options: int) -> SkuDraft:
        """What the service takes; ``options`` says how many names there are."""
        typed = self.cleaned_data
        values = (typed["value_1"], typed["value_2"]) if options == 2 else (typed["value_1"],)
        return SkuDraft(
            values, typed["price"], typed["stock"], typed["barcode"], typed["is_on"], typed["sku_id"]
        )


SkuRows = forms.formset_factory(SkuRow, extra=3, max_num=60, validate_max=True)


class GoodForm(RefusableForm):
    """One good: in one form with a price and a stock, or in several, each a row of ``skus``."""

    title = forms.CharField(
        label=_("标题"),
        max_length=120,
        help_text=_("写清品牌、品名、规格。“最”“第一”“特供”等词会转人工审核"),
        widget=forms.TextInput(attrs={"maxlength": 120}),
    )
    category = forms.ChoiceField(label=_("类目"))
    brand = forms.ChoiceField(label=_("品牌"), required=False)
    several = forms.BooleanField(label=_("有多个规格（如颜色、尺码）"), required=False)
    option_1 = forms.CharField(
        label=_("规格名"), max_length=10, required=False, help_text=_("如 颜色；只列名称时可不填")
    )
    option_2 = forms.CharField(
        label=_("第二个规格名"), max_length=10, required=False, help_text=_("如 尺码；没有就不填")
    )
    barcode = forms.CharField(
        label=_("条码"),
        max_length=20,
        required=False,
        help_text=_("包装上的 EAN 或 UPC 码，没有可不填"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    price = YuanField(label=_("售价"), required=False, help_text=_("须不高于同款在其他平台的价格"))
    stock = forms.IntegerField(
        label=_("可售库存"),
        required=False,
        min_value=0,
        max_value=STOCK_LIMIT,
        help_text=_("已被订单占用的不算在内"),
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
    declared = forms.BooleanField(label=_("我声明：售价高于同款市场价，原因如下"), required=False)
    declaration = forms.CharField(label=_("高于市场价的说明"), required=False, max_length=300)
    picture = PicturesField(
        label=_("添加图片"),
        required=False,
        help_text=_(
            "可一次选多张，JPG、PNG 或 WebP，每张不超过 8 MB。第一张是主图；一张都没有时由系统按标题绘制"
        ),
    )
    sale_from = forms.DateTimeField(
        label=_("开售时间"),
        required=False,
        widget=moment_input(),
        help_text=_("此前显示“即将开售”，不能购买"),
    )
    sale_until = forms.DateTimeField(
        label=_("停售时间"),
        required=False,
        widget=moment_input(),
        help_text=_("到这一刻停售；不填则一直在售"),
    )

    def __init__(
        self,
        *args: Any,
        supplier: Supplier,
        rows: Sequence[Mapping[str, Any]] = (),
        answers: Mapping[str, Any] | None = None,
        pictures: Sequence[str] = (),
        custom: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.picture_rows = rows_typed(self.data) if self.is_bound else rows_of(pictures)
        typed = self.data if self.is_bound and self.data.get("several") else None
        category = self.data.get("category", "") if self.is_bound else self.initial.get("category", "")
        self.attributes = AttributesForm(
            self.data if self.is_bound else None, category_code=str(category), answers=answers
        )
        self.offer = OfferForm(self.data if self.is_bound else None, custom=custom)
        self.skus = SkuRows(typed, prefix="sku", initial=list(rows))
        self.skus.extra = 1 if rows else 3
        brands = [brand.name for brand in supplier.brands.order_by("name")]
        self.fields["category"].choices = category_choices()  # type: ignore[attr-defined]
        self.fields["brand"].choices = [("", _("无品牌")), *((b, b) for b in brands)]  # type: ignore[attr-defined]

    @classmethod
    def scanned(cls, supplier: Supplier, code: str, known: BarcodeEntry | None) -> "GoodForm":
        """The form of a new good whose barcode was scanned: filled in when the library knows it."""
        initial: dict[str, Any] = {"barcode": code}
        if known is not None:
            is_own = supplier.brands.filter(name=known.brand).exists()
            initial |= {
                "title": known.title,
                "brand": known.brand if is_own else "",
                "category": known.category.code,
            }
        return cls(supplier=supplier, initial=initial, answers=known.attributes if known else None)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        self._clean_pictures(typed)
        if not self.attributes.is_valid():
            self.add_error(None, _("请检查商品属性中标红的内容"))
        if not self.offer.is_valid():
            self.add_error(None, _("请检查“可定制”中标红的内容"))
        if typed.get("several"):
            if not self.skus.is_valid():
                self.add_error(None, _("请检查规格表中标红的内容"))
            elif not self._filled():
                self.add_error(None, _("请至少填写一个规格"))
            return typed
        for name in ("price", "stock"):
            if name in typed and typed[name] is None:
                self.add_error(name, self.fields[name].error_messages["required"])
        return typed

    def _clean_pictures(self, typed: dict[str, Any]) -> None:
        """What was put together; files are sent again after an error, so that their rows are not shown."""
        try:
            self.pictures = drafts_of(self.picture_rows, typed.get("picture") or [])
        except forms.ValidationError as error:
            self.add_error("picture", error)

    @property
    def kept_rows(self) -> list[PictureRow]:
        """The rows that a page can show: of pictures that are stored."""
        return [row for row in self.picture_rows if not row.key.startswith("new:")]

    def _filled(self) -> list[SkuRow]:
        return [row for row in self.skus.forms if row.cleaned_data.get("value_1")]

    @classmethod
    def of(cls, good: Good, skus: Sequence[Sku], change: GoodChange | None = None) -> "GoodForm":
        """The form filled in with a good as it is, its words as the change set under review would have them."""
        shown = change or good
        on = [sku for sku in skus if sku.is_on]
        several = len(on) > 1 or bool(good.option_1)
        rows = [
            {
                "sku_id": sku.pk,
                "value_1": sku.value_1 or own_name(sku.name),
                "value_2": sku.value_2,
                "price": format_yuan(sku.price_fen),
                "stock": sku.available,
                "barcode": sku.barcode,
                "is_on": sku.is_on,
            }
            for sku in skus
        ]
        return cls(
            supplier=good.supplier,
            rows=rows if several else (),
            answers=shown.attributes,
            pictures=[shown.picture, *shown.gallery] if shown.picture else (),
            custom=shown.custom,
            initial={
                "several": several,
                "option_1": good.option_1,
                "option_2": good.option_2,
                "barcode": on[0].barcode,
                "title": shown.title,
                "category": shown.category.code,
                "brand": shown.brand,
                "price": format_yuan(on[0].price_fen),
                "stock": on[0].available,
                "rate": percent_text(good.next_rate_bp or good.rate_bp),
                "ship_within_h": good.ship_within_h,
                "description": shown.description,
                "sale_from": good.sale_from,
                "sale_until": good.sale_until,
            },
        )

    def draft(self) -> GoodDraft:
        """What the service takes."""
        typed = self.cleaned_data
        several = typed["several"]
        options = tuple(typed[name].strip() for name in ("option_1", "option_2") if typed[name] and several)
        return GoodDraft(
            options=options,
            skus=tuple(row.draft(len(options)) for row in self._filled()) if several else (),
            declaration=typed["declaration"] if typed["declared"] else "",
            attributes=self.attributes.answers(),
            with_offer=True,
            offer=self.offer.offer(),
            barcode=typed["barcode"],
            title=typed["title"],
            category_code=typed["category"],
            brand=typed["brand"],
            description=typed["description"],
            price_fen=typed["price"] or 0,
            stock=typed["stock"] or 0,
            rate_bp=typed["rate"],
            ship_within_h=typed["ship_within_h"],
            pictures=self.pictures,
            sale_from=typed["sale_from"],
            sale_until=typed["sale_until"],
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
