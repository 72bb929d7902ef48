"""Staff says which of a supplier's brands are widely known."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suppliers import services
from suppliers.models import Supplier
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.staff import Act, NoteForm


class BrandForm(NoteForm):
    """A brand of the supplier, and whether people know it."""

    brand = forms.ChoiceField(label=_("品牌"))
    is_known = forms.BooleanField(
        label=_("知名品牌"), required=False, initial=True, help_text=_("其商品带“高认知”标签")
    )
    field_order = ("brand", "is_known", "reason")

    def offer(self, row: Supplier) -> None:
        """Fill in the brands that there are."""
        names = [brand.name for brand in row.brands.order_by("name")]
        self.fields["brand"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]


def _mark(row: Supplier, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.mark_brand(
        supplier=row,
        name=answers["brand"],
        is_known=answers["is_known"],
        actor=actor,
        at=at,
        reason=answers["reason"],
    )


MARK_BRAND = Act("brand", _("品牌认知"), _mark, asks=BrandForm, icon="workspace_premium", done=_("已保存"))
