"""Market references: the price and affiliate rate of the same good elsewhere, with evidence (docs/rules.md §1.3 rules 32-33).

A lower rate of ours is refused. A higher price needs the supplier's own declaration and is never forced down (§3 C7).
"""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from suppliers import errors, photographs
from suppliers.models import Good, MarketReference
from taoxiaopu.kernel import audit, clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.templatetags.kernel_format import percent_bp

DECLARATION_MIN, DECLARATION_MAX = 5, 300
PRICE_MAX_FEN = 999_999_999


@dataclass(frozen=True, slots=True)
class MarketDraft:
    """What a supplier found elsewhere: price in fen, affiliate rate in bp, either may be unknown; a screenshot as
    uploaded bytes; why ours is dearer, when it is.
    """

    platform: str
    address: str
    seen_on: date
    price_fen: int | None
    rate_bp: int | None
    screenshot: bytes | None = None
    declaration: str = ""


def latest_reference(good: Good) -> MarketReference | None:
    """The market reference of a good that counts."""
    return MarketReference.objects.filter(good=good).order_by("-id").first()


def record_reference(*, good: Good, draft: MarketDraft, actor: Actor, at: datetime) -> MarketReference:
    """Keep a market reference. Raises BadReference, RateBelowMarket, PriceAboveMarket, PictureError's kinds."""
    _check(draft, at)
    screenshot = photographs.store(draft.screenshot) if draft.screenshot else ""
    with transaction.atomic():
        row = lock_rows(Good.objects.filter(pk=good.pk))[0]
        found = MarketReference(
            good=row,
            platform=draft.platform.strip(),
            address=draft.address.strip(),
            seen_on=draft.seen_on,
            price_fen=draft.price_fen,
            rate_bp=draft.rate_bp,
            screenshot=screenshot,
        )
        rate_bp = min(row.rate_bp, row.next_rate_bp or row.rate_bp)
        _require_rate(found, rate_bp)
        _save(found, row.price_from_fen, rate_bp, draft.declaration, actor, at)
    return found


def check_market(
    row: Good, price_fen: int, rate_bp: int, *, declaration: str = "", actor: Actor, at: datetime
) -> None:
    """Hold a locked good's new lowest price and rate to its market reference, where there is one.

    A declaration is kept as a new row of the same evidence. Raises RateBelowMarket, PriceAboveMarket.
    """
    found = latest_reference(row)
    if found is None:
        return
    _require_rate(found, rate_bp)
    limit = price_limit(found)
    if limit is None or price_fen <= limit:
        return
    found.pk, found._state.adding = None, True
    _save(found, price_fen, rate_bp, declaration, actor, at)


def price_limit(found: MarketReference) -> int | None:
    """Up to which lowest price, in fen, a good needs no new declaration; None where nothing was found of prices."""
    return None if found.price_fen is None else max(found.price_fen, found.declared_up_to_fen or 0)


def is_declared(words: str) -> bool:
    """Whether this is long enough, and not too long, for a reason why a good is dearer."""
    return DECLARATION_MIN <= len(" ".join(words.split())) <= DECLARATION_MAX


def _require_rate(found: MarketReference, rate_bp: int) -> None:
    if found.rate_bp is not None and rate_bp < found.rate_bp:
        raise errors.RateBelowMarket(ours=percent_bp(rate_bp), market=percent_bp(found.rate_bp))


def _save(
    found: MarketReference, price_fen: int, rate_bp: int, declaration: str, actor: Actor, at: datetime
) -> None:
    why = " ".join(declaration.split())
    found.declared_up_to_fen, found.declaration = None, ""
    if found.price_fen is not None and price_fen > found.price_fen:
        if not is_declared(why):
            raise errors.PriceAboveMarket(
                ours=format_yuan(price_fen, thousands=True),
                market=format_yuan(found.price_fen, thousands=True),
            )
        found.declared_up_to_fen, found.declaration = price_fen, why
    found.our_price_fen, found.our_rate_bp = price_fen, rate_bp
    found.person, found.created_at = actor.ref, at
    found.save()
    audit.record(
        actor=actor,
        subject_type="good",
        subject_ref=found.good.public_id,
        event="reference",
        at=at,
        reason=found.declaration,
    )


def _check(draft: MarketDraft, at: datetime) -> None:
    if not 1 <= len(draft.platform.strip()) <= 30:
        raise errors.BadReference(what=_("平台名称须为 1 到 30 字"))
    address = draft.address.strip()
    try:
        parts = urlsplit(address)
    except ValueError:
        raise errors.BadReference(what=_("网址有误")) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or len(address) > 500:
        raise errors.BadReference(what=_("网址须以 http:// 或 https:// 开头，最多 500 字"))
    if draft.seen_on > clock.local(at).date():
        raise errors.BadReference(what=_("查看日期不能晚于今天"))
    if draft.price_fen is None and draft.rate_bp is None:
        raise errors.BadReference(what=_("同款售价和佣金率至少填一项"))
    if draft.price_fen is not None and not 1 <= draft.price_fen <= PRICE_MAX_FEN:
        raise errors.BadReference(what=_("价格须在 0.01 到 9999999.99 元之间"))
    if draft.rate_bp is not None and not 0 <= draft.rate_bp <= 9000:
        raise errors.BadReference(what=_("同款佣金率须在 0% 到 90% 之间"))
