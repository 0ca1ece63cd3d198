"""What pairs tell of relatives is the same by their vectors and by the texts of the edge table."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from linker.config.loading import CONFIGS, load
from linker.config.matching import Matching
from linker.config.policy import Policy
from linker.matching.edges import levels_json
from linker.matching.relatives import RelativeLevels
from linker.matching.vectors import codes_of, pack, unpack

MATCHING = load(CONFIGS / "matching" / "offenders.yaml", Matching)
POLICY = load(CONFIGS / "policy.yaml", Policy)
LEVELS = RelativeLevels.of(MATCHING, POLICY)
PLAIN = [c for c in LEVELS.comparisons if c.joined is None]
VECTORS = st.lists(st.tuples(*(st.integers(0, len(c.levels) - 1) for c in PLAIN)), min_size=1, max_size=20)


def packed(rows: list[tuple[int, ...]]) -> np.ndarray:
    vectors = np.zeros((len(LEVELS.comparisons), len(rows)), np.int8)
    places = [k for k, c in enumerate(LEVELS.comparisons) if c.joined is None]
    vectors[places] = np.array(rows, np.int8).T
    return pack(vectors, LEVELS.comparisons)


@given(VECTORS)
def test_vectors_and_texts_tell_the_same(rows: list[tuple[int, ...]]) -> None:
    numbers = packed(rows)
    tables = [np.zeros(len(c.levels)) for c in LEVELS.comparisons]
    texts = levels_json(unpack(numbers, LEVELS.comparisons), LEVELS.comparisons, tables)
    by_vector, by_text = LEVELS.in_vectors(numbers), LEVELS.in_texts(pa.chunked_array([texts]))
    assert by_vector.stated.tolist() == by_text.stated.tolist()
    assert by_vector.differ.tolist() == by_text.differ.tolist()
    assert not (by_vector.differ & ~by_vector.stated).any()


@given(VECTORS)
def test_the_codes_of_one_comparison_are_those_of_the_vector(rows: list[tuple[int, ...]]) -> None:
    numbers = packed(rows)
    whole = unpack(numbers, LEVELS.comparisons)
    for place, comparison in enumerate(LEVELS.comparisons):
        if comparison.joined is None:
            assert codes_of(numbers, LEVELS.comparisons, place).tolist() == whole[:, place].tolist()


def test_without_a_comparison_of_relatives_nothing_is_told() -> None:
    rules = POLICY.rules.model_copy(update={"relative": None})
    levels = RelativeLevels.of(MATCHING, POLICY.model_copy(update={"rules": rules}))
    told = levels.in_vectors(packed([(0,) * len(PLAIN)]))
    assert not told.stated.any() and not told.differ.any()
