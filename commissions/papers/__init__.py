"""Statements as tables for spreadsheets and as papers to print, by whose they are: ``owners``."""

from commissions.papers.owners import (
    statement_csv,
    statement_header,
    statement_paper,
    statement_pdf,
    statement_rows,
    where_from,
    why_taken,
)

__all__ = [
    "statement_csv",
    "statement_header",
    "statement_paper",
    "statement_pdf",
    "statement_rows",
    "where_from",
    "why_taken",
]
