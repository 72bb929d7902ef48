"""Statuses of owners, shops, posters and conversations."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.actors import SYSTEM, ActorKind
from taoxiaopu.kernel.transitions import StateTable, move

STAFF = ActorKind.STAFF


class Tier(models.IntegerChoices):
    """The four owner tiers (docs/rules.md §7.2)."""

    ROOKIE = 1, _("新晋掌柜")
    SENIOR = 2, _("资深掌柜")
    ELITE = 3, _("精英掌柜")
    SUPER = 4, _("超级掌柜")


class ShopStatus(models.TextChoices):
    """Whether a shop's pages and links sell."""

    NAME_REVIEW = "name_review", _("店名审核中")
    OPEN = "open", _("营业中")
    HIDDEN = "hidden", _("已隐藏")
    PENALISED = "penalised", _("违规隐藏")
    CLOSED = "closed", _("已关闭")


SHOPS = StateTable(
    "shop",
    ShopStatus,
    (
        move("H1", ShopStatus.NAME_REVIEW, "approve_name", STAFF, ShopStatus.OPEN),
        move("H2", ShopStatus.OPEN, "hide", STAFF, ShopStatus.HIDDEN),
        move("H3", ShopStatus.HIDDEN, "show", STAFF, ShopStatus.OPEN),
        move(
            "H4",
            [ShopStatus.OPEN, ShopStatus.HIDDEN, ShopStatus.NAME_REVIEW, ShopStatus.PENALISED],
            "close",
            STAFF,
            ShopStatus.CLOSED,
        ),
        move("H5", ShopStatus.OPEN, "review_name", SYSTEM, ShopStatus.NAME_REVIEW),
        move("H6", ShopStatus.OPEN, "penalise", SYSTEM, ShopStatus.PENALISED, "POINT_HIDE_D"),
        move("H7", ShopStatus.PENALISED, "restore", SYSTEM, ShopStatus.OPEN, "POINT_HIDE_D"),
    ),
    {
        "approve_name": _("通过店名"),
        "hide": _("隐藏"),
        "show": _("恢复"),
        "close": _("关闭"),
        "review_name": _("送审店名"),
        "penalise": _("违规隐藏"),
        "restore": _("隐藏期满"),
    },
)


class PosterStyle(models.TextChoices):
    """The two poster styles of docs/rules.md §1.6."""

    PORTRAIT = "portrait", _("竖版 750×1334")
    SQUARE = "square", _("方版 1080×1080")


class PosterStatus(models.TextChoices):
    """Progress of one poster."""

    DRAWING = "drawing", _("生成中")
    READY = "ready", _("已生成")


class Channel(models.TextChoices):
    """Where an owner shares."""

    WECHAT = "wechat", _("微信")
    MOMENTS = "moments", _("朋友圈")
    WEIBO = "weibo", _("微博")
    DOUYIN = "douyin", _("抖音")
    OTHER = "other", _("其他")


# Where passcodes may be taken for bait (docs/rules.md §3 C8): there one is made only when the owner asks for it.
WITHOUT_PASSCODE = (Channel.WECHAT, Channel.MOMENTS)


class Way(models.TextChoices):
    """How a visitor came by an owner's link (docs/rules.md §6.4)."""

    LINK = "link", _("短链接或二维码")
    PASSCODE = "passcode", _("口令")
    NUMBER = "number", _("店铺号")


class ConversationStatus(models.TextChoices):
    """Who a consumer's question waits for (docs/rules.md §1.6)."""

    WAIT_OWNER = "wait_owner", _("待掌柜回复")
    OWNER_LATE = "owner_late", _("掌柜超时未回复")
    WAIT_SUPPLIER = "wait_supplier", _("待商家回复")
    SUPPLIER_LATE = "supplier_late", _("商家超时未回复")
    WAIT_PLATFORM = "wait_platform", _("待平台回复")
    ANSWERED = "answered", _("已回复")
    CLOSED = "closed", _("已结束")


