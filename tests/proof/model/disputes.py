"""After-sales cases and disputes (docs/rules.md §5.4, §5.5)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.proof.model.commissions import Commissions
from tests.proof.model.orders import (
    COMPLETED,
    FINALISED,
    PAID,
    PART_SHIPPED,
    SHIPPED,
    Order,
    OrderLine,
    Orders,
)
from tests.proof.model.refused import require

UNSHIPPED, NOT_RECEIVED, RECEIVED = timedelta(hours=24), timedelta(hours=36), timedelta(hours=48)
AFTER_REFUSAL = timedelta(days=7)
EVIDENCE, TO_DECIDE, TO_APPEAL = timedelta(hours=72), timedelta(hours=48), timedelta(hours=72)
CLAIMS = timedelta(days=90)
ATTEMPTS = 5
TWO_DECIDE = 200_000  # fen from which on, exclusive, a second person approves a ruling
FULL, PARTIAL, REJECT = "full_refund", "partial_refund", "reject"


@dataclass(eq=False)
class Case:
    """A consumer asks for some of a line's money back."""

    order: Order
    line: OrderLine
    amount: int
    is_received: bool
    was_unshipped: bool
    deadline: datetime | None
    status: str = "wait_supplier"
    attempts: int = 1
    number: str = ""


@dataclass
class Ruling:
    """What was decided, and who approved it."""

    outcome: str
    amount: int
    by: str
    approved_by: str = ""


