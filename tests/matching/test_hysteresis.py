"""Hysteresis: what was linked stays linked a little longer, nothing is linked for the first time, no guard is loosened."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.config.clusters import ClusterRules
from linker.config.loading import CONFIGS, load
from linker.config.matching import Matching
from linker.config.policy import Policy
from linker.config.run import load_run
from linker.errors import ConfigError
from linker.matching.comparisons import comparisons_of
from linker.matching.deciding import decide
from linker.matching.hysteresis import Memory, nearly_linked
from linker.matching.model import MatchModel
from linker.matching.policy import LINKED, RULES, Rule
from linker.schema import Decision

POLICY = load(CONFIGS / "policy.yaml", Policy)
MATCHING = load(CONFIGS / "matching" / "offenders.yaml", Matching)
COMPARISONS = comparisons_of(MATCHING.comparisons)
TABLES = MatchModel.load(CONFIGS / "models" / "offenders.json").weights(COMPARISONS)


def test_a_pair_is_found_either_way_round_and_by_evidence_only() -> None:
    rules = ["link", "kept", "held_bridge", "held_decided", "uncertain", "veto"]
    edge = pa.table(
        {"record_id_l": list("aaabbx"), "record_id_r": list("bcdcdb"), "rule": pa.array(rules, pa.string())}
    )
    memory = Memory.of(edge, pa.chunked_array([["a", "b", "c", "d"]]), 1.0)
    left, right = np.array([0, 1, 2, 0, 1, 3, 2]), np.array([1, 0, 0, 3, 2, 1, 3])
    assert memory.holds(left, right).tolist() == [True, True, True, True, True, False, False]
    assert not Memory(np.empty(0, np.int64), 1.0).holds(left, right).any()
    assert {str(r) for r in LINKED} >= set(rules[:4])


@given(st.integers(0, 2**31), st.floats(0, 3))
def test_no_guard_is_loosened(seed: int, slack: float) -> None:
    """What is nearly linked is linked, or lacks nothing but probability."""
    rng = np.random.default_rng(seed)
    vectors = np.stack([rng.integers(0, len(c.levels), 200) for c in COMPARISONS], axis=1).astype(np.int8)
    weights = rng.uniform(0, 8, 200)
    near = nearly_linked(POLICY, COMPARISONS, vectors, weights, TABLES, slack)
    plain = decide(POLICY, COMPARISONS, vectors, weights, TABLES)
    assert not (near & (weights + slack < 4.2)).any()
    assert near[plain.decision == Decision.LINK].all()
    only_probability = [RULES.index(r) for r in (Rule.UNCERTAIN, Rule.NAMESAKE, Rule.IMPROBABLE)]
    assert np.isin(plain.rule[near & (plain.decision != Decision.LINK)], only_probability).all()
    certain = decide(POLICY, COMPARISONS, vectors, np.full(200, 60.0), TABLES)
    assert (certain.decision[near] == Decision.LINK).all()


def test_hysteresis_below_what_any_link_needs_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    source = tmp_path / "s.csv"
    source.write_text("x\n")
    for name in ("sources", "matching", "models", "reference"):
        (tmp_path / name).symlink_to(CONFIGS / name)
    (tmp_path / "policy.yaml").write_text((CONFIGS / "policy.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "clusters.yaml").write_text("hysteresis: 3.5\n", encoding="utf-8")
    run = (CONFIGS / "four_states.yaml").read_text(encoding="utf-8")
    (tmp_path / "run.yaml").write_text(run, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"hysteresis of 3.5 bits would keep links below probability 0.9"):
        load_run(tmp_path / "run.yaml", {"delhi": str(source)})


def test_the_shipped_settings_are_the_documented_ones() -> None:
    assert load(CONFIGS / "clusters.yaml", ClusterRules).hysteresis == 1.0
