"""What is told from a glance at two names: only words are passed over that could not be cut."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linker.names.agreement import Pairs
from linker.names.cuts import glances
from linker.names.divided import may_be_divided
from linker.names.table import NameTable

PARTS = ("ram", "mohd", "fahim", "prasad", "kumar", "sunil", "jha", "chand", "राज", "प्रसाद", "राम", "मोहम्मद")
Names = st.lists(
    st.lists(st.sampled_from((*PARTS, " ", " ")), min_size=1, max_size=6).map("".join), min_size=2, max_size=8
)


@given(Names)
def test_what_is_passed_over_could_not_be_cut(texts: list[str]) -> None:
    names = sorted(set(texts))
    table = NameTable.build(names)
    left, right = (side.ravel().astype(np.int32) for side in np.meshgrid(*[np.arange(-1, len(names))] * 2))
    base = table._base
    every_hope = glances(base.folded, base.free_words.numbers, base.free_words.sorts) | (1 << 16) | (-1 << 24)
    whole = may_be_divided(base.names, (base.folded, every_hope), base.free_words, Pairs.of(left, right))
    assert np.array_equal(table.divisible(left, right), whole)
