"""A link holds a little longer than it takes to make one: a pair that the last snapshot linked stays linked while it lacks only a few bits.

Without this, pairs close to the threshold would change sides with every new estimate of the weights, and identities with them. The memory
is the evidence's own: what verdicts or the checks of groups made of a link in between does not count, so that taking a verdict back brings
back what was there before. No guard of the policy is loosened, only the probability that it asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linker.config.policy import Policy
from linker.matching.comparisons import Comparison
from linker.matching.comparisons.base import Rows
from linker.matching.deciding import decide
from linker.matching.policy import REMEMBERED
from linker.schema import Decision


@dataclass(frozen=True)
class Memory:
    """The pairs that the last snapshot linked by evidence, as ascending left * 2**32 + right of this run's rows, and how many bits they
    may lack."""

    pairs: NDArray[np.int64]
    slack: float

    @classmethod
    def of(cls, edge: pa.Table, record_ids: pa.ChunkedArray, slack: float) -> Memory:
        """What an EDGE table (record_id_l, record_id_r, rule) says about the records of this run."""
        linked = edge.filter(pc.is_in(edge["rule"], pa.array([str(r) for r in REMEMBERED])))
        ids = record_ids.combine_chunks()
        left, right = (
            pc.fill_null(pc.index_in(linked[side], value_set=ids), -1).to_numpy().astype(np.int64)
            for side in ("record_id_l", "record_id_r")
        )
        known = (left >= 0) & (right >= 0)
        return cls(np.sort(packed(left[known], right[known])), slack)

    def holds(self, left: Rows, right: Rows) -> NDArray[np.bool_]:
        """Which pairs were linked."""
        if not len(self.pairs):
            return np.zeros(len(left), np.bool_)
        wanted = packed(left, right)
        place = np.minimum(np.searchsorted(self.pairs, wanted), len(self.pairs) - 1)
        found: NDArray[np.bool_] = self.pairs[place] == wanted
        return found


def packed(left: NDArray[np.integer], right: NDArray[np.integer]) -> NDArray[np.int64]:
    """A pair of rows, either way round, as one number."""
    numbers: NDArray[np.int64] = (np.minimum(left, right).astype(np.int64) << 32) | np.maximum(left, right)
    return numbers


def nearly_linked(
    policy: Policy,
    comparisons: Sequence[Comparison],
    vectors: NDArray[np.int8],
    weights: NDArray[np.float64],
    tables: Sequence[NDArray[np.float64]],
    slack: float,
) -> NDArray[np.bool_]:
    """Vectors that policy would link if they weighed `slack` bits more."""
    found: NDArray[np.bool_] = decide(policy, comparisons, vectors, weights + slack, tables).decision == Decision.LINK
    return found
