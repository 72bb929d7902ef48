"""The sandbox credit provider: the last three digits of the phone number are the score.

``000`` does not answer, ``001`` knows nobody of that name; both raise CreditUnavailable. Anything else below 350 is
answered as 350, the lowest score there is; above 950 as 950.
"""

from accounts.errors import CreditUnavailable


def read_score(*, phone: str, name: str, id_number: str) -> int:
    """The credit score, 350 to 950. Raises CreditUnavailable."""
    tail = int(phone[-3:])
    if tail in {0, 1}:
        raise CreditUnavailable
    return min(950, max(350, tail))
