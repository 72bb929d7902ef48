"""The books: accounts, journals and transfers, balanced by their shape and sealed by PostgreSQL.

May call only the kernel. Knows parties and business events by reference only (order number, line, kind), never by a
foreign key, so that any app may post and the books can be tested with no orders.
"""
