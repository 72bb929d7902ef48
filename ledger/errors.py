"""Failures of posting and of closing a month."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.errors import DomainError


class EventPostedOtherwise(DomainError):
    """The same business event was posted before with other amounts or accounts."""

    code = "event_posted_otherwise"
    message = _("该业务事件已按不同金额入账：{event}")


class NotTheNextMonth(DomainError):
    """Months are closed one after the other."""

    code = "not_the_next_month"
    message = _("须按顺序逐月关账：下一个可关账的月份是 {due}，不是 {month}")


class MonthNotOver(DomainError):
    """Only a month that has ended is closed."""

    code = "month_not_over"
    message = _("{month} 尚未结束，不能关账")


class ClearingOpen(DomainError):
    """Money from before the month's end still waits in a clearing account."""

    code = "clearing_open"
    message = _("清算科目仍有月末前未结清的金额，不能关账：{accounts}")
