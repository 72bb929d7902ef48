"""The business's numbers (docs/rules.md §10): defaults in code, dated changes in ``RulesVersion`` rows."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, get_type_hints

from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast

from taoxiaopu.kernel import clock
from taoxiaopu.kernel.models import RulesVersion
from taoxiaopu.kernel.setting_types import typed


@dataclass(frozen=True, slots=True)
class Rules:
    """One set of numbers. Names are those of docs/rules.md §10.1; ``_H`` hours, ``_D`` days, ``_FEN`` fen."""

    CREDIT_MIN_EXCLUSIVE: int = 700
    CREDIT_VALID_D: int = 30
    OWNER_MIN_AGE: int = 18
    SHOP_SUFFIX: str = "淘小铺"
    SHOP_NAME_MIN: int = 2
    SHOP_NAME_MAX: int = 20
    SHOP_NUMBER_DIGITS: int = 6
    SHOPS_PER_TIER: tuple[int, int, int, int] = (1, 1, 2, 3)
    PICK_LIMIT: int = 1000
    RECOMMENDATION_MAX: int = 200
    PIN_LIMIT: int = 10
    SECTION_LIMIT: int = 20
    PICK_LOW_STOCK: int = 10
    GOOD_RECORD_D: int = 90
    SUPPLIER_MIN_CAPITAL_FEN: int = 100_000_000
    SUPPLIER_DEPOSIT_FEN: int = 1_000_000
    DEPOSIT_TOP_UP_D: int = 5
    EXIT_HOLD_D: int = 30
    AUTH_CHAIN_MAX: int = 3
    ENTRY_REVIEW_H: int = 48
    CATEGORY_BOND_MIN_FEN: int = 100_000
    PAPER_PAGES_MAX: int = 20
    PAPER_REMINDERS_D: tuple[int, int, int] = (30, 7, 1)
    RATE_MIN_BP: int = 100
    RATE_MAX_BP: int = 5000
    PLATFORM_FEE_BP: int = 1000
    BONUS_BP: tuple[int, int, int, int] = (0, 200, 500, 800)
    CLICK_WINDOW_H: int = 360
    CLICKS_PER_HOUR: int = 20
    PASSCODE_VALID_D: int = 30
    PASSCODE_TRIES_MIN: int = 30
    GREETING_MAX: int = 24
    SETTLE_DAY: int = 20
    SETTLE_HOUR: int = 2
    TIER_HOUR: int = 3
    TIER_SALES_FEN: tuple[int, int, int] = (300_000, 2_000_000, 10_000_000)
    TIER_ORDERS: tuple[int, int, int] = (20, 120, 600)
    TIER_BUYERS: tuple[int, int, int] = (10, 60, 300)
    TIER_REFUND_BP: tuple[int, int, int] = (1500, 1200, 1000)
    TIER_DISPUTE_BP: tuple[int, int, int] = (100, 50, 30)
    TIER_POINTS_BELOW: tuple[int, int, int] = (18, 12, 6)
    TIER_NO_PROTECTION_POINTS: int = 24
    MIN_WITHDRAW_FEN: int = 1_000
    MAX_WITHDRAW_DAY_FEN: int = 5_000_000
    WITHDRAW_REVIEW_FEN: int = 200_000
    WITHDRAW_WORKDAYS: int = 3
    DEBT_PAUSE_D: int = 90
    FOUR_EYES_PAYOUT_FEN: int = 500_000
    FOUR_EYES_JOURNAL_FEN: int = 500_000
    PAY_TIMEOUT_MIN: int = 30
    CUSTOM_AGREE_H: int = 72
    CUSTOM_LEAD_MAX_D: int = 90
    CUSTOM_CANCEL_FEE_MAX_BP: int = 3000
    CUSTOM_FIELDS_MAX: int = 8
    SHIP_BY_H: int = 48
    SHIP_OVERDUE_REFUND_D: int = 15
    COMPENSATION_BP: tuple[int, int, int] = (500, 1000, 3000)
    COMPENSATION_MIN_FEN: tuple[int, int, int] = (500, 500, 1_000)
    COMPENSATION_MAX_FEN: tuple[int, int, int] = (5_000, 10_000, 50_000)
    AUTO_CONFIRM_D: int = 10
    AFTERSALE_WINDOW_D: int = 15
    CLAIM_AFTER_FINAL_D: int = 90
    AS_UNSHIPPED_H: int = 24
    AS_NOT_RECEIVED_H: int = 36
    AS_RECEIVED_H: int = 48
    AS_CUSTOM_H: int = 48
    AS_AFTER_REJECT_D: int = 7
    AS_MAX_ATTEMPTS: int = 5
    DISP_EVIDENCE_H: int = 72
    DISP_SLA_H: int = 48
    DISP_APPEAL_H: int = 72
    FOUR_EYES_DISPUTE_FEN: int = 200_000
    POINT_STEPS: tuple[int, int, int, int, int] = (6, 12, 24, 36, 48)
    POINT_STOP_D: int = 7
    POINT_HIDE_D: tuple[int, int] = (14, 21)
    PENALTY_APPEAL_D: int = 7
    LATE_CASES_PER_POINT: int = 10
    TRACKING_REUSE_D: int = 30
    LINE_QUANTITY_MAX: int = 99
    UNPAID_PER_SKU_MAX: int = 99
    IMPORT_UNDO_H: int = 24
    GOOD_PICTURES_MAX: int = 9
    GOOD_REVIEW_H: int = 48
    GOOD_REVIEW_FAST_H: int = 12
    TAG_MARGIN_BP: int = 3000
    TAG_REPURCHASE_BP: int = 1000
    TAG_REPURCHASE_D: int = 90
    TAG_REPURCHASE_BUYERS: int = 10
    TAG_PRICE_FEN: int = 19_900
    TAGS_FOR_FAST_REVIEW: int = 3
    ADDRESS_LIMIT: int = 20
    INBOX_KEEP_D: int = 90
    CONFIRM_SOON_H: int = 24
    SHIP_SOON_H: int = 6
    TAX_METHOD: str = "cumulative"
    VAT_FREE_MONTH_FEN: int = 10_000_000
    SERVICE_VAT_BP: int = 600
    SUPPLIER_PAYOUT_HOUR: int = 3
    SUPPLIER_STATEMENT_HOUR: int = 4
    ASK_OWNER_H: tuple[int, int] = (12, 24)
    ASK_SUPPLIER_H: tuple[int, int] = (24, 48)
    ASK_QUIET_D: int = 7
    ASK_PER_HOUR: int = 20
    ASK_OPEN_MAX: int = 10


TYPES: dict[str, Any] = get_type_hints(Rules)
_DEFAULTS = Rules()


def rules_at(at: datetime) -> Rules:
    """The numbers in force at an instant: defaults, then every version effective by then, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT changes FROM kernel_rulesversion WHERE effective_at <= %s AND withdrawn_at IS NULL"
            " ORDER BY effective_at, id",
            [at],
        )
        found = cursor.fetchall()
    return _with_changes(tuple(changes for (changes,) in found)) if found else _DEFAULTS


def rules_now() -> Rules:
    """The numbers in force at present, in a single query: for pages that need no other instant."""
    versions = RulesVersion.objects.filter(effective_at__lte=clock.present(), withdrawn_at=None)
    texts = versions.order_by("effective_at", "id").annotate(text=Cast("changes", TextField()))
    return _with_changes(tuple(texts.values_list("text", flat=True)))


@lru_cache(maxsize=64)
def _with_changes(versions: tuple[str, ...]) -> Rules:
    """The defaults with all changes, oldest first, each as the JSON that the database holds.

    Remembered by that text itself, so that what is remembered is right in every process and transaction.
    """
    values: dict[str, Any] = {}
    for changes in versions:
        values.update({name: value for name, value in json.loads(changes).items() if name in TYPES})
    return Rules(**{name: typed(TYPES[name], value) for name, value in values.items()})
