"""Balances and histories. A balance is the sum of transfers, in the account's own direction.

PostgreSQL keeps it for owners and suppliers; the platform's accounts are summed up (trust §1 L8, L9).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from ledger.models import (
    CLEARING_KINDS,
    DEBIT_NORMAL,
    Account,
    AccountKind,
    Balance,
    Digest,
    Journal,
    JournalKind,
    MonthClosing,
    Transfer,
)
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.keyset import DIGITS_MAX, KeyPage

# Asked under the lock of a party's accounts at every order's end.
PARTY_BALANCE = """
    SELECT b.balance_fen FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
    WHERE a.kind = %s AND a.party = %s"""
# The last checkpoint of one of the platform's accounts, and what came after it.
CHECKPOINT = """
    SELECT a.id, coalesce(k.debit_fen - k.credit_fen, 0), coalesce(k.through_id, 0) FROM ledger_account a
    LEFT JOIN LATERAL (
        SELECT c.debit_fen, c.credit_fen, d.through_id FROM ledger_checkpoint c
        JOIN ledger_digest d ON d.day = c.digest_id WHERE c.account_id = a.id ORDER BY c.digest_id DESC LIMIT 1
    ) k ON true WHERE a.kind = %s AND a.party = ''"""
TAIL = """
    SELECT coalesce(sum(CASE WHEN debit_id = %(account)s THEN amount_fen ELSE -amount_fen END), 0)
    FROM ledger_transfer
    WHERE journal_id > %(after)s AND (debit_id = %(account)s OR credit_id = %(account)s)"""


def balance(kind: AccountKind, party: str = "") -> int:
    """The account's balance in fen, positive on its normal side; 0 when it was never opened.

    A party's is kept; one of the platform's is its last checkpoint and the transfers of the journals since.
    """
    with connection.cursor() as cursor:
        if party:
            cursor.execute(PARTY_BALANCE, [kind, party])
            found = cursor.fetchone()
            return int(found[0]) if found else 0
        cursor.execute(CHECKPOINT, [kind])
        found = cursor.fetchone()
        if found is None:
            return 0
        account, fen, after = found
        cursor.execute(TAIL, {"account": account, "after": after})
        fen += cursor.fetchone()[0]
    return int(fen if kind in DEBIT_NORMAL else -fen)


def earned_since(kind: AccountKind, party: str, since: datetime) -> int:
    """What was credited to a party's account for events at or after an instant, in fen."""
    found = Transfer.objects.filter(
        credit__kind=kind, credit__party=party, journal__occurred_at__gte=since
    ).aggregate(n=Sum("amount_fen"))
    return int(found["n"] or 0)


def balances(party: str | None = None) -> dict[tuple[str, str], int]:
    """Every account's balance by (kind, party), in fen; only one party's accounts when it is given."""
    rows = Balance.objects.order_by("account__kind", "account__party")
    if party is not None:
        rows = rows.filter(account__party=party)
    found = {
        (kind, whose): fen
        for kind, whose, fen in rows.values_list("account__kind", "account__party", "balance_fen")
    }
    if not party:
        for kind in Account.objects.filter(party="").values_list("kind", flat=True):
            found[kind, ""] = balance(AccountKind(kind))
    return dict(sorted(found.items()))


def closed_through() -> date | None:
    """First day of the last closed month; None when no month was closed yet."""
    return MonthClosing.objects.order_by("-month").values_list("month", flat=True).first()


BALANCE_ON = """
    SELECT coalesce((SELECT debit_fen - credit_fen FROM ledger_closingbalance
                     WHERE closing_id = %(closed)s AND kind = %(kind)s AND %(party)s = ''), 0)
           + coalesce((SELECT sum(amount_fen) FROM ledger_transfer WHERE debit_id = a.id
                       AND posted_on >= %(start)s AND posted_on <= %(day)s), 0)
           - coalesce((SELECT sum(amount_fen) FROM ledger_transfer WHERE credit_id = a.id
                       AND posted_on >= %(start)s AND posted_on <= %(day)s), 0)
    FROM ledger_account a WHERE a.kind = %(kind)s AND a.party = %(party)s"""


