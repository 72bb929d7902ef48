"""After-sales cases, evidence, arbitration and rulings.

May call orders and everything below. The top app: nothing but the roof knows it. It holds orders and commissions
while a case is open and tells orders what to refund.
"""