@dataclass(eq=False)
class Dispute:
    """A quarrel about a line: about a refused case, or a claim after the order was final."""

    order: Order
    line: OrderLine
    case: Case | None
    deadline: datetime | None
    status: str = "evidence"
    rulings: list[Ruling] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    claimed_by: str = ""
    number: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it still waits for something."""
        return self.status not in ("closed", "withdrawn")


@dataclass
class Disputes:
    """All cases and disputes, the oldest first."""

    orders: Orders
    commissions: Commissions
    cases: list[Case] = field(default_factory=list)
    all: list[Dispute] = field(default_factory=list)

    # Cases

    def open_case(self, order: Order, line: OrderLine, amount: int, is_received: bool, at: datetime) -> Case:
        """A1: holds the order and freezes the line's commission."""
        mine = [case for case in self.cases if case.line is line]
        require(
            BadRuling=not 1 <= amount <= line.left,
            CaseNotPossible=order.status not in (PAID, PART_SHIPPED, SHIPPED, COMPLETED)
            or (order.final_by is not None and at > order.final_by)
            or not line.left
            or any(case.status not in ("succeeded", "closed") for case in mine),
            TooManyAttempts=sum(case.attempts for case in mine) >= ATTEMPTS,
        )
        case = Case(
            order, line, amount, is_received and line.is_shipped, not line.is_shipped,
            self._answer_by(order, line, is_received, at),
        )  # fmt: skip
        self.cases.append(case)
        self.orders.hold(order, case, at)
        if line.commission is not None:
            self.commissions.freeze(line.commission)
        return case

    def _answer_by(self, order: Order, line: OrderLine, is_received: bool, at: datetime) -> datetime:
        if line.is_shipped:
            return at + (RECEIVED if is_received else NOT_RECEIVED)
        assert order.ship_by is not None
        return at if order.is_late or at > order.ship_by else at + UNSHIPPED

    def _require(self, row: Case | Dispute, status: str, at: datetime) -> None:
        require(
            MoveRefused=row.status != status,
            TooLate=row.status == status and row.deadline is not None and at > row.deadline,
        )

    def agree(self, case: Case, at: datetime) -> None:
        """A2."""
        self._require(case, "wait_supplier", at)
        self._refund(case, case.amount, at)

    def reject(self, case: Case, at: datetime) -> None:
        """A4."""
        self._require(case, "wait_supplier", at)
        case.status, case.deadline = "rejected", at + AFTER_REFUSAL

    def modify(self, case: Case, amount: int, is_received: bool, at: datetime) -> None:
        """A11: the consumer asks for something else; an attempt more."""
        self._require(case, "rejected", at)
        require(
            BadRuling=not 1 <= amount <= case.line.left,
            TooManyAttempts=sum(c.attempts for c in self.cases if c.line is case.line) >= ATTEMPTS,
        )
        case.status, case.amount, case.attempts = "wait_supplier", amount, case.attempts + 1
        case.was_unshipped = not case.line.is_shipped
        case.is_received = is_received and case.line.is_shipped
        case.deadline = self._answer_by(case.order, case.line, is_received, at)

    def escalate(self, case: Case, at: datetime) -> Dispute:
        """A12, D1."""
        self._require(case, "rejected", at)
        return self._dispute(case, at)

    def give_up(self, case: Case, at: datetime) -> None:
        """A19."""
        require(MoveRefused=case.status not in ("wait_supplier", "rejected"))
        self._close(case, at)

    def _dispute(self, case: Case, at: datetime) -> Dispute:
        case.status, case.deadline = "in_dispute", None
        dispute = Dispute(case.order, case.line, case, at + EVIDENCE)
        self.all.append(dispute)
        return dispute

    def _refund(self, case: Case, amount: int, at: datetime) -> None:
        """The order goes on, and the money back; the case is over when it arrives (A20)."""

        def arrived() -> None:
            case.status = "succeeded"

        case.status, case.deadline = "refunding", None
        self._release(case, at)
        self.orders.refund(case.order, case.line, amount, at, arrived)

    def _close(self, case: Case, at: datetime) -> None:
        case.status, case.deadline = "closed", None
        self._release(case, at)

    def _release(self, case: Case, at: datetime) -> None:
        self.orders.lift(case.order, case, at)
        if case.line.commission is not None:
            self.commissions.unfreeze(case.line.commission)

    # Disputes

    def claim(self, order: Order, line: OrderLine, at: datetime) -> Dispute:
        """O17: up to 90 days after the order was final; it stays final, the line's commission waits."""
        require(
            CaseNotPossible=order.status != FINALISED
            or order.finalised_at is None
            or at > order.finalised_at + CLAIMS
            or not line.left
            or any(dispute.line is line and dispute.is_open for dispute in self.all)
        )
        dispute = Dispute(order, line, None, at + EVIDENCE)
        self.all.append(dispute)
        if line.commission is not None:
            self.commissions.freeze(line.commission)
        return dispute

    def say_all(self, dispute: Dispute, side: str, at: datetime) -> None:
        """D2: the review starts early when both sides are done."""
        is_over = dispute.deadline is not None and at > dispute.deadline
        require(CaseNotPossible=dispute.status != "evidence" or is_over)
        dispute.done.add(side)
        if len(dispute.done) == 2:
            dispute.status, dispute.deadline = "review", at + TO_DECIDE

    def decide(self, dispute: Dispute, outcome: str, amount: int, who: str, at: datetime) -> Ruling:
        """D8: a full refund is of what is left, a partial one of less; above 2,000 yuan a second person approves it."""
        can_decide = dispute.status == "review"
        require(
            AlreadyDecided=bool(dispute.rulings),
            MoveRefused=not can_decide,
            ClaimedByOther=bool(dispute.claimed_by) and dispute.claimed_by != who,
            BadRuling=outcome == PARTIAL and not 1 <= amount < dispute.line.left,
        )
        ruling = Ruling(outcome, {FULL: dispute.line.left, REJECT: 0}.get(outcome, amount), who)
        dispute.rulings.append(ruling)
        dispute.claimed_by = who
        if ruling.amount > TWO_DECIDE:
            dispute.status = "second_approval"
        else:
            self._open_appeal(dispute, at)
        return ruling

    def _open_appeal(self, dispute: Dispute, at: datetime) -> None:
        dispute.status, dispute.deadline = "decided", at + TO_APPEAL

    def _require_second(self, dispute: Dispute, who: str) -> None:
        waits = dispute.status == "second_approval"
        require(MoveRefused=not waits, SamePerson=waits and dispute.rulings[0].by == who)

    def approve(self, dispute: Dispute, who: str, at: datetime) -> None:
        """D8: the second person agrees."""
        self._require_second(dispute, who)
        dispute.rulings[0].approved_by = who
        self._open_appeal(dispute, at)

    def send_back(self, dispute: Dispute, who: str, at: datetime) -> None:
        """D8: the second person does not; the draft is dropped."""
        self._require_second(dispute, who)
        dispute.rulings, dispute.status, dispute.deadline = [], "review", at + TO_DECIDE

    def appeal(self, dispute: Dispute, side: str, at: datetime) -> None:
        """D9: a losing side, once, in time."""
        self._require(dispute, "decided", at)
        won = FULL if side == "buyer" else REJECT
        require(NothingToAppeal=dispute.rulings[0].outcome == won)
        dispute.status, dispute.deadline, dispute.claimed_by = "appealed", at + TO_APPEAL, ""

    def decide_appeal(self, dispute: Dispute, outcome: str, amount: int, who: str, at: datetime) -> None:
        """D10: a person who neither decided nor approved upholds it (no outcome) or decides otherwise."""
        first = dispute.rulings[0] if dispute.rulings else Ruling("", 0, "")
        is_appealed = dispute.status == "appealed"
        require(
            MoveRefused=not is_appealed,
            SamePerson=is_appealed and who in (first.by, first.approved_by),
            BadRuling=outcome == PARTIAL and not 1 <= amount < dispute.line.left,
        )
        if outcome:
            dispute.rulings.append(
                Ruling(outcome, {FULL: dispute.line.left, REJECT: 0}.get(outcome, amount), who)
            )
        self._execute(dispute, at)

    def withdraw(self, dispute: Dispute, at: datetime) -> None:
        """D12."""
        require(MoveRefused=dispute.status not in ("evidence", "review"))
        dispute.status, dispute.deadline = "withdrawn", None
        self._end_without_money(dispute, at)

    def _end_without_money(self, dispute: Dispute, at: datetime) -> None:
        if dispute.case is not None:
            self._close(dispute.case, at)
        elif dispute.line.commission is not None:
            self.commissions.unfreeze(dispute.line.commission)

    def _execute(self, dispute: Dispute, at: datetime) -> None:
        """D11: the money of the last ruling, at most what is left of the line."""
        amount = min(dispute.rulings[-1].amount, dispute.line.left)
        dispute.status, dispute.deadline = "closed", None
        if not amount:
            self._end_without_money(dispute, at)
        elif dispute.case is not None:
            self._refund(dispute.case, amount, at)
        else:
            self.orders.refund(dispute.order, dispute.line, amount, at)
            self._end_without_money(dispute, at)

    # Time

    def sweep(self, at: datetime) -> None:
        """A6, A7, A9, A12, D3, D9: what happens when nobody acts, each for all, the oldest first."""
        for case in self.cases:
            if case.status == "wait_supplier" and case.was_unshipped and case.line.is_shipped:
                self._close(case, at)
        for case in self.cases:
            if case.deadline is not None and at > case.deadline:
                if case.status == "rejected":
                    self._close(case, at)
                elif case.is_received:
                    self._dispute(case, at)
                else:
                    self._refund(case, case.amount, at)
        for dispute in self.all:
            if dispute.deadline is not None and at > dispute.deadline:
                if dispute.status == "evidence":
                    dispute.status, dispute.deadline = "review", at + TO_DECIDE
                elif dispute.status == "decided":
                    self._execute(dispute, at)
