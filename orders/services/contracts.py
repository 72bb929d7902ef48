"""Contracts of customised goods (O2, O3): versions, acceptance by both sides, refusal, time (docs/rules.md §5.8).

Locks: the trade, its orders, the contract, then lower apps. Who writes a version accepts it by that; the other side accepts
the very version that it read, or none.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from orders import errors
from orders.models import Contract, ContractAcceptance, ContractVersion, Order, OrderLine, Trade
from orders.services.paying import lock_trade
from orders.services.telling import tell_agreed, tell_agreement_closed, tell_version
from orders.states import ORDERS, OrderStatus
from suppliers import stock
from suppliers.services.customising import checked_wishes, offer_of
from taoxiaopu.kernel import audit, rows
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.locking import lock_found
from taoxiaopu.kernel.settings import Rules, rules_at
from taoxiaopu.kernel.templatetags.kernel_format import local_time, own_name

MAKING_MAX, TERMS_MAX, VALUE_MAX = 300, 500, 300
SYSTEM = Actor.system("sweep")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a buyer orders of a customised good: an answer for each field of the offer in its order, the days it may take, and
    that the buyer knows that there is no seven-day return.
    """

    answers: tuple[str, ...]
    lead_d: int
    knows_no_return: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """What a version says: what is made, label and value of each wish, days, cancel fee in bp of the price, and in words how
    it may be changed and what each side has to do.
    """

    making: str
    wishes: tuple[tuple[str, str], ...]
    lead_d: int
    cancel_fee_bp: int
    terms: str = ""


def open_contract(*, order: Order, wish: Wish, at: datetime) -> Contract:
    """The buyer's first version, in the transaction that places the order; it waits CUSTOM_AGREE_H for the supplier.

    Raises BadWish, BadTerms.
    """
    line = _line_of(order)
    offer = offer_of(line.snapshot["custom"])
    assert offer is not None, "only a customised good has a contract"
    wishes = checked_wishes(offer, wish.answers)
    if not offer.lead_min_d <= wish.lead_d <= offer.lead_max_d:
        raise errors.BadTerms(
            why=_("制作天数须为 {least} 到 {most} 天").format(least=offer.lead_min_d, most=offer.lead_max_d)
        )
    contract = Contract(order=order, agree_by=agree_by(rules_at(at), at), latest=0)
    rows.insert(contract)
    made = f"{line.title} · {own_name(line.sku_name)} × {line.quantity}"[:MAKING_MAX]
    first = Terms(
        making=made,
        wishes=tuple((one["label"], one["value"]) for one in wishes),
        lead_d=wish.lead_d,
        cancel_fee_bp=offer.cancel_fee_bp,
    )
    version = _write(contract, order, first, Actor(ActorKind.BUYER, order.trade.number), at)
    tell_version(order, version, contract.agree_by, at)
    return contract


def agree_by(rules: Rules, at: datetime) -> datetime:
    """Until when both sides may agree about an order that is placed now."""
    return at + timedelta(hours=rules.CUSTOM_AGREE_H)


def propose_version(*, order: Order, terms: Terms, seen: int, actor: Actor, at: datetime) -> ContractVersion:
    """Write the next version, which its side accepts by that; ``seen`` is the newest one that was read.

    Raises BadTerms, VersionOutdated, AgreementOver, NotCustom, MoveRefused.
    """
    with transaction.atomic():
        _trade, row, contract = _locked(order, "decline", actor, at)
        _require_newest(contract, seen)
        checked = _checked(terms, _line_of(row), rules_at(at))
        version = _write(contract, row, checked, actor, at)
        tell_version(row, version, contract.agree_by, at)
    return version


def accept_version(
    *, order: Order, seen: int, knows_no_return: bool = False, actor: Actor, at: datetime
) -> bool:
    """Accept the version that was read; True when both sides now have: the order waits for its payment (O2).

    A buyer says with it that there is no seven-day return. Raises WishMissing, VersionOutdated, AgreementOver, NotCustom,
    MoveRefused.
    """
    with transaction.atomic():
        trade, row, contract = _locked(order, "agree", actor, at)
        _require_newest(contract, seen)
        if actor.kind == ActorKind.BUYER and not knows_no_return:
            raise errors.WishMissing(title=_line_of(row).title)
        (version,) = rows.find(ContractVersion, contract_id=contract.pk, number=seen)
        if not _accept(contract, version, row, actor, at):
            return False
        _agree(trade, row, contract, actor, at)
    return True


def decline_contract(*, order: Order, actor: Actor, at: datetime, reason: str = "") -> None:
    """O3: a side does not want it; the stock is free again. Raises AgreementOver, NotCustom, MoveRefused."""
    with transaction.atomic():
        _trade, row, _contract = _locked(order, "decline", actor, at)
        _close(row, "decline", actor, at, reason.strip()[:200])


def expire_contract(*, number: str, trade_number: str, at: datetime) -> bool:
    """O3: nobody agreed in time. False when it was settled meanwhile."""
    with transaction.atomic():
        _trade, orders = lock_trade(trade_number)
        for row in orders:
            contracts = lock_found(Contract, order_id=row.pk)
            waits = row.number == number and row.status == OrderStatus.AWAIT_AGREEMENT
            if waits and contracts and at > contracts[0].agree_by:
                _close(row, "agreement_over", SYSTEM, at, "")
                return True
    return False


