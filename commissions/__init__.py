"""The commission ledger: what a line earns, its states, claw-backs, monthly statements and owner tiers.

May call storefronts, suppliers, payments, ledger, accounts and the kernel. Never asks about orders or disputes: they
tell it what happened to a line, and write the facts that tiers rest on.
"""
