"""Hand-made cases: names that are one score above the threshold, names that are two stay below it, in every combination of scripts.

A case that does not hold is listed with its reason: `expected` is then 'same: except …' or 'different: except …', and the test makes sure
that the exception still is one.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from linker.names.table import NameTable

HERE = Path(__file__).parent
TABLES = ("same_spellings", "same_structure", "different_alike", "different_gender")
THRESHOLD = 2.1
"""Bits. 'Singh' against 'सिंह' is worth three: a name that one in ten bears says little even when it agrees."""


def cases(table: str) -> list[dict[str, str]]:
    with (HERE / f"{table}.tsv").open(encoding="utf-8") as file:
        return list(csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t"))


@lru_cache(maxsize=1)
def weights() -> dict[tuple[str, str], float]:
    """The weight of every case, from one table without frequencies of its own."""
    pairs = [(c["left"], c["right"]) for table in TABLES for c in cases(table)]
    names = list(dict.fromkeys(n for p in pairs for n in p))
    number = {n: k for k, n in enumerate(names)}
    table = NameTable.build(names, counts=np.zeros(len(names), np.int64))
    left, right = (np.array([number[p[k]] for p in pairs], np.int32) for k in (0, 1))
    forth, back = table.agree(left, right).weight, table.agree(right, left).weight
    assert np.allclose(forth, back, atol=0.01), "weights are symmetric"
    return dict(zip(pairs, forth.tolist(), strict=True))


def test_there_are_enough_cases() -> None:
    assert sum(len(cases(t)) for t in TABLES) >= 400


@pytest.mark.parametrize("table", TABLES)
def test_cases(table: str) -> None:
    wrong = []
    for case in cases(table):
        expected, _, exception = case["expected"].partition(": except ")
        weight = weights()[case["left"], case["right"]]
        holds = weight > THRESHOLD if expected == "same" else weight < THRESHOLD
        if holds == bool(exception):
            wrong.append(f"{case['left']} | {case['right']} | {case['expected']} | {weight:.1f} | {case['why']}")
    assert not wrong, "\n" + "\n".join(wrong)
