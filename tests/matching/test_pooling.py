"""Groups that agree link although no pair between them is sure enough by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.config.loading import CONFIGS, load
from linker.config.policy import Policy, bits
from linker.errors import ModelError
from linker.matching.comparisons.base import Comparison, Level, Side
from linker.matching.figures import FIGURES, Across, Evidence, linked_groups
from linker.matching.forest import Forest, Tree
from linker.matching.model import LevelParameters, MatchModel
from linker.matching.policy import RULES, Rule
from linker.matching.pooling import Pairs, Pooling
from linker.schema import Decision

POLICY = load(CONFIGS / "policy.yaml", Policy)
LEVELS = tuple(
    Level(code, name, side, name, name)
    for code, name, side in ((0, "MISSING", Side.MISSING), (1, "SAME", Side.FOR), (2, "OTHER", Side.AGAINST))
)


def comparison(name: str) -> Comparison:
    return Comparison(name, LEVELS, lambda columns, left, right: np.zeros(len(left), np.int8))


COMPARISONS = tuple(comparison(n) for n in ("name", "relative", "birth", "aliases"))
MODEL = MatchModel(0.5, {
    "name": {"SAME": LevelParameters.weighing(0.9, 8), "OTHER": LevelParameters.weighing(0.1, -3)},
    "relative": {"SAME": LevelParameters.weighing(0.9, 6), "OTHER": LevelParameters.weighing(0.1, -4)},
    "birth": {"SAME": LevelParameters.weighing(0.9, 6.5), "OTHER": LevelParameters.weighing(0.1, -2)},
    "aliases": {"SAME": LevelParameters.weighing(0.9, 5), "OTHER": LevelParameters.weighing(0.1, 0)},
})  # fmt: skip
MEAN = FIGURES.index("mean")
BY_MEAN = Forest(FIGURES, 0.0, (
    Tree(np.array([MEAN, -1, -1], np.int16), np.array([2.0, 0, 0]), np.array([1, 0, 0], np.int32), np.array([2, 0, 0], np.int32),
         np.array([0.0, -9.0, 9.0])),
))  # fmt: skip
"""Agrees where the pairs weigh more than two bits on average."""
POOLING = Pooling.of(replace(MODEL, groups=BY_MEAN), POLICY, COMPARISONS, -4.0)
U, L, N, R = Rule.UNCERTAIN, Rule.LINK, Rule.NAME_CONFLICT, Rule.RELATIVE_CONFLICT

# Records 0, 1, 2 are linked, and so are 3, 4; 5 and 6 stand alone. Each case: pairs across with (left, right, bits, rule), the level of the
# birth dates, and the pairs that link.
INSIDE = [(0, 1, 9.0, L), (1, 2, 9.0, L), (0, 2, 9.0, L), (3, 4, 9.0, L)]
ALL = [(a, b, 3.0, U) for b in (3, 4) for a in (0, 1, 2)]
CASES = [
    ("all agree", ALL, 1, [(a, b) for a, b, _, _ in ALL]),
    ("one speaks against", [(0, 3, 3.0, N), *ALL[1:]], 1, []),
    ("most were never scored", [(0, 3, 4.0, U)], 1, []),
    ("two single records", [(5, 6, 4.0, U)], 1, []),
    ("a record and a group", [(0, 5, 4.0, U), (1, 5, 2.0, U), (2, 5, 2.5, U)], 1, [(0, 5), (1, 5), (2, 5)]),
    ("what lacks much does not link", [(0, 5, 4.0, U), (1, 5, 4.0, U), (2, 5, 0.1, U)], 1, [(0, 5), (1, 5)]),
    ("on average too little", [(0, 5, 4.0, U), (1, 5, -2.0, U), (2, 5, 2.5, U)], 1, []),
    ("what is held for a difference does not link", [(0, 5, 9.0, R), (1, 5, 9.0, R), (2, 5, 9.0, R)], 1, []),
    ("nothing besides name and relation", [(0, 5, 4.0, U), (1, 5, 3.0, U), (2, 5, 3.5, U)], 0, []),
]  # fmt: skip
Row = tuple[int, int, float, Rule]


def pairs_of(rows: list[Row]) -> Pairs:
    left, right, weight = (np.array([r[k] for r in rows]) for k in range(3))
    rule = np.array([RULES.index(r[3]) for r in rows], np.int8)
    decision = np.array([Decision.LINK if r[3] is L else Decision.REVIEW for r in rows], np.int8)
    return Pairs(left.astype(np.int32), right.astype(np.int32), weight.astype(np.float32), decision, rule)


@pytest.mark.parametrize(("why", "across", "birth", "found"), CASES, ids=[c[0] for c in CASES])
def test_pooled(why: str, across: list[Row], birth: int, found: list[tuple[int, int]]) -> None:
    pairs = pairs_of(INSIDE + across)
    assert POOLING is not None
    codes = np.tile(np.array([1, 1, birth, 0], np.int8), (len(pairs.left), 1))
    chosen = POOLING.found(7, pairs, lambda rows: codes[rows])
    assert list(zip(pairs.left[chosen].tolist(), pairs.right[chosen].tolist(), strict=True)) == found


def test_a_pair_whose_names_differ_does_not_link_whatever_its_groups_say() -> None:
    pairs = pairs_of(INSIDE + ALL)
    assert POOLING is not None
    codes = np.tile(np.array([1, 1, 1, 0], np.int8), (len(pairs.left), 1))
    differ = COMPARISONS[0].against.nonzero()[0][0]
    codes[(pairs.left == 1) & (pairs.right == 3), 0] = differ
    chosen = POOLING.found(7, pairs, lambda rows: codes[rows])
    found = set(zip(pairs.left[chosen].tolist(), pairs.right[chosen].tolist(), strict=True))
    assert found == {(a, b) for a, b, _, _ in ALL} - {(1, 3)}


# Records 0, 1, 2 and 3, 4 are firmly linked. Each case: pairs across with (left, right, bits, rule), and those that are held for a person.
HELD = [
    ("a link that the others belie", [(0, 3, 5.0, L), (1, 3, -2.0, U)], [(0, 3)]),
    ("every link between the two groups", [(0, 3, 5.0, L), (1, 4, 5.0, L), (2, 3, -3.9, U)], [(0, 3), (1, 4)]),
    ("the others agree", [(0, 3, 9.0, L), *((a, b, 3.0, U) for a, b, *_ in ALL[1:])], []),
    ("a firm link stands by itself", [(0, 3, 12.5, L), (1, 3, -2.0, U)], []),
    ("a link of two single records", [(5, 6, 5.0, L)], []),
    ("what does not link is not held", [(0, 3, 3.0, U), (1, 3, -2.0, U)], []),
]  # fmt: skip
FIRM = [(a, b, 15.0, L) for a, b, *_ in INSIDE]


@pytest.mark.parametrize(("why", "across", "held"), HELD, ids=[c[0] for c in HELD])
def test_links_that_are_not_firm_are_held_where_the_rest_belies_them(
    why: str, across: list[Row], held: list[tuple[int, int]]
) -> None:
    pairs = pairs_of(FIRM + across)
    assert POOLING is not None
    settled = POOLING.believed(7, pairs, lambda rows: np.tile(np.array([1, 1, 1, 0], np.int8), (len(rows), 1)))
    changed = settled.rule != pairs.rule
    assert list(zip(pairs.left[changed].tolist(), pairs.right[changed].tolist(), strict=True)) == held
    assert (settled.rule[changed] == RULES.index(Rule.HELD_GROUPS)).all()
    assert (settled.decision[changed] == Decision.REVIEW).all()


def test_without_trees_or_without_the_rule_every_pair_stands_for_itself() -> None:
    alone = POLICY.model_copy(
        update={"rules": POLICY.rules.model_copy(update={"pooled_lack": 0.0, "doubted_probability": 0.0})}
    )
    assert Pooling.of(MODEL, POLICY, COMPARISONS, -4.0) is None
    assert Pooling.of(replace(MODEL, groups=BY_MEAN), alone, COMPARISONS, -4.0) is None


def test_trees_over_other_figures_are_refused() -> None:
    with pytest.raises(ModelError, match="ask for height"):
        Pooling.of(replace(MODEL, groups=Forest(("height",), 0.0, ())), POLICY, COMPARISONS, -4.0)


def test_figures_of_a_record_and_a_group() -> None:
    pairs = pairs_of([*INSIDE, (0, 5, 4.0, U), (1, 5, -1.0, U)])
    label = linked_groups(7, pairs.left[:4], pairs.right[:4])
    across = Across.of(label, pairs.left, pairs.right, np.ones(6, np.bool_))
    vectors = np.array([[1, 1, 1, 0], [1, 2, 2, 1]], np.int8)
    figures = Evidence.of(MODEL, POLICY, COMPARISONS, -4.0).figures(across, pairs.weight[across.rows], vectors)
    expected = {
        "best": 4.0, "mean": (4.0 - 1.0 - 5.0) / 3, "against": -4.0 - 2.0, "relative": (6.0 - 4.0) / 2, "personal": 5.0,
        "independent": 6.5, "unscored": 1 / 3, "smaller": 1, "larger": 3,
    }  # fmt: skip
    assert dict(zip(FIGURES, figures[0].tolist(), strict=True)) == pytest.approx(expected)


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.booleans(), st.booleans()), max_size=40))
def test_each_scored_pair_across_is_in_one_pair_of_groups(rows: list[tuple[int, int, bool, bool]]) -> None:
    rows = list({(min(a, b), max(a, b)): (min(a, b), max(a, b), x, y) for a, b, x, y in rows if a != b}.values())
    left, right = (np.array([r[k] for r in rows], np.int32) for k in range(2))
    links, wanted = (np.array([r[k] for r in rows], np.bool_) for k in (2, 3))
    label = linked_groups(12, left[links], right[links])
    across = Across.of(label, left, right, wanted & ~links)
    assert len(set(across.rows.tolist())) == len(across.rows)
    assert (label[left[across.rows]] != label[right[across.rows]]).all()
    assert (across.size.prod(axis=1) > 1).all()
    assert across.spread(across.any(wanted), len(rows)).sum() <= len(across.rows)
    everywhere = across.spread(np.ones(len(across), np.bool_), len(rows))
    assert everywhere.sum() == len(across.rows)


@pytest.mark.parametrize("probability", [0.5, 0.89, 1.0])
def test_a_policy_that_pools_what_is_not_probable_is_refused(probability: float) -> None:
    with pytest.raises(ValueError, match="pooled_probability"):
        type(POLICY.rules).model_validate({**POLICY.rules.model_dump(), "pooled_probability": probability})
    assert bits(POLICY.rules.pooled_probability) > 3
