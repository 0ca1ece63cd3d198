"""Training on labels: what nearly every pair has does not take up what the prior lacks."""

from __future__ import annotations

import numpy as np
import pytest

from linker.config.loading import CONFIGS, load
from linker.config.matching import Matching
from linker.matching.comparisons import comparisons_of
from linker.matching.model import MatchModel
from linker.matching.supervised import Labelled, count_model, refine
from linker.matching.training import MOST_LEVELS, LevelCounts

COMPARISONS = comparisons_of(load(CONFIGS / "matching" / "offenders.yaml", Matching).comparisons)


def bits(model: MatchModel, comparison: str) -> dict[str, float]:
    return {name: float(np.log2(level.m / level.u)) for name, level in model.levels[comparison].items()}


@pytest.mark.parametrize("lacking", [0.25, 4.0])
def test_balanced_levels_move_against_each_other_not_together(lacking: float) -> None:
    """There are `lacking` times as many true pairs as the prior says, whatever the level; and pairs close in time are true twice as often
    as their counts say, as if seen beside other evidence."""
    time, sex = (next(c for c in COMPARISONS if c.name == name) for name in ("time_between", "sex"))
    assert time.balanced
    assert not sex.balanced
    chosen = [time, sex]
    rows = [(t, s) for s in ("SAME", "DIFFERENT") for t in ("HALF_A_YEAR", "LONGER")]
    vectors = np.array([[time.level(t).code, sex.level(s).code] for t, s in rows], np.int8)
    same, different = np.array([400.0, 100.0, 4.0, 1.0]), np.array([500.0, 500.0, 500.0, 500.0])

    def counts(pairs: np.ndarray) -> LevelCounts:
        return LevelCounts(np.stack([np.bincount(vectors[:, k], pairs, minlength=MOST_LEVELS) for k in range(2)]))

    seen = same * lacking * np.array([2.0, 0.5, 2.0, 0.5])
    labelled = Labelled(505 / 2505, counts(same), counts(different), vectors, seen, different)
    counted = count_model(chosen, [labelled])
    refined = refine(counted, chosen, [labelled], spread=5.0)
    before, after = bits(counted, "time_between"), bits(refined, "time_between")
    shares = {name: level.m for name, level in counted.levels["time_between"].items()}
    assert sum(shares[n] * (after[n] - before[n]) for n in shares) == pytest.approx(0, abs=0.15), (
        "two bits would be missing"
    )
    assert after["HALF_A_YEAR"] - after["LONGER"] > before["HALF_A_YEAR"] - before["LONGER"] + 0.5
