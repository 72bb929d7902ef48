"""Money goes out: owners' withdrawals in every state, from the second settlement on, and suppliers' weekly payouts; and the
invoices for the commission that they bore.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from commissions import services as commissions
from commissions.models import Withdrawal
from commissions.selectors.suppliers import payouts_in_review
from ledger import selectors as ledger
from ledger.models import AccountKind
from payments.providers.sandbox import LATE_ENDING, RETURNED_ENDING, SLOW_ENDING
from payments.states import PayeeKind
from taoxiaopu.flows.demo import everyday
from taoxiaopu.flows.demo.people import COMPANY_ACCOUNT, Cast, Firm, Stall
from taoxiaopu.flows.stage import Stage
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.settings import rules_at
from tax import services as tax
from tax.states import Identity

PAID = "6222020200112233445"
RETURNED, SLOW, LATE = (f"622202020011223{ending}" for ending in (RETURNED_ENDING, SLOW_ENDING, LATE_ENDING))


def plan_withdrawals(play: Stage, people: Cast, now: datetime) -> None:
    """Plan them: paid, paid at once, sent back by the bank at once and after it was paid, refused, under review, on
    their way.
    """
    first, second = settlements(now)[:2]
    elite, big, senior, rookie, fifth, sixth, seventh = people.stalls[:7]

    def at(moment: datetime, act: Callable[[datetime], object]) -> None:
        play.at(moment, lambda then: act(then) and None)

    def approve_later(row: Withdrawal, then: datetime) -> None:
        at(then + timedelta(hours=5), lambda later: _approve(people, row, later))

    name_account(play, elite, PayeeKind.BANK, PAID, first)
    at(first + timedelta(days=1), lambda then: approve_later(withdraw_all(elite, then), then))
    at(second + timedelta(days=2), lambda then: withdraw_all(elite, then, most_fen=100_000))
    name_account(play, rookie, PayeeKind.BANK, RETURNED, second)
    at(second + timedelta(days=2), lambda then: approve_later(withdraw_all(rookie, then), then))
    name_account(play, seventh, PayeeKind.BANK, LATE, second)
    at(second + timedelta(days=2), lambda then: approve_later(withdraw_all(seventh, then), then))
    name_account(play, fifth, PayeeKind.ALIPAY, fifth.host.phone, second)
    at(second + timedelta(days=3), lambda then: approve_later(withdraw_all(fifth, then), then))
    name_account(play, big, PayeeKind.BANK, PAID, first)
    at(first + timedelta(days=4), lambda then: _reject(people, withdraw_all(big, then), then))
    name_account(play, senior, PayeeKind.ALIPAY, senior.host.phone, second)
    at(now - timedelta(hours=9), lambda then: withdraw_all(senior, then))
    name_account(play, sixth, PayeeKind.BANK, SLOW, second)
    at(now - timedelta(hours=30), lambda then: approve_later(withdraw_all(sixth, then), then))


def plan_supplier_payouts(play: Stage, people: Cast, start: datetime, now: datetime) -> None:
    """Plan the paydays' other half: two people let the large ones go within the week, one is held back, one returned."""
    wrong = people.firms[3]
    play.at(start + timedelta(days=3), lambda then: _company_account(wrong, RETURNED, then))
    play.at(start + timedelta(days=100), lambda then: _company_account(wrong, COMPANY_ACCOUNT, then))
    held: list[str] = []
    moment = start + timedelta(days=9, hours=5)
    while moment < clock.local_instant(
        commissions.payday_of(now)
    ):  # the last payday's still wait when the story ends
        play.at(moment, lambda then: _let_go(people, held, then, older=timedelta(days=5)))
        moment += timedelta(days=2)
    play.at(now - timedelta(minutes=50), lambda then: commissions.catch_up_supplier_payouts(at=then) and None)
    play.at(now - timedelta(minutes=30), lambda then: _endorse(people, then))


