"""People: users and sign-in, real-name and credit evidence, API tokens.

May call only the kernel and the rulebook, in which whoever signs up accepts the rules. Never knows what a person sells, picks or buys: upper apps refer to people by public id.
"""
