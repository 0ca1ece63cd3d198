"""Kappas and intervals against values worked out by hand or published."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.review.agreement import cohen, fleiss, wilson

FLEISS_1971 = [  # the worked example of ten subjects and fourteen raters in five classes
    (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
]  # fmt: skip


def test_cohen() -> None:
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert cohen(pairs) == pytest.approx(0.4)
    assert cohen([]) is None
    assert cohen([("y", "y")]) == 1.0


def test_fleiss() -> None:
    items = [[str(c) for c, n in enumerate(row) for _ in range(n)] for row in FLEISS_1971]
    assert fleiss(items) == pytest.approx(0.210, abs=0.0005)
    assert fleiss([["same"]]) is None


@given(st.integers(0, 50), st.integers(1, 50))
def test_the_interval_holds_the_share(hits: int, more: int) -> None:
    low, high = wilson(hits, hits + more)
    assert 0 <= low <= hits / (hits + more) <= high <= 1
