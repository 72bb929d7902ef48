"""What a set of numbers may be (docs/rules.md §10): the bounds of each, and how they must fit together.

A number of which nothing is said here has the bounds of its unit, so that new ones are never without.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.setting_types import typed
from taoxiaopu.kernel.settings import TYPES, Rules

# By the end of the name; the first that fits counts. Amounts stay below what one transfer may carry.
UNITS: tuple[tuple[str, tuple[int, int]], ...] = (
    ("_FEN", (0, 10_000_000_000)),
    ("_BP", (0, 10_000)),
    ("_H", (1, 8_760)),
    ("_D", (1, 3_650)),
    ("", (0, 1_000_000)),
)
BOUNDS: Mapping[str, tuple[int, int]] = {
    "CREDIT_MIN_EXCLUSIVE": (0, 950),
    "OWNER_MIN_AGE": (18, 80),
    "SHOP_NAME_MIN": (1, 20),
    "SHOP_NAME_MAX": (2, 20),
    "SHOP_NUMBER_DIGITS": (6, 8),
    "SHOPS_PER_TIER": (1, 20),
    "PICK_LIMIT": (1, 1000),  # the database numbers the places of a shop from 1 to 1000
    "RECOMMENDATION_MAX": (20, 200),
    "PIN_LIMIT": (1, 100),
    "SECTION_LIMIT": (1, 100),
    "PICK_LOW_STOCK": (1, 1_000),
    "AUTH_CHAIN_MAX": (1, 9),
    "PAPER_PAGES_MAX": (1, 50),
    "GOOD_PICTURES_MAX": (1, 20),
    "TAG_REPURCHASE_BUYERS": (1, 10_000),
    "TAGS_FOR_FAST_REVIEW": (1, 4),
    "RATE_MIN_BP": (1, 9_000),
    "RATE_MAX_BP": (1, 9_000),
    "CLICKS_PER_HOUR": (1, 10_000),
    "PASSCODE_TRIES_MIN": (1, 10_000),
    "GREETING_MAX": (4, 40),
    "SERVICE_VAT_BP": (0, 2_000),
    "SETTLE_DAY": (2, 28),
    "SETTLE_HOUR": (0, 23),
    "TIER_HOUR": (0, 23),
    "SUPPLIER_PAYOUT_HOUR": (0, 23),
    "SUPPLIER_STATEMENT_HOUR": (0, 23),
    "MIN_WITHDRAW_FEN": (1, 10_000_000_000),
    "MAX_WITHDRAW_DAY_FEN": (1, 10_000_000_000),
    "WITHDRAW_WORKDAYS": (1, 30),
    "DEBT_PAUSE_D": (1, 3_650),
    "PAY_TIMEOUT_MIN": (5, 10_080),
    "CUSTOM_LEAD_MAX_D": (1, 365),
    "CUSTOM_FIELDS_MAX": (1, 20),  # as many as the form takes
    "AS_MAX_ATTEMPTS": (1, 50),
    "LINE_QUANTITY_MAX": (1, 9_999),
    "UNPAID_PER_SKU_MAX": (1, 9_999),
    "ADDRESS_LIMIT": (1, 200),
    "LATE_CASES_PER_POINT": (1, 1_000),
    "ASK_PER_HOUR": (1, 1_000),
    "ASK_OPEN_MAX": (1, 200),
    "POINT_STEPS": (1, 48),  # what a single penalty can reach
}
TEXT_MAX = 20
CHOICES: Mapping[str, tuple[str, ...]] = {"TAX_METHOD": ("cumulative", "classic")}
# Level by level a value may stand still or go this way.
RISING = (
    "ASK_OWNER_H",
    "ASK_SUPPLIER_H",
    "POINT_STEPS",
    "POINT_HIDE_D",
    "SHOPS_PER_TIER",
    "BONUS_BP",
    "TIER_SALES_FEN",
    "TIER_ORDERS",
    "TIER_BUYERS",
)
FALLING = ("TIER_REFUND_BP", "TIER_DISPUTE_BP", "TIER_POINTS_BELOW", "PAPER_REMINDERS_D")
PAIRS = (
    ("SHOP_NAME_MIN", "SHOP_NAME_MAX"),
    ("LINE_QUANTITY_MAX", "UNPAID_PER_SKU_MAX"),
    ("RATE_MIN_BP", "RATE_MAX_BP"),
    ("GOOD_REVIEW_FAST_H", "GOOD_REVIEW_H"),
    ("MIN_WITHDRAW_FEN", "MAX_WITHDRAW_DAY_FEN"),
    ("COMPENSATION_MIN_FEN", "COMPENSATION_MAX_FEN"),
)


class BadSetting(DomainError):
    """A number of another type, out of its bounds, or one that does not fit the others."""

    code = "bad_setting"
    message = gettext_lazy("{name}：{why}")
    status = 422


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a set of numbers: which, and why."""

    name: str
    why: str


