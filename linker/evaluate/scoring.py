"""A snapshot's tables against a truth table: everything that `linker evaluate` prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linker.errors import InputError
from linker.evaluate.contingency import Codes, choose2
from linker.evaluate.metrics import Metrics, Score, measure
from linker.evaluate.sweep import Edges, Point, sweep
from linker.evaluate.truth import UNMATCHED, Truth, locate

NAMES_SHOWN = 6


@dataclass(frozen=True)
class Tables:
    """The tables of a snapshot that scoring reads (`schema.CROSSWALK`, `RECORD`, `EDGE`)."""

    crosswalk: pa.Table
    record: pa.Table
    edge: pa.Table


@dataclass(frozen=True)
class Coverage:
    """How truth and crosswalk overlap, in records: in both, only in the truth (kept out by policy, quarantined, or
    not in the inputs), only in the crosswalk (nobody labelled them)."""

    both: int
    only_truth: int
    only_crosswalk: int


@dataclass(frozen=True)
class Evaluation:
    """Metrics over the records that truth and crosswalk share, pairwise recall over all truth records, and the
    curves."""

    coverage: Coverage
    metrics: Metrics
    recall_all_truth: float
    worst: list[dict[str, Any]]
    curve: list[Point]

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, ready for JSON."""
        return {
            "coverage": {
                "both": self.coverage.both,
                "only_truth": self.coverage.only_truth,
                "only_crosswalk": self.coverage.only_crosswalk,
            },
            **self.metrics.to_dict(),
            "worst_clusters": self.worst,
            "recall_over_all_truth_records": self.recall_all_truth,
            "curve": [point.to_dict() for point in self.curve],
        }


def evaluate(tables: Tables, truth: Truth, points: int = 50) -> Evaluation:
    """Scores the published links and the curves of a snapshot.

    Raises:
        InputError: the truth and the crosswalk have no record in common.
    """
    crosswalk = tables.crosswalk
    row = locate(truth, crosswalk)
    found = row != UNMATCHED
    if not found.any():
        raise InputError(
            f"none of the truth's {len(truth):,} records stands in the crosswalk",
            where=f"{truth.path}, for example {_example(truth)}",
            do="check that the truth belongs to this run's inputs and names records as the crosswalk does",
        )
    person_all = codes(truth.person)
    person = np.full(len(crosswalk), -1, dtype=np.int64)
    person[row[found]] = person_all[found]
    labelled = person >= 0
    kinds = record_kinds(crosswalk, tables.record)
    metrics = measure(
        _dense(codes(crosswalk["identity_id"])[labelled]),
        _dense(person[labelled]),
        {name: kind[labelled] for name, kind in kinds.items()},
    )
    actual_all = choose2(np.bincount(person_all).astype(np.int64))
    return Evaluation(
        coverage=Coverage(int(found.sum()), int((~found).sum()), int((~labelled).sum())),
        metrics=metrics,
        recall_all_truth=Score.counted(metrics.pairwise.hit, 0, actual_all).recall,
        worst=_name_worst(metrics, crosswalk, tables.record, labelled),
        curve=sweep(edge_rows(tables.edge, crosswalk), _dense_known(person), kinds, points) if points else [],
    )


def record_kinds(crosswalk: pa.Table, record: pa.Table) -> dict[str, Codes]:
    """Script of the name (0 Latin, 1 Devanagari) and state of every crosswalk row, −1 where unknown."""
    at = pc.index_in(crosswalk["record_id"], value_set=record["record_id"].combine_chunks())
    names = pc.take(record["name"], at)
    devanagari = pc.match_substring_regex(names, r"\p{Devanagari}")
    latin = pc.match_substring_regex(names, r"\p{Latin}")
    script = pc.if_else(devanagari, 1, pc.if_else(latin, 0, -1))
    return {"script": _integers(script), "state": codes(pc.take(record["state"], at))}


def codes(column: pa.ChunkedArray | pa.Array) -> Codes:
    """Dense integers for a column's distinct values, −1 for null."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return _integers(array.dictionary_encode().indices)


def edge_rows(edge: pa.Table, crosswalk: pa.Table) -> Edges:
    """Edges as rows of the crosswalk; edges of records that do not stand in it are left out."""
    ids = crosswalk["record_id"].combine_chunks()
    left = _integers(pc.index_in(edge["record_id_l"], value_set=ids))
    right = _integers(pc.index_in(edge["record_id_r"], value_set=ids))
    weight = edge["weight"].to_numpy().astype(np.float32)
    keep = (left >= 0) & (right >= 0) & np.isfinite(weight)
    return Edges(left[keep].astype(np.int32), right[keep].astype(np.int32), weight[keep])


def _integers(values: pa.Array | pa.ChunkedArray) -> Codes:
    filled = pc.fill_null(values, -1)
    array = filled.combine_chunks() if isinstance(filled, pa.ChunkedArray) else filled
    return np.asarray(array.to_numpy(zero_copy_only=False), dtype=np.int64)


def _dense(labels: Codes) -> Codes:
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def _dense_known(labels: Codes) -> Codes:
    dense = np.full(len(labels), -1, dtype=np.int64)
    known = labels >= 0
    dense[known] = _dense(labels[known])
    return dense


def _example(truth: Truth) -> str:
    return ", ".join(f"{name}={truth.keys[name][0].as_py()!r}" for name in truth.keys.column_names)


def _name_worst(
    metrics: Metrics, crosswalk: pa.Table, record: pa.Table, labelled: npt.NDArray[np.bool_]
) -> list[dict[str, Any]]:
    """The most mixed identities with their ids and some of the names in them, so that a reader can look them up."""
    if not metrics.worst:
        return []
    identity = crosswalk["identity_id"].filter(pa.array(labelled)).combine_chunks().dictionary_encode()
    values = np.unique(identity.indices.to_numpy())
    ids = [identity.dictionary[int(values[worst.cluster])].as_py() for worst in metrics.worst]
    members = crosswalk.filter(pc.is_in(crosswalk["identity_id"], value_set=pa.array(ids, pa.string())))
    inside = record.filter(pc.is_in(record["record_id"], value_set=members["record_id"].combine_chunks()))
    name_of = dict(zip(inside["record_id"].to_pylist(), inside["name"].to_pylist(), strict=True))
    names: dict[str, set[str]] = {identity_id: set() for identity_id in ids}
    for record_id, identity_id in zip(
        members["record_id"].to_pylist(), members["identity_id"].to_pylist(), strict=True
    ):
        names[identity_id].add(name_of.get(record_id) or "")
    return [
        {
            "identity_id": identity_id,
            "records": worst.records,
            "persons": worst.persons,
            "false_pairs": worst.false_pairs,
            "names": sorted(names[identity_id] - {""})[:NAMES_SHOWN],
        }
        for identity_id, worst in zip(ids, metrics.worst, strict=True)
    ]
