"""Everyday trade: orders that were finalised month by month, orders on their way, people who look around."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

from accounts import services as accounts
from accounts.models import User
from accounts.states import Audience
from storefronts import services as storefronts
from storefronts.models import ShareLink, Shop
from suppliers.models import Good
from taoxiaopu.flows.demo import cast, moves
from taoxiaopu.flows.demo.moves import Basket
from taoxiaopu.flows.demo.people import Cast, Stall
from taoxiaopu.flows.stage import Stage
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.settings import rules_at

WORTH_FEN = 17_500  # an order's goods: 600 of them are above the sales that the highest tier asks for
FEW = 2  # trades of a shop in a month, without the crowd
MARGIN = timedelta(days=2)  # orders are finalised this far from a month's ends
TO_FINAL = timedelta(days=19)  # from the order to its finalising, when the consumer confirms


@dataclass(frozen=True, slots=True)
class Purchase:
    """One trade to come: where, by whom, when, and whether the consumer forgets to confirm."""

    stall: Stall
    buyer: int
    at: datetime
    pair: bool
    forgets: bool = False
    in_shop: bool = True
    member: User | None = None


def last_judged(now: datetime) -> date:
    """The newest month whose tiers were judged by ``now``."""
    month = clock.month_of(now)
    judged = clock.previous_month(month)
    if now < clock.local_instant(month, rules_at(now).TIER_HOUR) + timedelta(minutes=5):
        judged = clock.previous_month(judged)
    return judged


def judged_months(now: datetime) -> list[date]:
    """The last four judged months, the oldest first."""
    months = [last_judged(now)]
    while len(months) < 4:
        months.append(clock.previous_month(months[-1]))
    return months[::-1]


def start_of_story(now: datetime) -> datetime:
    """Early enough for an order to be finalised at the beginning of the oldest month."""
    start, _end = clock.month_bounds(judged_months(now)[0])
    return start - timedelta(days=26)


def plan_clockwork(play: Stage, start: datetime, now: datetime) -> None:
    """Every second day what fell due, and the monthly runs a few minutes after their hour."""
    rules = rules_at(now)
    moment = start + timedelta(days=2)
    while moment < now:
        play.at(moment, moves.run_due)
        moment += timedelta(days=2)
    month = clock.next_month(clock.month_of(start))
    while month <= clock.month_of(now):
        for hour in (rules.TIER_HOUR, rules.SUPPLIER_STATEMENT_HOUR):
            play.at(clock.local_instant(month, hour, 2), moves.run_due)
        settle = month.replace(day=rules.SETTLE_DAY)
        play.at(clock.local_instant(settle, rules.SETTLE_HOUR, 2), moves.run_due)
        month = clock.next_month(month)


def plan_orders(play: Stage, people: Cast, now: datetime, *, crowd: bool) -> None:
    """Everything that consumers ordered in the shops, and now and then on the platform's own pages.

    Without the ``crowd`` no shop has more than a few trades in a month.
    """
    months = judged_months(now)
    for stall in people.stalls:
        chance = Random(stall.host.phone)  # noqa: S311  (the same story every time)
        for n, month in enumerate(months):
            trades = stall.host.finals[n]
            pair = stall.host.in_pairs and n == 3
            if not crowd:
                trades = min(trades, FEW)
            _plan_month(play, stall, chance, month, trades, pair)
        for n in range(stall.host.recent):
            at = now - timedelta(days=17) * (n + 0.5) / stall.host.recent
            _plan(play, Purchase(stall, 20 + chance.randrange(80), at, pair=n % 4 == 3), chance)
    # From the platform's own pages: nobody's commission.
    chance = Random(2026)  # noqa: S311
    for n in range(8):
        at = now - timedelta(days=4 + 11 * n)
        member = people.members[n % 2]
        _plan(play, Purchase(people.stalls[0], 200 + n, at, False, in_shop=False, member=member), chance)


def _plan_month(play: Stage, stall: Stall, chance: Random, month: date, trades: int, pair: bool) -> None:
    start, end = clock.month_bounds(month)
    span = end - start - 2 * MARGIN
    for n in range(trades):
        final = start + MARGIN + span * n / trades
        # Only trades of the first half of a month may be late: they are still finalised in it.
        forgets = n % 7 == 3 and n < trades / 2
        at = final - TO_FINAL - timedelta(minutes=chance.randrange(600))
        # Consumers come back, but in a busy month each trade is somebody else's.
        buyer = 100 + n if trades > 40 else 10 + n % 40
        _plan(play, Purchase(stall, buyer, at, pair, forgets), chance)


def _plan(play: Stage, purchase: Purchase, chance: Random) -> None:
    shelf = purchase.stall.shelf[:-1]
    first = shelf[chance.randrange(len(shelf))]
    goods = [first]
    if purchase.pair:
        others = [good for good in shelf if good.supplier_id != first.supplier_id]
        goods.append(others[chance.randrange(len(others))])
    basket = [(good, -(-WORTH_FEN // good.price_from_fen)) for good in goods]
    play.at(purchase.at, partial(_buy, play, purchase, basket))


def _buy(play: Stage, purchase: Purchase, goods: list[tuple[Good, int]], at: datetime) -> None:
    stall, buyer = purchase.stall, purchase.buyer
    shop: Shop | None = stall.shop if purchase.in_shop else None
    link = stall.links.get(goods[0][0].pk) if shop else None
    if link is not None:
        moves.open_link(link, f"demo-visitor-{buyer}", at, f"203.0.113.{buyer % 250}")
    member = purchase.member
    trade = moves.place(Basket(goods, shop, buyer, member=member), at + timedelta(minutes=4))
    moves.pay(trade, at + timedelta(minutes=6))
    play.at(at + timedelta(hours=20), lambda then: moves.ship(play, trade, then))
    if not purchase.forgets:  # else time confirms
        play.at(at + timedelta(days=3, hours=5), lambda then: moves.confirm(trade, then))


def plan_own_use(play: Stage, people: Cast, start: datetime) -> None:
    """The first owner buys one for herself, and two months later she may say that she used it."""
    stall = people.stalls[0]
    good = stall.shelf[1]
    play.at(start + timedelta(days=3), partial(_buy_for_herself, play, stall, good))


def _buy_for_herself(play: Stage, stall: Stall, good: Good, at: datetime) -> None:
    trade = moves.place(Basket([(good, 1)], stall.shop, 0, stall.host.phone), at)
    moves.pay(trade, at + timedelta(minutes=2))
    play.at(at + timedelta(hours=22), lambda then: moves.ship(play, trade, then))
    play.at(at + timedelta(days=2), lambda then: moves.confirm(trade, then))
    play.at(at + timedelta(days=60), lambda then: _say_so(stall, good, then))


def _say_so(stall: Stall, good: Good, at: datetime) -> None:
    pick = stall.shop.picks.select_related("good__category").get(good=good)
    storefronts.recommend(pick=pick, text=cast.OWN_USE, at=at)


def plan_looks(play: Stage, people: Cast, now: datetime) -> None:
    """People open links and buy nothing: many of them in the last thirty days, the more the bigger the shop."""
    for turn, stall in enumerate(people.stalls):
        looks = 2 * stall.host.links
        for n, link in enumerate(stall.links.values()):
            for look in range(looks):
                at = now - timedelta(days=30) * look / looks
                at -= timedelta(hours=1 + (n * 5 + turn) % 19, minutes=7 * look + n)
                play.at(at, partial(_look, link, turn * 1000 + n * 50 + look))


def _look(link: ShareLink, seed: int, at: datetime) -> None:
    moves.open_link(link, f"demo-looker-{seed}", at, f"198.51.100.{seed % 250}")


def plan_reading(play: Stage, people: Cast, now: datetime) -> None:
    """Two days ago everybody had read what lay in the inboxes."""

    def read(at: datetime) -> None:
        for stall in people.stalls:
            accounts.read_all(user=stall.owner.user, audience=Audience.OWNER, at=at)
        for firm in people.firms:
            accounts.read_all(user=firm.user, audience=Audience.SUPPLIER, at=at)

    play.at(now - timedelta(days=2), read)
