"""What is asked first."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linker.review.priority import Stakes, entropy, priority, split_priority

ONE = np.array([[1, 1]])
STAKES = Stakes()


def rank(p: float, sizes: tuple[int, int] = (1, 1), **options: object) -> float:
    return float(priority(np.array([p]), np.array([sizes]), STAKES, **options)[0])  # type: ignore[arg-type]


def test_the_uncertain_come_before_the_clear() -> None:
    assert rank(0.7) > rank(0.3) > rank(0.05)
    assert rank(0.7) > rank(0.99)


def test_large_identities_come_before_single_records() -> None:
    assert rank(0.5, (4, 2)) > rank(0.5)


def test_what_a_rule_held_back_is_not_believed() -> None:
    held = np.array([True])
    assert rank(0.99999, held=held) == rank(0.8, held=held) > rank(0.99999)


def test_a_doubtful_link_weighs_more_than_a_doubtful_miss() -> None:
    assert rank(0.5, linked=True) > rank(0.5)


@given(st.floats(0, 1), st.integers(1, 50), st.integers(1, 50), st.booleans())
def test_priorities_are_finite_and_not_negative(p: float, a: int, b: int, linked: bool) -> None:
    assert 0 <= rank(p, (a, b), linked=linked) < np.inf
    assert 0 <= entropy(np.array([p]))[0] <= 1


def test_weak_identities_come_first() -> None:
    found = split_priority(np.array([0.0, 8.0, np.inf, np.nan]), np.array([3, 3, 3, 3]), STAKES)
    assert found[0] > found[1] >= found[2] and np.isfinite(found).all()
