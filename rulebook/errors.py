"""Expected failures of drafting, publishing, commenting and accepting."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.errors import DomainError


class DraftOpen(DomainError):
    """A document has one version in the making at a time."""

    code = "draft_open"
    message = _("该文件的第 {edition} 版还在起草或征求意见，请先完成或撤回")


class BadDraft(DomainError):
    """Titles, texts or the summary are missing, too long, or name a number that is not the document's."""

    code = "bad_draft"
    message = _("{what}")
    status = 422


class CommentsTooShort(DomainError):
    """Everybody concerned must have the time to comment."""

    code = "comments_too_short"
    message = _("征求意见须持续 {least} 到 {most} 天")
    status = 422


class CommentsStillOpen(DomainError):
    """Published is after the comments were heard."""

    code = "comments_still_open"
    message = _("征求意见到 {until} 为止，之后才能公布")


class CommentsClosed(DomainError):
    """A comment outside of the period."""

    code = "comments_closed"
    message = _("现在不在征求意见期内")


class SamePerson(DomainError):
    """Who wrote a version does not publish it."""

    code = "same_person"
    message = _("起草人不能公布自己起草的版本，请由另一人公布")


class NoticeTooShort(DomainError):
    """E-Commerce Law 34."""

    code = "notice_too_short"
    message = _("规则须在生效前至少 {days} 天公布，最早可于 {earliest} 生效")
    status = 422


class NotMonthStart(DomainError):
    """Changed criteria count for whole months (docs/rules.md §7.3)."""

    code = "not_month_start"
    message = _("掌柜等级规则须自某月 1 日 0 点起生效")
    status = 422


class OutOfOrder(DomainError):
    """Versions take effect in the order of their numbers."""

    code = "out_of_order"
    message = _("生效时间须晚于第 {edition} 版的 {effective}")
    status = 422


class NoLegalBasis(DomainError):
    """Less than seven days needs the law or order that asks for it."""

    code = "no_legal_basis"
    message = _("紧急公布须写明所依据的法律、法规或命令，10 到 300 字")
    status = 422


class InForce(DomainError):
    """What has taken effect is replaced, not withdrawn."""

    code = "in_force"
    message = _("该版本已生效，不能撤回；请公布新版")


class LaterEdition(DomainError):
    """A later version was written upon this one."""

    code = "later_edition"
    message = _("第 {edition} 版已在此版之后公布，请先撤回那一版")


class WouldBreak(DomainError):
    """The numbers of some coming day would not fit together."""

    code = "would_break"
    message = _("自 {when} 起的数字不能同时生效：{name}：{why}")
    status = 422


class NotConcerned(DomainError):
    """Comments and acceptance are for those whom a document is for."""

    code = "not_concerned"
    message = _("该文件不适用于您的身份")
    status = 403


class TooManyComments(DomainError):
    """Five of one party on one version."""

    code = "too_many_comments"
    message = _("每个版本最多发表 {limit} 条意见")


class CommentTooSoon(DomainError):
    """A minute between two."""

    code = "comment_too_soon"
    message = _("发表得太快了，请 {minutes} 分钟后再试")
    status = 429


class AlreadyAnswered(DomainError):
    """An answer is given once."""

    code = "already_answered"
    message = _("这条意见已经回复过")


class OtherText(DomainError):
    """What is accepted must be the text that was shown."""

    code = "other_text"
    message = _("文件已有变化，请重新阅读后再同意")
