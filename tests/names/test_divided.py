"""Names whose words are divided differently."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.names import NameLevel, NameTable

with (Path(__file__).parent / "divided.tsv").open(encoding="utf-8") as table_file:
    CASES = list(csv.DictReader(table_file, delimiter="\t"))
WORDS = ("Ram", "Sunil", "Wasim", "Mohd", "Prakash", "Khan", "Lal", "राम", "सुनील", "हसन", "कुमार", "वसीम")


@lru_cache(maxsize=1)
def table() -> tuple[NameTable, dict[str, int]]:
    names = sorted({c[side] for c in CASES for side in ("left", "right")})
    return NameTable.build(names), {n: k for k, n in enumerate(names)}


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['left']}-{c['right']}")
def test_cases(case: dict[str, str]) -> None:
    names, at = table()
    left, right = (np.array([at[case[side]]], np.int32) for side in ("left", "right"))
    there, back = names.agree(left, right), names.agree(right, left)
    assert NameLevel(int(there.level[0])).name == case["level"], case["why"]
    assert (there.weight, there.level) == (back.weight, back.level)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['left']}-{c['right']}")
def test_an_explanation_adds_up(case: dict[str, str]) -> None:
    names, at = table()
    found = names.explain(at[case["left"]], at[case["right"]])
    weight = names.agree(*(np.array([at[case[side]]], np.int32) for side in ("left", "right"))).weight[0]
    assert found.weight == pytest.approx(float(weight), abs=1e-4)
    assert sum(m.weight for m in found.matches) == pytest.approx(found.weight, abs=0.01)
    assert found.level.name == case["level"]


SPLITS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).flatmap(
    lambda words: st.tuples(*[st.lists(st.sampled_from(["", " "]), min_size=len(words), max_size=len(words))] * 2).map(
        lambda gaps: tuple("".join(w + g for w, g in zip(words, side, strict=True)).strip() for side in gaps)
    )
)


@given(SPLITS)
def test_either_order_is_worth_the_same_and_no_more_than_was_promised(pair: tuple[str, str]) -> None:
    names = table()[0].extend(pair)
    a, b = (np.array([len(names) - 2 + k], np.int32) for k in (0, 1))
    there, back = names.agree(a, b), names.agree(b, a)
    assert there.weight[0] == pytest.approx(back.weight[0], abs=1e-4)
    assert there.level[0] == back.level[0]
    most = names.prospects(a, b)
    assert there.weight[0] <= most.most[0] + 0.01


def test_sex_of_names() -> None:
    names = NameTable.build(["Sunita Devi", "Rakesh Kumar", "गीता", "X", "श्री रमेश"])
    assert names.sex(np.array([0, 1, 2, -1], np.int32)).tolist() == [2, 1, 2, 0]
