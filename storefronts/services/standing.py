"""What upper apps write down here about an owner."""

from storefronts.models import Owner, OwnerStanding, Pick


def write_standing(
    *, owner: Owner, tier: int | None = None, points: int | None = None, debt_fen: int | None = None
) -> None:
    """Write down tier, points or debt of an owner; what is None stays. Commissions and disputes call it."""
    values = {"tier": tier, "points": points, "debt_fen": debt_fen}
    OwnerStanding.objects.filter(owner=owner).update(**{k: v for k, v in values.items() if v is not None})


def tiers_fragment(*, source: str) -> str:
    """The statement that writes down the tiers of many owners: a part of a set-based run's own statement.

    ``source`` is a SELECT with the columns owner_id and tier.
    """
    return f"""
    UPDATE storefronts_ownerstanding AS s SET tier = f.tier FROM ({source}) AS f WHERE s.owner_id = f.owner_id"""  # noqa: S608


def mark_bought(*, user_id: int, good_id: int) -> None:
    """The owner behind a user completed a purchase of a good: "I used it" is now true (docs/rules.md §3 C9)."""
    Pick.objects.filter(shop__owner__user_id=user_id, good_id=good_id).update(bought=True)
