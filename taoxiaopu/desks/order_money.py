"""Where an order's money went (docs/rules.md §6.6), for staff and for each party in its own share.

Every figure is the sum of transfers of this order's journals and carries the journals that make it up. What was paid
and not given back, with the platform's bonus, equals what supplier, owner, tax, platform and ESCROW have of it: at
every moment and to the fen, because each transfer leaves one account for another. Before an order is divided the same
figures are told as they will be, from the memo of its commission.

Settlement, withdrawal and the tax withheld with it move many orders at once and belong to none; an owner's share is
before tax.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from commissions.models import CommissionLine
from commissions.selectors import lines_of_order
from ledger.models import OWNER_KINDS, SUPPLIER_KINDS, AccountKind, Journal, JournalKind, Transfer
from ledger.selectors import entries_of, journals_of_order, movements_of
from orders.models import Order, OrderLine
from payments.models import Refund
from payments.selectors import paid_charge_of_trade, refunds_of_order
from payments.states import RefundStatus
from taoxiaopu.kernel.streams import Picture, Place, Stream, draw

SUPPLIER = frozenset(SUPPLIER_KINDS)
OWNER = frozenset(OWNER_KINDS)
CHANNEL = frozenset({AccountKind.CHANNEL_CLEARING})
BACK = frozenset({AccountKind.REFUND_CLEARING})
MADE_GOOD = frozenset({AccountKind.COMPENSATION})
ESCROW = frozenset({AccountKind.ESCROW})
FEE = frozenset({AccountKind.PLATFORM_FEE})
BONUS = frozenset({AccountKind.PLATFORM_BONUS})
TAX = frozenset({AccountKind.TAX_PAYABLE})
ANY = frozenset(AccountKind) - {AccountKind.PAYOUT_CLEARING}


class Figure(NamedTuple):
    """An amount in fen and the ids of the journals that make it up; none while it is only expected."""

    fen: int
    journals: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SupplierShare:
    """What the supplier has of an order: goods and freight, less what went back to the buyer and the commission."""

    goods: Figure
    freight: Figure
    refunded: Figure
    commission: Figure
    voided: Figure  # commission that came back by a decision (M10)
    compensation: Figure
    manual: Figure  # booked by hand
    net: Figure

    @property
    def other_fen(self) -> int:
        """Parts of refunds that the platform bore."""
        told = self.goods.fen + self.freight.fen - self.refunded.fen - self.commission.fen
        return self.net.fen - told - self.voided.fen + self.compensation.fen - self.manual.fen


@dataclass(frozen=True, slots=True)
class OwnerShare:
    """What the owner has of an order: gross commission less the platform's fee, the bonus, less what was taken back."""

    gross: Figure
    fee: Figure
    bonus: Figure
    taken_back: Figure
    voided: Figure  # lost by a decision (M10)
    debt: Figure
    manual: Figure  # booked by hand
    net: Figure

    @property
    def other_fen(self) -> int:
        """What nothing above explains: always 0."""
        told = self.gross.fen - self.fee.fen + self.bonus.fen - self.taken_back.fen - self.voided.fen
        return self.net.fen - told - self.manual.fen


@dataclass(frozen=True, slots=True)
class OrderMoney:
    """An order's money in figures. ``is_divided``: the shares are booked; else they are what is expected now."""

    number: str
    is_paid: bool
    is_divided: bool
    paid: Figure
    refunded: Figure
    compensated: Figure
    held: Figure
    supplier: SupplierShare
    owner: OwnerShare
    platform: Figure
    bonus: Figure
    tax: Figure
    journals: list[Journal]

    @property
    def left_fen(self) -> int:
        """What was paid and not given back, with the platform's bonus."""
        return self.paid.fen - self.refunded.fen - self.compensated.fen + self.bonus.fen

    @property
    def right_fen(self) -> int:
        """What everybody has of it; what only waits in ESCROW counts until it is divided."""
        shares = self.supplier.net.fen + self.owner.net.fen + self.platform.fen + self.tax.fen
        return shares + (self.held.fen if self.is_divided else 0)

    @property
    def adds_up(self) -> bool:
        """Whether both sides are equal to the fen."""
        return self.left_fen == self.right_fen


