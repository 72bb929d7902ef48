"""Lists and totals of commissions. The owner comes first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from commissions.models import (
    CommissionHold,
    CommissionLine,
    Reversal,
    Statement,
    TierMonth,
)
from commissions.states import (
    BY_STAFF,
    AttributionKind,
    CommissionStatus,
)
from ledger import selectors as ledger
from ledger.models import AccountKind
from storefronts.models import Owner
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.settings import Rules, rules_at


@dataclass(frozen=True, slots=True)
class Earnings:
    """An owner's commission by state, in fen; debt is what is still owed."""

    estimated_fen: int
    locked_fen: int
    frozen_fen: int
    confirmed_fen: int
    withdrawable_fen: int
    debt_fen: int


def earnings_of(owner: Owner) -> Earnings:
    """What an owner has earned and where it stands."""
    memo = dict(
        CommissionLine.objects.filter(owner=owner)
        .values_list("status")
        .annotate(n=Sum(F("gross_fen") - F("fee_fen") + F("bonus_fen")))
        .order_by()
    )
    return Earnings(
        estimated_fen=memo.get(CommissionStatus.ESTIMATED, 0),
        locked_fen=memo.get(CommissionStatus.LOCKED, 0),
        frozen_fen=memo.get(CommissionStatus.FROZEN, 0),
        confirmed_fen=ledger.balance(AccountKind.OWNER_CONFIRMED, owner.public_id),
        withdrawable_fen=ledger.balance(AccountKind.OWNER_WITHDRAWABLE, owner.public_id),
        debt_fen=ledger.balance(AccountKind.OWNER_DEBT, owner.public_id),
    )


def lines_of(owner: Owner, *, status: str = "") -> "QuerySet[CommissionLine]":
    """An owner's commission lines, newest first."""
    lines = CommissionLine.objects.select_related("shop", "statement").filter(owner=owner)
    if status in CommissionStatus.values:
        lines = lines.filter(status=status)
    return lines.order_by("-id")


def line_of(line_ref: str) -> CommissionLine | None:
    """The commission of one order line, or None: staff and upper apps."""
    return CommissionLine.objects.select_related("owner").filter(line_ref=line_ref).first()


EARNED = F("gross_fen") - F("fee_fen") + F("bonus_fen")


@dataclass(frozen=True, slots=True)
class StatusSum:
    """How many lines stand in one state, and what they come to for the owner in fen."""

    status: str
    label: str
    lines: int
    owner_fen: int


def sums_of(owner: Owner) -> list[StatusSum]:
    """An owner's commission lines by state, every state once, in the order that a line passes them."""
    rows = {
        row["status"]: row
        for row in CommissionLine.objects.filter(owner=owner)
        .values("status")
        .annotate(n=Count("pk"), fen=Sum(EARNED))
        .order_by()
    }
    return [
        StatusSum(status, str(label), rows[status]["n"], int(rows[status]["fen"]))
        if status in rows
        else StatusSum(status, str(label), 0, 0)
        for status, label in CommissionStatus.choices
    ]


def expected_since(owner: Owner, since: datetime) -> int:
    """What the orders paid since an instant will earn the owner, in fen, void ones left out."""
    lines = CommissionLine.objects.filter(owner=owner, created_at__gte=since).exclude(
        status=CommissionStatus.VOID
    )
    return int(lines.aggregate(n=Sum(EARNED, default=0))["n"])


def expected_by_day(owner: Owner, *, since: datetime) -> dict[date, int]:
    """What the orders paid since an instant will earn the owner, in fen by Shanghai day, void ones left out."""
    rows = (
        CommissionLine.objects.filter(owner=owner, created_at__gte=since)
        .exclude(status=CommissionStatus.VOID)
        .annotate(day=TruncDate("created_at", tzinfo=clock.SHANGHAI))
        .values_list("day")
        .annotate(fen=Sum(EARNED))
        .order_by()
    )
    return {day: int(fen) for day, fen in rows}


def expected_by_order(owner: Owner, *, since: datetime) -> dict[str, int]:
    """The same by order number."""
    rows = (
        CommissionLine.objects.filter(owner=owner, created_at__gte=since)
        .exclude(status=CommissionStatus.VOID)
        .values_list("order_number")
        .annotate(fen=Sum(EARNED))
        .order_by()
    )
    return {number: int(fen) for number, fen in rows}


@dataclass(frozen=True, slots=True)
class Explained:
    """A commission line, why it stands where it stands, and when it will move on, as far as that is known."""

    line: CommissionLine
    why: str
    moves_at: datetime | None


