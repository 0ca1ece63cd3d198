"""Groups that agree link although no pair between them is sure enough by itself."""

from __future__ import annotations

import numpy as np
import pytest

from linker.matching.pooling import Across, pooled

# Records 0, 1, 2 are linked, and so are 3, 4; 5 stands alone. Each case: pairs across with (left, right, bits, near, against).
INSIDE = [(0, 1, 9.0), (1, 2, 9.0), (0, 2, 9.0), (3, 4, 9.0)]
CASES = [
    ("all agree", [(0, 3, 4.0, True, False), (1, 3, 3.0, False, False), (2, 3, 3.0, False, False), (0, 4, 3.0, False, False),
                   (1, 4, 3.0, False, False), (2, 4, 3.0, False, False)], [(0, 3)]),
    ("one speaks against", [(0, 3, 4.0, True, False), (1, 3, 9.0, False, True), (2, 3, 3.0, False, False), (0, 4, 3.0, False, False),
                            (1, 4, 3.0, False, False), (2, 4, 3.0, False, False)], []),
    ("most were never scored", [(0, 3, 4.0, True, False)], []),
    ("two single records", [(5, 6, 4.0, True, False)], []),
    ("a record and a group", [(0, 5, 4.0, True, False), (1, 5, 2.0, False, False), (2, 5, 2.5, False, False)], [(0, 5)]),
    ("on average too little", [(0, 5, 4.0, True, False), (1, 5, -2.0, False, False), (2, 5, 2.5, False, False)], []),
    ("none is near", [(0, 5, 4.0, False, False), (1, 5, 4.0, False, False), (2, 5, 4.0, False, False)], []),
]  # fmt: skip


@pytest.mark.parametrize(("why", "across", "found"), CASES, ids=[c[0] for c in CASES])
def test_pooled(why: str, across: list[tuple[int, int, float, bool, bool]], found: list[tuple[int, int]]) -> None:
    rows = [(a, b, w, True, False, False) for a, b, w in INSIDE] + [(a, b, w, False, n, g) for a, b, w, n, g in across]
    left, right, weight, links, near, against = (np.array(column) for column in zip(*rows, strict=True))
    pairs = Across(left.astype(np.int32), right.astype(np.int32), weight.astype(np.float32), links, near, against)
    chosen = pooled(7, pairs, mean=2.0, unseen=-5.0)
    assert list(zip(left[chosen].tolist(), right[chosen].tolist(), strict=True)) == found
