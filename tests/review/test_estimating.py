"""Estimates from random samples, with people who err."""

from __future__ import annotations

import random

import pytest

from linker.review.estimating import Errors, estimate


def test_without_errors_it_is_the_share() -> None:
    found = estimate(95, 5)
    assert found is not None and found.value == 0.95 and found.low < 0.95 < found.high
    assert estimate(0, 0) is None
    assert estimate(5, 5, Errors(5, 10, 5, 10)) is None, "people who guess tell nothing"


@pytest.mark.parametrize("truth", [0.99, 0.9, 0.5])
def test_errors_are_taken_out_and_the_interval_holds_the_truth(truth: float) -> None:
    draw, held, total = random.Random(3), 0, 300
    for _ in range(total):
        wrong_same, wrong_different = 0.06, 0.04

        def says_same(is_same: bool) -> bool:
            return draw.random() >= wrong_different if is_same else draw.random() < wrong_same  # noqa: B023

        said = [says_same(draw.random() < truth) for _ in range(600)]
        errors = Errors(
            sum(says_same(False) for _ in range(200)), 200, sum(not says_same(True) for _ in range(200)), 200
        )
        found = estimate(sum(said), len(said) - sum(said), errors)
        assert found is not None
        held += found.low <= truth <= found.high
    assert held / total >= 0.92
