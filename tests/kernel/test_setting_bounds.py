"""Bounds, types and how the numbers fit together (docs/rules.md §10)."""

from typing import Any

import pytest

from taoxiaopu.kernel.setting_bounds import BadSetting, bounds_of, checked_changes, faults_of
from taoxiaopu.kernel.settings import TYPES, Rules


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("SETTLE_DAY", (2, 28), (1, 29)),
        ("PICK_LIMIT", (1, 1000), (0, 1001)),
        ("RATE_MAX_BP", (100, 9000), (9001,)),
        ("AUTO_CONFIRM_D", (1, 3650), (0, 3651)),
        ("AS_RECEIVED_H", (1, 8760), (0, 8761)),
        ("SUPPLIER_DEPOSIT_FEN", (0, 10**10), (-1, 10**10 + 1)),
        (
            "BONUS_BP",
            ([0, 0, 0, 0], [0, 1, 2, 10_000]),
            ([0, 1, 2], [0, 1, 2, 3, 4], [0, 1, 2, 10_001], 5, "x"),
        ),
        ("TAX_METHOD", ("classic",), ("other", "", 1)),
        ("SHOP_SUFFIX", ("小铺", "x" * 20), ("", " ", "x" * 21, 5)),
    ],
)
def test_bounds_and_types(name: str, good: tuple[Any, ...], bad: tuple[Any, ...]) -> None:
    for value in good:
        assert checked_changes({name: value}) == {name: tuple(value) if isinstance(value, list) else value}
    for value in bad:
        with pytest.raises(BadSetting):
            checked_changes({name: value})


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, None),
        ({"BONUS_BP": (0, 200, 500, 1000)}, None),
        ({"BONUS_BP": (0, 200, 500, 1001)}, "BONUS_BP"),
        ({"PLATFORM_FEE_BP": 800}, None),
        ({"PLATFORM_FEE_BP": 799}, "BONUS_BP"),
        ({"BONUS_BP": (0, 500, 200, 800)}, "BONUS_BP"),
        ({"TIER_REFUND_BP": (1000, 1200, 1500)}, "TIER_REFUND_BP"),
        ({"RATE_MIN_BP": 5001}, "RATE_MIN_BP"),
        ({"SHOP_NAME_MIN": 20, "SHOP_NAME_MAX": 19}, "SHOP_NAME_MIN"),
        ({"MIN_WITHDRAW_FEN": 5_000_001}, "MIN_WITHDRAW_FEN"),
    ],
)
def test_numbers_fit_together(changes: dict[str, Any], name: str | None) -> None:
    assert [fault.name for fault in faults_of(Rules(**changes))] == ([name] if name else [])


def test_every_default_lies_within_its_bounds() -> None:
    assert faults_of(Rules()) == []
    assert all(bounds_of(name)[0] < bounds_of(name)[1] for name in TYPES)
