"""b: invitations, owners and their shops, picks, share links, clicks, posters, captions, owner standing.

May call suppliers, payments, ledger, accounts and the kernel. Never knows orders or money: what an owner stands at
(tier, points, debt) is written down here by the apps above.
"""
