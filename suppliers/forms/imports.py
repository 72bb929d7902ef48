"""Forms of catalogue imports."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from suppliers.catalogue_file import MAX_BYTES, FileTooLarge
from suppliers.forms.goods import STOCK_LIMIT, category_choices
from suppliers.services import ImportDefaults
from taoxiaopu.kernel.forms import PercentField, RefusableForm

ENCODING_CHOICES = [
    ("", _("自动识别（推荐）")),
    ("utf-8", "UTF-8"),
    ("gb18030", "GBK / GB18030"),
    ("utf-16", "UTF-16"),
]


class ImportForm(RefusableForm):
    """A catalogue file and what it lacks: category, stock and rate for every new good."""

    file = forms.FileField(
        label=_("CSV 或 XLSX 文件"),
        help_text=_("最多 20,000 行、20 MB"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv,text/plain"}),
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
