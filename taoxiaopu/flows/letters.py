"""What everybody concerned is told of the platform's rules: comments are open, a version comes, or was withdrawn."""

from django.utils.translation import gettext_lazy as _

from accounts.letters import Letter, letter
from accounts.states import Audience, Topic
from rulebook.services import Announcement
from rulebook.states import DocumentCode

TITLES = {
    Announcement.COMMENTS: _("规则征求意见"),
    Announcement.PUBLISHED: _("规则将变更"),
    Announcement.WITHDRAWN: _("规则变更已撤回"),
}
BODIES = {
    Announcement.COMMENTS: _("《{document}》第 {edition} 版公开征求意见，{until_at} 前可以发表意见"),
    Announcement.PUBLISHED: _("《{document}》第 {edition} 版已公布，{effective_at} 起生效，请阅读并确认"),
    Announcement.WITHDRAWN: _("《{document}》第 {edition} 版已撤回，不会生效"),
}
# One kind for each piece of news and inbox: a letter belongs to one audience.
RULES: dict[tuple[Announcement, Audience], Letter] = {
    (what, audience): letter(
        f"rules_{what}_{audience}", audience, Topic.RULES,
        title=TITLES[what], body=BODIES[what], page="rule-edition", choices={"document": DocumentCode}, tone="wait",
    )
    for what in Announcement
    for audience in Audience
}  # fmt: skip
