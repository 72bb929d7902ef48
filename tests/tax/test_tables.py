"""The tables of withholding: every vector of docs/rules.md §6.7 and both sides of every edge, to the fen."""

from datetime import date

import pytest

from tax.states import TaxMethod
from tax.tables import Table, table_on, tables

DAY = date(2026, 7, 20)
CLASSIC = table_on(TaxMethod.CLASSIC, DAY)
CUMULATIVE = table_on(TaxMethod.CUMULATIVE, DAY)
# Income and tax in yuan, of one month.
CLASSIC_VECTORS = [(800, 0), (1_000, 40), (4_000, 640), (25_000, 4_000), (100_000, 25_000)]
CUMULATIVE_VECTORS = [(5_000, 0), (10_000, 90), (60_000, 1_780)]
# Income and tax in fen around each edge. Cumulative: taxable income is 80 % of it less 5,000 a month.
CUMULATIVE_EDGES = [
    (625_000, 0),
    (625_020, 0),  # 0.16 fen above nothing: 3 % of 16 fen is 0.48 fen
    (625_021, 1),  # 3 % of 16.8 fen is 0.504 fen
    (5_124_979, 107_999),  # 3 % of 35,999.832 is 1,079.99496
    (5_125_000, 108_000),  # 36,000.00
    (5_125_001, 108_000),  # 10 % of 36,000.008 less 2,520 is 1,080.0008
    (5_125_007, 108_001),  # 1,080.0056
    (18_625_000, 1_188_000),  # 144,000
    (18_625_003, 1_188_000),  # 20 %: 11,880.0048
    (18_625_004, 1_188_001),  # 11,880.0064
    (38_125_000, 4_308_000),  # 300,000
    (38_125_003, 4_308_001),  # 25 %: 43,080.006
    (53_125_000, 7_308_000),  # 420,000
    (53_125_003, 7_308_001),  # 30 %: 73,080.0072
    (83_125_000, 14_508_000),  # 660,000
    (83_125_002, 14_508_001),  # 35 %: 145,080.0056
    (120_625_000, 25_008_000),  # 960,000
    (120_625_002, 25_008_001),  # 45 %: 250,080.0072
]
CLASSIC_EDGES = [
    (80_000, 0),
    (80_002, 0),  # 20 % of 2 fen
    (80_003, 1),  # 20 % of 3 fen is 0.6
    (400_000, 64_000),  # less 800: 3,200
    (400_001, 64_000),  # less 20 %: 3,200.008
    (400_004, 64_001),  # 640.0064
    (2_500_000, 400_000),
    (2_500_002, 400_000),  # 30 % of 20,000.016 less 2,000 is 4,000.0048
    (2_500_003, 400_001),  # 4,000.0072
    (6_250_000, 1_300_000),
    (6_250_001, 1_300_000),  # 40 % of 50,000.008 less 7,000 is 13,000.0032
    (6_250_002, 1_300_001),  # 13,000.0064
]


@pytest.mark.parametrize(("yuan", "tax"), CLASSIC_VECTORS)
def test_classic_vectors(yuan: int, tax: int) -> None:
    assert CLASSIC.tax(yuan * 100) == tax * 100


@pytest.mark.parametrize(("yuan", "tax"), CUMULATIVE_VECTORS)
def test_cumulative_vectors(yuan: int, tax: int) -> None:
    assert CUMULATIVE.tax(yuan * 100, months=1) == tax * 100


def test_cumulative_sequence() -> None:
    taken: list[int] = []
    for month in (1, 2, 3):
        taken.append(CUMULATIVE.tax(month * 1_000_000, months=month) - sum(taken))
    assert taken == [9_000, 9_000, 9_000]


@pytest.mark.parametrize(("income_fen", "tax_fen"), CUMULATIVE_EDGES)
def test_cumulative_edges(income_fen: int, tax_fen: int) -> None:
    assert CUMULATIVE.tax(income_fen, months=1) == tax_fen


@pytest.mark.parametrize(("income_fen", "tax_fen"), CLASSIC_EDGES)
def test_classic_edges(income_fen: int, tax_fen: int) -> None:
    assert CLASSIC.tax(income_fen) == tax_fen


@pytest.mark.parametrize("table", tables(), ids=lambda table: f"{table.method} {table.effective_on}")
def test_no_bracket_jumps(table: Table) -> None:
    """At every edge the lower and the upper bracket give the same tax."""
    for lower, upper in zip(table.brackets, table.brackets[1:], strict=False):
        assert lower.up_to_fen is not None
        at_edge = [lower.up_to_fen * b.rate_bp - b.quick_fen * 10_000 for b in (lower, upper)]
        assert at_edge[0] == at_edge[1]
    assert table.brackets[-1].up_to_fen is None


def test_months_and_other_deductions_come_off_first() -> None:
    assert CUMULATIVE.tax(1_000_000, months=2) == 0
    assert CUMULATIVE.tax(1_000_000, months=1, other_fen=299_983) == 1  # 17 fen at 3 %
    assert CUMULATIVE.tax(1_000_000, months=1, other_fen=299_984) == 0
    assert CUMULATIVE.tax(1, months=12, other_fen=10**9) == 0
