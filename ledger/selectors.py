"""Balances and histories. A balance is the sum of transfers, in the account's own direction."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet, Sum

from ledger.models import DEBIT_NORMAL, Account, AccountKind, Journal, Transfer


def balance(kind: AccountKind, party: str = "") -> int:
    """The account's balance in fen, positive on its normal side; 0 when it was never opened."""
    debits = (
        Transfer.objects.filter(debit__kind=kind, debit__party=party).aggregate(n=Sum("amount_fen"))["n"] or 0
    )
    credits = (
        Transfer.objects.filter(credit__kind=kind, credit__party=party).aggregate(n=Sum("amount_fen"))["n"]
        or 0
    )
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


def movements_of(party: str, kinds: Iterable[AccountKind]) -> "QuerySet[Transfer]":
    """A party's transfers on accounts of these kinds, newest first."""
    wanted = list(kinds)
    return (
        Transfer.objects.filter(
            Q(debit__party=party, debit__kind__in=wanted) | Q(credit__party=party, credit__kind__in=wanted)
        )
        .select_related("journal", "debit", "credit")
        .order_by("-id")
    )


def owner_credit_of_line(owner: str, line_ref: str) -> int:
    """What one owner was credited for one order line, net of claw-backs, in fen.

    A claw-back that became a debt counts as taken back: OWNER_DEBT is debited for it.
    """
    kinds = [AccountKind.OWNER_CONFIRMED, AccountKind.OWNER_WITHDRAWABLE, AccountKind.OWNER_DEBT]
    lines = Transfer.objects.filter(line_ref=line_ref)
    into = lines.filter(credit__party=owner, credit__kind__in=kinds).aggregate(n=Sum("amount_fen"))["n"] or 0
    out = lines.filter(debit__party=owner, debit__kind__in=kinds).aggregate(n=Sum("amount_fen"))["n"] or 0
    return int(into - out)
