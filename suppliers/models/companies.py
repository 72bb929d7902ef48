"""Companies that supply: the tenant, its members and its brands."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from suppliers.states import LEAVES, MemberRole, ProofKind, SupplierKind, SupplierStatus
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.ids import public_id

LEFT_FROM = [(status.value, status.label) for status in (SupplierStatus.ACTIVE, SupplierStatus.SUSPENDED)]
LEFT_BY = [(kind.value, kind.label) for kind in (ActorKind.SUPPLIER, ActorKind.STAFF)]


class Supplier(models.Model):
    """A company that lists, ships and does after-sales; a tenant. A draft has only what was typed so far (EntryDraft)."""

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    name = models.CharField(_("企业名称"), max_length=60, blank=True)
    kind = models.CharField(_("供应商类型"), max_length=8, choices=SupplierKind, blank=True)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, unique=True, null=True, blank=True)
    capital_fen = models.BigIntegerField(_("注册资本（分）"))
    is_general_taxpayer = models.BooleanField(_("一般纳税人"))
    proof = models.CharField(_("货源证明"), max_length=8, choices=ProofKind)
    chain_levels = models.PositiveSmallIntegerField(_("授权层级"), null=True, blank=True)
    voucher_note = models.CharField(_("采购凭证说明"), max_length=500, blank=True)
    freight_fen = models.BigIntegerField(_("运费（分）"), default=0)
    free_freight_from_fen = models.BigIntegerField(_("包邮起点（分）"), default=0)
    status = models.CharField(
        _("状态"), max_length=16, choices=SupplierStatus, default=SupplierStatus.SUBMITTED
    )
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    review_by = models.DateTimeField(_("审核期限"), null=True, blank=True)
    decided_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    decision_note = models.CharField(_("审核意见"), max_length=500, blank=True)
    # Asked wherever goods are shown or ordered, so they stand here and not in a row of their own.
    hidden_until = models.DateTimeField(_("商品隐藏至"), null=True, blank=True)
    top_up_by = models.DateTimeField(_("补缴期限"), null=True, blank=True)
    exiting_since = models.DateTimeField(_("开始退出时间"), null=True, blank=True)
    exit_from = models.CharField(
        _("退出前状态"), max_length=16, choices=LEFT_FROM, blank=True, default="", db_default=""
    )
    exit_by = models.CharField(
        _("退出发起方"), max_length=8, choices=LEFT_BY, blank=True, default="", db_default=""
    )
    # Its money is on the way out: the exit is not taken back meanwhile.
    settling_since = models.DateTimeField(_("退还开始时间"), null=True, blank=True)
    exited_at = models.DateTimeField(_("退出完成时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("供应商")
        constraints = [
            models.CheckConstraint(condition=models.Q(capital_fen__gte=0), name="supplier_capital"),
            models.CheckConstraint(
                condition=models.Q(freight_fen__gte=0, free_freight_from_fen__gte=0), name="supplier_freight"
            ),
            models.CheckConstraint(
                condition=models.Q(status=SupplierStatus.DRAFT)
                | (models.Q(submitted_at__isnull=False) & ~models.Q(name="") & ~models.Q(kind="")),
                name="supplier_complete_unless_draft",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status__in=sorted(LEAVES),
                    exiting_since__isnull=False,
                    exit_from__in=[value for value, _label in LEFT_FROM],
                    exit_by__in=[value for value, _label in LEFT_BY],
                )
                | (
                    ~models.Q(status__in=sorted(LEAVES))
                    & models.Q(exiting_since__isnull=True, exit_from="", exit_by="", settling_since=None)
                ),
                name="supplier_exiting",
            ),
            models.CheckConstraint(
                condition=models.Q(status=SupplierStatus.EXITED, exited_at__isnull=False)
                | (~models.Q(status=SupplierStatus.EXITED) & models.Q(exited_at=None)),
                name="supplier_exited",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.public_id

    @property
    def number(self) -> str:
        """The reference under which moves are recorded."""
        return self.public_id

    def sells_at(self, at: datetime) -> bool:
        """Whether its goods may be sold: it is active, violation points do not hide them, and its deposit is whole or the
        days to top it up are not over. ``suppliers.selectors.on_sale`` asks the same.
        """
        is_hidden = self.hidden_until is not None and at < self.hidden_until
        is_short = self.top_up_by is not None and self.top_up_by <= at
        return self.status == SupplierStatus.ACTIVE and not is_hidden and not is_short

    @property
    def is_paid_weekly(self) -> bool:
        """Whether its payable goes out each week: of who is active, or leaves without having been suspended."""
        left_from = self.exit_from if self.status in LEAVES else self.status
        return left_from == SupplierStatus.ACTIVE


class SupplierMember(models.Model):
    """A user who works for a supplier."""

    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="members")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="supplier_member"
    )
    role = models.CharField(_("角色"), max_length=12, choices=MemberRole, default=MemberRole.ADMIN)

    class Meta:
        verbose_name = verbose_name_plural = _("供应商成员")

    def __str__(self) -> str:
        return f"{self.user} · {self.supplier}"


class SupplierBrand(models.Model):
    """A brand that a supplier may list."""

    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="brands")
    name = models.CharField(_("品牌"), max_length=40)
    is_known = models.BooleanField(_("知名品牌"), default=False, db_default=False)  # staff say so

    class Meta:
        verbose_name = verbose_name_plural = _("授权品牌")
        constraints = [models.UniqueConstraint(fields=["supplier", "name"], name="supplier_brand_once")]

    def __str__(self) -> str:
        return self.name


class EntryDraft(models.Model):
    """What an applicant typed into the entry form, word for word, so that a reload loses nothing."""

    supplier = models.OneToOneField(Supplier, on_delete=models.CASCADE, related_name="draft")
    typed = models.JSONField(default=dict)  # text by the form's field; what counts is on the supplier
    saved_at = models.DateTimeField(_("保存时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("申请草稿")

    def __str__(self) -> str:
        return str(self.supplier)
