"""What an owner is told of: goods in the shop that went off sale, a debt that is old, a suspension; and all sides of conversations."""

from django.utils.translation import gettext_lazy as _

from accounts.letters import letter
from accounts.states import Audience, Topic
from storefronts.states import Handler

PICK_DELISTED = letter(
    "pick_delisted", Audience.OWNER, Topic.GOODS,
    title=_("选品已下架"), body=_("“{title}”已停止销售，顾客在您的小铺里看不到它了"),
    page="owner:pick-detail", tone="wait",
)  # fmt: skip
RATE_LOWERED = letter(
    "rate_lowered", Audience.OWNER, Topic.GOODS,
    title=_("佣金率将调低"), body=_("“{title}”的佣金率将从 {now} 调为 {later}，{counts_at} 起生效；之前的订单不变"),
    page="owner:pick-detail", tone="wait",
)  # fmt: skip
PICKING_PAUSED = letter(
    "picking_paused", Audience.OWNER, Topic.MONEY,
    title=_("欠款未还，选品已暂停"),
    body=_("{debt_fen} 已超过 {days} 天未还清，暂不能添加选品；之后的佣金会先用于抵还"), page="owner:commissions", tone="bad",
)  # fmt: skip
SUSPENDED = letter(
    "owner_suspended", Audience.OWNER, Topic.ACCOUNT,
    title=_("账户已暂停"), body=_("暂停期间不能提现，也不参与等级评定：{reason}"), page="owner:home", tone="bad",
)  # fmt: skip
RESUMED = letter(
    "owner_resumed", Audience.OWNER, Topic.ACCOUNT,
    title=_("账户已恢复"), body=_("提现与等级评定已恢复：{reason}"), page="owner:home", tone="good",
)  # fmt: skip
QUESTION_ASKED = letter(
    "question_asked", Audience.OWNER, Topic.QUESTIONS,
    title=_("有顾客咨询"), body=_("“{title}”请在 {deadline_at} 前回复"), page="owner:question", tone="wait",
)  # fmt: skip
QUESTION_LATE = letter(
    "question_late", Audience.OWNER, Topic.QUESTIONS,
    title=_("咨询超时未回复"), body=_("“{title}”{deadline_at} 后将转给商家"), page="owner:question", tone="bad",
)  # fmt: skip
QUESTION_PASSED = letter(
    "question_passed", Audience.OWNER, Topic.QUESTIONS,
    title=_("咨询已转给商家"), body=_("“{title}”的咨询没有及时回复，已由商家处理"), page="owner:question", tone="bad",
)  # fmt: skip
QUESTION_TO_SUPPLIER = letter(
    "question_to_supplier", Audience.SUPPLIER, Topic.QUESTIONS,
    title=_("新的咨询"), body=_("“{title}”请在 {deadline_at} 前回复"), page="supplier:question", tone="wait",
)  # fmt: skip
QUESTION_LATE_SUPPLIER = letter(
    "question_late_supplier", Audience.SUPPLIER, Topic.QUESTIONS,
    title=_("咨询超时未回复"), body=_("“{title}”{deadline_at} 后将转给平台"), page="supplier:question", tone="bad",
)  # fmt: skip
QUESTION_ESCALATED = letter(
    "question_escalated", Audience.SUPPLIER, Topic.QUESTIONS,
    title=_("咨询已转给平台"), body=_("“{title}”的咨询没有及时回复，已由平台处理"), page="supplier:question", tone="bad",
)  # fmt: skip
QUESTION_ANSWERED = letter(
    "question_answered", Audience.SHOPPER, Topic.QUESTIONS,
    title=_("您的咨询有了回复"), body=_("“{title}”{who}：{words}"), page="question", tone="good",
    choices={"who": Handler},
)  # fmt: skip
QUESTION_MOVED = letter(
    "question_moved", Audience.SHOPPER, Topic.QUESTIONS,
    title=_("您的咨询已转交"), body=_("“{title}”的咨询现在由{who}回复"), page="question",
    choices={"who": Handler},
)  # fmt: skip
