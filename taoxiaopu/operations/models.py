"""When each entry of the timetable ran last: silence must be visible (decision 11)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TimetableRun(models.Model):
    """The last run of one entry of ``taoxiaopu/celery.py``, by its task's name, in the database's own time."""

    task = models.CharField(_("任务"), max_length=80, unique=True)
    entry = models.CharField(_("说明"), max_length=120)
    first_seen_at = models.DateTimeField(_("登记时间"), db_default=models.functions.Now())
    started_at = models.DateTimeField(_("上次开始"), null=True)
    finished_at = models.DateTimeField(_("上次成功"), null=True)
    failures = models.PositiveIntegerField(_("连续失败"), default=0)
    error = models.CharField(_("原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("定时任务")

    def __str__(self) -> str:
        return self.task
