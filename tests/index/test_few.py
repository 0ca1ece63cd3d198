"""A few persons coded without tables against the same persons as a table, and names compared among few against the whole table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.index import SnapshotIndex
from linker.matching.csr import Csr, shared_values
from linker.schema import PERSON
from tests.index.bases import index_over
from tests.matching.people import columns_of, person_table
from tests.published import workspace_of

CODED = (
    "name", "aliases", "name_keys", "relative_keys", "sex", "birth_from", "birth_to", "birth_kind", "record_day", "ids", "last4", "near",
    "phones", "relative_phones", "place", "height_from", "height_to", "marks", "extra", "only_names",
)  # fmt: skip
ODD: tuple[dict[str, Any], ...] = (
    {},
    {"name": "Qwertzuiop Zzyzx"},
    {"name": "राकेश कुमार", "father": "राकेश कुमार", "aliases": ["कालू", "Kalu", "Unheard Of"]},
    {"name": "Rakesh", "village": "nowhere at all", "station": "nowhere at all", "marks": ["tattoo", "unknown mark"]},
    {
        "name": "Rakesh",
        "phones": ["9999988888", "1"],
        "relative_phones": ["1"],
        "pan": "ABCDE1234F",
        "pan_last4": "234F",
    },
    {"name": "Rakesh", "aadhaar": "x" * 64, "aadhaar_near": ["y" * 64, "x" * 64, "y" * 64]},
)


@pytest.fixture(scope="module")
def people() -> list[dict[str, Any]]:
    return [
        {k: v for k, v in row.items() if v is not None}
        for row in workspace_of(400).table("person").select(list(PERSON.columns)).to_pylist()
    ]


@pytest.fixture(scope="module")
def index(people: list[dict[str, Any]]) -> SnapshotIndex:
    return index_over(columns_of(people[::2]))


def same(a: Any, b: Any) -> bool:
    if isinstance(a, Csr):
        return same(a.offsets, b.offsets) and same(a.values, b.values)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return a.dtype == b.dtype and np.array_equal(a, b)


@pytest.mark.parametrize("size", [1, 2, 7])
def test_persons_given_as_fields_are_coded_as_in_a_table(
    people: list[dict[str, Any]], index: SnapshotIndex, size: int
) -> None:
    asked = [*people[1:150], *ODD]
    for first in range(0, len(asked), size):
        few = asked[first : first + size]
        one, other = index.code_few(few), index.code(person_table(few))
        assert [f for f in CODED if not same(getattr(one, f), getattr(other, f))] == [], few
        for name, coded in one.dictionaries.items():
            assert coded.dictionary.equals(other.dictionaries[name].dictionary), name
            assert np.array_equal(coded.counts, other.dictionaries[name].counts), name


def test_few_names_are_worth_what_they_are_worth_in_the_whole_table(index: SnapshotIndex) -> None:
    rng = np.random.default_rng(3)
    names = index.columns.names.extend(["Rakesh Kumarr", "Ram Mohan Singh", "Rammohan Singh", "राकेश"])
    a, b, c, d = rng.integers(-1, len(names), (4, 3_000)).astype(np.int32)
    a[:200] = len(names) - 1 - np.arange(200) % 4
    few, numbers = names.narrow(np.concatenate([a, b, c, d]))
    w, x, y, z = np.split(numbers, 4)
    whole = names.agree(a, b, c, d)
    for _ in range(2):  # the second time from what was kept
        found = few.agree(w, x, y, z)
        assert np.array_equal(found.weight, whole.weight)
        assert np.array_equal(found.level, whole.level)
    assert np.array_equal(few.alike(w, x), names.alike(a, b))
    assert np.array_equal(few.prospects(w, x).most, names.prospects(a, b).most)


def test_a_person_is_among_the_likeliest_of_all_records(people: list[dict[str, Any]], index: SnapshotIndex) -> None:
    everyone = np.arange(len(index), dtype=np.int32)
    for row in range(0, len(index), 7):
        new = index.code_few([people[2 * row]])
        whole = index.score(new, np.zeros(len(index), np.int32), everyone)
        few = index.score(new, np.zeros(len(index), np.int32), everyone, most=20)
        assert 20 <= len(few) <= 40
        assert few.left_out == len(index) - len(few)
        assert row in few.left
        assert np.array_equal(few.weight, whole.weight[few.left])
        assert np.array_equal(few.vectors, whole.vectors[:, few.left])


@given(st.lists(st.sets(st.integers(0, 20), max_size=8), min_size=2, max_size=6))
def test_shared_values(rows: list[set[int]]) -> None:
    table = Csr.of_pairs(
        np.array([i for i, row in enumerate(rows) for _ in row], np.int64),
        np.array([v for row in rows for v in row], np.int64),
        len(rows),
    )
    left, right = np.arange(len(rows), dtype=np.int32), np.arange(len(rows), dtype=np.int32)[::-1].copy()
    found = shared_values(table, table, left, right)
    assert found.tolist() == [len(rows[a] & rows[b]) for a, b in zip(left, right, strict=True)]