class Handler(models.TextChoices):
    """Whose turn it is to answer."""

    OWNER = "owner", _("掌柜")
    SUPPLIER = "supplier", _("商家")
    STAFF = "staff", _("平台")


_C = ConversationStatus
BEFORE_SUPPLIER = (_C.WAIT_OWNER, _C.OWNER_LATE)
BEFORE_PLATFORM = (_C.WAIT_SUPPLIER, _C.SUPPLIER_LATE)
UNANSWERED = (*BEFORE_SUPPLIER, *BEFORE_PLATFORM, _C.WAIT_PLATFORM)
OPEN_CONVERSATION = (*UNANSWERED, _C.ANSWERED)

CONVERSATIONS = StateTable(
    "conversation",
    ConversationStatus,
    (
        move("Q1", BEFORE_SUPPLIER, "answer", ActorKind.OWNER, _C.ANSWERED, "ASK_QUIET_D"),
        move("Q2", _C.WAIT_OWNER, "owner_late", SYSTEM, _C.OWNER_LATE, "ASK_OWNER_H"),
        move("Q3", _C.OWNER_LATE, "pass_on", SYSTEM, _C.WAIT_SUPPLIER, "ASK_OWNER_H"),
        move(
            "Q4",
            [*BEFORE_SUPPLIER, _C.ANSWERED],
            "hand_over",
            ActorKind.OWNER,
            _C.WAIT_SUPPLIER,
            "ASK_SUPPLIER_H",
        ),
        move("Q5", BEFORE_PLATFORM, "answer", ActorKind.SUPPLIER, _C.ANSWERED, "ASK_QUIET_D"),
        move("Q6", _C.WAIT_SUPPLIER, "supplier_late", SYSTEM, _C.SUPPLIER_LATE, "ASK_SUPPLIER_H"),
        move("Q7", _C.SUPPLIER_LATE, "escalate", SYSTEM, _C.WAIT_PLATFORM, "ASK_SUPPLIER_H"),
        move("Q8", _C.WAIT_PLATFORM, "answer", STAFF, _C.ANSWERED, "ASK_QUIET_D"),
        move("Q9", _C.ANSWERED, "ask", ActorKind.BUYER, _C.WAIT_OWNER, "ASK_OWNER_H"),
        move("Q10", _C.ANSWERED, "ask", ActorKind.BUYER, _C.WAIT_SUPPLIER, "ASK_SUPPLIER_H"),
        move("Q11", _C.ANSWERED, "ask", ActorKind.BUYER, _C.WAIT_PLATFORM),
        move("Q12", OPEN_CONVERSATION, "close", [ActorKind.BUYER, STAFF], _C.CLOSED),
        move("Q13", [*BEFORE_SUPPLIER, _C.ANSWERED], "block", ActorKind.OWNER, _C.CLOSED),
        move("Q14", [*BEFORE_PLATFORM, _C.ANSWERED], "block", ActorKind.SUPPLIER, _C.CLOSED),
        move("Q15", _C.ANSWERED, "lapse", SYSTEM, _C.CLOSED, "ASK_QUIET_D"),
    ),
    {
        "open": _("开始咨询"),
        "answer": _("回复"),
        "owner_late": _("掌柜超时"),
        "pass_on": _("转给商家"),
        "hand_over": _("掌柜转交商家"),
        "supplier_late": _("商家超时"),
        "escalate": _("转给平台"),
        "ask": _("提问"),
        "close": _("结束咨询"),
        "block": _("屏蔽"),
        "unblock": _("解除屏蔽"),
        "lapse": _("久未追问，自动结束"),
    },
)


class Ailment(models.TextChoices):
    """What can be wrong with a pick, the worst first; computed when read, not stored."""

    OFF_SALE = "off_sale", _("已下架")
    OFF_SEASON = "off_season", _("不在销售季")
    SOLD_OUT = "sold_out", _("已售罄")
    RATE_DOWN = "rate_down", _("佣金率降了")
    RATE_FALLS = "rate_falls", _("佣金率将降")
    PRICE_UP = "price_up", _("涨价了")
    LOW_STOCK = "low_stock", _("库存不多")
