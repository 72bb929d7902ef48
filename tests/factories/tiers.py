"""Owners with levels and with figures of a month, for the tests of tiers."""

from datetime import date, datetime

from commissions.criteria import Figures
from commissions.models import LiabilityFact, OrderFact, OwnerTier
from commissions.states import Outcome
from storefronts.models import Owner, OwnerStanding
from taoxiaopu.kernel import clock

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
RUN = datetime(2026, 7, 1, 3, tzinfo=clock.SHANGHAI)


def sold(owner: Owner, figures: Figures, *, month: date = JUNE) -> None:
    """Facts that give an owner these figures in a month: the sales lie on the first order."""
    at = datetime(month.year, month.month, 15, tzinfo=clock.SHANGHAI)
    OrderFact.objects.bulk_create(
        OrderFact(
            line_ref=f"{owner.pk}-{month:%m}-{n}-1",
            order_number=f"{owner.pk}-{month:%m}-{n}",
            owner=owner,
            buyer=f"b{n % max(1, figures.buyers)}",
            base_fen=figures.sales_fen if n == 0 else 0,
            counted=True,
            outcome=Outcome.FINALISED if n < figures.orders else Outcome.REFUNDED,
            outcome_at=at,
            owner_side_refund=n < figures.refunded,
        )
        for n in range(figures.ended)
    )
    LiabilityFact.objects.bulk_create(
        LiabilityFact(dispute_number=f"{owner.pk}-{month:%m}-{n}", owner=owner, closed_at=at)
        for n in range(figures.disputes)
    )
    OwnerStanding.objects.filter(owner=owner).update(
        points=figures.points
    )  # without penalties: read by tiers alone


def has_level(owner: Owner, level: int) -> None:
    OwnerTier.objects.update_or_create(owner=owner, defaults={"level": level, "misses": 0})
    OwnerStanding.objects.filter(owner=owner).update(tier=level)
