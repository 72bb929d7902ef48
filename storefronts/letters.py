"""What an owner is told of: goods in the shop that went off sale."""

from django.utils.translation import gettext_lazy as _

from accounts.letters import letter
from accounts.states import Audience, Topic

PICK_DELISTED = letter(
    "pick_delisted", Audience.OWNER, Topic.GOODS,
    title=_("选品已下架"), body=_("“{title}”已停止销售，顾客在您的小铺里看不到它了"),
    page="owner:pick-detail", tone="wait",
)  # fmt: skip
