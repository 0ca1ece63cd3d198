"""What joint comparisons take is shared out, and nothing gets lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.matching.sharing_out import shared_out

PARTS = {"name_and_place": ("name", "place"), "name_and_relative": ("name", "relative")}
BITS = st.floats(-30, 30, allow_nan=False)


def test_by_halves() -> None:
    bits = {"name": 12.0, "relative": 11.0, "place": 5.0, "name_and_relative": -4.0, "name_and_place": -1.0}
    assert shared_out(bits, PARTS) == {"name": 9.5, "relative": 9.0, "place": 4.5}


@given(st.dictionaries(st.sampled_from(["name", "place", "relative", "birth", *PARTS]), BITS))
def test_the_sum_stays(bits: dict[str, float]) -> None:
    assert sum(shared_out(bits, PARTS).values()) == pytest.approx(sum(bits.values()))
