"""Lists and totals of commissions, statements and tiers. The owner comes first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from commissions.criteria import Criteria, Figures, criteria_of, rules_of_month, target_level
from commissions.models import (
    CommissionLine,
    Deduction,
    OwnerTier,
    PayoutAccount,
    Reversal,
    SettlementFailure,
    Statement,
    StatementItem,
    TierMonth,
    Withdrawal,
)
from commissions.services.judging import figures_of_month
from commissions.states import (
    OPEN_WITHDRAWALS,
    AttributionKind,
    CommissionStatus,
    DeductionKind,
    WithdrawalStatus,
)
from ledger import selectors as ledger
from ledger.models import AccountKind
from storefronts.models import Owner, OwnerStanding
from storefronts.states import Tier
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.errors import NotFound
from taoxiaopu.kernel.settings import Rules, rules_at
from tax.models import TaxProfile
from tax.selectors import tax_profile_of
from tax.states import Identity


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


def statements_of(owner: Owner) -> "QuerySet[Statement]":
    """An owner's statements, newest first."""
    return Statement.objects.filter(owner=owner).order_by("-month")


def reversals_of(owner: Owner) -> "QuerySet[Reversal]":
    """What was taken back from an owner, newest first."""
    return Reversal.objects.select_related("line", "statement").filter(owner=owner).order_by("-id")


def tier_of(owner: Owner) -> OwnerTier | None:
    """The owner's level now; None before the first run, which means ROOKIE."""
    return OwnerTier.objects.filter(owner=owner).first()


def tier_history_of(owner: Owner) -> "QuerySet[TierMonth]":
    """The owner's judgements, newest first."""
    return TierMonth.objects.filter(owner=owner).order_by("-month")


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


@dataclass(frozen=True, slots=True)
class Taken:
    """What a statement's lines bore for one cause: a claw-back of some line, or a debt that was repaid."""

    kind: DeductionKind
    line: CommissionLine  # whose refund it was; for a debt, whose commission repaid it
    amount_fen: int
    at: datetime


@dataclass(frozen=True, slots=True)
class StatementDetail:
    """One statement as it was written: its lines, what they bore for others (the sum is ``taken_back_fen``), and every
    claw-back since the statement before, wherever it was taken from.
    """

    statement: Statement
    lines: list[StatementItem]
    taken: list[Taken]
    reversals: list[Reversal]

    @property
    def gross_fen(self) -> int:
        """Commission before the platform's fee."""
        return sum(item.gross_fen for item in self.lines)

    @property
    def fee_fen(self) -> int:
        """The platform's fee."""
        return sum(item.fee_fen for item in self.lines)

    @property
    def base_fen(self) -> int:
        """What the lines were counted on."""
        return sum(item.base_fen for item in self.lines)


def statement_of(owner: Owner, month: date) -> StatementDetail:
    """An owner's statement of one month. Raises NotFound."""
    statement = Statement.objects.select_related("owner__user").filter(owner=owner, month=month).first()
    if statement is None:
        raise NotFound
    return statement_detail(statement)


def statement_detail(statement: Statement) -> StatementDetail:
    """A statement with all that stands on it: what was written when it was settled, never what became of it since."""
    items = StatementItem.objects.filter(statement=statement).select_related("line").order_by("line_id")
    borne = Deduction.objects.filter(line__settled__statement=statement).order_by("at", "id")
    reversals = Reversal.objects.filter(statement=statement).select_related("line").order_by("at", "id")
    return StatementDetail(
        statement, list(items), _by_cause(borne.select_related("line", "reversal__line")), list(reversals)
    )


def _by_cause(borne: Iterable[Deduction]) -> list[Taken]:
    """Deductions added up by claw-back; one that was given back whole is left out."""
    causes: dict[tuple[str, int], Taken] = {}
    for row in borne:
        about = row.reversal.line if row.reversal else row.line
        key = (row.kind, row.reversal_id or row.line_id)
        before = causes[key].amount_fen if key in causes else 0
        at = causes[key].at if key in causes else row.at
        causes[key] = Taken(DeductionKind(row.kind), about, before + row.amount_fen, at)
    return [taken for taken in causes.values() if taken.amount_fen]


