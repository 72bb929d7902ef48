"""What is kept about publishing a good: change sets under review, market references, attributes, barcodes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suppliers.models.goods import Category, Good
from suppliers.states import AttributeKind, ChangeStatus, Verdict
from taoxiaopu.kernel.ids import public_id
from taoxiaopu.kernel.templatetags.kernel_format import own_name


class GoodChange(models.Model):
    """What a live good is to become when staff approve: words, brand, category and pictures; never price or stock.

    At most one is open a good; a newer edit replaces it.
    """

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    good = models.ForeignKey(Good, on_delete=models.PROTECT, related_name="changes", verbose_name=_("商品"))
    base_version = models.PositiveIntegerField(_("改自版本"))
    title = models.CharField(_("标题"), max_length=120)
    brand = models.CharField(_("品牌"), max_length=40, blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, verbose_name=_("类目"))
    description = models.TextField(_("商品描述"), max_length=5000, blank=True)
    picture = models.CharField(_("图片"), max_length=64, blank=True)
    gallery = models.JSONField(_("更多图片"), default=list, blank=True)
    attributes = models.JSONField(_("属性"), default=dict, blank=True)
    custom = models.JSONField(
        _("定制"), default=dict, blank=True, db_default=models.Value({}, models.JSONField())
    )
    held_words = models.CharField(_("命中词"), max_length=200, blank=True)
    words_version = models.CharField(_("违禁词表版本"), max_length=20, blank=True, default="", db_default="")
    status = models.CharField(_("状态"), max_length=9, choices=ChangeStatus, default=ChangeStatus.OPEN)
    reason = models.CharField(_("审核意见"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("提交时间"))
    decided_at = models.DateTimeField(_("审核时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("商品修改")
        constraints = [
            models.UniqueConstraint(
                fields=["good"], condition=models.Q(status="open"), name="good_change_open_once"
            ),
            models.CheckConstraint(
                condition=models.Q(status="open", decided_at=None)
                | (~models.Q(status="open") & models.Q(decided_at__isnull=False)),
                name="good_change_decided",
            ),
            models.CheckConstraint(
                condition=~models.Q(picture="") | models.Q(gallery=[]), name="good_change_main_picture_first"
            ),
        ]
        indexes = [models.Index(fields=["status", "id"], name="good_change_queue")]

    def __str__(self) -> str:
        return self.title

    @property
    def number(self) -> str:
        """The reference under which moves are recorded."""
        return self.public_id


class ReviewDecision(models.Model):
    """One verdict of staff on a held good, or on a change set: which words it was about, by which version of the list.

    Written with the move, never changed.
    """

    good = models.ForeignKey(Good, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("商品"))
    change = models.OneToOneField(
        GoodChange, on_delete=models.PROTECT, null=True, related_name="decision", verbose_name=_("商品修改")
    )
    good_version = models.PositiveIntegerField(_("商品版本"))
    verdict = models.CharField(_("结论"), max_length=8, choices=Verdict)
    words = models.CharField(_("命中词"), max_length=200, blank=True)
    words_version = models.CharField(_("违禁词表版本"), max_length=20)
    reason = models.CharField(_("审核意见"), max_length=500, blank=True)
    person = models.CharField(max_length=64)
    decided_at = models.DateTimeField(_("审核时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("审核结论")
        constraints = [
            models.CheckConstraint(condition=~models.Q(words_version=""), name="decision_names_its_words"),
        ]
        indexes = [models.Index(fields=["good", "-id"], name="decision_of_good")]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} · {self.good}"


class MarketReference(models.Model):
    """What the same good costs and pays elsewhere, with its evidence. The latest of a good counts; none is changed.

    ``declared_up_to_fen``: up to which price of ours the supplier declared, with the reason, that it may be dearer.
    """

    good = models.ForeignKey(
        Good, on_delete=models.PROTECT, related_name="references", verbose_name=_("商品")
    )
    platform = models.CharField(_("平台"), max_length=30)
    address = models.URLField(_("网址"), max_length=500)
    seen_on = models.DateField(_("查看日期"))
    price_fen = models.BigIntegerField(_("同款售价（分）"), null=True)
    rate_bp = models.PositiveIntegerField(_("同款淘宝客佣金率（bp）"), null=True)
    screenshot = models.CharField(_("截图"), max_length=64, blank=True)
    our_price_fen = models.BigIntegerField(_("当时我方售价（分）"))
    our_rate_bp = models.PositiveIntegerField(_("当时我方佣金率（bp）"))
    declared_up_to_fen = models.BigIntegerField(_("声明的最高售价（分）"), null=True)
    declaration = models.CharField(_("高于市场价的说明"), max_length=300, blank=True)
    person = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("市场参考")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(price_fen__isnull=False, price_fen__gt=0)
                | models.Q(price_fen=None, rate_bp__isnull=False),
                name="reference_says_something",
            ),
            models.CheckConstraint(
                condition=models.Q(rate_bp=None) | models.Q(rate_bp__lte=models.F("our_rate_bp")),
                name="reference_rate_met",
            ),
            models.CheckConstraint(
                condition=models.Q(price_fen=None)
                | models.Q(our_price_fen__lte=models.F("price_fen"))
                | (models.Q(declared_up_to_fen__gte=models.F("our_price_fen")) & ~models.Q(declaration="")),
                name="reference_price_declared",
            ),
        ]
        indexes = [models.Index(fields=["good", "-id"], name="reference_latest")]

    def __str__(self) -> str:
        return f"{self.platform} · {self.good}"


class AttributeTemplate(models.Model):
    """One question that goods of a category answer; children ask their root's questions, too."""

    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="attribute_templates", verbose_name=_("类目")
    )
    code = models.SlugField(_("代码"), max_length=24)
    name = models.CharField(_("名称"), max_length=20)
    kind = models.CharField(_("类型"), max_length=8, choices=AttributeKind)
    unit = models.CharField(_("单位"), max_length=10, blank=True)
    options = models.JSONField(_("可选值"), default=list, blank=True)
    required = models.BooleanField(_("必填"), default=False)
    searchable = models.BooleanField(_("可搜索"), default=False)
    is_on = models.BooleanField(_("启用"), default=True)
    position = models.PositiveSmallIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("属性模板")
        constraints = [
            models.UniqueConstraint(fields=["category", "code"], name="attribute_code_once"),
            models.CheckConstraint(
                condition=~models.Q(kind__in=["choice", "multi"]) | ~models.Q(options=[]),
                name="attribute_has_options",
            ),
        ]

    def __str__(self) -> str:
        return own_name(self.name)


class BarcodeEntry(models.Model):
    """The platform's code library: what a barcode was first listed as. The first one stays; staff may correct it."""

    code = models.CharField(_("条码"), max_length=13, unique=True)
    title = models.CharField(_("标题"), max_length=120)
    brand = models.CharField(_("品牌"), max_length=40, blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, verbose_name=_("类目"))
    attributes = models.JSONField(_("属性"), default=dict, blank=True)
    good = models.ForeignKey(Good, on_delete=models.PROTECT, verbose_name=_("来自商品"))
    created_at = models.DateTimeField(_("入库时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("条码库")

    def __str__(self) -> str:
        return f"{self.code} · {self.title}"
