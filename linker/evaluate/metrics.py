"""Precision and recall of a linkage against the truth: by pair, by record, by cluster, and the way from one to the
other.

All figures are exact and come from contingency counts, never from listing pairs.

- pairwise: of the pairs put together, how many are one person; of the pairs that are one person, how many were put
  together.
- B-cubed (Bagga and Baldwin 1998): the same from a record's point of view, averaged over records.
- cluster: clusters that hold exactly one person's records, all of them.
- generalised merge distance (Menestrina, Whang and Garcia-Molina 2010) with unit costs: the least number of splits
  and merges that turn the clusters into the persons. With the cost x·y for taking apart x and y records it is the
  count of wrong pairs plus missed pairs.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from linker.evaluate.contingency import Codes, Contingency, choose2, contingency, pairs_within


@dataclass(frozen=True)
class Score:
    """Precision and recall as shares of 1, with the counts they come from where they come from counts of pairs or
    clusters."""

    precision: float
    recall: float
    hit: int = 0
    predicted: int = 0
    actual: int = 0

    @classmethod
    def counted(cls, hit: int, predicted: int, actual: int) -> Score:
        """From true positives, everything predicted and everything true. A share of nothing is 1: nothing was wrong."""
        return cls(hit / predicted if predicted else 1.0, hit / actual if actual else 1.0, hit, predicted, actual)

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def to_dict(self) -> dict[str, float]:
        """Plain numbers, ready for JSON."""
        return {**asdict(self), "f1": self.f1}


@dataclass(frozen=True)
class WorstCluster:
    """A cluster that mixes persons: its code, size, number of persons, and pairs of different persons in it."""

    cluster: int
    records: int
    persons: int
    false_pairs: int


@dataclass(frozen=True)
class Metrics:
    """The scores of one clustering. `by_split` are pairwise scores over the pairs of one kind (same script, cross
    state …)."""

    records: int
    clusters: int
    persons: int
    pairwise: Score
    bcubed: Score
    cluster: Score
    by_split: dict[str, Score]
    splits: int
    merges: int
    impure: float
    worst: tuple[WorstCluster, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, ready for JSON."""
        return {
            "records": self.records,
            "clusters": self.clusters,
            "persons": self.persons,
            "pairwise": self.pairwise.to_dict(),
            "bcubed": self.bcubed.to_dict(),
            "cluster": self.cluster.to_dict(),
            "by_split": {name: score.to_dict() for name, score in self.by_split.items()},
            "generalised_merge_distance": {
                "splits": self.splits,
                "merges": self.merges,
                "total": self.splits + self.merges,
            },
            "impure_share": self.impure,
            "worst_clusters": [asdict(w) for w in self.worst],
        }


def measure(cluster: Codes, person: Codes, kinds: dict[str, Codes] | None = None, worst: int = 10) -> Metrics:
    """The metrics of a clustering of records against their persons.

    Args:
        cluster: dense code of each record's cluster.
        person: dense code of each record's true person.
        kinds: further labellings by which pairs are told apart; `{"script": codes}` gives the splits `same_script` and
            `cross_script`.
            A negative code means that the record's kind is not known; its pairs are in neither split.
        worst: how many of the most mixed clusters to name.
    """
    table = contingency(cluster, person)
    return Metrics(
        records=table.records,
        clusters=_groups(table.cluster_size),
        persons=_groups(table.person_size),
        pairwise=Score.counted(choose2(table.count), choose2(table.cluster_size), choose2(table.person_size)),
        bcubed=_bcubed(table),
        cluster=_cluster(table),
        by_split=_by_split(cluster, person, kinds or {}),
        splits=len(table.count) - _groups(table.cluster_size),
        merges=len(table.count) - _groups(table.person_size),
        impure=_impure(table),
        worst=_worst(table, worst),
    )


def _bcubed(table: Contingency) -> Score:
    square = table.count.astype(np.float64) ** 2
    precision = float((square / table.cluster_size[table.cluster]).sum())
    recall = float((square / table.person_size[table.person]).sum())
    return Score(precision / table.records, recall / table.records) if table.records else Score(1.0, 1.0)


def _cluster(table: Contingency) -> Score:
    exact = (table.count == table.cluster_size[table.cluster]) & (table.count == table.person_size[table.person])
    return Score.counted(int(exact.sum()), _groups(table.cluster_size), _groups(table.person_size))


def _groups(sizes: Codes) -> int:
    return int((sizes > 0).sum())


def _by_split(cluster: Codes, person: Codes, kinds: dict[str, Codes]) -> dict[str, Score]:
    splits = {}
    for name, kind in kinds.items():
        known = kind >= 0
        c, p, k = cluster[known], person[known], kind[known]
        same = Score.counted(pairs_within(c, p, k), pairs_within(c, k), pairs_within(p, k))
        every = Score.counted(pairs_within(c, p), pairs_within(c), pairs_within(p))
        splits[f"same_{name}"] = same
        splits[f"cross_{name}"] = Score.counted(
            every.hit - same.hit, every.predicted - same.predicted, every.actual - same.actual
        )
    return splits


def _persons_per_cluster(table: Contingency) -> Codes:
    return np.bincount(table.cluster, minlength=len(table.cluster_size)).astype(np.int64)


def _impure(table: Contingency) -> float:
    """Of the clusters with at least two records, the share that mixes persons."""
    several = table.cluster_size > 1
    mixed = _persons_per_cluster(table) > 1
    return float(mixed.sum() / several.sum()) if several.any() else 0.0


def _worst(table: Contingency, how_many: int) -> tuple[WorstCluster, ...]:
    within = np.bincount(table.cluster, table.count * (table.count - 1) // 2, len(table.cluster_size)).astype(np.int64)
    false_pairs = table.cluster_size * (table.cluster_size - 1) // 2 - within
    persons = _persons_per_cluster(table)
    order = np.argsort(-false_pairs, kind="stable")[:how_many]
    return tuple(
        WorstCluster(int(c), int(table.cluster_size[c]), int(persons[c]), int(false_pairs[c]))
        for c in order
        if false_pairs[c]
    )
