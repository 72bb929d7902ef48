"""The first company's desk: a colleague and an invitation, a kept view, a bulk edit taken back, a webhook with its log."""

from datetime import datetime, timedelta

from accounts.services import sign_up
from suppliers import services as suppliers
from suppliers.models import Good
from suppliers.selectors import member_of
from suppliers.services import BulkChange, Happened
from suppliers.states import BulkAction, ListPage, MemberRole, WebhookEvent
from taoxiaopu.flows.demo import cast
from taoxiaopu.flows.demo.people import Cast

COLLEAGUE = ("仓库小林", "warehouse@example.com")
INVITED = "finance@example.com"
WEBHOOK = "https://hooks.example.com/taoxiaopu"


def show_desk(people: Cast, now: datetime) -> None:
    """What members of the first company did in the last days. The webhook is switched off, so that the demo calls nobody."""
    firm, day = people.firms[0], timedelta(days=1)
    name, mail = COLLEAGUE
    colleague = sign_up(nickname=name, password=cast.PASSWORD, email=mail, verified=True)
    row = suppliers.invite_member(
        supplier=firm.supplier, contact=mail, role=MemberRole.FULFILMENT, actor=firm.actor, at=now - 3 * day
    )
    suppliers.accept_invitation(invitation=row, user=colleague, at=now - 2 * day)
    suppliers.invite_member(
        supplier=firm.supplier, contact=INVITED, role=MemberRole.FINANCE, actor=firm.actor, at=now - day
    )
    boss = member_of(firm.user)
    assert boss is not None, "the first company has its member"
    suppliers.keep_view(member=boss, page=ListPage.ORDERS, name="今天要发", query="due=soon")
    two = Good.objects.filter(pk__in=[good.pk for good in firm.goods[:2]])
    edit = suppliers.apply_bulk(
        supplier=firm.supplier, goods=two, change=BulkChange(BulkAction.STOCK_ADD, 100), seen=2, actor=firm.actor,
        at=now - timedelta(hours=3),
    )  # fmt: skip
    suppliers.undo_bulk(edit=edit, actor=firm.actor, at=now - timedelta(hours=2))
    hook, _secret = suppliers.add_endpoint(
        supplier=firm.supplier, url=WEBHOOK, events=list(WebhookEvent), actor=firm.actor, at=now - day
    )
    suppliers.switch_endpoint(endpoint=hook, is_active=False, actor=firm.actor, at=now - day)
    told = Happened(
        WebhookEvent.GOOD_HELD, firm.goods[0].public_id, now - day, {"good": firm.goods[0].public_id}
    )
    suppliers.queue_deliveries(endpoint=hook, happened=[told], until=now - day)
