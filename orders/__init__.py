"""C: trades and orders with frozen prices and snapshots, parcels, receipts, holds, and what a refund does to a line.

May call commissions, storefronts, suppliers, payments, ledger, accounts and the kernel. Never asks about cases or
disputes: they place holds here and tell it what to refund.
"""
