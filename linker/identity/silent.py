"""A record that names no relative does not tie together groups whose relatives differ.

Ramesh son of Mohan and Ramesh son of Sohan live in one house, and a third record knows a Ramesh of that house and no father. It fits both,
so the best of its links stays and what would join the two goes to a person. Groups that any link between two records with relatives
joins, even with different ones (one was misheard, a number is the same), are not parted: their case was looked at as a whole.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from linker.identity import kernels

Rows = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]

CANNOT, UNSTATED = 1, 6  # Held.CANNOT_LINK, Held.UNSTATED


def parted(n: int, pairs: kernels.Pairs, linking: Flags, relatives: tuple[Flags, Flags], must: Rows) -> Rows:
    """Pairs, shape (k, 2), of records whose relatives differ and that nothing ties but records without one, or nothing at all.

    Per scored pair: does it link, do both records name a relative, do these differ. `must`: verdicts 'same', shape (k, 2).
    """
    stated, differ = relatives
    heard = np.flatnonzero(linking & stated)
    verdicts = kernels.Pairs(must[:, 0].copy(), must[:, 1].copy())
    label = kernels.components(n, verdicts, kernels.Pairs(pairs.left[heard], pairs.right[heard]))
    against = differ & ~linking & (label[pairs.left] != label[pairs.right])
    return np.stack([pairs.left[against], pairs.right[against]], axis=1)


def reasons(label: Rows, pairs: kernels.Pairs, reason: Codes, cannot: Rows, silent: Rows) -> Codes:
    """`reason` of each link (`Held`), with UNSTATED where pairs that `parted` found, and no verdict or veto, keep the two groups apart."""
    refused = np.flatnonzero(reason == CANNOT)
    between = _groups(label, pairs.left[refused], pairs.right[refused])
    by_silence = np.isin(between, _groups(label, silent[:, 0], silent[:, 1]))
    by_silence &= ~np.isin(between, _groups(label, cannot[:, 0], cannot[:, 1]))
    told = reason.copy()
    told[refused[by_silence]] = UNSTATED
    return told


def _groups(label: Rows, left: Rows, right: Rows) -> npt.NDArray[np.int64]:
    """The two groups of each pair as one number."""
    a, b = label[left].astype(np.int64), label[right].astype(np.int64)
    return (np.minimum(a, b) << 32) | np.maximum(a, b)
