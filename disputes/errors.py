"""Failures of cases, disputes and rulings."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.errors import DomainError


class CaseNotPossible(DomainError):
    """The line cannot have a case now."""

    code = "case_not_possible"
    message = _("现在不能申请售后：{why}")


class TooManyAttempts(DomainError):
    """A sixth application for one line (docs/rules.md §10.2)."""

    code = "too_many_attempts"
    message = _("同一商品最多申请 {limit} 次售后")


class ReasonMissing(DomainError):
    """A refusal, an appeal or a ruling without words."""

    code = "reason_missing"
    message = _("请写明理由（2 到 500 字）")
    status = 400
    field = "reason"


class ClaimedByOther(DomainError):
    """Another arbitrator has it."""

    code = "claimed_by_other"
    message = _("该争议已由{who}承办")


class AlreadyDecided(DomainError):
    """Somebody else decided first."""

    code = "already_decided"
    message = _("该争议已由{who}于 {when} 裁定")


class TooLate(DomainError):
    """The time to act is over: an actor may act while now ≤ deadline (docs/rules.md §10.2)."""

    code = "too_late"
    message = _("已超过截止时间 {when}，系统将自动处理")


class NothingToAppeal(DomainError):
    """Only a losing side appeals (D9)."""

    code = "nothing_to_appeal"
    message = _("裁定已完全支持您的主张，无需申诉")


class SamePerson(DomainError):
    """The second pair of eyes must be another person's."""

    code = "same_person"
    message = _("须由另一位工作人员复核")


class BadRuling(DomainError):
    """Outcome and amount do not fit."""

    code = "bad_ruling"
    message = _("{why}")
    status = 400
    field = "amount"


class Interested(DomainError):
    """The arbitrator belongs to a party."""

    code = "interested"
    message = _("您与当事一方有关联，不能处理该争议")


class NotFreeYet(DomainError):
    """Something of a supplier that leaves is still open, or its days are not over (docs/rules.md §1.6)."""

    code = "not_free_yet"
    message = _("还不能退还：{why}")


class BadPenalty(DomainError):
    """The act, its points or its order do not fit the party (docs/rules.md §4)."""

    code = "bad_penalty"
    message = _("不能这样处罚：{why}")
    status = 400
