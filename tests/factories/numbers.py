"""Valid made-up numbers: company codes, identity numbers, phones whose tail is the sandbox credit score."""

from stdnum.cn import ric, uscc


def company_code(n: int) -> str:
    """The n-th valid unified social credit code."""
    body = f"91350100M{n:08d}"
    return body + uscc.calc_check_digit(body)


def identity(n: int, born: str = "19900307") -> str:
    """The n-th valid identity number of someone born on that day."""
    body = f"110101{born}{n % 1000:03d}"
    return body + ric.calc_check_digit(body + "0")  # it looks at the first 17 digits of 18


def phone(n: int, score: int = 701) -> str:
    """The n-th mobile number whose owner has this sandbox credit score."""
    return f"138{n:05d}{score:03d}"
