"""How common names are: counted in the data at hand, pooled over spellings and scripts by sound, smoothed with shipped counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit, types
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

    def describe(self, rows: NDArray[np.void], counts: NDArray[np.float64]) -> None:
        """Fills `bits`, `spelling_bits` and `women` of token rows; `counts` says how many names at hand bear each spelling."""
        prior = self.prior
        shares = np.empty((2, len(rows)))
        women = np.empty(len(rows), np.float32)
        own, before = (self.key, self.n, self.spellings), (prior.key, prior.n, prior.women)
        _shares(np.ascontiguousarray(rows["sound"]), counts, own, before, (self.total, prior.total), shares, women)
        rows["bits"], rows["spelling_bits"] = -np.log2(shares)
        rows["women"] = women


_I8S, _F8S = types.int64[::1], types.float64[::1]
_OWN, _PRIOR = types.Tuple((_I8S, _F8S, _F8S)), types.Tuple((_I8S, _F8S, types.float32[::1]))  # type: ignore[no-untyped-call]
_TOTALS = types.UniTuple(types.float64, 2)  # type: ignore[no-untyped-call]


@njit(types.void(_I8S, _F8S, _OWN, _PRIOR, _TOTALS, types.float64[:, ::1], types.float32[::1]), cache=True, nogil=True)
def _shares(sound, counts, own, prior, totals, shares, women):  # type: ignore[no-untyped-def]
    """Writes the share of other names that bear each sound (the name that asks is not counted), the share of names that bear each
    spelling, which stands `counts` times among those at hand, and the share of women."""
    key, n, spellings = own
    prior_key, prior_n, prior_women = prior
    total, prior_total = totals
    for k in range(len(sound)):
        borne = kinds = before = 0.0
        at = np.searchsorted(key, sound[k])
        if at < len(key) and key[at] == sound[k]:
            borne, kinds = n[at], spellings[at]
        at = np.searchsorted(prior_key, sound[k])
        women[k] = -1
        if at < len(prior_key) and prior_key[at] == sound[k]:
            before, women[k] = prior_n[at], prior_women[at]
        share = max(before, _UNSEEN) / max(prior_total, 1.0)
        share = (max(borne - 1.0, 0.0) + PRIOR_NAMES * share) / (total + PRIOR_NAMES)
        shares[0, k] = share
        shares[1, k] = share * (max(counts[k] - 1.0, 0.0) + 0.5) / (max(borne - 1.0, 0.0) + 0.5 * (kinds + 1.0))


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
