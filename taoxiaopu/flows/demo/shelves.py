"""How the owner of the demo has laid out the shop: sections, pins, one hidden pick, and a good that went off sale."""

from datetime import datetime

from orders.services import count_good_records
from storefronts import services as storefronts
from storefronts.selectors import picks_of
from storefronts.selectors.health import substitutes_for
from suppliers import services as suppliers
from taoxiaopu.flows.demo.people import Stall
from taoxiaopu.kernel.actors import Actor, ActorKind

SECTIONS = ("新人先看", "送礼不出错")
IN_EACH = 3


def lay_out(stall: Stall, now: datetime) -> None:
    """Two sections of the first picks, two pins, the last one hidden; and what became of all goods' orders."""
    picks = list(picks_of(stall.shop))
    for n, name in enumerate(SECTIONS):
        section = storefronts.add_section(shop=stall.shop, name=name, at=now)
        for pick in picks[n * IN_EACH : (n + 1) * IN_EACH]:
            storefronts.put_into_section(pick=pick, section=section)
    for pick in picks[1:4:2]:
        storefronts.set_pinned(pick=pick, pinned=True, at=now)
    storefronts.set_hidden(pick=picks[-1], hidden=True)
    _take_off_sale(stall, now)
    count_good_records(at=now)


def _take_off_sale(stall: Stall, now: datetime) -> None:
    """A supplier stops selling a good that the shop has and could replace."""
    for pick in picks_of(stall.shop):
        if pick.good_id not in stall.links and substitutes_for(pick):
            boss = Actor(ActorKind.SUPPLIER, pick.good.supplier.public_id, "demo")
            suppliers.delist_good(good=pick.good, actor=boss, at=now, reason="换季下架")
            return
