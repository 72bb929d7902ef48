"""Tax and invoices: who an owner is to the tax office, the dated tables of withholding, what was withheld, and the
platform's invoices for suppliers' commission.

May call storefronts, suppliers, payments, ledger, accounts and the kernel. Knows withdrawals by their number only:
commissions tell it what they pay out and what became of it, and what commission a month took from a supplier.
"""