def balance_on(kind: AccountKind, party: str, day: date) -> int:
    """The account's balance at the end of a Shanghai day, by the day of the books; as ``balance``.

    The platform's accounts start from the last closed month before the day, parties' from their first transfer.
    """
    closed = None if party else _closed_before(day)
    with connection.cursor() as cursor:
        cursor.execute(
            BALANCE_ON,
            {"kind": kind, "party": party, "day": day, "closed": closed, "start": _first_day_after(closed)},
        )
        found = cursor.fetchone()
    fen = int(found[0]) if found else 0
    return fen if kind in DEBIT_NORMAL else -fen


def first_month() -> date | None:
    """First day of the first month that anything was booked in."""
    first = Journal.objects.aggregate(n=Min("posted_on"))["n"]
    return first.replace(day=1) if first else None


def waiting_in_clearing(month: date) -> dict[AccountKind, int]:
    """What came into each clearing account by the month's end and has not left it yet, in fen; only what is not zero.

    What leaves is taken to be what came first.
    """
    ends = clock.next_month(month)
    found = {}
    for kind in CLEARING_KINDS:
        left = Transfer.objects.filter(debit__kind=kind, posted_on__gte=ends).aggregate(n=Sum("amount_fen"))[
            "n"
        ]
        then = balance_on(kind, "", ends - timedelta(days=1))
        if waiting := then if then < 0 else max(0, then - (left or 0)):
            found[kind] = waiting
    return found


def _closed_before(day: date) -> date | None:
    """The last closed month that had ended by the end of this day."""
    tomorrow = day + timedelta(days=1)
    ended = MonthClosing.objects.filter(month__lt=tomorrow.replace(day=1))
    return ended.order_by("-month").values_list("month", flat=True).first()


def _first_day_after(month: date | None) -> date:
    return clock.next_month(month) if month else date.min


def chain_head() -> Digest | None:
    """The last seal of the books, to be kept outside as well; None before the first."""
    return Digest.objects.order_by("-day").first()


def sealed_through(day: date) -> int | None:
    """The last journal that the seal of a day covers, or the seal after it when that night was missed; None before it."""
    sealed = Digest.objects.filter(day__gte=day).order_by("day")
    return sealed.values_list("through_id", flat=True).first()


def seal_of(journal: Journal) -> Digest | None:
    """The seal that holds a journal; None before the night that seals it."""
    return Digest.objects.filter(after_id__lt=journal.pk, through_id__gte=journal.pk).first()


def journals_of_order(order_number: str) -> "QuerySet[Journal]":
    """Everything booked for one order, oldest first, with transfers and accounts."""
    return (
        Journal.objects.filter(order_number=order_number)
        .order_by("id")
        .prefetch_related("transfers__debit", "transfers__credit")
    )


def journals_of_events(kind: JournalKind, ref_type: str, ref_ids: Iterable[str]) -> dict[str, Journal]:
    """What was booked for these things, by their reference; those of which nothing was are left out."""
    found = Journal.objects.filter(kind=kind, ref_type=ref_type, ref_id__in=list(ref_ids), seq=0)
    return {journal.ref_id: journal for journal in found}


def movements_of(
    party: str, kinds: Iterable[AccountKind], *, order_number: str = "", journal: Journal | None = None
) -> "QuerySet[Transfer]":
    """A party's transfers on accounts of these kinds, newest first; of one order or journal only when it is named."""
    wanted = list(kinds)
    transfers = Transfer.objects.filter(
        Q(debit__party=party, debit__kind__in=wanted) | Q(credit__party=party, credit__kind__in=wanted)
    )
    if order_number:
        transfers = transfers.filter(journal__order_number=order_number)
    if journal is not None:
        transfers = transfers.filter(journal=journal)
    return transfers.select_related("journal", "debit", "credit").order_by("-id")


# Each account's newest ones, on either side, then the newest of these. Compared as pairs, so that an index that begins with
# the account is what keeps the order: by its key alone PostgreSQL would go through everybody's.
NEWEST_MOVED = """
    SELECT DISTINCT t.id, t.posted_on FROM ledger_account a CROSS JOIN LATERAL (
        (SELECT id, posted_on FROM ledger_transfer
         WHERE (credit_id, id) >= (a.id, 0) AND (credit_id, id) < (a.id, %(before)s)
         ORDER BY credit_id DESC, id DESC LIMIT %(size)s)
        UNION ALL
        (SELECT id, posted_on FROM ledger_transfer
         WHERE (debit_id, id) >= (a.id, 0) AND (debit_id, id) < (a.id, %(before)s)
         ORDER BY debit_id DESC, id DESC LIMIT %(size)s)
    ) t WHERE a.party = %(party)s AND a.kind = ANY (%(kinds)s) ORDER BY t.id DESC LIMIT %(size)s"""
