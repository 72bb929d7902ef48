"""Staff's pages of the code library."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from suppliers.models import BarcodeEntry
from suppliers.selectors import categories
from suppliers.services.library import correct_barcode
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.staff import Act, Facts, Head, ReadOnlyAdmin, StaffForm, code, column, columns, facts_of
from taoxiaopu.kernel.templatetags.kernel_format import own_name


class CorrectForm(StaffForm):
    """What a code stands for."""

    title = forms.CharField(label=_("标题"), max_length=120)
    brand = forms.CharField(label=_("品牌"), max_length=40, required=False)
    category = forms.ChoiceField(label=_("类目"))

    def offer(self, row: Any) -> None:
        self.fields["category"].choices = [(one.code, own_name(one.name)) for one in categories()]  # type: ignore[attr-defined]
        for name in ("title", "brand"):
            self.fields[name].initial = getattr(row, name)
        self.fields["category"].initial = row.category.code


def _correct(row: BarcodeEntry, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    correct_barcode(
        entry=row, title=answers["title"], brand=answers["brand"], category_code=answers["category"], actor=actor, at=at
    )  # fmt: skip


@admin.register(BarcodeEntry)
class BarcodeAdmin(ReadOnlyAdmin):
    """Barcodes and what they were first listed as."""

    ordering = ("-id",)
    search_fields = ("code", "title", "brand")
    list_select_related = ("category", "good")
    list_display = columns(
        BarcodeEntry,
        column(_("条码"), lambda row: code(row.code), "code"),
        "title",
        "brand",
        column(_("类目"), lambda row: own_name(row.category.name), "category__position"),
        "created_at",
    )
    acts = (
        Act("correct", _("更正"), _correct, asks=CorrectForm, tone="primary", icon="edit",
            warns=_("只改条码库，已发布的商品不变。")),
    )  # fmt: skip

    def head(self, row: BarcodeEntry) -> Head:
        return Head(row.title, "", code(row.code))

    def main(self, request: HttpRequest, row: BarcodeEntry) -> list[Any]:
        return [Facts("", facts_of(row, "title", "brand", "category", "good", "created_at"))]