def lock_contract(order: Order) -> Contract:
    """Lock the contract of an order that the caller has locked. Raises NotCustom."""
    found = lock_found(Contract, order_id=order.pk)
    if not found:
        raise errors.NotCustom
    return found[0]


def _locked(order: Order, event: str, actor: Actor, at: datetime) -> tuple[Trade, Order, Contract]:
    """The three rows, locked and in time, of an order whose side may still speak."""
    rows.load(order, "trade")
    trade, orders = lock_trade(order.trade.number)
    row = next(one for one in orders if one.pk == order.pk)
    contract = lock_contract(row)
    ORDERS.require(row.status, event, actor)
    if at > contract.agree_by:
        raise errors.AgreementOver(when=local_time(contract.agree_by))
    return trade, row, contract


def _require_newest(contract: Contract, seen: int) -> None:
    if seen != contract.latest:
        raise errors.VersionOutdated(seen=seen, latest=contract.latest)


def _line_of(row: Order) -> OrderLine:
    (line,) = rows.find(OrderLine, order_id=row.pk)
    return line


def _checked(terms: Terms, line: OrderLine, rules: Rules) -> Terms:
    """Terms within the rules; wishes only of the labels that the buyer was asked for. Raises BadTerms."""
    making, words = " ".join(terms.making.split()), terms.terms.strip()
    if not 2 <= len(making) <= MAKING_MAX or len(words) > TERMS_MAX:
        raise errors.BadTerms(
            why=_("制作内容须为 2 到 {most} 个字，双方责任最多 {words} 个字").format(
                most=MAKING_MAX, words=TERMS_MAX
            )
        )
    if not 1 <= terms.lead_d <= rules.CUSTOM_LEAD_MAX_D:
        raise errors.BadTerms(
            why=_("制作天数须为 {least} 到 {most} 天").format(least=1, most=rules.CUSTOM_LEAD_MAX_D)
        )
    if not 0 <= terms.cancel_fee_bp <= rules.CUSTOM_CANCEL_FEE_MAX_BP:
        most = rules.CUSTOM_CANCEL_FEE_MAX_BP // 100
        raise errors.BadTerms(why=_("取消费须为 0% 到 {limit}%").format(limit=most))
    asked = [one["label"] for one in line.snapshot["custom"]["fields"]]
    wishes = [(label, value.strip()) for label, value in terms.wishes if value.strip()]
    labels = [label for label, _value in wishes]
    if labels != [label for label in asked if label in labels] or any(
        len(value) > VALUE_MAX for _label, value in wishes
    ):
        raise errors.BadTerms(
            why=_("定制要求须为下单时的各项，每项最多 {limit} 个字").format(limit=VALUE_MAX)
        )
    return Terms(making, tuple(wishes), terms.lead_d, terms.cancel_fee_bp, words)


def _write(contract: Contract, row: Order, terms: Terms, actor: Actor, at: datetime) -> ContractVersion:
    contract.latest += 1
    version = ContractVersion(
        contract=contract,
        number=contract.latest,
        side=actor.kind,
        making=terms.making,
        wishes=[{"label": label, "value": value} for label, value in terms.wishes],
        terms=terms.terms,
        lead_d=terms.lead_d,
        cancel_fee_bp=terms.cancel_fee_bp,
        at=at,
    )
    rows.insert(version)
    _record(row, "propose", version, actor, at)
    rows.update(contract, "latest")
    _accept(contract, version, row, actor, at, by_writing=True)
    return version


def _accept(
    contract: Contract,
    version: ContractVersion,
    row: Order,
    actor: Actor,
    at: datetime,
    *,
    by_writing: bool = False,
) -> bool:
    """Note that a side accepted a version, once; whether both accepted it now."""
    mine = "buyer_version" if actor.kind == ActorKind.BUYER else "supplier_version"
    acceptance = ContractAcceptance(version=version, side=actor.kind, person=actor.person or actor.ref, at=at)
    if rows.insert(acceptance, once=True) is not None and not by_writing:
        _record(row, "accept", version, actor, at)
    setattr(contract, mine, version.number)
    rows.update(contract, mine)
    return contract.buyer_version == contract.supplier_version == version.number


def _record(row: Order, event: str, version: ContractVersion, actor: Actor, at: datetime) -> None:
    audit.record(
        actor=actor, subject_type="order", subject_ref=row.number, event=event, at=at,
        from_state=row.status, to_state=row.status, reason=str(version.number),
    )  # fmt: skip


def _agree(trade: Trade, row: Order, contract: Contract, actor: Actor, at: datetime) -> None:
    """O2: from now on the order is like any other that waits for its payment."""
    contract.agreed_version, contract.agreed_at = contract.latest, at
    rows.update(contract, "agreed_version", "agreed_at")
    ORDERS.apply(row, "agree", actor=actor, at=at, reason=str(contract.latest))
    trade.pay_by = at + timedelta(minutes=rules_at(at).PAY_TIMEOUT_MIN)
    rows.update(trade, "pay_by")
    stock.keep_until(order_numbers=[row.number], expires_at=trade.pay_by)
    tell_agreed(row, trade.pay_by, at)


def _close(row: Order, event: str, actor: Actor, at: datetime, reason: str) -> None:
    ORDERS.apply(row, event, actor=actor, at=at, reason=reason, closed_at=at)
    stock.release(order_numbers=[row.number], actor=actor, at=at)
    tell_agreement_closed(row, actor, at)
