"""Joint levels: every combination has its level, and training only ever takes away."""

from __future__ import annotations

import numpy as np
import pytest

from linker.config.loading import CONFIGS, load
from linker.config.matching import Matching
from linker.matching.comparisons import comparisons_of
from linker.matching.model import MatchModel
from linker.matching.supervised import Labelled, count_model, refine
from linker.matching.training import MOST_LEVELS, LevelCounts
from linker.matching.vectors import pack, unpack

COMPARISONS = comparisons_of(load(CONFIGS / "matching" / "offenders.yaml", Matching).comparisons)
JOINT = [c for c in COMPARISONS if c.joined is not None]


@pytest.mark.parametrize("joint", JOINT, ids=lambda c: c.name)
def test_each_combination_of_grades_has_one_level(joint):  # type: ignore[no-untyped-def]
    first, second = (next(c for c in COMPARISONS if c.name == part) for part in joint.parts)
    for a in first.levels:
        for b in second.levels:
            name = joint.levels[joint.joined[a.code, b.code]].name
            assert name == (f"{a.grade}__{b.grade}" if a.grade and b.grade else "MISSING")


def test_packing_keeps_every_level() -> None:
    rng = np.random.default_rng(1)
    vectors = np.array([rng.integers(0, len(c.levels), 500) for c in COMPARISONS], dtype=np.int8)
    for k, joint in enumerate(COMPARISONS):
        if joint.joined is not None:
            first, second = (vectors[[c.name for c in COMPARISONS].index(part)] for part in joint.parts)
            vectors[k] = joint.joined[first, second]
    assert np.array_equal(unpack(pack(vectors, COMPARISONS), COMPARISONS).T, vectors)


def test_shipped_joint_levels_only_take_away() -> None:
    model = MatchModel.load(CONFIGS / "models" / "offenders.json")
    for joint, table in zip(COMPARISONS, model.weights(COMPARISONS), strict=True):
        if joint.joined is not None:
            assert table.max() <= 1e-9, joint.name


def test_brothers_teach_the_joint_level_and_not_its_parts() -> None:
    """Father and village agree in half of the true pairs each, and among strangers nearly never; but where both agree, half of the pairs
    are brothers. The two then count together what that is worth, and each by itself what it was."""
    chosen = [c for c in COMPARISONS if c.name in ("relative", "place", "relative_and_place")]
    relative, place, joint = chosen
    rows = []
    for father in ("AGREE", "DIFFERENT"):
        for village in ("SAME_VILLAGE", "DIFFERENT_DISTRICT"):
            a, b = relative.level(father).code, place.level(village).code
            rows.append((a, b, joint.joined[a, b]))  # type: ignore[index]
    vectors = np.array(rows, dtype=np.int8)
    same, different = np.array([250.0, 250.0, 250.0, 250.0]), np.array([250.0, 10.0, 10.0, 1e6])

    def counts(pairs: np.ndarray) -> LevelCounts:
        return LevelCounts(np.stack([np.bincount(vectors[:, k], pairs, minlength=MOST_LEVELS) for k in range(3)]))

    labelled = Labelled(1e-3, counts(same), counts(different), vectors, same, different)
    model = refine(count_model(chosen, [labelled]), chosen, [labelled], spread=5.0)
    tables = model.weights(chosen)
    both = model_bits(tables, vectors[0], 1e-3)
    assert 1 / (1 + 2**-both) == pytest.approx(0.5, abs=0.05)
    assert tables[2][vectors[0, 2]] < -3
    assert 1 / (1 + 2 ** -model_bits(tables, vectors[1], 1e-3)) == pytest.approx(250 / 260, abs=0.03)


def model_bits(tables: list[np.ndarray], vector: np.ndarray, prior: float) -> float:
    return float(np.log2(prior / (1 - prior)) + sum(t[code] for t, code in zip(tables, vector, strict=True)))
