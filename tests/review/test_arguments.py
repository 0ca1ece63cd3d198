"""What speaks for and against, from an edge's levels."""

from __future__ import annotations

import json

import pytest

from linker.config.loading import CONFIGS, load
from linker.config.matching import Matching
from linker.review.evidence.arguments import arguments, sentences

MATCHING = load(CONFIGS / "matching" / "offenders.yaml", Matching)


def told(**levels: tuple[str, float]) -> dict[str, tuple[str, int]]:
    found = arguments({"levels": json.dumps(levels)}, sentences(MATCHING))
    return {a.comparison: (a.side, a.strength) for a in found}


def test_sides_and_strengths() -> None:
    found = told(name=("AGREE", 10.3), birth=("CLOSE", 2.0), sex=("DIFFERENT", -5.0), height=("CLOSE", 0.1))
    assert found == {"name": ("for", 3), "sex": ("against", 2), "birth": ("for", 1), "height": ("neutral", 0)}


def test_what_speaks_against_is_never_shown_as_for() -> None:
    assert told(documents=("DIFFERENT", 0.0))["documents"] == ("against", 0)
    assert told(documents=("DIFFERENT", 3.0))["documents"][0] == "neutral"


def test_what_only_partly_agrees_is_not_shown_as_for_and_what_lowers_is_shown_as_against() -> None:
    found = told(
        name=("PARTS_DIFFER", 8.6), relative=("UNCLEAR", 0.2), birth=("OTHER_DATE", -2.7), aliases=("NONE_SHARED", -3.1)
    )
    assert found == {
        "name": ("neutral", 3), "relative": ("neutral", 0), "birth": ("against", 1), "aliases": ("against", 1),
    }  # fmt: skip


def test_joint_comparisons_change_how_much_counts_and_are_not_listed() -> None:
    joint = next(c for c in MATCHING.comparisons if c.kind == "joint" and c.fields == ("name", "relative"))
    found = told(name=("AGREE", 9.0), relative=("AGREE", 5.0), **{joint.name: ("x", -4.0)})
    assert found == {"name": ("for", 2), "relative": ("for", 1)}


def test_bits_add_up_to_the_weight_of_all_levels() -> None:
    joint = next(c for c in MATCHING.comparisons if c.kind == "joint" and c.fields == ("name", "relative"))
    levels = {"name": ("AGREE", 9.0), "relative": ("AGREE", 5.0), "sex": ("SAME", 0.1), joint.name: ("x", -4.0)}
    found = arguments({"levels": json.dumps(levels)}, sentences(MATCHING))
    assert sum(a.bits for a in found) == pytest.approx(10.1)


def test_both_languages_are_there() -> None:
    [argument] = arguments({"levels": '{"birth":["SAME_DATE",19.0]}'}, sentences(MATCHING))
    assert argument.english == "the same birth date stands in both" and argument.hindi == "जन्म तिथि एक ही है"
    assert arguments(None, {}) == []
