"""Cases, disputes, claims and rulings."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from disputes import services as disputes
from disputes.models import Case as CaseRow
from disputes.models import Dispute as DisputeRow
from disputes.services import CaseDraft, RulingDraft
from disputes.states import CaseReason, Liable, RulingOutcome
from orders.models import OrderLine as LineRow
from taoxiaopu.kernel.actors import Actor, ActorKind
from tests.proof.machine.acting import STAFF, Acting, part_of, people, share, some
from tests.proof.machine.shopping import buyer_of
from tests.proof.model.disputes import FULL, PARTIAL, REJECT, Case, Dispute
from tests.proof.model.orders import COMPLETED, FINALISED, PAID, PART_SHIPPED, SHIPPED, Order, OrderLine

BEFORE_FINAL = (PAID, PART_SHIPPED, SHIPPED, COMPLETED)
COMPLAINTS = [reason for reason in CaseReason if reason != CaseReason.CANCEL]  # of customised goods only
CASE_WAITS = ("wait_supplier", "rejected")
STATES = ("evidence", "review", "second_approval", "decided", "appealed")
outcomes = st.sampled_from([FULL, PARTIAL, REJECT])


class Quarrels(Acting):
    """What consumers and suppliers do not agree about."""

    def lines(self) -> list[tuple[Order, OrderLine]]:
        """All lines with their orders."""
        return [(order, line) for order in self.model.orders.all for line in order.lines]

    def can_complain(self, of: tuple[Order, OrderLine]) -> bool:
        """Whether a case may be opened about a line."""
        order, line = of
        is_open = any(
            c.line is line and c.status not in ("succeeded", "closed") for c in self.model.disputes.cases
        )
        return order.status in BEFORE_FINAL and line.left > 0 and not is_open

    def can_claim(self, of: tuple[Order, OrderLine]) -> bool:
        """Whether a claim may be made about a line."""
        order, line = of
        is_open = any(d.line is line and d.is_open for d in self.model.disputes.all)
        return order.status == FINALISED and line.left > 0 and not is_open

    def buyer(self, row: Case | Dispute) -> Actor:
        """The consumer whose case it is."""
        return buyer_of(row.order.trade)

    def supplier(self, row: Case | Dispute) -> Actor:
        """The supplier whom it is about."""
        return Actor(ActorKind.SUPPLIER, row.order.supplier.public_id, "tests")

    # Cases

    @precondition(lambda self: any(map(self.can_complain, self.lines())))
    @rule(n=some, percent=share, is_received=st.booleans(), reason=st.sampled_from(COMPLAINTS))
    def complain(self, n: int, percent: int, is_received: bool, reason: CaseReason) -> None:
        """A1."""
        order, line = self.one_of(n, self.lines(), self.can_complain)
        self.open_case(order, line, part_of(line.left, percent), is_received, reason)

    def open_case(
        self,
        order: Order,
        line: OrderLine,
        fen: int,
        is_received: bool,
        reason: CaseReason = CaseReason.QUALITY,
    ) -> Case | None:
        """A case about a line."""
        opened = self.act(
            lambda: self.model.disputes.open_case(order, line, fen, is_received, self.at),
            lambda at: disputes.open_case(
                line=LineRow.objects.select_related("order").get(ref=line.ref),
                draft=CaseDraft(reason, fen, is_received, "有破损"),
                actor=buyer_of(order.trade),
                at=at,
            ),
        )
        if opened is None:
            return None
        case, row = opened
        case.number = row.number
        return case

    @precondition(lambda self: any(case.status in CASE_WAITS for case in self.model.disputes.cases))
    @rule(n=some, how=st.integers(0, 2), percent=share, is_received=st.booleans())
    def case_goes_on(self, n: int, how: int, percent: int, is_received: bool) -> None:
        """The supplier agrees or refuses, the consumer asks for something else or asks the platform, or gives up."""
        case = self.one_of(n, self.model.disputes.cases, lambda case: case.status in CASE_WAITS)
        waits_for_supplier = (case.status == "wait_supplier") != (n % 20 == 19)
        if how == 2:
            self.give_up_case(case)
        elif waits_for_supplier:
            (self.agree, self.refuse)[how](case)
        elif how:
            self.escalate(case)
        else:
            self.modify(case, part_of(case.line.left, percent), is_received)

    def agree(self, case: Case) -> None:
        """A2."""
        self.act(
            lambda: self.model.disputes.agree(case, self.at),
            lambda at: disputes.agree_case(case=row_of(case), actor=self.supplier(case), at=at),
        )

    def refuse(self, case: Case) -> None:
        """A4."""
        self.act(
            lambda: self.model.disputes.reject(case, self.at),
            lambda at: disputes.reject_case(
                case=row_of(case), reason="出库完好", actor=self.supplier(case), at=at
            ),
        )

    def modify(self, case: Case, fen: int, is_received: bool) -> None:
        """A11."""
        self.act(
            lambda: self.model.disputes.modify(case, fen, is_received, self.at),
            lambda at: disputes.modify_case(
                case=row_of(case),
                draft=CaseDraft(CaseReason.NO_REASON, fen, is_received, "改一下"),
                actor=self.buyer(case),
                at=at,
            ),
        )

    def escalate(self, case: Case) -> Dispute | None:
        """The platform decides."""
        opened = self.act(
            lambda: self.model.disputes.escalate(case, self.at),
            lambda at: disputes.escalate_case(case=row_of(case), actor=self.buyer(case), at=at),
        )
        return named(opened)

    def give_up_case(self, case: Case) -> None:
        """A19."""
        self.act(
            lambda: self.model.disputes.give_up(case, self.at),
            lambda at: disputes.withdraw_case(case=row_of(case), actor=self.buyer(case), at=at),
        )

    # Disputes

    @precondition(lambda self: any(map(self.can_claim, self.lines())))
    @rule(n=some)
    def claim(self, n: int) -> None:
        """O17."""
        self.open_claim(*self.one_of(n, self.lines(), self.can_claim))

    def open_claim(self, order: Order, line: OrderLine) -> Dispute | None:
        """A claim about a line of a final order."""
        opened = self.act(
            lambda: self.model.disputes.claim(order, line, self.at),
            lambda at: disputes.open_claim(
                line=LineRow.objects.select_related("order").get(ref=line.ref),
                text="送检为假货",
                actor=buyer_of(order.trade),
                at=at,
            ),
        )
        return named(opened)

    @precondition(lambda self: any(dispute.is_open for dispute in self.model.disputes.all))
    @rule(
        n=some,
        is_other=st.booleans(),
        outcome=outcomes,
        percent=share,
        who=people,
        liable=st.sampled_from(Liable),
    )
    def dispute_goes_on(
        self, n: int, is_other: bool, outcome: str, percent: int, who: str, liable: Liable
    ) -> None:
        """Whatever its state asks for; once in a while something else. ``is_other``: the supplier, not the consumer; no, not
        yes.
        """
        dispute = self.one_of(n, self.model.disputes.all, lambda dispute: dispute.is_open)
        state = STATES[n // 100 % len(STATES)] if n % 20 == 19 else dispute.status
        side = "supplier" if is_other else "buyer"
        if state in ("evidence", "review") and percent == 0:
            self.give_up_dispute(dispute)
        elif state == "evidence":
            for one in ("buyer", "supplier") if percent > 50 else (side,):
                self.say_all(dispute, one)
        elif state == "review":
            self.decide(dispute, outcome, percent, who, liable)
        elif state == "second_approval":
            (self.send_back if is_other else self.approve)(dispute, who)
        elif state == "decided":
            self.appeal(dispute, side)
        else:
            self.decide_appeal(dispute, outcome if is_other else "", percent, who)

    def say_all(self, dispute: Dispute, side: str) -> None:
        """One side is done."""
        actor = self.buyer(dispute) if side == "buyer" else self.supplier(dispute)
        self.act(
            lambda: self.model.disputes.say_all(dispute, side, self.at),
            lambda at: disputes.mark_done(dispute=dispute_of(dispute), actor=actor, at=at),
        )

    def decide(
        self, dispute: Dispute, outcome: str, percent: int, who: str, liable: Liable = Liable.SUPPLIER
    ) -> None:
        """A ruling."""
        fen = part_of(dispute.line.left, percent)
        draft = RulingDraft(RulingOutcome(outcome), liable, fen, "按举证裁定", "5.5")
        decided = self.act(
            lambda: self.model.disputes.decide(dispute, outcome, fen, who, self.at),
            lambda at: disputes.decide(dispute=dispute_of(dispute), draft=draft, actor=STAFF[who], at=at),
        )
        if decided is not None:
            self.came_about.add(f"decided: {outcome}")

    def send_back(self, dispute: Dispute, who: str) -> None:
        """D8: the second person does not agree."""
        self.act(
            lambda: self.model.disputes.send_back(dispute, who, self.at),
            lambda at: disputes.send_back(
                dispute=dispute_of(dispute), actor=STAFF[who], at=at, reason="请补充理由"
            ),
        )

    def approve(self, dispute: Dispute, who: str) -> None:
        """The second person agrees."""
        approved = self.act(
            lambda: self.model.disputes.approve(dispute, who, self.at),
            lambda at: disputes.approve_ruling(dispute=dispute_of(dispute), actor=STAFF[who], at=at),
        )
        if approved is not None:
            self.came_about.add("approved by a second person")

    def appeal(self, dispute: Dispute, side: str) -> None:
        """D9."""
        actor = self.buyer(dispute) if side == "buyer" else self.supplier(dispute)
        self.act(
            lambda: self.model.disputes.appeal(dispute, side, self.at),
            lambda at: disputes.appeal(dispute=dispute_of(dispute), text="新的报告", actor=actor, at=at),
        )

    def decide_appeal(self, dispute: Dispute, outcome: str, percent: int, who: str) -> None:
        """D10: uphold it (no outcome), or decide otherwise."""
        fen = part_of(dispute.line.left, percent)
        draft = RulingDraft(RulingOutcome(outcome), Liable.SUPPLIER, fen, "改判", "5.5") if outcome else None
        decided = self.act(
            lambda: self.model.disputes.decide_appeal(dispute, outcome, fen, who, self.at),
            lambda at: disputes.decide_appeal(
                dispute=dispute_of(dispute), draft=draft, actor=STAFF[who], at=at
            ),
        )
        if decided is not None:
            self.came_about.add("an appeal changes a ruling" if outcome else "an appeal upholds a ruling")

    def give_up_dispute(self, dispute: Dispute) -> None:
        """D12."""
        self.act(
            lambda: self.model.disputes.withdraw(dispute, self.at),
            lambda at: disputes.withdraw_dispute(
                dispute=dispute_of(dispute), actor=self.buyer(dispute), at=at
            ),
        )

    # From the beginning to the money

    @precondition(lambda self: self.can_go_on and any(map(self.can_complain, self.lines())))
    @rule(n=some, percent=share)
    def win_case(self, n: int, percent: int) -> None:
        """About an order that is on its way: refused by the supplier, ordered by the platform."""
        fitting = [of for of in self.lines() if self.can_complain(of)]
        order, line = fitting[n % len(fitting)]
        case = self.open_case(order, line, part_of(line.left, percent), True)
        if case is None:
            return
        self.refuse(case)
        if case.status == "rejected":
            self.win(self.escalate(case), percent)

    @precondition(lambda self: self.can_go_on and any(map(self.can_claim, self.lines())))
    @rule(n=some, percent=share)
    def win_claim(self, n: int, percent: int) -> None:
        """About an order that is long final."""
        fitting = [of for of in self.lines() if self.can_claim(of)]
        order, line = fitting[n % len(fitting)]
        self.win(self.open_claim(order, line), percent)

    def win(self, dispute: Dispute | None, percent: int) -> None:
        """Both sides say what they have, the consumer is right, and nobody appeals."""
        if dispute is None:
            return
        for side in ("buyer", "supplier"):
            self.say_all(dispute, side)
        left = dispute.line.left
        self.decide(dispute, PARTIAL if part_of(left, percent) < left else FULL, percent, "anna")
        if dispute.status == "second_approval":
            self.approve(dispute, "bela")
        self.pass_time(73)


def row_of(case: Case) -> CaseRow:
    """The platform's row."""
    return CaseRow(number=case.number)


def dispute_of(dispute: Dispute) -> DisputeRow:
    """The platform's row."""
    return DisputeRow(number=dispute.number)


def named(opened: tuple[Dispute, DisputeRow] | None) -> Dispute | None:
    """Give the model's dispute the number that the platform drew."""
    if opened is None:
        return None
    dispute, row = opened
    dispute.number = row.number
    return dispute
