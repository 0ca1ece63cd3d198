"""Numbers that several people bear, found from the data."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.normalise.columns import ABSENT
from linker.normalise.shared import People, SharedValue, Verdict, find_shared, first_name_key, shared_note, without
from linker.normalise.worth import Scope, identifier_worth
from linker.schema import IdType, Sex

NAMES = ["Ramesh", "Suresh", "Mahesh", "Dinesh", "Vikas", "Anil", "Gopal", "Pappu", "Iqbal", "Salim"]


def people(names: list[str], *, born: list[int] | None = None, sex: list[int] | None = None) -> People:
    first = np.array(born if born is not None else [ABSENT] * len(names), dtype=np.int64)
    sexes = np.array(sex or [int(Sex.UNKNOWN)] * len(names), dtype=np.int64)
    return People.of(pa.chunked_array([pa.array(names, pa.string())]), (first, first), sexes)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("Ramesh Kumar", "रमेश", True), ("RAMESH", "Rames", True), ("R. Ramesh", "Ramesh", True), ("Mohd Salim", "मोहम्मद", False),
        ("Ramesh", "Suresh", False), ("सुरेश", "Suresh Singh", True),
    ],
)  # fmt: skip
def test_first_names_by_sound(left: str, right: str, same: bool) -> None:
    assert (first_name_key(left) == first_name_key(right)) is same


@pytest.mark.parametrize(
    ("who", "verdict"),
    [
        (people(NAMES), Verdict.PLACEHOLDER),
        (people(NAMES[:4] * 3), Verdict.SHARED),
        (people(["Ramesh", "रमेश", "RAMESH KUMAR", "Rames"] * 5), None),
        (people(["Ramesh", "Suresh"] * 3, born=[7000, 7100] * 3), None),
        (people(["Ramesh", "Suresh"] * 3, born=[7000, 0] * 3), Verdict.BORROWED),
        (people(["Ramesh", "Gita"] * 3, sex=[int(Sex.MALE), int(Sex.FEMALE)] * 3), Verdict.BORROWED),
        (people(["Ramesh", "Gita"], sex=[int(Sex.MALE), int(Sex.FEMALE)]), None),
        (people(NAMES[:8] * 6), Verdict.SHARED),
    ],
)
def test_verdicts(who: People, verdict: Verdict | None) -> None:
    size = len(who.name)
    for column in (pa.array(["9453022369"] * size), pa.array([["9453022369"]] * size)):
        found, placeholders = find_shared(column, who, "pan")
        assert [value.verdict for value in found] == ([verdict] if verdict else [])
        assert placeholders == (["9453022369"] if verdict is Verdict.PLACEHOLDER else [])
        if found:
            assert (found[0].records, found[0].last4) == (size, "2369")


def test_a_household_may_share_its_ration_card() -> None:
    column = pa.array(["215720012345"] * 8)
    assert find_shared(column, people(NAMES[:4] * 2), "ration_card") == ([], [])
    assert [value.verdict for value in find_shared(column, people(NAMES[:4] * 2), "nfn")[0]] == [Verdict.SHARED]


def test_every_identifier_has_a_worth() -> None:
    assert set(identifier_worth()) == set(IdType)
    assert identifier_worth()[IdType.RATION_CARD].scope is Scope.HOUSEHOLD


def test_placeholders_are_taken_out() -> None:
    assert without(pa.array(["a", None, "b"]), ["a"]).to_pylist() == [None, None, "b"]
    assert without(pa.array([["a", "b"], None, ["a"], ["b"]]), ["a"]).to_pylist() == [["b"], None, None, ["b"]]
    assert without(pa.array([["a"]]), []).to_pylist() == [["a"]]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*NAMES, "", "?"]), st.none() | st.sampled_from("abc"), st.integers(-9000, 9000), st.sampled_from(list(Sex))
        ),
        max_size=60,
    )
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_counts_are_those_of_a_plain_loop(rows: list[tuple[str, str | None, int, Sex]]) -> None:
    who = people([row[0] for row in rows], born=[row[2] for row in rows], sex=[int(row[3]) for row in rows])
    found, _ = find_shared(pa.array([row[1] for row in rows], pa.string()), who, "epic")
    for value in found:
        bearers = [row for row in rows if row[1] == value.last4]
        assert value.records == len(bearers)
        assert value.names == len({first_name_key(row[0]) for row in bearers} - {""})


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "pan: 1 value is shared by several people (by different first names); it stands in 4 records under 3 first names"),
     (1200, "pan: 1,200 values are shared by several people (by different first names); "
            "the most common stands in 4 records under 3 first names")],
)  # fmt: skip
def test_one_value_or_many(count: int, said: str) -> None:
    value = SharedValue("pan", "234F", 4, 3, Verdict.SHARED)
    assert shared_note("pan", Verdict.SHARED, [value] * count) == said
