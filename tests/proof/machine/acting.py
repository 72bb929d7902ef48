"""How a step is taken: in the model and on the platform, which must both do it or both refuse it."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, TypeVar

import pytest
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from orders.models import Order
from taoxiaopu.desks.order_money import order_money
from taoxiaopu.flows.verify import verify
from taoxiaopu.kernel import ids, jobs
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import DomainError
from tests.factories.world import picture
from tests.proof.machine.cast import BEGINS, LAST, Cast
from tests.proof.machine.sight import Sight
from tests.proof.model import Refused
from tests.proof.model.orders import FINALISED

T = TypeVar("T")
S = TypeVar("S")
STEP = timedelta(minutes=1)
some = st.integers(0, 9_999)  # which of the rows that a step could take: see Acting.one_of
share = st.sampled_from([100, 50, 33, 1, 99, 67, 10, 0])  # percent of an amount; 0: a single fen
people = st.sampled_from(["anna", "bela", "cleo"])
STAFF = {name: Actor(ActorKind.STAFF, name, name) for name in ("anna", "bela", "cleo")}


def part_of(amount: int, percent: int) -> int:
    """At least a fen of it."""
    return max(1, amount * percent // 100)


class EveryRule:
    """Hypothesis asks whether a rule is switched on: it is."""

    def is_enabled(self, name: str) -> bool:
        """Whatever its name."""
        return True


class Acting(RuleBasedStateMachine):
    """The clock, the model, and the database in a transaction that is rolled back when the example ends."""

    cast: ClassVar[Cast]
    is_proved: bool = False  # whether ``verify`` looks at this example, which takes longer than all its steps
    reached: ClassVar[Counter[str]] = Counter()  # in how many examples something came about

    def __init__(self) -> None:
        super().__init__()
        # Hypothesis switches rules off at random, for whole examples; then hardly one gets as far as a debt.
        self._rules_strategy.enabled_rules_strategy = st.just(EveryRule())
        self.at = BEGINS
        self.whole = transaction.atomic()
        self.whole.__enter__()
        self.numbers = ids.drawn_from("machine")
        self.numbers.__enter__()
        self.quiet = jobs.quietly()
        self.quiet.__enter__()
        self.model = self.cast.as_model()
        self.sight = Sight()
        self.came_about: set[str] = set()

    def teardown(self) -> None:
        """Prove the whole, and take it all back."""
        try:
            if self.is_proved and not connection.needs_rollback:
                self.prove()
            self.reached.update(self.came_about)
        finally:
            self.quiet.__exit__(None, None, None)
            self.numbers.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.whole.__exit__(None, None, None)

    def prove(self) -> None:
        """``verify`` finds nothing, and each order's money adds up on its page."""
        problems = [problem.sentence for problem in verify().problems]
        assert not problems, problems
        for order in Order.objects.select_related("trade", "supplier").exclude(paid_at=None):
            money = order_money(order)
            assert money.adds_up, order.number
        self.came_about.add("proved by verify")

    @invariant()
    def both_tell_the_same(self) -> None:
        """The books, every line, order, commission, case, withdrawal and payout, to the fen."""
        seen, told = self.sight.picture(), self.model.picture()
        differences = {
            name: f"{seen.get(name, 'nothing')} on the platform, {told.get(name, 'nothing')} in the model"
            for name in sorted(seen.keys() | told.keys())
            if seen.get(name) != told.get(name)
        }
        assert not differences, differences

    def act(self, told: Callable[[], S], done: Callable[[datetime], T]) -> tuple[S, T] | None:
        """Do something in the model and on the platform, a minute later. None when the rules forbid it: then the
        platform refuses it for the model's reason, and nothing whatever changes.

        PostgreSQL checks at once what it would check at commit.
        """
        self.at += STEP
        before = self._standing()
        try:
            first = told()
        except Refused as refused:
            untouched = picture()
            with pytest.raises(DomainError) as caught, transaction.atomic():
                done(self.at)
            assert type(caught.value).__name__ in refused.reasons  # noqa: PT017 (the model's refusal is the expectation)
            assert picture() == untouched
            self.came_about |= {"refused", *(f"refused: {reason}" for reason in refused.reasons)}
            return None
        with transaction.atomic():
            second = done(self.at)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        self._note(before, self._standing())
        return first, second

    def one_of(self, n: int, rows: Sequence[T], fits: Callable[[T], bool]) -> T:
        """The n-th of the rows that fit; once in ten any row, which the rules will mostly refuse. There is one that fits."""
        fitting = [row for row in rows if fits(row)]
        if n % 10 == 9:
            fitting = list(rows)
        return fitting[n // 10 % len(fitting)]

    @property
    def can_go_on(self) -> bool:
        """Whether the books have room for a later day."""
        return self.at < LAST

    def pass_time(self, hours: float, *, is_swept: bool = True) -> None:
        """Let time pass; the platform then does what fell due, unless its workers are down."""
        raise NotImplementedError

    def _standing(self) -> Counter[str]:
        totals: Counter[str] = Counter()
        for (kind, _party), fen in self.model.books.fen.items():
            totals[kind] += fen
        for order in self.model.orders.all:
            if order.status == FINALISED:
                totals["refunded after final"] += sum(line.refunded for line in order.lines)
        return totals

    def _note(self, before: Counter[str], after: Counter[str]) -> None:
        """Write down what came about that seldom does: the test wants to have seen each of it."""
        changes = Counter({kind: after[kind] - before[kind] for kind in after.keys() | before.keys()})
        seen = {
            "an owner owes": changes["owner_debt"] > 0,
            "an owner repays": changes["owner_debt"] < 0,
            "a bond is drawn on": changes["category_bond"] < 0,
            "a deposit is drawn on": changes["supplier_deposit"] < 0,
            "a supplier owes": changes["supplier_debt"] > 0,
            "a supplier repays": changes["supplier_debt"] < 0,
            "refunded after final": changes["refunded after final"] > 0,
            "taken out of confirmed": changes["owner_confirmed"] < 0 and changes["refunded after final"] > 0,
            "taken out of withdrawable": changes["owner_withdrawable"] < 0 and changes["refunded after final"] > 0,
            "tax withheld": changes["tax_payable"] > 0,
            "tax given back": changes["tax_payable"] < 0,
        }  # fmt: skip
        self.came_about |= {name for name, holds in seen.items() if holds}
