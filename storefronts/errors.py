"""Failures of invitations, gates, shops, picks, sharing and conversations."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.errors import DomainError


class InvitationInvalid(DomainError):
    """No such code, expired, or used up."""

    code = "invitation_invalid"
    message = _("邀请码无效：{why}")
    field = "invitation"


class AlreadyOwner(DomainError):
    """The user is an owner already."""

    code = "already_owner"
    message = _("您已经是掌柜了")


class CreditGate(DomainError):
    """The credit score is not above the gate: strictly greater (docs/rules.md §3 C4)."""

    code = "credit_too_low"
    message = _("您的信用分为 {score}，开店须超过 {gate} 分")
    field = "credit"


class BadShopName(DomainError):
    """The name breaks the rules of docs/rules.md §1.6."""

    code = "bad_shop_name"
    message = _("{why}")
    status = 400
    field = "name"


class ShopNameTaken(DomainError):
    """Another shop's name is the same after normalisation."""

    code = "shop_name_taken"
    message = _("店名“{name}”已被使用，请换一个")
    field = "name"


class PickingPaused(DomainError):
    """A debt was left unpaid for too long (docs/rules.md §6.6)."""

    code = "picking_paused"
    message = _("欠款 ¥{debt} 已超过 {days} 天未还清，暂不能添加选品；之后的佣金会先用于抵还")


class NotSuspended(DomainError):
    """An owner is suspended already, or is not."""

    code = "not_suspended"
    message = _("掌柜{state}，无须操作")
    status = 409


class ShopLimit(DomainError):
    """No more shops at this tier."""

    code = "shop_limit"
    message = _("您当前等级最多可开 {limit} 家小铺")


class ExtraShopRefused(DomainError):
    """A further shop needs 90 days open, few points and no debt (docs/rules.md §1.6)."""

    code = "extra_shop_refused"
    message = _("再开一家小铺须第一家开满 {days} 天、违规分低于 {points} 分且没有欠款")


class RenamedToday(DomainError):
    """A name changes at most once in 24 hours."""

    code = "renamed_today"
    message = _("店名 24 小时内只能修改一次，{when} 后可再改")


class PickLimitReached(DomainError):
    """The shop holds 1,000 picks (docs/rules.md §1.3 rule 26)."""

    code = "pick_limit_reached"
    message = _("小铺最多选 {limit} 件商品，请先移除一些再选")


class NotInPool(DomainError):
    """The good is not for sale."""

    code = "not_in_pool"
    message = _("“{title}”现在不在售，不能选入或分享")


class AlreadyPicked(DomainError):
    """The good that would take a pick's place is in the shop."""

    code = "already_picked"
    message = _("“{title}”已在小铺里，请换一件")
    status = 409


class PickGone(DomainError):
    """The pick is not in the shop any more."""

    code = "pick_gone"
    message = _("这件商品已从小铺移除")
    status = 409


class PinLimitReached(DomainError):
    """So many picks stay on top of a shop."""

    code = "pin_limit_reached"
    message = _("最多置顶 {limit} 件商品，请先取消一些再试")


class BadSection(DomainError):
    """A section's name is empty, too long, blocked, or taken in this shop."""

    code = "bad_section"
    message = _("{why}")
    status = 400
    field = "name"


class SectionLimitReached(DomainError):
    """A shop has so many sections."""

    code = "section_limit_reached"
    message = _("最多 {limit} 个分组，请先删除一些再试")


class BadRecommendation(DomainError):
    """Too long, a blocked word, or a claim of use without a completed purchase."""

    code = "bad_recommendation"
    message = _("{why}")
    status = 400
    field = "recommendation"


class SharingStopped(DomainError):
    """Violation points stop new shares for some days (docs/rules.md §4)."""

    code = "sharing_stopped"
    message = _("违规分达到限制，{until} 前不能新建分享")


class OwnerClosed(DomainError):
    """Violation points closed the owner's shops for good (docs/rules.md §4)."""

    code = "owner_closed"
    message = _("违规分达到清退标准，小铺已关闭；申诉成立后恢复")


class NothingPasted(DomainError):
    """A pasted text holds neither a passcode, nor a share link, nor the number of an open shop."""

    code = "nothing_pasted"
    message = _("没有认出口令、链接或店铺号，请复制完整的一段再试")
    status = 404


class PasscodeExpired(DomainError):
    """A passcode is valid for some days (docs/rules.md §1.6)."""

    code = "passcode_expired"
    message = _("这个口令已过期，请向朋友要一个新的")
    status = 410


class TooManyPastes(DomainError):
    """One network may have so many texts read in a minute, so that nobody tries passcodes out."""

    code = "too_many_pastes"
    message = _("尝试次数过多，请 {minutes} 分钟后再试")
    status = 429


class BadGreeting(DomainError):
    """Too long, or a word that advertising may not say."""

    code = "bad_greeting"
    message = _("{why}")
    status = 400
    field = "greeting"


class TooManyShown(DomainError):
    """A shop's poster shows up to four goods."""

    code = "too_many_shown"
    message = _("一张店铺海报最多放 {limit} 件商品")
    status = 400
    field = "picks"


class ShopClosed(DomainError):
    """The shop does not sell now."""

    code = "shop_closed"
    message = _("小铺状态为“{state}”，暂时不能分享")


class BadMessage(DomainError):
    """Too short, too long, or with words that advertising must not use."""

    code = "bad_message"
    message = _("{why}")
    status = 422
    field = "text"


class TooManyQuestions(DomainError):
    """More messages in an hour, or more open conversations, than one consumer may have (docs/rules.md §1.6)."""

    code = "too_many_questions"
    message = _("提问太频繁，请 {minutes} 分钟后再试")
    status = 429


class TooManyConversations(DomainError):
    """As many open conversations as one consumer may have (docs/rules.md §1.6)."""

    code = "too_many_conversations"
    message = _("您有 {limit} 个咨询还没结束，请先结束一些")


class AskingBlocked(DomainError):
    """The owner or the supplier takes no more questions of this consumer."""

    code = "asking_blocked"
    message = _("对方暂不接受您的咨询")


class NotAskable(DomainError):
    """The good is not for sale or the order was never paid: nobody has to answer."""

    code = "not_askable"
    message = _("{why}")


class AnswerTooLate(DomainError):
    """The time to answer is over; the question has gone on, whether or not a sweep came by."""

    code = "answer_too_late"
    message = _("回复期限 {when} 已过，咨询已转交")
