"""The same POST twice is one effect and one answer (trust §2, F23)."""

from datetime import timedelta

import pytest

from taoxiaopu.kernel.errors import BadInput, KeyReused, NotFound
from taoxiaopu.kernel.idempotency import forget_old, hash_of, run_once
from taoxiaopu.kernel.models import IdempotencyKey
from tests.factories import story
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db
AT = story.noon(2026, 6, 3)


class Counter:
    """Work that can be counted."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self) -> dict[str, int]:
        self.runs += 1
        return {"number": self.runs}


def once(work: object, *, actor: str = "u1", key: str = "k1", inputs: object = 1) -> object:
    return run_once(actor=actor, key=key, inputs=inputs, at=AT, work=work)  # type: ignore[arg-type]


def test_the_second_call_gets_the_first_answer() -> None:
    work = Counter()
    assert once(work) == once(work) == {"number": 1}
    assert work.runs == 1


def test_keys_are_each_actors_own() -> None:
    work = Counter()
    assert [once(work), once(work, actor="u2"), once(work, key="k2")] == [{"number": n} for n in (1, 2, 3)]


def test_other_inputs_under_the_same_key_are_refused() -> None:
    work = Counter()
    once(work)
    with pytest.raises(KeyReused):
        once(work, inputs=2)
    assert work.runs == 1


def test_a_failure_is_not_remembered() -> None:
    def missing() -> None:
        raise NotFound

    with pytest.raises(NotFound):
        once(missing)
    assert IdempotencyKey.objects.count() == 0
    assert once(Counter()) == {"number": 1}


@pytest.mark.parametrize("key", ["", "k" * 81, "键"])
def test_odd_keys_are_refused(key: str) -> None:
    work = Counter()
    with pytest.raises(BadInput):
        once(work, key=key)
    assert (work.runs, IdempotencyKey.objects.count()) == (0, 0)


def test_keys_are_forgotten_after_48_hours() -> None:
    once(Counter())
    assert forget_old(at=AT + timedelta(hours=48)) == 0
    assert forget_old(at=AT + timedelta(hours=48, seconds=1)) == 1


def test_the_hash_does_not_depend_on_the_order_of_names() -> None:
    assert hash_of({"a": 1, "b": 2}) == hash_of({"b": 2, "a": 1})
    assert hash_of({"a": 1}) != hash_of({"a": "1"})


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_are_one_effect_and_eight_equal_answers() -> None:
    work = Counter()
    assert at_once([lambda: once(work)] * 8) == [{"number": 1}] * 8
    assert work.runs == 1
