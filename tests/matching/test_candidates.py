"""Candidate pairs against the plain definition: two records that share a key of a small enough group."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linker.config.matching import Key
from linker.matching.candidates import find_candidates
from linker.matching.keys import Features
from tests.matching.people import columns_of

Villages = st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("xyz")), min_size=2, max_size=14)


def people(rows: list[tuple[str, str]]) -> list[dict[str, object]]:
    return [{"name": "Rakesh", "village": village, "station": station} for village, station in rows]


def found(rows: list[tuple[str, str]], key: Key) -> set[tuple[int, int]]:
    candidates = find_candidates(Features(columns_of(people(rows))), [key])
    return set(zip(candidates.left.tolist(), candidates.right.tolist(), strict=True))


@given(Villages)
def test_a_small_group_is_paired_completely(rows: list[tuple[str, str]]) -> None:
    expected = {(i, j) for i, j in combinations(range(len(rows)), 2) if rows[i][0] == rows[j][0]}
    assert found(rows, Key(name="village", start=("village",), cap=100)) == expected


@given(Villages)
def test_a_large_group_is_split_by_the_next_feature(rows: list[tuple[str, str]]) -> None:
    cap = 3
    sizes = {v: sum(r[0] == v for r in rows) for v in "ABC"}
    parts = {r: rows.count(r) for r in rows}
    pairs = found(rows, Key(name="village", start=("village",), refine=(("station",),), cap=cap))
    for i, j in combinations(range(len(rows)), 2):
        if rows[i][0] != rows[j][0]:
            assert (i, j) not in pairs
        elif sizes[rows[i][0]] <= cap:
            assert (i, j) in pairs
        elif rows[i] != rows[j]:
            assert (i, j) not in pairs
        elif parts[rows[i]] <= cap:
            assert (i, j) in pairs


@given(Villages)
def test_pairs_are_ordered_and_stand_once(rows: list[tuple[str, str]]) -> None:
    keys = [Key(name="village", start=("village",), cap=5), Key(name="station", start=("station",), cap=5)]
    candidates = find_candidates(Features(columns_of(people(rows))), keys)
    packed = candidates.left.astype(np.int64) << 32 | candidates.right
    assert np.all(candidates.left < candidates.right)
    assert np.all(np.diff(packed) > 0)
    assert all(1 <= k <= 3 for k in candidates.keys.tolist())


def test_of_what_cannot_be_refined_neighbours_are_paired_and_it_is_counted() -> None:
    rows = [("A", "x")] * 20
    candidates = find_candidates(Features(columns_of(people(rows))), [Key(name="village", start=("village",), cap=4)])
    (count,) = candidates.counts
    assert count.windowed_groups == 1
    assert count.windowed_records == 20
    assert set(zip(candidates.left.tolist(), candidates.right.tolist(), strict=True)) == {
        (i, j) for i, j in combinations(range(20), 2) if j - i == 1
    }


def test_a_shared_identifier_of_another_type_is_no_key() -> None:
    columns = columns_of([{"name": "A", "pan": "ABCDE1234F"}, {"name": "B", "epic": "ABCDE1234F"}])
    assert len(find_candidates(Features(columns), [Key(name="id", start=("id",))])) == 0


def test_every_name_makes_a_key_however_common_its_words() -> None:
    names = ["Sonu", "Monu", "Raju", "सोनू", "Sonu Singh", "सिंह", "Singh"]
    columns = columns_of([{"name": name} for name in names])
    assert (Features(columns).get("name").counts > 0).all()
    candidates = find_candidates(Features(columns), [Key(name="name", start=("name",))])
    assert (0, 3) in set(zip(candidates.left.tolist(), candidates.right.tolist(), strict=True))


def test_the_script_does_not_matter() -> None:
    columns = columns_of([{"name": "राकेश यादव"}, {"name": "Rakesh Yadav"}, {"name": "Imran"}])
    candidates = find_candidates(Features(columns), [Key(name="name", start=("name",))])
    assert (candidates.left.tolist(), candidates.right.tolist()) == ([0], [1])
