"""Statements as tables for spreadsheets and as papers to print, by whose they are: ``owners``, ``suppliers``."""

from commissions.papers.owners import statement_csv, statement_paper, statement_pdf, where_from, why_taken
from commissions.papers.suppliers import (
    supplier_statement_csv,
    supplier_statement_paper,
    supplier_statement_pdf,
)

__all__ = [
    "statement_csv",
    "statement_paper",
    "statement_pdf",
    "supplier_statement_csv",
    "supplier_statement_paper",
    "supplier_statement_pdf",
    "where_from",
    "why_taken",
]
