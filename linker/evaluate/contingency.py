"""Two partitions of the same records, counted against each other.

Everything exact about a clustering follows from the contingency table n_ij, the records that cluster i shares with
person j. It is kept
sparse: only the cells that are not empty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Contingency:
    """The non-empty cells of the table: `count[k]` records are in cluster `cluster[k]` and of person `person[k]`.

    `cluster_size` and `person_size` are the row and column sums, indexed by the codes 0 … of each side.
    """

    cluster: Codes
    person: Codes
    count: Codes
    cluster_size: Codes
    person_size: Codes

    @property
    def records(self) -> int:
        return int(self.count.sum())


def contingency(cluster: Codes, person: Codes) -> Contingency:
    """The table of two labellings of the same records; codes are dense integers from 0."""
    clusters, persons = _span(cluster), _span(person)
    cells, count = np.unique(cluster * persons + person, return_counts=True)
    return Contingency(
        cells // max(persons, 1),
        cells % max(persons, 1),
        count.astype(np.int64),
        np.bincount(cluster, minlength=clusters).astype(np.int64),
        np.bincount(person, minlength=persons).astype(np.int64),
    )


def choose2(count: Codes) -> int:
    """Unordered pairs within groups of these sizes: Σ n(n−1)/2."""
    return int((count * (count - 1) // 2).sum())


def pairs_within(*codes: Codes) -> int:
    """Pairs of records that agree in every one of these labellings."""
    key = codes[0]
    for code in codes[1:]:
        key = key * _span(code) + code
    return choose2(np.unique(key, return_counts=True)[1].astype(np.int64))


def _span(codes: Codes) -> int:
    return int(codes.max()) + 1 if len(codes) else 0
