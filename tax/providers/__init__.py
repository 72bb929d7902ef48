"""The border to the tax bureau's system, which issues invoices. Each adapter offers one verb: issue."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class InvoiceRequest:
    """An invoice to be issued: ``key`` names it for ever, the buyer is the supplier, amounts in fen, the rate in bp.

    Negative amounts ask for a red invoice (红字发票).
    """

    key: str
    buyer_name: str
    buyer_code: str
    month: date
    net_fen: int
    vat_fen: int
    rate_bp: int


class TaxBureau(Protocol):
    """What the platform asks of the tax bureau's system."""

    def issue(self, request: InvoiceRequest, *, at: datetime) -> str:
        """Issue an invoice and return its number of 20 digits; the same ``key`` is one invoice however often it is asked."""
