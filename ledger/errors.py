"""Failures of posting."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.errors import DomainError


class EventPostedOtherwise(DomainError):
    """The same business event was posted before with other amounts or accounts."""

    code = "event_posted_otherwise"
    message = _("该业务事件已按不同金额入账：{event}")