@dataclass(frozen=True, slots=True)
class StatementYear:
    """An owner's statements of one year, newest first, and what they come to."""

    year: int
    statements: list[Statement]
    lines: int
    commission_fen: int
    bonus_fen: int
    taken_back_fen: int
    net_fen: int


def statement_years(owner: Owner) -> list[int]:
    """The years of which an owner has statements, newest first."""
    return [day.year for day in Statement.objects.filter(owner=owner).dates("month", "year", order="DESC")]


def statements_of_year(owner: Owner, year: int) -> StatementYear:
    """The year's overview."""
    found = list(statements_of(owner).filter(month__year=year))
    return StatementYear(
        year=year,
        statements=found,
        lines=sum(s.lines for s in found),
        commission_fen=sum(s.commission_fen for s in found),
        bonus_fen=sum(s.bonus_fen for s in found),
        taken_back_fen=sum(s.taken_back_fen for s in found),
        net_fen=sum(s.net_fen for s in found),
    )


def open_settlement_failures() -> "QuerySet[SettlementFailure]":
    """Owners whose month could not be settled yet, oldest month first: staff."""
    return (
        SettlementFailure.objects.select_related("owner__user")
        .filter(settled_at=None)
        .order_by("month", "owner_id")
    )


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


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate as counted: ``part`` of ``whole``, in basis points rounded up so that a bad one never looks better."""

    part: int
    whole: int

    @property
    def bp(self) -> int:
        """Basis points, 0 of 0 is 0."""
        return -(-self.part * 10_000 // self.whole) if self.whole else 0


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing to a level, each 0 when it is reached; sales in fen."""

    sales_fen: int
    orders: int
    buyers: int
    refund_ok: bool
    dispute_ok: bool
    points_ok: bool

    @property
    def is_closed(self) -> bool:
        """Whether all six criteria hold."""
        numbers = (self.sales_fen, self.orders, self.buyers)
        return not any(numbers) and self.refund_ok and self.dispute_ok and self.points_ok


