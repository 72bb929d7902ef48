"""The whole machine, and the history with which an example may begin."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from payments.providers.sandbox import Button
from tests.proof.machine.purses import Purses
from tests.proof.machine.quarrels import Quarrels
from tests.proof.machine.shopping import Shopping

STAGES = (
    "new",
    "paid",
    "received",
    "final",
    "claimed",
    "settled",
    "given back",
    "final again",
    "paid out",
    "owes",
    "repays",
)
dear = st.lists(st.tuples(st.sampled_from([6, 2, 7, 4, 3, 8]), st.integers(1, 3)), min_size=1, max_size=1)
purchases = st.lists(st.tuples(dear, st.sampled_from([0, 1, 0, 1, 2])), min_size=1, max_size=2)
Purchases = list[tuple[list[tuple[int, int]], int]]


class Machine(Shopping, Quarrels, Purses):
    """Everything that people, staff, time, the provider and the banks may do, in any order."""

    @initialize(
        bought=purchases,
        stage=st.sampled_from(["paid out", *STAGES]),
        is_proved=st.sampled_from([False, False, False, False, True, False, False, False]),
    )
    def begin(self, bought: Purchases, stage: str, is_proved: bool) -> None:
        """It takes many steps to an owner who has spent what she must give back: most examples begin on the way there."""
        self.is_proved = is_proved
        reached = STAGES.index(stage)
        if reached >= STAGES.index("paid"):
            self.sell(bought)
        if reached >= STAGES.index("received"):
            self.send_and_receive_everything()
        if reached >= STAGES.index("final"):
            self.pass_time(15 * 24 + 1)
        if stage == "claimed":
            for of in self.lines()[:1]:
                self.open_claim(*of)
        if reached >= STAGES.index("settled"):
            self.settle_in_time()
        if stage == "final again":
            self.sell(bought)
            self.send_and_receive_everything()
            self.pass_time(15 * 24 + 1)
        if reached >= STAGES.index("paid out"):
            for owner in self.model.owners:
                if self.wallet(owner) >= 1_000:
                    self.take_out(owner)
            self.pay_out_all()
        if stage == "given back" or reached >= STAGES.index("owes"):
            for of in self.lines():
                if self.can_claim(of):
                    self.win(self.open_claim(*of), 100)
        if stage == "repays":
            self.sell(bought)
            self.send_and_receive_everything()
            self.pass_time(15 * 24 + 1)
        self.came_about.add(f"began: {stage}")

    def sell(self, bought: Purchases) -> None:
        """Placed and paid in owners' shops."""
        for basket, shop in bought:
            trade = self.place(basket, shop, False)
            if trade is not None:
                self.pay(trade, Button.PAY)
