"""Orders, refunds, disputes, settlements and withdrawals in random order against the model: no difference of a fen.

Each example is a transaction that is rolled back; the cast is committed once a test.
"""

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proof.machine import Machine, build

# What a run must have come across in some of its examples, or it proved less than it says.
SELDOM = (
    "an owner owes",
    "an owner repays",
    "a bond is drawn on",
    "a deposit is drawn on",
    "refunded after final",
    "taken out of confirmed",
    "taken out of withdrawable",
    "frozen on the day of settlement",
    "approved by a second person",
    "voided in time",
    "voided after confirmation",
    "tax withheld",
    "withdrawal paid",
    "sent back after it was paid",
    "a supplier is paid",
    "an own purchase",
    "paid: twice",
    "refused: TooLate",
    "proved by verify",
)


def drive(machine: type[Machine], examples: int, steps: int, *, shrink: bool = True) -> None:
    """Random, and the same each time; a failure is told as the fewest steps that lead to it, or as it was found."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def play(examples: int, steps: int, of: type[Machine] = Machine) -> Counter[str]:
    """So many examples; what they came across, by how many of them."""

    class Played(of):  # type: ignore[misc, valid-type]
        reached: Counter[str] = Counter()

    Played.cast = build()
    drive(Played, examples, steps)
    return Played.reached


@pytest.mark.django_db(transaction=True)
def test_some_examples_without_a_difference() -> None:
    reached = play(130, 15)
    assert [what for what in SELDOM if not reached[what]] == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_thousand_examples_without_a_difference() -> None:
    reached = play(2_000, 10, seed(2_000)(type("Seeded", (Machine,), {})))
    assert [what for what in SELDOM if not reached[what]] == []
