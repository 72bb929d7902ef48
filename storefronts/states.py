"""Statuses of owners, shops and posters."""

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
