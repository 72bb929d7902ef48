"""The vectors of docs/rules.md §6.1 and the properties that hold for any amount."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taoxiaopu.kernel.money import (
    BadAmount,
    CommissionSplit,
    allocate,
    format_yuan,
    half_up,
    parse_yuan,
    share_bp,
    split_commission,
)

FEE_BP = 1000
TIER_BONUS_BP = (0, 200, 500, 800)


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(0, 1, 0), (1, 2, 1), (1, 3, 0), (2, 3, 1), (5, 10, 1), (4, 10, 0), (15, 10, 2), (25, 10, 3), (7, 1, 7)],
)
def test_half_up(numerator, denominator, rounded):
    assert half_up(numerator, denominator) == rounded


@pytest.mark.parametrize(("numerator", "denominator"), [(-1, 2), (1, 0), (1, -2)])
def test_half_up_is_not_defined_below_zero(numerator, denominator):
    with pytest.raises(ValueError, match="not defined"):
        half_up(numerator, denominator)


@pytest.mark.parametrize(
    ("base_fen", "rate_bp", "split"),
    [
        (1980, 910, CommissionSplit(180, 18, 0, 162)),
        (3333, 1500, CommissionSplit(500, 50, 0, 450)),
        (2890, 1800, CommissionSplit(520, 52, 0, 468)),
        (5, 1000, CommissionSplit(1, 0, 0, 1)),
        (4, 1000, CommissionSplit(0, 0, 0, 0)),
        (100000, 9000, CommissionSplit(90000, 9000, 0, 81000)),
    ],
)
def test_the_commission_table(base_fen, rate_bp, split):
    assert split_commission(base_fen, rate_bp, FEE_BP, 0) == split


def test_below_one_fen_the_split_is_void():
    assert split_commission(4, 1000, FEE_BP, 800).is_void
    assert not split_commission(5, 1000, FEE_BP, 800).is_void


@pytest.mark.parametrize(
    ("bonus_bp", "bonus_fen", "owner_fen"), [(0, 0, 450), (200, 10, 460), (500, 25, 475), (800, 40, 490)]
)
def test_the_tier_bonus_comes_on_top(bonus_bp, bonus_fen, owner_fen):
    assert split_commission(3333, 1500, FEE_BP, bonus_bp) == CommissionSplit(500, 50, bonus_fen, owner_fen)


def test_a_bonus_above_the_fee_is_refused():
    assert split_commission(10000, 1000, FEE_BP, 1000).owner_fen == 1000
    with pytest.raises(ValueError, match="within the fee"):
        split_commission(10000, 1000, FEE_BP, 1001)


def test_rounding_is_per_line_not_on_the_total():
    lines = [333, 333, 334]
    assert sum(share_bp(line, 1000) for line in lines) == 99
    assert share_bp(sum(lines), 1000) == 100


def test_refunds_recompute_from_the_remaining_base():
    before = share_bp(10000, 1234)
    after_first = share_bp(10000 - 3333, 1234)
    after_rest = share_bp(0, 1234)
    assert (before, after_first, after_rest) == (1234, 823, 0)
    claws = [before - after_first, after_first - after_rest]
    assert claws == [411, 823]
    assert sum(claws) == 1234


@given(
    base_fen=st.integers(0, 10**10),
    rate_bp=st.integers(0, 9000),
    bonus_bp=st.sampled_from(TIER_BONUS_BP),
)
def test_a_split_loses_no_fen(base_fen, rate_bp, bonus_bp):
    split = split_commission(base_fen, rate_bp, FEE_BP, bonus_bp)
    assert split.owner_fen + split.fee_fen == split.gross_fen + split.bonus_fen
    assert 0 <= split.bonus_fen <= split.fee_fen <= split.gross_fen <= base_fen
    assert split.owner_fen >= 0
    assert split.is_void == (split == CommissionSplit(0, 0, 0, 0))


@pytest.mark.parametrize(
    ("total_fen", "weights", "parts"),
    [
        (1000, [3333, 3333, 3334], [333, 333, 334]),
        (100, [1, 1, 1], [34, 33, 33]),
        (5, [1000, 2000, 3000], [1, 2, 2]),
        (0, [1, 2], [0, 0]),
        (0, [0, 0], [0, 0]),
        (0, [], []),
        (7, [0, 1, 0], [0, 7, 0]),
        (1, [1, 1], [1, 0]),
    ],
)
def test_allocate(total_fen, weights, parts):
    assert allocate(total_fen, weights) == parts


@pytest.mark.parametrize(("total_fen", "weights"), [(-1, [1]), (1, [2, -1]), (1, []), (1, [0, 0])])
def test_allocate_refuses_what_cannot_be_spread(total_fen, weights):
    with pytest.raises(ValueError, match="weight"):
        allocate(total_fen, weights)


weights_lists = st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any)


@given(total_fen=st.integers(0, 10**10), weights=weights_lists)
def test_allocated_parts_add_up_and_stay_within_a_fen(total_fen, weights):
    parts = allocate(total_fen, weights)
    whole = sum(weights)
    assert sum(parts) == total_fen
    for part, weight in zip(parts, weights, strict=True):
        assert part in (total_fen * weight // whole, total_fen * weight // whole + 1)
        assert weight or part == 0


@given(total_fen=st.integers(0, 10**10), weights=weights_lists)
def test_a_heavier_weight_never_gets_less_and_a_tie_goes_to_the_first(total_fen, weights):
    parts = allocate(total_fen, weights)
    pairs = list(zip(weights, parts, strict=True))
    for index, (weight, part) in enumerate(pairs):
        for later_weight, later_part in pairs[index + 1 :]:
            if weight >= later_weight:
                assert part >= later_part
            else:
                assert part <= later_part


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12", 1200),
        ("12.3", 1230),
        ("12.34", 1234),
        ("0.01", 1),
        ("0.1", 10),
        ("007", 700),
        ("9999999.99", 999999999),
        ("１２", 1200),
        ("１２．５０", 1250),
        (" 12 ", 1200),
        ("\u300012\u00a0", 1200),
    ],
)
def test_parse_yuan(text, fen):
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-1", "0", "0.00", "-0", "+1", "NaN", "Infinity", "1e3", "1_000", "1,000", "12.345",
        "12.", ".5", "99999999999", "10000000", "١٢", "१२", "一二", "¥12", "12元", "0x10", "1 2", "12\n3",
        "12\x00", "1\u200b2",
        "\ud800",
    ],
)  # fmt: skip
def test_parse_yuan_refuses(text):
    with pytest.raises(BadAmount) as refusal:
        parse_yuan(text)
    assert refusal.value.code == "bad_amount"
    assert refusal.value.status == 400
    assert "0.01 到 9999999.99" in refusal.value.sentence
    assert refusal.value.sentence.isprintable()


@given(st.integers(1, 999_999_999))
def test_what_is_written_can_be_read(fen):
    assert parse_yuan(format_yuan(fen)) == fen


@pytest.mark.parametrize(
    ("fen", "text"),
    [(1234, "12.34"), (0, "0.00"), (5, "0.05"), (-5, "-0.05"), (-1234, "-12.34"), (123456789, "1234567.89")],
)
def test_format_yuan(fen, text):
    assert format_yuan(fen) == text


def test_format_yuan_with_thousands():
    assert format_yuan(123456789, thousands=True) == "1,234,567.89"
    assert format_yuan(-99999, thousands=True) == "-999.99"
