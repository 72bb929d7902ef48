"""Money in and out of the platform: charges, provider refunds, raw notices, and the adapters to providers.

May call the ledger, accounts and the kernel. Knows trades and refund causes by reference only; who paid for what is
decided above.
"""
