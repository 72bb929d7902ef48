"""The nightly comparison of books, orders, payments, providers' bills and stock, and the manual journals that mend them.

May call every app of the business; is called only by the roof. A difference is a row with an owner and a state; it
refers to what it is about by number and never by a foreign key, because what it is about may not exist.
"""
