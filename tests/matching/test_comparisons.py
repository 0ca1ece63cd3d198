"""Levels of all kinds of evidence: a table of cases, and symmetry on anything."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.config.loading import CONFIGS, load
from linker.config.matching import Comparison as Configured
from linker.config.matching import Matching, Veto
from linker.matching.comparisons import Side, comparisons_of
from linker.matching.policy import vetoed
from linker.matching.vectors import measure, pack, unpack
from tests.matching.people import born, columns_of

COMPARISONS = comparisons_of(load(CONFIGS / "matching" / "offenders.yaml", Matching).comparisons)
CASES = Path(__file__).with_name("level_cases.tsv")


def person(text: str) -> dict[str, Any]:
    given = json.loads(text)
    birth = given.pop("born", None)
    return {**given, **(born(birth) if birth else {})}


def cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("case", cases(), ids=lambda c: f"{c['comparison']}: {c['why']}")
def test_level(case: dict[str, str]) -> None:
    columns = columns_of([person(case["left"]), person(case["right"])])
    comparison = next(c for c in COMPARISONS if c.name == case["comparison"])
    (code,) = comparison.measure(columns, np.array([0], dtype=np.int32), np.array([1], dtype=np.int32))
    assert comparison.levels[code].name == case["level"]


def test_every_level_has_its_place_and_its_sentences() -> None:
    for comparison in COMPARISONS:
        assert [level.code for level in comparison.levels] == list(range(len(comparison.levels)))
        assert comparison.levels[0].side == Side.MISSING
        assert all(level.english and level.hindi for level in comparison.levels)


NAMES = ["राकेश कुमार", "Rakesh Kr", "Mohd Imran", "इमरान", "Sunita Devi", "A", "", None]
PEOPLE = st.fixed_dictionaries(
    {
        "name": st.sampled_from(NAMES),
        "father": st.sampled_from(NAMES),
        "husband": st.sampled_from(NAMES),
        "aliases": st.lists(st.sampled_from(["Kalu", "कालू", "Pappu"]), max_size=2),
        "sex": st.integers(0, 3),
        "phones": st.lists(st.sampled_from(["9876543210", "9876543211"]), max_size=2),
        "relative_phones": st.lists(st.sampled_from(["9876543210", "9876543211"]), max_size=1),
        "nfn": st.sampled_from([None, "0912345678", "0912345679", "0812345678"]),
        "aadhaar": st.sampled_from([None, "k1:aa", "k1:bb"]),
        "aadhaar_last4": st.sampled_from([None, "1234", "4321"]),
        "village": st.sampled_from([None, "sohna", "rampur"]),
        "station": st.sampled_from([None, "sadar", "city"]),
        "tehsil": st.sampled_from([None, "sadar", "sohna"]),
        "pin": st.sampled_from([None, "122103", "122001", "281001"]),
        "district": st.sampled_from([None, "gurugram", "mathura"]),
        "address_state": st.sampled_from([None, "haryana", "uttar pradesh"]),
        "height_from": st.sampled_from([None, 160]),
        "marks": st.lists(st.sampled_from(["mole:cheek", "scar:chin"]), max_size=2, unique=True),
    }
)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(PEOPLE, st.sampled_from(["1990-05-17", "1990", "~1985", "1991-07-05"])), min_size=2, max_size=6)
)
def test_comparing_is_symmetric(people: list[tuple[dict[str, Any], str]]) -> None:
    columns = columns_of([{**p, **born(b), "height_to": p["height_from"]} for p, b in people])
    left, right = (a.astype(np.int32) for a in np.triu_indices(len(people), k=1))
    forward = measure(columns, COMPARISONS, left, right)
    backward = measure(columns, COMPARISONS, right, left)
    assert np.array_equal(forward, backward)
    assert np.array_equal(unpack(pack(forward, COMPARISONS), COMPARISONS).T, forward)


def test_a_further_column_that_no_source_at_hand_feeds_says_nothing() -> None:
    columns = columns_of([{"name": "Ramesh"}, {"name": "Ramesh"}])
    left, right = np.array([0], np.int32), np.array([1], np.int32)
    places = ("extra.a", "extra.b", "extra.c", "extra.d", "extra.e", "extra.f", "extra.g")
    configured = (
        Configured(name="party", kind="category", fields=("extra.party",)),
        Configured(name="other_place", kind="place", fields=places),
        Configured(name="other_case", kind="registration", fields=places[:3]),
        Configured(name="other_home", kind="home", fields=places[:4]),
    )
    for comparison in comparisons_of(configured):
        assert comparison.measure(columns, left, right).tolist() == [0], comparison.name
    for when, fields in (("same", 2), ("different", 1), ("died", 1), ("custody", 3)):
        veto = Veto(name="v", fields=places[:fields], when=when, reason="x")
        assert not vetoed(columns, [veto], left, right).any(), when
