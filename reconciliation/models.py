"""Providers' bills as they were fetched, runs, differences, and manual journals with their movements."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models import AccountKind
from reconciliation.states import DifferenceKind, DifferenceStatus, ManualStatus
from taoxiaopu.kernel.templatetags.kernel_format import local_time


class BillLine(models.Model):
    """One line of a provider's bill: ``reference`` is our number of the charge, refund or transfer."""

    provider = models.CharField(_("渠道"), max_length=12)
    day = models.DateField(_("账单日"))
    kind = models.CharField(_("类型"), max_length=14)
    provider_number = models.CharField(_("渠道流水号"), max_length=40)
    reference = models.CharField(_("单号"), max_length=20, db_index=True)
    amount_fen = models.BigIntegerField(_("金额（分）"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("渠道账单")
        constraints = [
            models.UniqueConstraint(fields=["provider", "kind", "provider_number"], name="bill_line_once")
        ]
        indexes = [models.Index(fields=["provider", "day"], name="bill_of_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.provider_number}"


class Run(models.Model):
    """One night's comparison of everything up to the end of ``day``. Run again, it says what holds then."""

    day = models.DateField(_("对账日"), primary_key=True)
    started_at = models.DateTimeField(_("开始时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True)
    done_steps = models.PositiveSmallIntegerField(default=0)
    all_steps = models.PositiveSmallIntegerField(default=0)
    found = models.PositiveIntegerField(_("发现"), default=0)
    fresh = models.PositiveIntegerField(_("新增"), default=0)
    closed = models.PositiveIntegerField(_("消除"), default=0)
    bill_lines = models.PositiveIntegerField(_("账单行数"), default=0)
    ledger_fen = models.BigIntegerField(_("渠道清算余额（分）"), default=0)
    bill_fen = models.BigIntegerField(_("渠道账单余额（分）"), default=0)
    transit_fen = models.BigIntegerField(_("在途（分）"), default=0)
    named_fen = models.BigIntegerField(_("逐笔差异合计（分）"), default=0, db_default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("每晚对账")

    def __str__(self) -> str:
        return local_time(self.day)

    @property
    def percent(self) -> int:
        """Progress from 0 to 100."""
        return self.done_steps * 100 // self.all_steps if self.all_steps else 0

    @property
    def unexplained_fen(self) -> int:
        """What the books have more in the channel than the provider, and neither what is on its way nor a difference
        with a number explains.
        """
        return self.ledger_fen - self.bill_fen + self.transit_fen - self.named_fen


class Difference(models.Model):
    """Something that does not agree. One row as long as it stands; found again it is the same row."""

    number = models.CharField(_("编号"), max_length=20, unique=True)
    kind = models.CharField(_("类型"), max_length=20, choices=DifferenceKind)
    reference = models.CharField(_("对象"), max_length=120)
    amount_fen = models.BigIntegerField(_("差额（分）"))
    first_seen_at = models.DateTimeField(_("首次发现"))
    last_seen_at = models.DateTimeField(_("最近发现"))
    status = models.CharField(
        _("状态"), max_length=10, choices=DifferenceStatus, default=DifferenceStatus.OPEN
    )
    owner = models.CharField(_("负责人"), max_length=64, blank=True)
    note = models.CharField(_("说明"), max_length=500, blank=True)
    closed_at = models.DateTimeField(_("消除时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("对账差异")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "reference"],
                condition=~Q(status=DifferenceStatus.CLOSED),
                name="difference_stands_once",
            ),
            models.CheckConstraint(
                condition=Q(status=DifferenceStatus.CLOSED, closed_at__isnull=False)
                | (~Q(status=DifferenceStatus.CLOSED) & Q(closed_at=None)),
                name="difference_closed_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"

    def age_days(self, at: datetime) -> int:
        """Whole days since it was first seen."""
        return max(0, ((self.closed_at or at) - self.first_seen_at).days)


class ManualJournal(models.Model):
    """A correction that people book: why, who proposed it, who approved it. Posted once, by its number."""

    number = models.CharField(_("编号"), max_length=20, unique=True)
    reason = models.CharField(_("原因"), max_length=500)
    order_number = models.CharField(_("订单号"), max_length=20, blank=True)
    amount_fen = models.BigIntegerField(_("金额（分）"))
    status = models.CharField(_("状态"), max_length=10, choices=ManualStatus, default=ManualStatus.PROPOSED)
    proposed_by = models.CharField(_("提出人"), max_length=64)
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_by = models.CharField(_("复核人"), max_length=64, blank=True)
    decided_at = models.DateTimeField(_("复核时间"), null=True)
    difference = models.CharField(_("对账差异"), max_length=20, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("手工分录")

    def __str__(self) -> str:
        return self.number


class ManualMovement(models.Model):
    """One movement of a manual journal; parties by their public ids, empty for the platform's accounts."""

    journal = models.ForeignKey(ManualJournal, on_delete=models.PROTECT, related_name="movements")
    debit = models.CharField(_("借"), max_length=20, choices=AccountKind)
    debit_party = models.CharField(_("借方主体"), max_length=16, blank=True)
    credit = models.CharField(_("贷"), max_length=20, choices=AccountKind)
    credit_party = models.CharField(_("贷方主体"), max_length=16, blank=True)
    amount_fen = models.BigIntegerField(_("金额（分）"))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, amount_fen__lte=100_000_000_000), name="manual_amount"
            ),
            models.CheckConstraint(
                condition=~Q(debit=F("credit"), debit_party=F("credit_party")), name="manual_two_accounts"
            ),
        ]
