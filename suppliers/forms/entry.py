"""Forms of entry."""

import re
from collections.abc import Mapping, Sequence

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from suppliers.models import Supplier
from suppliers.pictures.papers import MAX_BYTES
from suppliers.selectors import Profile
from suppliers.services import Application, PaperDraft
from suppliers.states import ProofKind, SupplierKind
from taoxiaopu.kernel.forms import RefusableForm, YuanField
from taoxiaopu.kernel.money import format_yuan

BRAND_SEPARATORS = re.compile(r"[\n,，、;；]+")


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
    def of(cls, supplier: Supplier, brands: list[str], typed: Mapping[str, str]) -> "ApplicationForm":
        """The form as it was typed, else filled in with what was handed in before."""
        if typed:
            return cls(initial=dict(typed))
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

    @classmethod
    def typed(cls, sent: Mapping[str, str]) -> dict[str, str]:
        """The text of each field as it was sent, right or wrong."""
        return {name: sent.get(name, "") for name in cls.base_fields}

    @classmethod
    def profile(cls, sent: Mapping[str, str]) -> Profile:
        """What can be read of an unfinished form: it decides which papers are asked for."""
        kind, proof, levels = (
            sent.get("kind", ""),
            sent.get("proof", ""),
            sent.get("chain_levels", "").strip(),
        )
        brands = (part.strip() for part in BRAND_SEPARATORS.split(sent.get("brands", "")))
        return Profile(
            kind=kind if kind in SupplierKind.values else "",
            proof=proof if proof in ProofKind.values else "",
            levels=int(levels) if levels.isascii() and levels.isdigit() and len(levels) < 3 else 0,
            brands=tuple(dict.fromkeys(part for part in brands if part)),
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


class PaperForm(RefusableForm):
    """One paper for one place; its files come beside it, several pages or one PDF."""

    requirement = forms.SlugField(max_length=24)
    brand = forms.CharField(max_length=40, required=False)
    level = forms.IntegerField(min_value=0, max_value=99, required=False)
    text = forms.CharField(max_length=2000, required=False)
    declared = forms.BooleanField(required=False)
    valid_from = forms.DateField(label=_("生效日期"), required=False)
    valid_until = forms.DateField(label=_("有效期至"), required=False)

    def draft(self, files: Sequence[UploadedFile]) -> PaperDraft:
        """What the service takes; of a file that is too large no more is read than it takes to refuse it."""
        typed = self.cleaned_data
        return PaperDraft(
            requirement=typed["requirement"],
            brand=typed["brand"],
            level=typed["level"] or 0,
            files=[file.read(MAX_BYTES + 1) for file in files],
            text=typed["text"],
            is_declared=typed["declared"],
            valid_from=typed["valid_from"],
            valid_until=typed["valid_until"],
        )
