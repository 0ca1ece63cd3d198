"""Adversarial families through the whole engine: nobody is merged with a brother, a twin, a spouse, a borrower, a father or a son.

Namesakes with the same father's name and cousins of one name in one village are not always told apart: benchmarks/results/families.md has
the figures, and decisions/0011 says why. Namesakes are bounded here, so that it does not get worse unseen. The strict policy merges nobody
(decisions/0022).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.families import Tally, tally

NEVER = ("brothers", "twins", "spouses", "borrowed", "father and son")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tally]:
    folder: Path = tmp_path_factory.mktemp("families")
    return tally(folder, 420, seed=3)


@pytest.mark.parametrize("kind", NEVER)
def test_nobody_is_merged(found: dict[str, Tally], kind: str) -> None:
    assert found[kind].couples > 20
    assert found[kind].merged == 0, found[kind].examples


def test_few_namesakes_are_merged(found: dict[str, Tally]) -> None:
    assert found["namesakes"].merged <= 0.05 * found["namesakes"].couples


def test_under_the_strict_policy_nobody_at_all_is_merged(tmp_path: Path) -> None:
    strict = tally(tmp_path, 420, 3, "four_states_strict.yaml")
    assert {kind: t.merged for kind, t in strict.items() if t.merged} == {}
    assert sum(t.found for t in strict.values()) > 0.3 * sum(t.wanted for t in strict.values())


def test_people_are_still_found(found: dict[str, Tally]) -> None:
    for kind in NEVER:
        assert found[kind].found > 0.6 * found[kind].wanted, kind
