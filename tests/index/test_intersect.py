"""The kernels on ascending lists, against sets."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linker.index.intersect import cut, intersect, intersect_set, mark, position

Rows = st.lists(st.integers(0, 400), unique=True, max_size=200).map(sorted)


@given(Rows, Rows)
def test_intersection(a: list[int], b: list[int]) -> None:
    out = np.empty(max(len(a), len(b)), np.int32)
    count = intersect(np.array(a, np.int32), np.array(b, np.int32), out)
    assert out[:count].tolist() == sorted(set(a) & set(b))


@given(Rows, st.integers(0, 400))
def test_a_short_list_against_a_long_one(a: list[int], x: int) -> None:
    out = np.empty(max(len(a), 1), np.int32)
    count = intersect(np.array([x], np.int32), np.array(a, np.int32), out)
    assert out[:count].tolist() == ([x] if x in a else [])


@given(Rows, Rows)
def test_a_list_against_a_set(a: list[int], b: list[int]) -> None:
    members, out = np.zeros(401 // 64 + 1, np.uint64), np.empty(len(a), np.int32)
    mark(np.array(b, np.int32), members)
    count = intersect_set(np.array(a, np.int32), members, out)
    assert out[:count].tolist() == sorted(set(a) & set(b))


@given(Rows, st.integers(0, 400))
def test_position(a: list[int], x: int) -> None:
    values = np.array(a, np.int64)
    assert position(values, 0, len(values), x) == (a.index(x) if x in a else -1)


@given(Rows, st.integers(0, 400), st.integers(0, 20))
def test_neighbours(a: list[int], place: int, side: int) -> None:
    first, last = cut(np.array(a, np.int32), place, side)
    assert [r for r in a if r < place][-side or len(a) :] + [r for r in a if r >= place][:side] == a[first:last]
