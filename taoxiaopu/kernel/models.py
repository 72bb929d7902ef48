"""Tables of the foundation: clock offset, audit trail, idempotency keys, jobs and versions of the rules."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.templatetags.kernel_format import local_time


class ClockOffset(models.Model):
    """How far the demo's clock runs ahead of the database's. One row, id 1; ignored in production."""

    ahead = models.DurationField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="clock_offset_one_row")]


class AuditEntry(models.Model):
    """One move or staff act: who, when, what, from, to and why. Written in the transaction of its cause."""

    at = models.DateTimeField(_("时间"))
    recorded_at = models.DateTimeField(db_default=models.functions.Now())
    actor_kind = models.CharField(_("身份"), max_length=12, choices=ActorKind.choices)
    actor_ref = models.CharField(_("操作者"), max_length=64)
    person = models.CharField(_("账号"), max_length=64, blank=True)
    subject_type = models.CharField(_("对象"), max_length=32)
    subject_ref = models.CharField(_("编号"), max_length=64)
    event = models.CharField(_("事件"), max_length=48)
    from_state = models.CharField(_("原状态"), max_length=32, blank=True)
    to_state = models.CharField(_("新状态"), max_length=32, blank=True)
    reason = models.CharField(_("原因"), max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("操作记录")
        indexes = [
            models.Index(fields=["subject_type", "subject_ref", "id"], name="audit_subject"),
            models.Index(fields=["actor_kind", "actor_ref", "-id"], name="audit_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_ref} {self.event}"


class IdempotencyKey(models.Model):
    """The remembered answer to one POST of one actor (docs/rules.md, trust §2)."""

    actor = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    request_hash = models.CharField(max_length=64)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="idempotency_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]


class JobStatus(models.TextChoices):
    """States of a job row."""

    WAITING = "waiting", _("等待中")
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("失败")


class Job(models.Model):
    """Work that must happen after its cause committed; the row is the queue, Celery only the alarm clock."""

    kind = models.CharField(_("类型"), max_length=48)
    key = models.CharField(_("唯一键"), max_length=120)
    argument = models.CharField(max_length=200, blank=True)
    status = models.CharField(_("状态"), max_length=8, choices=JobStatus, default=JobStatus.WAITING)
    due_at = models.DateTimeField(_("到期"))
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    done_steps = models.PositiveIntegerField(default=0)
    all_steps = models.PositiveIntegerField(default=0)
    error = models.CharField(_("原因"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("创建时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("后台任务")
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="job_once")]
        indexes = [
            models.Index(
                fields=["due_at"], name="job_due", condition=models.Q(status__in=["waiting", "running"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def percent(self) -> int:
        """Progress from 0 to 100."""
        if self.status == JobStatus.DONE:
            return 100
        return self.done_steps * 100 // self.all_steps if self.all_steps else 0


class RulesVersion(models.Model):
    """A dated set of the business's numbers that differ from the defaults (docs/rules.md §10).

    Written only by publishing a rule document, which ``source`` names; a version that is withdrawn before its day never
    counts. Triggers of ``rulebook`` hold both.
    """

    source = models.CharField(_("规则文件"), max_length=24, unique=True, null=True)
    effective_at = models.DateTimeField(_("生效时间"), db_index=True)
    changes = models.JSONField(_("变更"), default=dict)
    note = models.CharField(_("说明"), max_length=200)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("规则版本")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None) | models.Q(withdrawn_at__lt=models.F("effective_at")),
                name="rules_withdrawn_before_effect",
            )
        ]

    def __str__(self) -> str:
        return f"{local_time(self.effective_at, 'day')} {self.note}"
