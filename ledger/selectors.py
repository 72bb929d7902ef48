"""Balances and histories. A balance is the sum of transfers, in the account's own direction."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from ledger.models import DEBIT_NORMAL, Account, AccountKind, Journal, Transfer

# Asked under the lock of a party's accounts at every order's end: one statement, put together once.
BALANCE = """
    SELECT (SELECT coalesce(sum(amount_fen), 0) FROM ledger_transfer WHERE debit_id = a.id),
           (SELECT coalesce(sum(amount_fen), 0) FROM ledger_transfer WHERE credit_id = a.id)
    FROM ledger_account a WHERE a.kind = %s AND a.party = %s"""


def balance(kind: AccountKind, party: str = "") -> int:
    """The account's balance in fen, positive on its normal side; 0 when it was never opened."""
    with connection.cursor() as cursor:
        cursor.execute(BALANCE, [kind, party])
        found = cursor.fetchone()
    debits, credits = found or (0, 0)
    return int(debits - credits if kind in DEBIT_NORMAL else credits - debits)


def balances(party: str | None = None) -> dict[tuple[str, str], int]:
    """Every account's balance by (kind, party), in fen; only one party's accounts when it is given."""
    chosen = Account.objects.all() if party is None else Account.objects.filter(party=party)
    rows = chosen.order_by("kind", "party").annotate(
        out=Sum("debits__amount_fen", default=0),
    )
    out = {a.pk: int(a.out) for a in rows}
    into = {
        pk: int(n)
        for pk, n in chosen.order_by("kind", "party")
        .annotate(n=Sum("credits__amount_fen", default=0))
        .values_list("pk", "n")
    }
    return {
        (a.kind, a.party): (out[a.pk] - into[a.pk] if a.kind in DEBIT_NORMAL else into[a.pk] - out[a.pk])
        for a in rows
    }


def journals_of_order(order_number: str) -> "QuerySet[Journal]":
    """Everything booked for one order, oldest first, with transfers and accounts."""
    return (
        Journal.objects.filter(order_number=order_number)
        .order_by("id")
        .prefetch_related("transfers__debit", "transfers__credit")
    )


def movements_of(party: str, kinds: Iterable[AccountKind], *, order_number: str = "") -> "QuerySet[Transfer]":
    """A party's transfers on accounts of these kinds, newest first; of one order only when it is named."""
    wanted = list(kinds)
    transfers = Transfer.objects.filter(
        Q(debit__party=party, debit__kind__in=wanted) | Q(credit__party=party, credit__kind__in=wanted)
    )
    if order_number:
        transfers = transfers.filter(journal__order_number=order_number)
    return transfers.select_related("journal", "debit", "credit").order_by("-id")


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
    entries = []
    for transfer in transfers:
        gains = transfer.credit.party == party and transfer.debit.party != party
        account = transfer.credit if gains else transfer.debit
        amount = transfer.amount_fen if gains else -transfer.amount_fen
        entries.append(Entry(transfer, account.get_kind_display(), amount))
    return entries


def owner_credit_of_line(owner: str, line_ref: str) -> int:
    """What one owner was credited for one order line, net of claw-backs, in fen.

    A claw-back that became a debt counts as taken back: OWNER_DEBT is debited for it.
    """
    kinds = [AccountKind.OWNER_CONFIRMED, AccountKind.OWNER_WITHDRAWABLE, AccountKind.OWNER_DEBT]
    lines = Transfer.objects.filter(line_ref=line_ref)
    into = lines.filter(credit__party=owner, credit__kind__in=kinds).aggregate(n=Sum("amount_fen"))["n"] or 0
    out = lines.filter(debit__party=owner, debit__kind__in=kinds).aggregate(n=Sum("amount_fen"))["n"] or 0
    return int(into - out)


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


def trial_balance() -> list[TrialRow]:
    """The books by kind of account, all kinds; debits and credits of all rows are equal."""
    rows = {row.kind: row for row in _by_kind()}
    return [rows.get(kind, TrialRow(kind, 0, 0, 0)) for kind in AccountKind]


def _by_kind() -> list[TrialRow]:
    totals: dict[str, list[int]] = {}
    for account in accounts_with_totals():
        kept = totals.setdefault(account.kind, [0, 0, 0])
        kept[0] += 1
        kept[1] += account.debit_fen
        kept[2] += account.credit_fen
    return [TrialRow(AccountKind(name), *kept) for name, kept in totals.items()]


def transfers_of_account(account: Account) -> "QuerySet[Transfer]":
    """Everything that moved on one account, newest first."""
    return (
        Transfer.objects.filter(Q(debit=account) | Q(credit=account))
        .select_related("journal", "debit", "credit")
        .order_by("-id")
    )


def transfers_of_journal(journal: Journal) -> "QuerySet[Transfer]":
    """The movements of one journal, oldest first."""
    return Transfer.objects.filter(journal=journal).select_related("debit", "credit").order_by("id")