@dataclass(frozen=True, slots=True)
class TierRow:
    """One row of docs/rules.md §7.2 as it is shown: ROOKIE asks for nothing."""

    level: Tier
    criteria: Criteria | None
    bonus_bp: int
    shops: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """The owner's level, the six figures of the month so far, and the way to the next level."""

    level: Tier
    misses: int
    month: date
    figures: Figures
    refund: Rate
    dispute: Rate
    target: Tier
    next_level: Criteria | None
    gap: Gap | None
    rows: list[TierRow]
    judged_at: datetime

    @property
    def sales_percent(self) -> int:
        """How far sales are towards the next level, 0 to 100."""
        if self.next_level is None:
            return 100
        return min(100, self.figures.sales_fen * 100 // self.next_level.sales_fen)

    @property
    def is_protected(self) -> bool:
        """Whether the last judgement was a first miss: this is the protection month (§7.3 rule 4)."""
        return self.misses == 1


def outlook_of(owner: Owner, *, at: datetime) -> Outlook:
    """How an owner stands at an instant (docs/rules.md §7), by the rules that the month will be judged by."""
    rules = rules_at(at)
    now = tier_of(owner) or OwnerTier(owner=owner)
    month = clock.month_of(at)
    criteria = criteria_of(rules_of_month(month))
    figures = figures_of_month(month, first=owner.pk, last=owner.pk).get(owner.pk, Figures())
    asked = {row.level: row for row in criteria}
    following = asked.get(Tier(now.level + 1)) if now.level < Tier.SUPER else None
    rows = [
        TierRow(tier, asked.get(tier), rules.BONUS_BP[tier - 1], rules.SHOPS_PER_TIER[tier - 1])
        for tier in Tier
    ]
    return Outlook(
        level=Tier(now.level),
        misses=now.misses,
        month=month,
        figures=figures,
        refund=Rate(figures.refunded, figures.ended),
        dispute=Rate(figures.disputes, figures.orders),
        target=target_level(figures, criteria),
        next_level=following,
        gap=_gap(figures, following) if following else None,
        rows=rows,
        judged_at=clock.local_instant(clock.next_month(month), rules.TIER_HOUR),
    )


def _gap(figures: Figures, asked: Criteria) -> Gap:
    return Gap(
        sales_fen=max(0, asked.sales_fen - figures.sales_fen),
        orders=max(0, asked.orders - figures.orders),
        buyers=max(0, asked.buyers - figures.buyers),
        refund_ok=figures.refunded * 10_000 <= figures.ended * asked.refund_bp,
        dispute_ok=figures.disputes * 10_000 <= figures.orders * asked.dispute_bp,
        points_ok=figures.points < asked.points_below,
    )


@dataclass(frozen=True, slots=True)
class WithdrawTerms:
    """What an owner may withdraw now: balance, limits in fen, and what stands in the way, if anything.

    ``most_fen`` is what could be asked for at once: the balance, within a day's limit.
    """

    balance_fen: int
    debt_fen: int
    on_the_way_fen: int
    least_fen: int
    day_limit_fen: int
    most_fen: int
    review_above_fen: int
    workdays: int
    is_first: bool
    is_suspended: bool
    was_today: bool
    account: PayoutAccount | None
    waiting: Withdrawal | None
    profile: TaxProfile | None
    document_expired: bool

    @property
    def may_ask(self) -> bool:
        """Whether a request could succeed now."""
        barred = self.is_suspended or self.was_today or self.debt_fen > 0
        barred = barred or self.profile is None or self.document_expired
        return not barred and self.account is not None and self.waiting is None and self.has_enough

    @property
    def gives_invoice(self) -> bool:
        """Whether a business asks, which gives an invoice and is not taxed here."""
        return self.profile is not None and self.profile.identity != Identity.PERSON

    @property
    def has_enough(self) -> bool:
        """Whether the balance reaches the least amount."""
        return self.balance_fen >= self.least_fen


def withdraw_terms(owner: Owner, *, at: datetime) -> WithdrawTerms:
    """Everything that the owner's withdrawal page says before it asks for an amount (docs/rules.md §6.3)."""
    rules = rules_at(at)
    balance = ledger.balance(AccountKind.OWNER_WITHDRAWABLE, owner.public_id)
    mine = Withdrawal.objects.filter(owner=owner)
    waiting = mine.filter(status__in=OPEN_WITHDRAWALS).select_related("account").first()
    profile = tax_profile_of(owner)
    last_day = profile.valid_until if profile else None
    return WithdrawTerms(
        balance_fen=balance,
        debt_fen=ledger.balance(AccountKind.OWNER_DEBT, owner.public_id),
        on_the_way_fen=waiting.amount_fen if waiting else 0,
        least_fen=rules.MIN_WITHDRAW_FEN,
        day_limit_fen=rules.MAX_WITHDRAW_DAY_FEN,
        most_fen=min(balance, rules.MAX_WITHDRAW_DAY_FEN),
        review_above_fen=rules.WITHDRAW_REVIEW_FEN,
        workdays=rules.WITHDRAW_WORKDAYS,
        is_first=not mine.filter(status=WithdrawalStatus.PAID).exists(),
        is_suspended=OwnerStanding.objects.filter(owner=owner, suspended=True).exists(),
        was_today=mine.filter(day=clock.local(at).date()).exists(),
        account=payout_account_of(owner),
        waiting=waiting,
        profile=profile,
        document_expired=last_day is not None and last_day < clock.local(at).date(),
    )


def payout_account_of(owner: Owner) -> PayoutAccount | None:
    """The account that the owner is paid to now, or None."""
    return PayoutAccount.objects.filter(owner=owner, replaced_at=None).first()


def withdrawals_to_review() -> int:
    """How many withdrawals wait for a person: staff only."""
    return Withdrawal.objects.filter(status=WithdrawalStatus.REVIEWING).count()


def withdrawals_of(owner: Owner) -> "QuerySet[Withdrawal]":
    """An owner's withdrawals, newest first."""
    return Withdrawal.objects.select_related("account").filter(owner=owner).order_by("-id")