def bounds_of(name: str) -> tuple[int, int]:
    """The least and the most that a number, or each of a list of them, may be."""
    if name in BOUNDS:
        return BOUNDS[name]
    return next(bounds for ending, bounds in UNITS if name.endswith(ending))


def checked_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes by name as typed values, each within its bounds. Raises BadSetting for the first that is not."""
    clean = {}
    for name, raw in changes.items():
        if name not in TYPES:
            raise BadSetting(name=name, why=_("没有这个规则"))
        try:
            clean[name] = typed(TYPES[name], raw)
        except ValueError:
            raise BadSetting(name=name, why=_("类型或个数不对")) from None
        for why in _out_of_bounds(name, clean[name]):
            raise BadSetting(name=name, why=why)
    return clean


def faults_of(rules: Rules) -> list[Fault]:
    """Everything that is wrong with a whole set of numbers; an empty list when it may be in force."""
    values = asdict(rules)
    found = [Fault(name, why) for name, value in values.items() for why in _out_of_bounds(name, value)]
    for low, high in PAIRS:
        if _is_above(values[low], values[high]):
            found.append(Fault(low, _("不能大于 {other}").format(other=high)))
    found += [Fault(name, _("须逐级不减")) for name in RISING if not _rises(values.get(name, ()))]
    found += [Fault(name, _("须逐级不增")) for name in FALLING if not _rises(values.get(name, ())[::-1])]
    # The margin: half-up never turns the order of two rates round, so a bonus of at most the fee's rate is never more
    # than the fee, and a line never pays out more than was paid for it (docs/rules.md §6.1).
    for level, bonus_bp in enumerate(rules.BONUS_BP, 1):
        if bonus_bp > rules.PLATFORM_FEE_BP:
            why = _("第 {level} 级的奖励 {bonus_bp} 高于平台服务费 {fee_bp}")
            found.append(
                Fault("BONUS_BP", why.format(level=level, bonus_bp=bonus_bp, fee_bp=rules.PLATFORM_FEE_BP))
            )
    return found


def require_sound(rules: Rules) -> None:
    """Raises BadSetting with the first fault of a set of numbers."""
    for fault in faults_of(rules):
        raise BadSetting(name=fault.name, why=fault.why)


def _is_above(low: Any, high: Any) -> bool:
    """Whether a least is above its most; of lists, one by one."""
    if isinstance(low, tuple):
        return any(a > b for a, b in zip(low, high, strict=True))
    return bool(low > high)


def _rises(values: tuple[int, ...]) -> bool:
    return list(values) == sorted(values)


def _out_of_bounds(name: str, value: Any) -> Iterator[str]:
    if name in CHOICES:
        if value not in CHOICES[name]:
            yield _("须为 {choices} 之一").format(choices=" / ".join(CHOICES[name]))
    elif isinstance(value, str):
        if not 1 <= len(value.strip()) <= TEXT_MAX:
            yield _("须为 1 到 {most} 个字").format(most=TEXT_MAX)
    elif isinstance(value, tuple):
        for one in value:
            yield from _out_of_bounds(name, one)
    elif not isinstance(value, bool):
        least, most = bounds_of(name)
        if not least <= value <= most:
            yield _("须在 {least} 到 {most} 之间").format(least=least, most=most)