def plan_invoices(play: Stage, people: Cast, start: datetime, now: datetime) -> None:
    """Plan that staff have each month's commission invoices issued on the 2nd; those of the last month still wait."""
    last = commissions.last_due_statement(now - timedelta(minutes=5))
    month = clock.month_of(start)
    while month < last:
        then = clock.local_instant(clock.next_month(month).replace(day=2), 10)
        play.at(
            then,
            lambda at, of=month: (
                tax.issue_commission_invoices(month=of, actor=people.staff[0], at=at) and None
            ),
        )  # type: ignore[misc]
        month = clock.next_month(month)


def _company_account(firm: Firm, account: str, at: datetime) -> None:
    commissions.set_supplier_account(
        supplier=firm.supplier, name=firm.supplier.name, account=account, actor=firm.actor, at=at
    )


def _let_go(people: Cast, held: list[str], at: datetime, *, older: timedelta) -> None:
    """The first one is held back, once; the rest is approved by both."""
    first, second = people.staff
    for row in payouts_in_review():
        if row.requested_at > at - older:
            continue
        if not held:
            held.append(row.number)
            reason = "结算期内有批量售后未处理完，核实后下周一并结算。"
            commissions.reject_supplier_payout(number=row.number, actor=first, at=at, reason=reason)
            continue
        for person, hours in ((first, 0), (second, 1)):
            commissions.approve_supplier_payout(
                number=row.number, actor=person, at=at + timedelta(minutes=20 * hours), note="与对账一致"
            )


def _endorse(people: Cast, at: datetime) -> None:
    """Of what waits still the first person has seen the oldest."""
    for row in payouts_in_review()[:1]:
        commissions.approve_supplier_payout(
            number=row.number, actor=people.staff[0], at=at, note="与对账一致"
        )


def settlements(now: datetime) -> list[datetime]:
    """When the months of the story were settled, the oldest first."""
    rules = rules_at(now)
    days = [clock.next_month(month).replace(day=rules.SETTLE_DAY) for month in everyday.judged_months(now)]
    return [clock.local_instant(day, rules.SETTLE_HOUR, 30) for day in days]


def name_account(
    play: Stage,
    stall: Stall,
    kind: PayeeKind,
    account: str,
    moment: datetime,
    identity: Identity = Identity.PERSON,
    licence: tuple[str, str] = ("", ""),
) -> None:
    """Plan that an owner says who she is to the tax office and names the account to be paid to.

    A business also names its licence: name and credit code.
    """

    def name(then: datetime) -> None:
        tax.give_tax_info(
            owner=stall.owner,
            identity=identity,
            valid_until=None,
            consent=True,
            actor=stall.actor,
            at=then,
            name=licence[0],
            number=licence[1],
        )
        commissions.set_payout_account(
            owner=stall.owner, kind=kind, name=stall.host.name, account=account, actor=stall.actor, at=then
        )

    play.at(moment, name)


def withdraw_all(stall: Stall, at: datetime, *, most_fen: int = 10**9, invoice: str = "") -> Withdrawal:
    """An owner asks for everything she may withdraw, up to an amount."""
    balance = ledger.balance(AccountKind.OWNER_WITHDRAWABLE, stall.owner.public_id)
    return commissions.request_withdrawal(
        owner=stall.owner,
        amount_fen=min(balance, most_fen),
        actor=stall.actor,
        at=at,
        invoice_number=invoice,
    )


def _approve(people: Cast, row: Withdrawal, at: datetime) -> None:
    commissions.approve_withdrawal(number=row.number, actor=people.staff[0], at=at, note="实名与账户一致")


def _reject(people: Cast, row: Withdrawal, at: datetime) -> None:
    reason = "收款账户与近期投诉有关，请联系客服核实。"
    commissions.reject_withdrawal(
        number=row.number, actor=people.staff[0], at=at + timedelta(hours=3), reason=reason
    )
