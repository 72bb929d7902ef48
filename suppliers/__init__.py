"""S: suppliers and their members, brands, goods, SKUs and stock; imports of catalogues.

May call payments, ledger, accounts and the kernel. Never knows who picked a good, who ordered it or what was paid out.
"""
