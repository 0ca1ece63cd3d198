"""The model: Splink gives the weights that the level table says, files come back as they were, and training finds what was put in."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from linker.config.loading import CONFIGS, load
from linker.config.matching import Matching
from linker.errors import ModelError
from linker.matching.comparisons import comparisons_of
from linker.matching.model import MODEL, LevelParameters, MatchModel
from linker.matching.splink_engine import VectorScorer, train_by_em
from linker.matching.training import prior_of

COMPARISONS = comparisons_of(load(CONFIGS / "matching" / "offenders.yaml", Matching).comparisons)


def random_model(seed: int) -> MatchModel:
    rng = np.random.default_rng(seed)
    levels = {
        c.name: {
            level.name: LevelParameters(float(rng.uniform(0.01, 1)), float(10 ** rng.uniform(-8, 0)))
            for level in c.levels
            if level.code
        }
        for c in COMPARISONS
    }
    return MatchModel(1e-4, levels)


def random_vectors(count: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.stack([rng.integers(0, len(c.levels), count) for c in COMPARISONS], axis=1).astype(np.int8)


def test_splink_scores_what_the_levels_weigh() -> None:
    model, vectors = random_model(1), random_vectors(10_000, 2)
    with VectorScorer(model, COMPARISONS) as splink:
        by_splink = splink.weights(vectors)
    tables = model.weights(COMPARISONS)
    by_levels = model.prior_bits + sum(t[vectors[:, k]] for k, t in enumerate(tables))
    assert np.abs(by_splink - by_levels).max() < 1e-9


def test_no_vectors_no_scores() -> None:
    with VectorScorer(random_model(1), COMPARISONS) as splink:
        assert len(splink.weights(random_vectors(0, 1))) == 0


def test_a_model_file_comes_back_as_it_was(tmp_path: Path) -> None:
    model = random_model(3)
    file = tmp_path / "model.json"
    file.write_text(model.to_json(COMPARISONS), encoding="utf-8")
    again = MatchModel.load(file)
    assert again.levels == model.levels
    assert again.prior == model.prior


def test_a_missing_or_foreign_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such model file"):
        MatchModel.load(tmp_path / "none.json")
    (tmp_path / "other.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="not a model"):
        MatchModel.load(tmp_path / "other.json")
    settings = json.loads(random_model(1).to_json(COMPARISONS))
    settings["comparisons"] = settings["comparisons"][1:]
    with pytest.raises(ModelError, match="lacks comparison 'name'"):
        MatchModel.from_splink(settings).weights(COMPARISONS)


def test_em_finds_m_and_names_what_no_data_trained() -> None:
    rng = np.random.default_rng(5)
    chosen = [c for c in COMPARISONS if c.name in {"sex", "height", "phone", "birth"}]
    truth = {"sex": [0.02, 0.9, 0.08], "height": [0.05, 0.05, 0.6, 0.1, 0.2], "phone": [0.4, 0.0, 0.1, 0.4, 0.1]}
    noise = {"sex": [0.4, 0.55, 0.05], "height": [0.5, 0.2, 0.1, 0.1, 0.1], "phone": [0.989, 0.0, 0.001, 0.009, 0.001]}
    truth["birth"] = [0.01, 0.02, 0.05, 0.12, 0.38, 0.2, 0.05, 0.1, 0.01, 0.005, 0.03, 0.015, 0.01]
    noise["birth"] = [0.5, 0.15, 0.1, 0.08, 0.05, 0.018, 0.001, 0.001, 0.02, 0.05, 0.01, 0.01, 0.01]
    same = rng.random(40_000) < 0.3
    columns = [
        np.where(same, 1 + rng.choice(len(t), 40_000, p=t), 1 + rng.choice(len(t), 40_000, p=noise[name]))
        for name, t in ((c.name, truth[c.name]) for c in chosen)
    ]
    start = MatchModel(
        0.1,
        {
            c.name: {
                level.name: LevelParameters(1 / len(truth[c.name]), max(noise[c.name][level.code - 1], 1e-6))
                for level in c.levels
                if level.code
            }
            for c in chosen
        },
    )
    trained = train_by_em(start, chosen, np.stack(columns, axis=1).astype(np.int8))
    assert trained.untrained == ("phone.SHARED",)
    for comparison in chosen:
        for level in comparison.levels:
            if level.code:
                wanted = truth[comparison.name][level.code - 1]
                if f"{comparison.name}.{level.name}" not in trained.untrained:
                    assert trained.levels[comparison.name][level.name].m == pytest.approx(wanted, abs=0.03)


def test_the_prior_of_few_and_of_many_records() -> None:
    assert prior_of(2, 2.0) == 0.5
    assert prior_of(1_000_001, 3.0) == pytest.approx(2e-6)


@pytest.mark.parametrize("name", ["offenders", "candidates"])
def test_a_shipped_model_knows_every_level(name: str) -> None:
    matching = load(CONFIGS / "matching" / f"{name}.yaml", Matching)
    model = MatchModel.load(CONFIGS / "models" / f"{name}.json")
    assert len(model.weights(comparisons_of(matching.comparisons))) == len(matching.comparisons)


def test_a_snapshot_of_another_version_is_to_be_made_again_not_trained(tmp_path: Path) -> None:
    few = COMPARISONS[:1]
    (tmp_path / MODEL).write_text(random_model(3).to_json(few), encoding="utf-8")
    with pytest.raises(ModelError) as refused:
        MatchModel.kept(tmp_path).weights(COMPARISONS)
    assert "linker run" in str(refused.value.do)
    with pytest.raises(ModelError) as refused:
        MatchModel.load(tmp_path / MODEL).weights(COMPARISONS)
    assert "training/match.py" in str(refused.value.do)
