"""Giving pairs up early changes nothing for those that reach the floor."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.config.loading import CONFIGS
from linker.matching.model import MatchModel
from linker.matching.vectors import measure, measure_above
from tests.matching.people import born, columns_of
from tests.matching.test_comparisons import COMPARISONS, PEOPLE

MODEL = MatchModel.load(CONFIGS / "models" / "offenders.json")
BIRTHS = st.sampled_from(["1990-05-17", "1990", "~1985", "1991-07-05"])


@settings(max_examples=60)
@given(st.lists(st.tuples(PEOPLE, BIRTHS), min_size=2, max_size=8), st.floats(-30, 40))
def test_pairs_that_reach_the_floor(people: list[tuple[dict[str, Any], str]], floor: float) -> None:
    columns = columns_of([{**p, **born(b), "height_to": p["height_from"]} for p, b in people])
    left, right = (a.astype(np.int32) for a in np.triu_indices(len(people), k=1))
    tables = MODEL.weights(COMPARISONS)
    vectors = measure(columns, COMPARISONS, left, right)
    weight = MODEL.prior_bits + sum(table[codes] for table, codes in zip(tables, vectors, strict=True))
    at, found, weights = measure_above(columns, COMPARISONS, (left, right), (tables, MODEL.prior_bits, floor))
    assert set(np.flatnonzero(weight >= floor)) <= set(at)
    assert np.array_equal(found, vectors[:, at])
    assert np.allclose(weights, weight[at])


@settings(max_examples=60)
@given(st.lists(st.tuples(PEOPLE, BIRTHS), min_size=2, max_size=8))
def test_what_a_glance_leaves_open_holds_the_level(people: list[tuple[dict[str, Any], str]]) -> None:
    columns = columns_of([{**p, **born(b)} for p, b in people])
    left, right = (a.astype(np.int32) for a in np.triu_indices(len(people), k=1))
    for comparison in COMPARISONS:
        if comparison.glance is not None:
            numbers = comparison.glance.look(columns, left, right)
            codes = comparison.measure(columns, left, right)
            assert all(c in comparison.glance.outcomes[n] for n, c in zip(numbers, codes, strict=True))
