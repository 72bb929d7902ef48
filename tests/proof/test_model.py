"""The model itself, held to the tables of docs/rules.md: §6.1, §6.6, §6.7. What the product does is no witness here."""

from datetime import datetime, timedelta

import pytest

from tests.proof.model import Platform
from tests.proof.model.money import SHANGHAI, cumulative_tax, split
from tests.proof.model.orders import Trade
from tests.proof.model.suppliers import Good, Supplier
from tests.proof.model.wallets import Owner

AT = datetime(2026, 6, 3, 12, tzinfo=SHANGHAI)
FINAL = AT + timedelta(days=15, seconds=1)
SETTLED = datetime(2026, 7, 20, 12, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("base", "rate", "gross", "fee", "owner"),
    [
        (1980, 910, 180, 18, 162),
        (3333, 1500, 500, 50, 450),
        (2890, 1800, 520, 52, 468),
        (5, 1000, 1, 0, 1),
        (4, 1000, 0, 0, 0),
        (100_000, 9000, 90_000, 9000, 81_000),
    ],
)
def test_the_vectors_of_commission(base: int, rate: int, gross: int, fee: int, owner: int) -> None:
    shares = split(base, rate, 0)
    assert (shares.gross, shares.fee, shares.owner) == (gross, fee, owner)


@pytest.mark.parametrize(
    ("yuan", "months", "tax"), [(5_000, 1, 0), (10_000, 1, 90), (60_000, 1, 1_780), (30_000, 3, 270)]
)
def test_the_vectors_of_tax(yuan: int, months: int, tax: int) -> None:
    assert cumulative_tax(yuan * 100, months) == tax * 100


def told() -> tuple[Platform, Trade]:
    """The example of §6.6, settled: goods 100.00, freight 8.00, 2000 bp, through an owner whose level earns 500 bp."""
    good = Good(1, "s", 10_000, 2000, 10)
    owner = Owner("o", 3)
    platform = Platform([Supplier("s", 800, 0)], [owner], [good])
    trade = platform.orders.place([(good, 1)], owner, AT)
    platform.orders.pay(trade, AT)
    platform.orders.ship(trade.orders[0], [], AT)
    platform.orders.confirm(trade.orders[0], AT)
    platform.sweep(FINAL)
    platform.commissions.settle(AT.date().replace(day=1), SETTLED)
    return platform, trade


def books(platform: Platform) -> dict[str, int]:
    return {kind: fen for (kind, _party), fen in platform.books.fen.items() if fen}


def test_the_example_up_to_settlement() -> None:
    assert books(told()[0]) == {
        "channel_clearing": 10_800,
        "supplier_payable": 8_800,
        "owner_withdrawable": 1_900,
        "platform_fee": 200,
        "platform_bonus": 100,
    }


@pytest.mark.parametrize(("taken_out", "left", "debt"), [(0, 950, 0), (1_600, 0, 650)])
def test_half_of_it_refunded(taken_out: int, left: int, debt: int) -> None:
    platform, trade = told()
    if taken_out:
        withdrawal = platform.wallets.ask(platform.owners[0], taken_out, "", SETTLED)
        platform.wallets.approve(withdrawal, "anna", SETTLED)
        platform.hear(SETTLED)
    order = trade.orders[0]
    platform.orders.refund(order, order.lines[0], 5_000, SETTLED)
    expected = {
        "channel_clearing": 10_800 - taken_out,
        "supplier_payable": 4_800,
        "owner_withdrawable": left,
        "owner_debt": debt,
        "platform_fee": 100,
        "platform_bonus": 50,
        "refund_clearing": 5_000,
    }
    assert books(platform) == {kind: fen for kind, fen in expected.items() if fen}
