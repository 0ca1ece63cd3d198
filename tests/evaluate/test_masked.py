"""Masked scoring on tables small enough to count by hand."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.errors import InputError
from linker.evaluate.masked import MaskedTruth, masked_truth, read_masked, score_clusters, score_pairs

RECORDS = [
    # id, state, name, pid
    ("a", "UP", "RAM KUMAR", "1"),
    ("b", "UP", "RAM-KUMAR.", "1"),
    ("c", "UP", "RAMKUMAR SINGH", "1"),
    ("d", "UP", "RAM KUMAR", "2"),
    ("e", "DL", "RAM KUMAR", "1"),
    ("f", "UP", "SITA", "3"),
    ("g", "UP", "SITA DEVI", "3"),
]
MASK = [("d", "a", "M"), ("f", "g", "X")]


@pytest.fixture
def truth() -> MaskedTruth:
    records = pd.DataFrame(RECORDS, columns=["record_id", "state", "name", "pid"])
    return masked_truth(records, records, pd.DataFrame(MASK, columns=["record_id_1", "record_id_2", "kind"]))


def test_true_pairs_lie_within_a_state_and_outside_x(truth: MaskedTruth) -> None:
    nothing = score_pairs(truth, [], [])
    assert (nothing.score.actual, nothing.variant_pairs) == (3, 2)
    assert (nothing.score.precision, nothing.score.recall, nothing.variant_recall) == (1, 0, 0)


@pytest.mark.parametrize(
    ("pairs", "hit", "predicted"),
    [
        ([("a", "b")], 1, 1),
        ([("b", "a"), ("a", "b")], 1, 1),  # order and repeats do not count
        ([("a", "d")], 0, 0),  # masked: neither right nor wrong
        ([("b", "d")], 0, 1),  # not masked: wrong
        ([("a", "e"), ("d", "e")], 0, 0),  # across states: nobody knows
        ([("f", "g")], 0, 0),  # doubtful: neither
        ([("a", "c"), ("b", "c"), ("a", "f")], 2, 3),
    ],
)
def test_pairs(truth: MaskedTruth, pairs: list[tuple[str, str]], hit: int, predicted: int) -> None:
    left, right = zip(*pairs, strict=True)
    score = score_pairs(truth, left, right).score
    assert (score.hit, score.predicted) == (hit, predicted)


def test_variant_recall_looks_at_letters_only(truth: MaskedTruth) -> None:
    assert score_pairs(truth, ["a"], ["b"]).variant_recall == 0
    assert score_pairs(truth, ["a"], ["c"]).variant_recall == pytest.approx(1 / 2)


def test_a_stranger_is_an_error(truth: MaskedTruth) -> None:
    with pytest.raises(KeyError):
        score_pairs(truth, ["a"], ["nobody"])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"dev_a\.input\.csv\.gz"):
        read_masked(tmp_path, "dev_a")


@given(st.lists(st.integers(0, 3), min_size=len(RECORDS), max_size=len(RECORDS)))
def test_clusters_are_all_their_pairs(clusters: list[int]) -> None:
    records = pd.DataFrame(RECORDS, columns=["record_id", "state", "name", "pid"])
    truth = masked_truth(records, records, pd.DataFrame(MASK, columns=["record_id_1", "record_id_2", "kind"]))
    pairs = [(i, j) for i, j in combinations(range(len(clusters)), 2) if clusters[i] == clusters[j]]
    ids = records["record_id"].tolist()
    assert score_clusters(truth, clusters) == score_pairs(truth, [ids[i] for i, _ in pairs], [ids[j] for _, j in pairs])
