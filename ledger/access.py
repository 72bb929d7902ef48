"""One journal for one party, or NotFound: strangers learn nothing."""

from collections.abc import Iterable

from ledger.models import AccountKind, Journal
from ledger.selectors import movements_of
from taoxiaopu.kernel.errors import NotFound


def journal_for_party(party: str, kinds: Iterable[AccountKind], pk: int) -> Journal:
    """A journal that moved something on a party's own accounts of these kinds. Raises NotFound."""
    own = movements_of(party, kinds).filter(journal=pk).first()
    if own is None:
        raise NotFound
    return own.journal