MOVED_AT_ONCE = 500


def movement_page(party: str, kinds: Iterable[AccountKind], *, after: str, size: int) -> "KeyPage[Transfer]":
    """One page of ``movements_of``, behind a key: the thousandth costs what the first does."""
    is_key = after.isascii() and after.isdigit() and len(after) <= DIGITS_MAX
    before = int(after) if is_key else 2**62
    values: dict[str, Any] = {
        "party": party,
        "kinds": [str(kind) for kind in kinds],
        "before": before,
        "size": size + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(NEWEST_MOVED, values)
        found = cursor.fetchall()
    more, found = len(found) > size, found[:size]
    if not found:
        return KeyPage([], "", not is_key)
    days = [day for _key, day in found]
    rows = Transfer.objects.filter(
        pk__in=[key for key, _day in found], posted_on__range=(min(days), max(days))
    )
    page = list(rows.select_related("journal", "debit", "credit").order_by("-id"))
    return KeyPage(page, str(page[-1].pk) if more else "", not is_key)


def all_movements(party: str, kinds: Iterable[AccountKind]) -> "Iterator[Transfer]":
    """All of ``movements_of``, some hundred in memory at a time."""
    wanted, after = list(kinds), ""
    while True:
        page = movement_page(party, wanted, after=after, size=MOVED_AT_ONCE)
        yield from page
        if not page.next_key:
            return
        after = page.next_key


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement on a party's own account: ``amount_fen`` is positive when it is to the party's good."""

    transfer: Transfer
    account: str
    amount_fen: int


def entries_of(party: str, transfers: Iterable[Transfer]) -> list[Entry]:
    """The party's side of transfers that touch its accounts.

    Between two of its own accounts the debited one is shown: what was its due went to pay what it owed.
    """
    return [entry_of(party, transfer) for transfer in transfers]


def entry_of(party: str, transfer: Transfer) -> Entry:
    """One of ``entries_of``."""
    gains = transfer.credit.party == party and transfer.debit.party != party
    account = transfer.credit if gains else transfer.debit
    amount = transfer.amount_fen if gains else -transfer.amount_fen
    return Entry(transfer, account.get_kind_display(), amount)


def owner_credit_of_line(owner: str, line_ref: str) -> int:
    """What one owner was credited for one order line, net of claw-backs, in fen.

    A claw-back that became a debt counts as taken back: OWNER_DEBT is debited for it.
    """
    kinds = [AccountKind.OWNER_CONFIRMED, AccountKind.OWNER_WITHDRAWABLE, AccountKind.OWNER_DEBT]
    lines = Transfer.objects.filter(line_ref=line_ref)
    into = lines.filter(credit__party=owner, credit__kind__in=kinds).aggregate(n=Sum("amount_fen"))["n"] or 0
    out = lines.filter(debit__party=owner, debit__kind__in=kinds).aggregate(n=Sum("amount_fen"))["n"] or 0
    return int(into - out)


def platform_accounts() -> dict[str, Account]:
    """The platform's own accounts by kind; a kind that nothing was booked to has none."""
    return {account.kind: account for account in Account.objects.filter(party="")}


def accounts_with_totals() -> "QuerySet[Any]":
    """Every account with ``debit_fen`` and ``credit_fen``, the sums of its transfers: staff only."""
    out = (
        Transfer.objects.filter(debit=OuterRef("pk")).order_by().values("debit").annotate(n=Sum("amount_fen"))
    )
    into = (
        Transfer.objects.filter(credit=OuterRef("pk"))
        .order_by()
        .values("credit")
        .annotate(n=Sum("amount_fen"))
    )
    return Account.objects.annotate(
        debit_fen=Coalesce(Subquery(out.values("n")), 0, output_field=BigIntegerField()),
        credit_fen=Coalesce(Subquery(into.values("n")), 0, output_field=BigIntegerField()),
    ).order_by("kind", "party")


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One kind of account in the trial balance: how many accounts, debits and credits in fen."""

    kind: AccountKind
    accounts: int
    debit_fen: int
    credit_fen: int

    @property
    def balance_fen(self) -> int:
        """The balance on the kind's own side."""
        difference = self.debit_fen - self.credit_fen
        return difference if self.kind in DEBIT_NORMAL else -difference


TRIAL = """
    SELECT kind, sum(accounts), sum(debit_fen), sum(credit_fen) FROM (
        SELECT kind, count(*) AS accounts, 0 AS debit_fen, 0 AS credit_fen FROM ledger_account GROUP BY kind
        UNION ALL
        SELECT kind, 0, debit_fen, credit_fen FROM ledger_closingbalance WHERE closing_id = %(closed)s
        UNION ALL
        SELECT a.kind, 0, t.debit_fen, t.credit_fen FROM ledger_account a JOIN (
            SELECT account_id, sum(debit_fen) AS debit_fen, sum(credit_fen) AS credit_fen FROM (
                SELECT debit_id AS account_id, amount_fen AS debit_fen, 0 AS credit_fen FROM ledger_transfer
                WHERE posted_on >= %(start)s AND posted_on <= %(day)s
                UNION ALL
                SELECT credit_id, 0, amount_fen FROM ledger_transfer
                WHERE posted_on >= %(start)s AND posted_on <= %(day)s
            ) sides GROUP BY account_id
        ) t ON t.account_id = a.id
    ) parts GROUP BY kind"""


def trial_balance(day: date | None = None) -> list[TrialRow]:
    """The books by kind of account at the end of a day, or now; all kinds. Debits and credits of all rows are equal.

    Starts from the last closed month, so that it does not read the whole history.
    """
    until = day or date.max
    closed = _closed_before(until) if day else closed_through()
    with connection.cursor() as cursor:
        cursor.execute(TRIAL, {"closed": closed, "start": _first_day_after(closed), "day": until})
        found = {kind: TrialRow(AccountKind(kind), *map(int, sums)) for kind, *sums in cursor.fetchall()}
    return [found.get(kind, TrialRow(kind, 0, 0, 0)) for kind in AccountKind]


def transfers_of_account(account: Account) -> "QuerySet[Transfer]":
    """Everything that moved on one account, newest first."""
    return (
        Transfer.objects.filter(Q(debit=account) | Q(credit=account))
        .select_related("journal", "debit", "credit")
        .order_by("-id")
    )


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One movement of an account on its own side, and the balance after it."""

    transfer: Transfer
    other: Account
    amount_fen: int
    balance_fen: int


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """An account between two days of the books, both included; ``is_cut`` when it has more rows than were asked for."""

    opening_fen: int
    rows: list[StatementRow]
    closing_fen: int
    is_cut: bool = False


def statement_of(account: Account, since: date, until: date, *, most: int | None = None) -> AccountStatement:
    """Everything that moved on an account from day to day, oldest first, with the running balance; ``most`` rows of it."""
    running = opening = balance_on(AccountKind(account.kind), account.party, since - timedelta(days=1))
    moved = (
        Transfer.objects.filter(
            Q(debit=account) | Q(credit=account), posted_on__gte=since, posted_on__lte=until
        )
        .select_related("journal", "debit", "credit")
        .order_by("posted_on", "id")
    )
    found = list(moved[: most + 1] if most else moved)
    is_cut = most is not None and len(found) > most
    rows = []
    for transfer in found[:most]:
        inward = (transfer.debit_id == account.pk) == (account.kind in DEBIT_NORMAL)
        amount = transfer.amount_fen if inward else -transfer.amount_fen
        running += amount
        other = transfer.credit if transfer.debit_id == account.pk else transfer.debit
        rows.append(StatementRow(transfer, other, amount, running))
    closing = balance_on(AccountKind(account.kind), account.party, until) if is_cut else running
    return AccountStatement(opening, rows, closing, is_cut)


def closings() -> "QuerySet[MonthClosing]":
    """Closed months, the last one first."""
    return MonthClosing.objects.order_by("-month")


def month_to_close() -> date | None:
    """First day of the month that is closed next; None while nothing was booked."""
    closed = closed_through()
    return clock.next_month(closed) if closed else first_month()


def transfers_of_journal(journal: Journal) -> "QuerySet[Transfer]":
    """The movements of one journal, oldest first."""
    return Transfer.objects.filter(journal=journal).select_related("debit", "credit").order_by("id")