def settle_time(confirmed_at: datetime, rules: Rules) -> datetime:
    """When a commission confirmed then becomes withdrawable: the 20th of the next month (docs/rules.md §6.3)."""
    month = clock.next_month(clock.month_of(confirmed_at))
    return clock.local_instant(month.replace(day=rules.SETTLE_DAY), rules.SETTLE_HOUR)


def explained(lines: Iterable[CommissionLine], *, at: datetime) -> list[Explained]:
    """Each line with its state in words (docs/rules.md §6.2). Reads the trail once for all lines."""
    rows, rules = list(lines), rules_at(at)
    received = audit.last_times(
        "commission", [line.line_ref for line in rows if line.status == CommissionStatus.LOCKED], "complete"
    )
    return [_explain(line, received.get(line.line_ref), rules, at) for line in rows]


def _explain(line: CommissionLine, received: datetime | None, rules: Rules, at: datetime) -> Explained:
    match line.status:
        case CommissionStatus.ESTIMATED:
            why = _("订单进行中，买家确认收货后进入售后期")
            return Explained(line, why, None)
        case CommissionStatus.LOCKED:
            ends = received + timedelta(days=rules.AFTERSALE_WINDOW_D) if received else None
            ends = ends if ends and ends > at else None
            return Explained(line, _("买家已收货，售后期满后确认；有售后则顺延"), ends)
        case CommissionStatus.CONFIRMED:
            assert line.confirmed_at is not None
            why = _("售后期已过，每月 {day} 日结算上月确认的佣金").format(day=rules.SETTLE_DAY)
            return Explained(line, why, settle_time(line.confirmed_at, rules))
        case CommissionStatus.WITHDRAWABLE:
            return Explained(line, _("已结算入账"), None)
        case CommissionStatus.FROZEN:
            return Explained(line, _("买家正在申请售后或纠纷处理中，处理完再继续"), None)
    if line.void_reason:
        return Explained(line, _("平台决定作废：{reason}").format(reason=line.void_reason), None)
    if line.kind == AttributionKind.OWN_GOODS:
        return Explained(line, _("自营货品不计佣金"), None)
    if line.base_fen == 0:
        return Explained(line, _("订单已全额退款"), None)
    return Explained(line, _("佣金不足 1 分"), None)


def lines_of_orders(owner: Owner, numbers: Iterable[str]) -> dict[str, list[CommissionLine]]:
    """An owner's commission lines of these orders, by order number."""
    found: dict[str, list[CommissionLine]] = {number: [] for number in numbers}
    for line in CommissionLine.objects.filter(owner=owner, order_number__in=list(found)).order_by("id"):
        found[line.order_number].append(line)
    return found


def lines_of_order(order_number: str) -> "QuerySet[CommissionLine]":
    """The commission of every line of an order: staff and upper apps."""
    return (
        CommissionLine.objects.select_related("owner__user", "shop")
        .filter(order_number=order_number)
        .order_by("id")
    )


def frozen_lines() -> "QuerySet[CommissionLine]":
    """Commission that waits for a case or dispute, the oldest first: staff only."""
    return (
        CommissionLine.objects.select_related("owner__user")
        .filter(status=CommissionStatus.FROZEN)
        .order_by("pk")
    )


def holds_staff(line: CommissionLine) -> bool:
    """Whether staff hold a line."""
    return CommissionHold.objects.filter(line=line, cause=BY_STAFF, lifted_at=None).exists()


def open_holds_of(lines: Iterable[CommissionLine]) -> dict[int, list[CommissionHold]]:
    """What lines wait for, the oldest first, by the line's key; lines that wait for nothing are left out."""
    found: dict[int, list[CommissionHold]] = {}
    for hold in CommissionHold.objects.filter(line__in=list(lines), lifted_at=None).order_by(
        "placed_at", "pk"
    ):
        found.setdefault(hold.line_id, []).append(hold)
    return found


def reversals_of_line(line: CommissionLine) -> "QuerySet[Reversal]":
    """What was taken back of one line, oldest first."""
    return Reversal.objects.filter(line=line).order_by("id")


@dataclass(frozen=True, slots=True)
class LastRuns:
    """When settlement and tier judgement last wrote something, and for how many owners."""

    settled: Statement | None
    settled_owners: int
    judged: TierMonth | None
    judged_owners: int


def last_runs() -> LastRuns:
    """The newest month of settlement and of tiers: the operator's dashboard."""
    settled = Statement.objects.order_by("-month", "-settled_at").first()
    judged = TierMonth.objects.order_by("-month", "-judged_at").first()
    return LastRuns(
        settled=settled,
        settled_owners=Statement.objects.filter(month=settled.month).count() if settled else 0,
        judged=judged,
        judged_owners=TierMonth.objects.filter(month=judged.month).count() if judged else 0,
    )
