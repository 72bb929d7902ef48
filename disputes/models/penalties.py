"""Penalties: violation points of owners and suppliers (docs/rules.md §4)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from disputes.states import Offence, PenaltyStatus
from orders.models import Order
from storefronts.models import Owner
from suppliers.models import Supplier
from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.ids import public_id


class Penalty(models.Model):
    """Points that staff gave one owner or one supplier for one act. ``key`` names the cause: one cause, one penalty.

    Never edited and never deleted; an appeal can lift it.
    """

    number = models.CharField(_("处罚编号"), max_length=16, unique=True, default=public_id, editable=False)
    owner = models.ForeignKey(
        Owner, on_delete=models.PROTECT, null=True, related_name="penalties", verbose_name=_("掌柜")
    )
    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, null=True, related_name="penalties", verbose_name=_("供应商")
    )
    key = models.CharField(max_length=60, unique=True)
    offence = models.CharField(_("违规行为"), max_length=20, choices=Offence)
    points = models.PositiveSmallIntegerField(_("违规分"))
    lasts = models.BooleanField(_("不清零"))
    reason = models.CharField(_("事实与理由"), max_length=500)
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, related_name="penalties", verbose_name=_("相关订单")
    )
    status = models.CharField(_("状态"), max_length=10, choices=PenaltyStatus, default=PenaltyStatus.IN_FORCE)
    given_by = models.CharField(_("处罚人"), max_length=64)
    given_at = models.DateTimeField(_("处罚时间"))
    deadline = models.DateTimeField(_("申诉截止"))
    appeal = models.CharField(_("申诉理由"), max_length=500, blank=True)
    appealed_at = models.DateTimeField(_("申诉时间"), null=True)
    reviewed_by = models.CharField(_("复核人"), max_length=64, blank=True)
    reviewed_at = models.DateTimeField(_("复核时间"), null=True)
    answer = models.CharField(_("复核意见"), max_length=500, blank=True)
    voided_at = models.DateTimeField(_("佣金作废时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("违规处罚")
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False, supplier=None) | Q(owner=None, supplier__isnull=False),
                name="penalty_of_one_party",
            ),
            models.CheckConstraint(condition=Q(points__lte=48), name="penalty_points"),
            models.CheckConstraint(
                condition=~Q(reviewed_by=F("given_by")) | Q(reviewed_by=""), name="penalty_two_people"
            ),
            models.CheckConstraint(
                condition=Q(appeal="", appealed_at=None) | (~Q(appeal="") & Q(appealed_at__isnull=False)),
                name="penalty_appeal",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by="", reviewed_at=None)
                | (~Q(reviewed_by="") & Q(reviewed_at__isnull=False, appealed_at__isnull=False)),
                name="penalty_review",
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "given_at"], name="penalty_of_owner", condition=Q(owner__isnull=False)
            ),
            models.Index(
                fields=["supplier", "given_at"],
                name="penalty_of_supplier",
                condition=Q(supplier__isnull=False),
            ),
            models.Index(fields=["-given_at"], name="penalty_newest"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def party_kind(self) -> ActorKind:
        """Whom it was given to."""
        return ActorKind.OWNER if self.owner_id else ActorKind.SUPPLIER