class _Books:
    """The transfers of an order's journals, asked by where they came from and went to."""

    def __init__(self, journals: Iterable[Journal]) -> None:
        self._moves = [(journal, move) for journal in journals for move in journal.transfers.all()]

    def flow(self, sources: Collection[str], targets: Collection[str]) -> Figure:
        """Everything from these accounts to those, less nothing."""
        found = [(j, t) for j, t in self._moves if t.debit.kind in sources and t.credit.kind in targets]
        return Figure(sum(t.amount_fen for _j, t in found), tuple(dict.fromkeys(j.pk for j, _t in found)))

    def of(self, kind: JournalKind) -> "_Books":
        """The same of one kind of journals alone."""
        chosen = _Books([])
        chosen._moves = [(journal, move) for journal, move in self._moves if journal.kind == kind]
        return chosen

    def net(self, kinds: Collection[str], others: Collection[str] = ANY, *, into: bool = True) -> Figure:
        """What these accounts got from others and have still; ``into`` False: what they gave."""
        got, gave = self.flow(others, kinds), self.flow(kinds, others)
        fen = got.fen - gave.fen
        return Figure(fen if into else -fen, tuple(sorted({*got.journals, *gave.journals})))


def plus(*figures: Figure) -> Figure:
    """The sum of figures, with the journals of all of them."""
    return Figure(sum(f.fen for f in figures), tuple(sorted({j for f in figures for j in f.journals})))


def less(figure: Figure, other: Figure) -> Figure:
    """A figure less another, with the journals of both."""
    return plus(figure, Figure(-other.fen, other.journals))


def order_money(order: Order) -> OrderMoney:
    """The figures of one order as they stand now."""
    journals = list(journals_of_order(order.number))
    books = _Books(journals)
    is_divided = any(journal.kind == JournalKind.FINALISE for journal in journals)
    paid = books.net(CHANNEL, ANY - BACK - MADE_GOOD, into=False)
    refunded = books.net(BACK, ANY - CHANNEL)
    held = books.net(ESCROW)
    compensated = books.net(MADE_GOOD, ANY - CHANNEL)
    if not is_divided and held.fen:
        return _expected(order, journals, paid, refunded, held, compensated)
    commission = plus(books.flow(ESCROW, OWNER), books.flow(ESCROW, FEE))
    given_back = plus(books.flow(OWNER, BACK), books.flow(FEE, BACK))
    void, manual = books.of(JournalKind.COMMISSION_VOID), books.of(JournalKind.MANUAL)
    refunds = books.of(JournalKind.REFUND)
    goods, freight = _parts(order, paid)
    return OrderMoney(
        number=order.number,
        is_paid=bool(paid.fen),
        is_divided=is_divided,
        paid=paid,
        refunded=refunded,
        compensated=compensated,
        held=held,
        supplier=SupplierShare(
            goods,
            freight,
            refunded,
            less(commission, given_back),
            void.net(SUPPLIER),
            compensated,
            manual.net(SUPPLIER),
            books.net(SUPPLIER),
        ),
        owner=OwnerShare(
            gross=commission,
            fee=books.flow(ESCROW, FEE),
            bonus=books.flow(BONUS, OWNER),
            taken_back=plus(books.flow(OWNER, BACK), refunds.flow(OWNER, BONUS)),
            voided=void.net(OWNER, into=False),
            debt=books.flow({AccountKind.OWNER_DEBT}, ANY - OWNER),
            manual=manual.net(OWNER),
            net=books.net(OWNER),
        ),
        platform=books.net(FEE),
        bonus=books.net(BONUS, into=False),
        tax=books.net(TAX),
        journals=journals,
    )


def _parts(order: Order, paid: Figure) -> tuple[Figure, Figure]:
    """What was paid, as goods and freight."""
    freight = min(order.freight_fen, paid.fen)
    return Figure(paid.fen - freight, paid.journals), Figure(freight, paid.journals)


