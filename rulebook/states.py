"""What documents there are, and how a version of one and a comment on it move (docs/rules.md §8.2)."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.actors import ActorKind
from taoxiaopu.kernel.transitions import StateTable, move

NOTICE = timedelta(
    days=7
)  # E-Commerce Law 34: published at least so long before it counts; the database holds it, too
COMMENT_LEAST = timedelta(days=3)
COMMENT_MOST = timedelta(days=60)
COMMENTS_MAX = 5  # of one party on one version; the database numbers them
COMMENT_PAUSE = timedelta(minutes=1)


class DocumentCode(models.TextChoices):
    """The documents; the code is part of their address."""

    SERVICE = "service", _("平台服务协议")
    SUPPLIERS = "suppliers", _("供应商管理规则")
    OWNERS = "owners", _("掌柜管理规则")
    COMMISSION = "commission", _("佣金与结算规则")
    TIERS = "tiers", _("掌柜等级规则")
    DISPUTES = "disputes", _("售后与争议处理规则")
    PENALTIES = "penalties", _("违规处理规则")
    PRIVACY = "privacy", _("隐私政策")


class VersionStatus(models.TextChoices):
    """Where a version of a document stands. Published means announced; it counts from its effective instant on."""

    DRAFT = "draft", _("草稿")
    IN_COMMENT = "in_comment", _("征求意见")
    PUBLISHED = "published", _("已公布")
    SUPERSEDED = "superseded", _("已被取代")
    WITHDRAWN = "withdrawn", _("已撤回")


class CommentStatus(models.TextChoices):
    """Whether a comment is public."""

    SHOWN = "shown", _("已公开")
    HELD = "held", _("待审核")
    HIDDEN = "hidden", _("已隐藏")


class AcceptedBy(models.TextChoices):
    """On what occasion a party accepted a version."""

    SIGN_UP = "sign_up", _("注册")
    JOIN = "join", _("申请成为掌柜")
    APPLY = "apply", _("申请入驻")
    READ = "read", _("阅读后同意")


STAFF, SYSTEM = ActorKind.STAFF, ActorKind.SYSTEM
DRAFT, IN_COMMENT, PUBLISHED = VersionStatus.DRAFT, VersionStatus.IN_COMMENT, VersionStatus.PUBLISHED

VERSIONS = StateTable(
    subject="rules",
    states=VersionStatus,
    moves=(
        move("K1", DRAFT, "open_comments", STAFF, IN_COMMENT),
        move("K2", IN_COMMENT, "revise", STAFF, DRAFT),
        move("K3", IN_COMMENT, "publish", STAFF, PUBLISHED),
        move("K4", IN_COMMENT, "publish_urgent", STAFF, PUBLISHED),
        move("K5", (DRAFT, IN_COMMENT, PUBLISHED), "withdraw", STAFF, VersionStatus.WITHDRAWN),
        move("K6", PUBLISHED, "supersede", SYSTEM, VersionStatus.SUPERSEDED),
    ),
    event_labels={
        "open_comments": _("开始征求意见"),
        "revise": _("收回修改"),
        "publish": _("公布"),
        "publish_urgent": _("依法紧急公布"),
        "withdraw": _("撤回"),
        "supersede": _("被新版取代"),
    },
)

COMMENTS = StateTable(
    subject="rules_comment",
    states=CommentStatus,
    moves=(
        move("K7", (CommentStatus.HELD, CommentStatus.HIDDEN), "show", STAFF, CommentStatus.SHOWN),
        move("K8", (CommentStatus.SHOWN, CommentStatus.HELD), "hide", STAFF, CommentStatus.HIDDEN),
    ),
    event_labels={"show": _("公开"), "hide": _("隐藏")},
)
