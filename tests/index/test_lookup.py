"""Candidates of new records against those that the batch finds over old and new ones together."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linker.config.matching import Key
from linker.index import SnapshotIndex
from linker.matching.candidates import find_candidates
from linker.matching.keys import Features
from tests.index.bases import index_of
from tests.matching.people import columns_of, person_table

People = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.just("Rakesh"),
            "village": st.sampled_from("AAB"),
            "station": st.sampled_from(["x", "y", None]),
            "district": st.sampled_from("pq"),
        }
    ),
    min_size=4,
    max_size=30,
)
KEYS = (
    Key(name="village", start=("village",), refine=(("station", "district"), ("district", "station")), cap=3),
    Key(name="both", start=("station", "district"), refine=(("village",),), cap=2),
)


def pairs_of(index: SnapshotIndex, new: list[dict[str, object]]) -> set[tuple[int, int, int]]:
    """(smaller row, larger row, key) over base and new rows."""
    found = index.candidates(index.code(person_table(new)))
    rows = found.row + len(index)
    low, high = np.minimum(rows, found.partner), np.maximum(rows, found.partner)
    return set(zip(low.tolist(), high.tolist(), found.kind.tolist(), strict=True))


def batch_pairs(people: list[dict[str, object]], first: int) -> tuple[set[tuple[int, int, int]], bool]:
    """The batch's pairs that a row from `first` on is part of, and whether some group had to be cut."""
    candidates = find_candidates(Features(columns_of(people)), KEYS)
    rows = zip(candidates.left.tolist(), candidates.right.tolist(), candidates.keys.tolist(), strict=True)
    found = {(a, b, kind) for a, b, kinds in rows if b >= first for kind in range(2) if kinds >> kind & 1}
    return found, any(count.windowed_groups for count in candidates.counts)


@given(People, st.integers(1, 3))
def test_new_records_find_whom_a_batch_over_all_records_would_find(people: list[dict[str, object]], new: int) -> None:
    first = len(people) - new
    expected, cut = batch_pairs(people, first)
    found = pairs_of(index_of(people[:first], KEYS), people[first:])
    if cut:  # in a group that nothing splits neighbours are taken, and who is near depends on where the new rows stand
        for a, b, kind in found:
            features = KEYS[kind].start
            assert a < b
            assert b >= first
            assert [people[a][f] for f in features] == [people[b][f] for f in features]
    else:
        assert found == expected


@given(People)
def test_a_search_finds_at_least_what_a_batch_finds(people: list[dict[str, object]]) -> None:
    expected, _ = batch_pairs(people, len(people) - 1)
    index = index_of(people[:-1], KEYS)
    found = index.search_candidates(index.code(person_table(people[-1:])), 100)
    assert {a for a, _, _ in expected} <= set(found.partner.tolist())
    assert not found.left_out.any()


def test_a_group_that_nothing_splits_is_taken_in_part_and_the_rest_is_counted() -> None:
    index = index_of([{"name": "Rakesh", "village": "A"}] * 50, KEYS)
    found = index.search_candidates(index.code(person_table([{"name": "Rakesh", "village": "A"}])), 20)
    assert len(set(found.partner.tolist())) == 20
    assert found.left_out.tolist() == [[30, 0]]
    assert max(found.partner.tolist()) > 40, "the part is spread over the group"


def test_in_a_group_that_nothing_splits_the_batch_takes_neighbours() -> None:
    index = index_of([{"name": "Rakesh", "village": "A", "station": "x", "district": "p"}] * 50, KEYS)
    new = index.code(person_table([{"name": "Rakesh", "village": "A", "station": "x", "district": "p"}]))
    found = index.candidates(new, place=np.array([25]))
    assert set(found.partner[found.kind == 0].tolist()) == {24, 25}


def test_a_feature_that_a_query_lacks_is_skipped() -> None:
    people = [{"name": "Rakesh", "village": "A", "district": "pq"[i % 2]} for i in range(60)]
    index = index_of(people, KEYS)
    found = index.search_candidates(index.code(person_table([{"name": "R", "village": "A", "district": "q"}])), 30)
    assert set(found.partner.tolist()) == set(range(1, 60, 2))
    assert not found.left_out.any()


def test_sets_of_frequent_values_change_nothing() -> None:
    people = [
        {"name": "Rakesh", "village": "AB"[i % 2], "station": "xyz"[i % 3], "district": "pq"[i % 5 > 0]}
        for i in range(9_000)
    ]
    index, plain = index_of(people, KEYS), index_of(people, KEYS)
    object.__setattr__(plain.postings, "sets", (np.empty(0, np.int64), np.empty((0, 1), np.uint64)))
    assert len(index.postings.dense(len(index))[0]) > 3
    for village in "AB":
        asked = [{"name": "Rakesh", "village": village, "station": "x", "district": "p"}]
        found, expected = (i.search_candidates(i.code(person_table(asked)), 100) for i in (index, plain))
        assert np.array_equal(found.partner, expected.partner)
        assert np.array_equal(found.left_out, expected.left_out)


def test_a_query_without_any_feature_finds_nobody() -> None:
    index = index_of([{"name": "Rakesh", "village": "A"}] * 5, KEYS)
    assert not len(index.search_candidates(index.code(person_table([{}])), 20).row)
