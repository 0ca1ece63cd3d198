"""What scored pairs tell of the relatives: whether both records name one, and whether these differ (for `identity.silent`)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linker.config.matching import Matching
from linker.config.policy import Policy
from linker.matching.comparisons import Comparison, comparisons_of
from linker.matching.vectors import codes_of

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Told:
    """Per scored pair: both records name a relative (`stated`), and the two `differ`."""

    stated: Flags
    differ: Flags


@dataclass(frozen=True)
class RelativeLevels:
    """The comparison of the relatives by its place, None where the policy names none."""

    comparisons: Sequence[Comparison]
    place: int | None

    @classmethod
    def of(cls, matching: Matching, policy: Policy) -> RelativeLevels:
        comparisons = comparisons_of(matching.comparisons)
        places = [k for k, c in enumerate(comparisons) if c.name == policy.rules.relative]
        return cls(comparisons, places[0] if places else None)

    def in_vectors(self, packed: NDArray[np.int64]) -> Told:
        """Of pairs by their packed comparison vectors."""
        if self.place is None:
            return _nothing(len(packed))
        codes = codes_of(packed, self.comparisons, self.place)
        return Told(codes > 0, self.comparisons[self.place].against[codes])

    def in_texts(self, levels: pa.ChunkedArray) -> Told:
        """Of pairs by the `levels` column of the EDGE table."""
        if self.place is None:
            return _nothing(len(levels))
        comparison = self.comparisons[self.place]
        named = f"{json.dumps(comparison.name)}:["
        against = [level.name for level, opposes in zip(comparison.levels, comparison.against, strict=True) if opposes]
        differ = np.zeros(len(levels), np.bool_)
        for name in against:
            differ |= _holding(levels, named + json.dumps(name))
        return Told(_holding(levels, named), differ)


def _nothing(pairs: int) -> Told:
    return Told(np.zeros(pairs, np.bool_), np.zeros(pairs, np.bool_))


def _holding(levels: pa.ChunkedArray, text: str) -> Flags:
    return np.asarray(pc.match_substring(levels, text), np.bool_)
