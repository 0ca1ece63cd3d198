"""The golden case: every stage makes of rows.yaml what stands in expected/. `python tests/golden/update.py` rewrites the expectation."""

from __future__ import annotations

import pytest

from tests.golden.golden import EXPECTED, Made, make, stages

STAGES = ("1_row", "2_quarantine", "3_record", "4_person", "5_decision", "6_crosswalk")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("golden"))


@pytest.fixture(scope="module")
def found(made: Made) -> dict[str, str]:
    return stages(made)


@pytest.mark.parametrize("stage", STAGES)
def test_stage(found: dict[str, str], stage: str) -> None:
    expected = (EXPECTED / f"{stage}.yaml").read_text(encoding="utf-8").splitlines()
    assert found[stage].splitlines() == expected, (
        "if this is meant: python tests/golden/update.py, then read the difference"
    )


def test_nothing_else_is_expected() -> None:
    assert sorted(p.stem for p in EXPECTED.iterdir()) == sorted(STAGES)
