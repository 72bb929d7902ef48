"""The whole machine, and the history with which an example may begin."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from payments.providers.sandbox import Button
from tests.proof.machine.purses import Purses
from tests.proof.machine.quarrels import Quarrels
from tests.proof.machine.shopping import Shopping

STAGES = ("new", "paid", "received", "final", "claimed", "settled", "withdrawn", "paid out")
dear = st.lists(st.tuples(st.sampled_from([6, 2, 7, 4, 3, 8]), st.integers(1, 3)), min_size=1, max_size=2)
purchases = st.lists(st.tuples(dear, st.sampled_from([0, 1, 0, 1, 2])), min_size=1, max_size=2)


class Machine(Shopping, Quarrels, Purses):
    """Everything that people, staff, time, the provider and the banks may do, in any order."""

    @initialize(
        bought=purchases, stage=st.sampled_from(STAGES), is_proved=st.sampled_from([False] * 7 + [True])
    )
    def begin(self, bought: list[tuple[list[tuple[int, int]], int]], stage: str, is_proved: bool) -> None:
        """So many steps lead to an owner who has spent what she must give back that half of the examples begin near it."""
        self.is_proved = is_proved
        reached = STAGES.index(stage)
        if reached < STAGES.index("paid"):
            return
        for basket, shop in bought:
            trade = self.place(basket, shop, False)
            if trade is not None:
                self.pay(trade, Button.PAY)
        if reached >= STAGES.index("received"):
            self.send_and_receive_everything()
        if reached >= STAGES.index("final"):
            self.pass_time(15 * 24 + 1)
        if stage == "claimed":
            for of in self.lines()[:1]:
                self.open_claim(*of)
        if reached >= STAGES.index("settled"):
            self.settle_in_time()
        if reached >= STAGES.index("withdrawn"):
            for owner in self.model.owners:
                if self.wallet(owner) >= 1_000:
                    self.take_out(owner)
        if reached >= STAGES.index("paid out"):
            self.pay_out_all()
        self.came_about.add(f"began: {stage}")
