"""Which pairs of a search are measured to the end."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linker.index.scoring import MOST_KEYS, NAME_KEY_BITS, RELATIVE_KEY_BITS, _likeliest


@given(st.lists(st.integers(-8, 8), min_size=2, max_size=60), st.data())
def test_the_likeliest_are_those_that_sorting_puts_first(values: list[int], data: st.DataObject) -> None:
    count = len(values)
    most = data.draw(st.integers(1, count - 1))
    shared = [
        np.array(data.draw(st.lists(st.integers(0, 6), min_size=count, max_size=count)), np.int64) for _ in range(2)
    ]
    bits = np.array(values) / 3.0
    total = (
        bits + NAME_KEY_BITS * np.minimum(shared[0], MOST_KEYS) + RELATIVE_KEY_BITS * np.minimum(shared[1], MOST_KEYS)
    )
    order = np.argsort(-total, kind="stable")
    level = int(np.count_nonzero(total >= total[order[most - 1]]))
    assert _likeliest(bits, *shared, most).tolist() == sorted(order[: max(most, min(2 * most, level))].tolist())
