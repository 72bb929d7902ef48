"""What the rules do not allow."""


class Refused(Exception):
    """Every reason that holds, by the name of the error that tells it; the platform may name any of them first."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons = frozenset(reasons)


def require(**broken: bool) -> None:
    """Refuse for every name whose condition is true: ``require(TooLate=at > deadline)``."""
    reasons = [reason for reason, holds in broken.items() if holds]
    if reasons:
        raise Refused(*reasons)
