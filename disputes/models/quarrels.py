"""Cases, their messages, disputes, evidence and rulings."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from disputes.states import (
    OPEN_CASE,
    CaseReason,
    CaseStatus,
    DisputeKind,
    DisputeStatus,
    Liable,
    RulingOutcome,
)
from orders.models import Order, OrderLine
from taoxiaopu.kernel.actors import ActorKind


class Case(models.Model):
    """An after-sales case of one order line: refund only. At most one open case a line."""

    number = models.CharField(_("售后单号"), max_length=20, unique=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="cases", verbose_name=_("订单"))
    line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="cases", verbose_name=_("订单行")
    )
    reason = models.CharField(_("原因"), max_length=20, choices=CaseReason)
    description = models.CharField(_("说明"), max_length=500, blank=True)
    received = models.BooleanField(_("已收到货"))
    before_shipping = models.BooleanField(_("发货前申请"))
    amount_fen = models.BigIntegerField(_("申请金额（分）"))
    status = models.CharField(_("状态"), max_length=16, choices=CaseStatus, default=CaseStatus.WAIT_SUPPLIER)
    attempts = models.PositiveSmallIntegerField(_("次数"), default=1)
    deadline = models.DateTimeField(_("截止时间"), null=True)
    opened_at = models.DateTimeField(_("申请时间"))
    closed_at = models.DateTimeField(_("结束时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("售后单")
        constraints = [
            models.UniqueConstraint(
                fields=["line"],
                name="one_open_case_a_line",
                condition=Q(status__in=[str(s) for s in OPEN_CASE]),
            ),
            models.CheckConstraint(condition=Q(amount_fen__gte=1), name="case_amount"),
        ]
        indexes = [models.Index(fields=["status", "deadline"], name="case_due")]

    def __str__(self) -> str:
        return self.number


class Message(models.Model):
    """One thing said in a case or dispute. Never edited, never deleted."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="messages")
    dispute = models.ForeignKey("Dispute", on_delete=models.PROTECT, null=True, related_name="messages")
    side = models.CharField(_("发言方"), max_length=12, choices=ActorKind)
    text = models.CharField(_("内容"), max_length=500)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("留言与证据")
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, dispute=None) | Q(case=None, dispute__isnull=False),
                name="message_in_one_room",
            )
        ]


class Dispute(models.Model):
    """A quarrel that the platform decides."""

    number = models.CharField(_("争议号"), max_length=20, unique=True)
    kind = models.CharField(_("类型"), max_length=12, choices=DisputeKind)
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="disputes", verbose_name=_("订单")
    )
    line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="disputes", verbose_name=_("订单行")
    )
    case = models.OneToOneField(Case, on_delete=models.PROTECT, null=True, related_name="dispute")
    claim_fen = models.BigIntegerField(_("争议金额（分）"))
    status = models.CharField(_("状态"), max_length=16, choices=DisputeStatus, default=DisputeStatus.EVIDENCE)
    buyer_done = models.BooleanField(_("消费者已举证"), default=False)
    supplier_done = models.BooleanField(_("商家已举证"), default=False)
    claimed_by = models.CharField(_("承办人"), max_length=64, blank=True)
    deadline = models.DateTimeField(_("截止时间"), null=True)
    opened_at = models.DateTimeField(_("立案时间"))
    closed_at = models.DateTimeField(_("结案时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("争议")
        constraints = [
            models.UniqueConstraint(
                fields=["line"],
                name="one_open_dispute_a_line",
                condition=~Q(status__in=[DisputeStatus.CLOSED, DisputeStatus.WITHDRAWN]),
            ),
            models.CheckConstraint(condition=Q(claim_fen__gte=1), name="dispute_claim"),
        ]
        indexes = [models.Index(fields=["status", "deadline"], name="dispute_due")]

    def __str__(self) -> str:
        return self.number


class Ruling(models.Model):
    """One decision in a dispute: the first, and at most one more after an appeal, by somebody else."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="rulings")
    round = models.PositiveSmallIntegerField(default=1)
    outcome = models.CharField(_("裁定"), max_length=16, choices=RulingOutcome)
    liable = models.CharField(_("责任方"), max_length=10, choices=Liable)
    amount_fen = models.BigIntegerField(_("退款金额（分）"))
    reason = models.CharField(_("理由"), max_length=500)
    rule_number = models.CharField(_("规则条款"), max_length=20)
    decided_by = models.CharField(_("裁定人"), max_length=64)
    decided_at = models.DateTimeField(_("裁定时间"))
    approved_by = models.CharField(_("复核人"), max_length=64, blank=True)
    executed_at = models.DateTimeField(_("执行时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("裁定")
        constraints = [
            models.UniqueConstraint(fields=["dispute", "round"], name="ruling_round_once"),
            models.CheckConstraint(
                condition=Q(outcome=RulingOutcome.REJECT, amount_fen=0)
                | (~Q(outcome=RulingOutcome.REJECT) & Q(amount_fen__gte=1)),
                name="ruling_amount",
            ),
            models.CheckConstraint(condition=~Q(approved_by=F("decided_by")), name="ruling_two_people"),
        ]
