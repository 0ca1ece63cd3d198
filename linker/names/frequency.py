"""How common names are: counted in the data at hand, pooled over spellings and scripts by sound, smoothed with shipped counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linker.names.lexicon import Counts

PRIOR_NAMES = 3000.0
"""How many names at hand the shipped counts are worth."""
_UNSEEN = 0.3
"""Names in the shipped lists that an unseen sound counts for."""


@dataclass(frozen=True)
class Frequencies:
    """Counts of the names at hand by sound (`key` sorted, `n` names) and by sound and script, and the shipped counts behind them."""

    key: NDArray[np.int64]
    n: NDArray[np.float64]
    spellings: NDArray[np.float64]
    total: float
    prior: Counts

    def sound_share(self, sound: NDArray[np.int64]) -> NDArray[np.float64]:
        """Share of other names that bear each sound: the name that asks is not counted."""
        before, _ = self.prior.find(sound)
        share = np.maximum(before, _UNSEEN) / max(self.prior.total, 1.0)
        others = np.maximum(self._find(self.n, sound) - 1.0, 0.0)
        return np.asarray((others + PRIOR_NAMES * share) / (self.total + PRIOR_NAMES))

    def spelling_share(
        self, sound: NDArray[np.int64], count: NDArray[np.float64], share: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Share of names that bear each spelling, given its count at hand and the share of its sound."""
        n, spellings = self._find(self.n, sound), self._find(self.spellings, sound)
        others = np.maximum(count - 1.0, 0.0)
        return np.asarray(share * (others + 0.5) / (np.maximum(n - 1.0, 0.0) + 0.5 * (spellings + 1.0)))

    def _find(self, values: NDArray[np.float64], key: NDArray[np.int64]) -> NDArray[np.float64]:
        if not len(self.key):
            return np.zeros(len(key))
        at = np.minimum(np.searchsorted(self.key, key), len(self.key) - 1)
        return np.where(self.key[at] == key, values[at], 0.0)

    def describe(self, rows: NDArray[np.void], counts: NDArray[np.float64]) -> None:
        """Fills `bits`, `spelling_bits` and `women` of token rows; `counts` says how many names at hand bear each spelling."""
        share = self.sound_share(rows["sound"])
        rows["bits"] = -np.log2(share)
        rows["spelling_bits"] = -np.log2(self.spelling_share(rows["sound"], counts, share))
        rows["women"] = self.prior.find(rows["sound"])[1]


def count(sound: NDArray[np.int64], counts: NDArray[np.float64], total: float, prior: Counts) -> Frequencies:
    """Frequencies from the sound of every distinct token and how many of `total` names bear it."""
    key, at = np.unique(sound, return_inverse=True)
    return Frequencies(
        key,
        np.bincount(at, weights=counts, minlength=len(key)).astype(np.float64),
        np.bincount(at, minlength=len(key)).astype(np.float64),
        total,
        prior,
    )