def _expected(
    order: Order, journals: list[Journal], paid: Figure, refunded: Figure, held: Figure, compensated: Figure
) -> OrderMoney:
    """What everybody will have when the order is final with what is left of it now."""
    lines = [line for line in lines_of_order(order.number) if line.gross_fen]
    gross = Figure(sum(line.gross_fen for line in lines))
    fee = Figure(sum(line.fee_fen for line in lines))
    bonus = Figure(sum(line.bonus_fen for line in lines))
    nothing = Figure(0)
    goods, freight = _parts(order, paid)
    supplier = Figure(held.fen - gross.fen - compensated.fen)
    return OrderMoney(
        number=order.number,
        is_paid=True,
        is_divided=False,
        paid=paid,
        refunded=refunded,
        compensated=compensated,
        held=held,
        supplier=SupplierShare(goods, freight, refunded, gross, nothing, compensated, nothing, supplier),
        owner=OwnerShare(
            gross, fee, bonus, nothing, nothing, nothing, nothing, Figure(gross.fen - fee.fen + bonus.fen)
        ),
        platform=fee,
        bonus=bonus,
        tax=nothing,
        journals=journals,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """How an order's money stands after one of its journals, in fen: what the buyer has in it and the platform gives,
    and what everybody has of it.
    """

    journal: Journal
    buyer_fen: int
    bonus_fen: int
    held_fen: int
    supplier_fen: int
    owner_fen: int
    platform_fen: int
    tax_fen: int

    @property
    def adds_up(self) -> bool:
        """Whether both sides are equal to the fen."""
        shares = self.held_fen + self.supplier_fen + self.owner_fen + self.platform_fen + self.tax_fen
        return self.buyer_fen + self.bonus_fen == shares


def steps_of(journals: list[Journal]) -> list[Step]:
    """The same balance after every journal: before and after each refund, and whatever else was booked."""
    steps = []
    for n, journal in enumerate(journals, 1):
        books = _Books(journals[:n])
        paid = books.net(CHANNEL, ANY - BACK - MADE_GOOD, into=False)
        back, made_good = books.net(BACK, ANY - CHANNEL), books.net(MADE_GOOD, ANY - CHANNEL)
        steps.append(
            Step(
                journal,
                paid.fen - back.fen - made_good.fen,
                books.net(BONUS, into=False).fen,
                books.net(ESCROW).fen,
                books.net(SUPPLIER).fen,
                books.net(OWNER).fen,
                books.net(FEE).fen,
                books.net(TAX).fen,
            )
        )
    return steps


# Pictures


def staff_picture(money: OrderMoney) -> Picture | None:
    """Everything, from the buyer and the platform to everybody."""
    buyer = Place("buyer", _("买家实付"), "buyer")
    bonus = Place("bonus", _("平台等级奖励"), "platform")
    owner = Place("owner", _("掌柜"), "owner")
    held = money.held.fen if money.is_divided or not money.supplier.net.fen else 0
    supplier = Place("supplier", _("供应商"), "supplier")
    borne = max(0, -money.platform.fen)  # a correction that the platform paid for
    return draw(
        [
            Stream(buyer, supplier, money.supplier.net.fen - borne),
            Stream(Place("borne", _("平台承担"), "platform"), supplier, borne),
            Stream(buyer, owner, money.owner.net.fen - money.bonus.fen),
            Stream(bonus, owner, money.bonus.fen),
            Stream(buyer, Place("platform", _("平台技术服务费"), "platform"), money.platform.fen),
            Stream(buyer, Place("held", _("担保中"), "held"), held),
            Stream(buyer, Place("back", _("退回买家"), "back"), money.refunded.fen),
            Stream(buyer, Place("made_good", _("赔付买家"), "back"), money.compensated.fen),
        ]
    )


def supplier_picture(money: OrderMoney) -> Picture | None:
    """What the buyer paid, and what the supplier has of it."""
    buyer, share = Place("buyer", _("买家实付"), "buyer"), money.supplier
    net = Place("net", pgettext("money of an order", "归您"), "supplier")
    corrected = max(0, share.manual.fen)
    return draw(
        [
            Stream(buyer, net, share.net.fen - corrected),
            Stream(Place("manual", _("平台更正"), "platform"), net, corrected),
            Stream(buyer, Place("commission", _("佣金"), "owner"), share.commission.fen - share.voided.fen),
            Stream(buyer, Place("back", _("退回买家"), "back"), share.refunded.fen),
            Stream(buyer, Place("made_good", _("赔付买家"), "back"), share.compensation.fen),
        ]
    )


def owner_picture(money: OrderMoney) -> Picture | None:
    """The commission and the bonus, and what the owner has of them."""
    share = money.owner
    gross, bonus = Place("gross", _("佣金"), "supplier"), Place("bonus", _("等级奖励"), "platform")
    net = Place("net", pgettext("money of an order", "归您"), "owner")
    back = Place("back", _("退款扣回"), "back")
    from_bonus = max(0, share.bonus.fen - money.bonus.fen)
    return draw(
        [
            Stream(gross, net, share.net.fen - money.bonus.fen),
            Stream(bonus, net, money.bonus.fen),
            Stream(gross, Place("fee", _("平台技术服务费"), "platform"), share.fee.fen),
            Stream(gross, Place("voided", _("佣金作废"), "back"), share.voided.fen),
            Stream(gross, back, share.taken_back.fen - from_bonus),
            Stream(bonus, back, from_bonus if share.taken_back.fen else 0),
        ]
    )


# A party's own movements, in plain words


@dataclass(frozen=True, slots=True)
class Told:
    """One movement of a party's money: ``fen`` is positive when it is to the party's good."""

    at: datetime
    words: str
    account: str
    fen: int
    journal: int


def told_to(party: str, order: Order, *, is_owner: bool) -> list[Told]:
    """Every movement of a party's own accounts for this order, oldest first."""
    kinds = OWNER_KINDS if is_owner else SUPPLIER_KINDS
    titles = {line.ref: line.title for line in OrderLine.objects.filter(order=order)}
    return [
        Told(
            entry.transfer.journal.occurred_at,
            _words(entry.transfer, titles.get(entry.transfer.line_ref, "")),
            entry.account,
            entry.amount_fen,
            entry.transfer.journal_id,
        )
        for entry in reversed(entries_of(party, movements_of(party, kinds, order_number=order.number)))
    ]


def _words(transfer: Transfer, title: str) -> str:
    kind, debit, credit = transfer.journal.kind, transfer.debit.kind, transfer.credit.kind
    if kind == JournalKind.FINALISE:
        if debit == AccountKind.PLATFORM_BONUS:
            return _("等级奖励入账：{title}").format(title=title)
        if credit in OWNER:
            return _("佣金入账，已扣技术服务费：{title}").format(title=title)
        return _("货款入账，已扣佣金：{title}").format(title=title) if title else _("运费入账")
    if kind == JournalKind.REFUND:
        if credit == AccountKind.PLATFORM_BONUS:
            return _("退款，等级奖励退回平台：{title}").format(title=title)
        if debit in OWNER:
            return _("退款，佣金扣回：{title}").format(title=title)
        return _("退款给买家：{title}").format(title=title)
    if kind == JournalKind.COMMISSION_VOID:
        return _("佣金作废：{title}").format(title=title)
    if kind == JournalKind.DEBT_REPAID:
        return _("抵还此前的欠款")
    return str(transfer.journal.get_kind_display())


def settled_in(order: Order) -> list[CommissionLine]:
    """The order's commission lines that a monthly statement took up."""
    return [line for line in lines_of_order(order.number) if line.statement_id]


# The consumer's side


@dataclass(frozen=True, slots=True)
class BuyerMoney:
    """What a consumer paid for an order and got back, in fen; ``waiting_fen`` is on its way back."""

    paid_fen: int
    paid_at: datetime | None
    refunds: list[Refund]
    compensated_fen: int

    @property
    def returned_fen(self) -> int:
        """What has arrived."""
        return sum(r.amount_fen for r in self.refunds if r.status == RefundStatus.SUCCEEDED)

    @property
    def waiting_fen(self) -> int:
        """What was asked for and has not arrived."""
        return sum(r.amount_fen for r in self.refunds if r.status != RefundStatus.SUCCEEDED)

    @property
    def kept_fen(self) -> int:
        """What the order cost in the end."""
        return self.paid_fen - self.returned_fen - self.waiting_fen - self.compensated_fen

    @property
    def picture(self) -> Picture | None:
        """What was paid, and what of it came back."""
        buyer = Place("buyer", _("您付了"), "buyer")
        return draw(
            [
                Stream(buyer, Place("kept", _("最终花费"), "supplier"), self.kept_fen),
                Stream(buyer, Place("back", _("已退回"), "owner"), self.returned_fen),
                Stream(buyer, Place("waiting", _("退款途中"), "held"), self.waiting_fen),
                Stream(buyer, Place("made_good", _("赔付给您"), "owner"), self.compensated_fen),
            ]
        )


def buyer_money(order: Order) -> BuyerMoney:
    """What the consumer paid and got back, by the books and by the refunds on their way."""
    money = order_money(order)
    charge = paid_charge_of_trade(order.trade.number) if money.is_paid else None
    return BuyerMoney(
        money.paid.fen,
        charge.paid_at if charge else None,
        list(refunds_of_order(order.number)),
        money.compensated.fen,
    )
