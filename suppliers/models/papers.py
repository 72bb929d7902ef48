"""The checklist of entry: what operators ask for, and the papers that suppliers handed in (decision 20)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from suppliers.models.companies import Supplier
from suppliers.models.goods import Category
from suppliers.states import PaperStatus, ProofKind, RequirementKind, RequirementScope, SupplierKind
from taoxiaopu.kernel.ids import public_id
from taoxiaopu.kernel.personal import EncryptedTextField, SealedField
from taoxiaopu.kernel.templatetags.kernel_format import own_name


class Requirement(models.Model):
    """One item of the checklist. Empty ``supplier_kinds`` or ``proof_kinds``: asked of everybody."""

    code = models.CharField(_("代码"), max_length=24, unique=True)
    name = models.CharField(_("名称"), max_length=40)
    kind = models.CharField(_("形式"), max_length=12, choices=RequirementKind)
    scope = models.CharField(
        _("范围"), max_length=8, choices=RequirementScope, default=RequirementScope.COMPANY
    )
    category = models.ForeignKey(
        Category,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="permits",
        verbose_name=_("类目"),
    )
    supplier_kinds = ArrayField(
        models.CharField(max_length=8, choices=SupplierKind),
        verbose_name=_("供应商类型"),
        default=list,
        blank=True,
    )
    proof_kinds = ArrayField(
        models.CharField(max_length=8, choices=ProofKind),
        verbose_name=_("货源证明"),
        default=list,
        blank=True,
    )
    is_required = models.BooleanField(_("必需"), default=True)
    has_expiry = models.BooleanField(_("有有效期"), default=False)
    help_text = models.CharField(_("说明"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("排序"), default=0)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("入驻材料")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope=RequirementScope.CATEGORY, category__isnull=False)
                | (~models.Q(scope=RequirementScope.CATEGORY) & models.Q(category=None)),
                name="requirement_category_by_scope",
            ),
        ]

    def __str__(self) -> str:
        return own_name(self.name)

    @property
    def number(self) -> str:
        """The reference under which changes are recorded."""
        return self.code


class Paper(models.Model):
    """What one supplier handed in for one place of the checklist: an item, for a brand's authorisation its level too.

    At most one is open (handed in, or to be mended) and one is fine in each place; a fine one counts until the next is.
    ``valid_until`` is the last day on which it counts.
    """

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, related_name="papers", verbose_name=_("供应商")
    )
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, related_name="papers", verbose_name=_("材料")
    )
    brand = models.CharField(_("品牌"), max_length=40, blank=True)
    level = models.PositiveSmallIntegerField(_("授权层级"), default=0)
    text = EncryptedTextField(_("文字"), blank=True)
    pages = models.PositiveSmallIntegerField(_("页数"), default=0)
    valid_from = models.DateField(_("生效日期"), null=True, blank=True)
    valid_until = models.DateField(_("有效期至"), null=True, blank=True)
    status = models.CharField(_("状态"), max_length=8, choices=PaperStatus, default=PaperStatus.HANDED)
    note = models.CharField(_("核对意见"), max_length=200, blank=True)
    handed_at = models.DateTimeField(_("提交时间"))
    judged_at = models.DateTimeField(_("核对时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("证照材料")
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "requirement", "brand", "level"],
                condition=models.Q(status__in=[PaperStatus.HANDED, PaperStatus.MEND]),
                name="paper_one_open",
            ),
            models.UniqueConstraint(
                fields=["supplier", "requirement", "brand", "level"],
                condition=models.Q(status=PaperStatus.FINE),
                name="paper_one_fine",
            ),
            models.CheckConstraint(
                condition=models.Q(pages__gt=0) | ~models.Q(text=""), name="paper_holds_something"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_from=None)
                | models.Q(valid_until=None)
                | models.Q(valid_from__lte=models.F("valid_until")),
                name="paper_days_in_order",
            ),
        ]
        indexes = [
            models.Index(
                fields=["valid_until"], name="paper_runs_out", condition=models.Q(status=PaperStatus.FINE)
            )
        ]

    def __str__(self) -> str:
        return f"{self.requirement} · {self.brand} {self.level}" if self.brand else str(self.requirement)

    @property
    def number(self) -> str:
        """The reference under which moves and looks are recorded."""
        return self.public_id

    @property
    def page_numbers(self) -> range:
        """The positions of its pages."""
        return range(1, self.pages + 1)


class PaperPage(models.Model):
    """One page of a paper as a picture, sealed with the ring of personal data. ``sha256`` is that of the sealed bytes."""

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="leaves")
    position = models.PositiveSmallIntegerField()
    sealed = SealedField(digest="sha256")
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "position"], name="paper_page_once"),
            models.CheckConstraint(
                condition=models.Q(
                    sha256=models.Func(
                        models.Func("sealed", function="sha256", output_field=models.BinaryField()),
                        models.Value("hex"),
                        function="encode",
                        output_field=models.CharField(),
                    )
                ),
                name="paper_page_whole",
            ),
        ]


class PaperReminder(models.Model):
    """That a supplier was told so many days before a paper runs out: once each."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="reminders")
    days = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "days"], name="paper_reminder_once")]


class BondedCategory(models.Model):
    """A category's bond of a supplier: the last charge for it, and since when some of it is paid (None: not yet)."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="bonded")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="bonded")
    charge_number = models.CharField(max_length=20, blank=True)
    since = models.DateTimeField(_("缴纳时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("已缴类目保证金")
        constraints = [models.UniqueConstraint(fields=["supplier", "category"], name="bonded_once")]
