"""Owners after settlement: each month they ask for what they earned, and one way or another they get it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from commissions import services as commissions
from commissions.errors import InDebt
from commissions.models import CommissionLine, Withdrawal
from commissions.selectors.withdrawals import held_back_by
from commissions.states import WithdrawalStatus
from ledger.models import AccountKind
from ledger.selectors import balance
from payments.providers.sandbox import LATE, LATE_ENDING, RETURNED_ENDING
from payments.states import PayeeKind
from taoxiaopu.flows.simulate.plot import Story
from taoxiaopu.flows.simulate.world import OWNER_NAME, Shopkeeper
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.settings import rules_at
from tax import services as tax
from tax.selectors import tax_profile_of
from tax.states import Identity

APPROVED, REJECTED, RETURNED = "approved", "rejected", "returned"
WAYS = (APPROVED, REJECTED, RETURNED)
GOOD_ENDING = "1234"
# The endings of the accounts that are tried in turn: one refused at once, one that sends back what it was paid.
ENDINGS = {
    APPROVED: (GOOD_ENDING,),
    REJECTED: (GOOD_ENDING, GOOD_ENDING),
    RETURNED: (RETURNED_ENDING, LATE_ENDING, GOOD_ENDING),
}
OUTCOMES = {WithdrawalStatus.REJECTED: REJECTED, WithdrawalStatus.FAILED: RETURNED}
TWO_DAYS = timedelta(hours=50)  # the nightly sweep sends, and delivers the bank's answer


class Wallet:
    """One owner's withdrawals. ``covered`` counts the settled orders whose commission was asked for, by way."""

    def __init__(
        self,
        keeper: Shopkeeper,
        way: str,
        staff: Sequence[Actor],
        months: Sequence[date],
        chance: Random,
        at: datetime,
    ) -> None:
        self.keeper = keeper
        self.way = way
        self.staff = staff
        self.months = months
        self.chance = chance
        self.covered: Counter[str] = Counter()
        self.actor = Actor(ActorKind.OWNER, keeper.owner.public_id, keeper.owner.user.public_id)
        self.at = at

    def story(self) -> Story:
        """On the 21st or 22nd of each month: ask, be reviewed, and ask again when it came back."""
        for month in self.months:
            morning = clock.local_instant(month.replace(day=21), 9)
            yield morning + timedelta(seconds=self.chance.randrange(30 * 3600)) - self.at
            self._give_tax_info()
            for turn, ending in enumerate(ENDINGS[self.way]):
                self._name_account(ending)
                asked = self._ask()
                if asked is None:
                    break
                yield from self._review(asked, reject=self.way == REJECTED and turn == 0)
                if ending == LATE_ENDING:
                    yield LATE
                ended = Withdrawal.objects.get(pk=asked.pk).status
                if turn == 0:
                    self._count(OUTCOMES.get(ended, APPROVED), month)
                if ended not in OUTCOMES:
                    break

    def _review(self, withdrawal: Withdrawal, *, reject: bool) -> Story:
        """Staff look at it where the rules ask for it; the bank's answer comes by the next nights."""
        yield timedelta(seconds=self.chance.randrange(3600, 8 * 3600))
        if Withdrawal.objects.get(pk=withdrawal.pk).status == WithdrawalStatus.REVIEWING:
            first, second = self.staff[:2]
            if reject or held_back_by(withdrawal, self.at):
                commissions.reject_withdrawal(
                    number=withdrawal.number, actor=first, at=self.at, reason="请核对收款户名后再申请"
                )
            else:
                row = commissions.approve_withdrawal(number=withdrawal.number, actor=first, at=self.at)
                if row.status == WithdrawalStatus.REVIEWING:
                    commissions.approve_withdrawal(number=row.number, actor=second, at=self.at)
        yield TWO_DAYS

    def _ask(self) -> Withdrawal | None:
        """Ask for everything, within a day's limit; None when there is too little or a debt stands against it."""
        owner, rules = self.keeper.owner, rules_at(self.at)
        amount = min(balance(AccountKind.OWNER_WITHDRAWABLE, owner.public_id), rules.MAX_WITHDRAW_DAY_FEN)
        if amount < rules.MIN_WITHDRAW_FEN:
            return None
        try:
            return commissions.request_withdrawal(
                owner=owner, amount_fen=amount, actor=self.actor, at=self.at
            )
        except InDebt:
            return None

    def _give_tax_info(self) -> None:
        """Once, before the first withdrawal."""
        if tax_profile_of(self.keeper.owner) is None:
            tax.give_tax_info(
                owner=self.keeper.owner,
                identity=Identity.PERSON,
                valid_until=None,
                consent=True,
                actor=self.actor,
                at=self.at,
            )

    def _name_account(self, ending: str) -> None:
        commissions.set_payout_account(
            owner=self.keeper.owner,
            kind=PayeeKind.BANK,
            name=OWNER_NAME,
            account=f"622202{self.chance.randrange(10**9):09d}{ending}",
            actor=self.actor,
            at=self.at,
        )

    def _count(self, way: str, month: date) -> None:
        lines = CommissionLine.objects.filter(
            owner=self.keeper.owner, statement__month=clock.previous_month(month)
        )
        self.covered[way] += lines.values("order_number").distinct().count()
