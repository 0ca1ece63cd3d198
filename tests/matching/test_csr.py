"""Values per row, however many and in whatever order they come."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linker.matching.csr import MANY, Csr

PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(-9, 9) | st.integers(-(2**63), 2**63 - 1)), max_size=4 * MANY)


@given(PAIRS)
def test_rows_hold_their_distinct_values_ascending(pairs: list[tuple[int, int]]) -> None:
    rows = np.array([r for r, _ in pairs], np.int64)
    values = np.array([v for _, v in pairs], np.int64)
    found = Csr.of_pairs(rows, values, 5)
    for row in range(5):
        held = found.values[found.offsets[row] : found.offsets[row + 1]].tolist()
        assert held == sorted({v for r, v in pairs if r == row})


@given(PAIRS, PAIRS)
def test_joining_is_a_union(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    def csr(pairs: list[tuple[int, int]]) -> Csr:
        return Csr.of_pairs(np.array([r for r, _ in pairs], np.int64), np.array([v for _, v in pairs], np.int64), 5)

    joined, whole = Csr.join([csr(first), csr(second)]), csr(first + second)
    assert np.array_equal(joined.offsets, whole.offsets)
    assert np.array_equal(joined.values, whole.values)
