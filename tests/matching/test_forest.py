"""Trees in a file: they say the same after a round trip, and the shares of the figures add up to the result."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.config.loading import CONFIGS
from linker.errors import ModelError
from linker.evaluate.words import FIGURES as WORDS
from linker.matching.figures import FIGURES as FIGURES_OF_GROUPS
from linker.matching.forest import Forest, Tree

FIGURES = ("mean", "size")
ONE = Tree(
    np.array([0, 1, -1, -1, -1], np.int16), np.array([2.0, 3.0, 0, 0, 0]), np.array([1, 3, 0, 0, 0], np.int32),
    np.array([2, 4, 0, 0, 0], np.int32), np.array([0.5, -1.0, 2.0, -3.0, 1.0]),
)  # fmt: skip
TWO = Tree(
    np.array([1, -1, -1], np.int16), np.array([1.0, 0, 0]), np.array([1, 0, 0], np.int32), np.array([2, 0, 0], np.int32),
    np.array([0.25, 0.0, 1.0]),
)  # fmt: skip
FOREST = Forest(FIGURES, 0.75, (ONE, TWO))
CASES = [  # mean, size, bits of the leaf of each tree less those of its root
    ((5.0, 0.0), 2.0 - 0.5 + 0.0 - 0.25),
    ((2.0, 3.0), -3.0 - 0.5 + 1.0 - 0.25),
    ((2.0, 3.5), 1.0 - 0.5 + 1.0 - 0.25),
]


@pytest.mark.parametrize(("figures", "moved"), CASES)
def test_a_walk_ends_at_its_leaf(figures: tuple[float, float], moved: float) -> None:
    assert FOREST.bits(np.array([figures]))[0] == pytest.approx(0.75 + moved)


def test_each_step_belongs_to_the_figure_that_was_asked() -> None:
    shares = FOREST.shares(np.array([[2.0, 3.0]]))
    assert shares[0].tolist() == pytest.approx([-1.0 - 0.5, -3.0 + 1.0 + 1.0 - 0.25])


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), max_size=20))
def test_shares_add_up_and_a_file_says_the_same(rows: list[tuple[float, float]]) -> None:
    table = np.array(rows, dtype=np.float64).reshape(len(rows), 2)
    again = Forest.from_json(FOREST.to_json())
    assert np.allclose(FOREST.start + FOREST.shares(table).sum(axis=1), FOREST.bits(table))
    assert np.allclose(again.bits(table), FOREST.bits(table))


GOOD = json.loads(FOREST.to_json())
BAD = {
    "not JSON": "{",
    "no figures": json.dumps({**GOOD, "figures": None}),
    "no trees": json.dumps({"figures": list(FIGURES), "start": 0}),
    "a figure that is not there": json.dumps({**GOOD, "trees": [{**GOOD["trees"][1], "figure": [2, -1, -1]}]}),
    "a walk in circles": json.dumps({**GOOD, "trees": [{**GOOD["trees"][1], "low": [0, 0, 0]}]}),
    "a step into nothing": json.dumps({**GOOD, "trees": [{**GOOD["trees"][1], "high": [3, 0, 0]}]}),
    "a step to before the first": json.dumps({**GOOD, "trees": [{**GOOD["trees"][1], "high": [-1, 0, 0]}]}),
    "columns that differ": json.dumps({**GOOD, "trees": [{**GOOD["trees"][1], "bits": [0.0]}]}),
    "an empty tree": json.dumps({**GOOD, "trees": [{n: [] for n in Tree.__dataclass_fields__}]}),
}


@pytest.mark.parametrize("why", BAD)
def test_what_is_no_forest_is_refused(why: str) -> None:
    with pytest.raises(ModelError):
        Forest.from_json(BAD[why])


def test_the_file_says_what_the_trees_that_were_grown_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(CONFIGS.parent / "training"))
    groups = importlib.import_module("groups")
    random = np.random.default_rng(1)
    figures = random.normal(size=(400, len(groups.FIGURES)))
    same = figures[:, 1] + 0.5 * random.normal(size=400) > 0
    trees = groups.trained([groups.Groups(figures, same, np.ones(400, np.int64))])
    forest = Forest.from_json(groups.forest_of(trees).to_json())
    assert np.allclose(1 / (1 + np.exp2(-forest.bits(figures))), trees.predict_proba(figures)[:, 1], atol=1e-5)
    more = figures + np.array(groups.RISING) * 0.3
    assert (forest.bits(more) >= forest.bits(figures) - 1e-4).all()


def test_the_shipped_trees_ask_for_known_figures() -> None:
    assert Forest.load(CONFIGS / "models" / "groups.json").figures == FIGURES_OF_GROUPS
    assert set(WORDS) == set(FIGURES_OF_GROUPS)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such file"):
        Forest.load(tmp_path / "groups.json")
