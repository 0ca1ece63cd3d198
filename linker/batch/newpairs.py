"""Scored pairs of an update: new records with all and with each other, by the frozen state of an index.

How common names and values are, the prior and the model stay those of the base until the next full run.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from linker.batch.delta import Delta
from linker.identity.values import single
from linker.index import SnapshotIndex, open_index
from linker.index.scoring import Scored
from linker.index.store import FACTS, index_folder
from linker.matching.closure import unweighed_pairs
from linker.matching.comparisons.base import Rows
from linker.matching.edges import HISTOGRAM, Edges, Matched, edge_table
from linker.matching.hysteresis import nearly_linked
from linker.matching.policy import RULES, Rule
from linker.matching.vectors import pack
from linker.progress import Observer
from linker.registry.parts import ADDED, GONE, KEYS, among, insertion_points, part_file
from linker.registry.snapshot import Snapshot, list_runs
from linker.schema import EDGE, Decision

Keys = NDArray[np.uint16]


@dataclass(frozen=True)
class Base:
    """An index, and what has changed between its snapshot and the current one: persons added, ids of its records that no longer count."""

    index: SnapshotIndex
    added: pa.Table
    outdated: pa.Array


def base_of(workspace: Path, current: Snapshot, observer: Observer) -> Base:
    """The newest index whose snapshot shares its person table with the current one; where there is none, one of the current snapshot is
    built."""
    nothing = pa.array([], pa.string())
    shared = current.manifest["files"]["person.parquet"]["sha256"]
    if "person.added.parquet" in current.manifest["files"] and not (index_folder(workspace, current) / FACTS).is_file():
        for run in list_runs(workspace):
            files = run.manifest["files"]
            whole = "person.parquet" in files and "person.added.parquet" not in files and "person" in run.tables
            if (
                whole
                and files["person.parquet"]["sha256"] == shared
                and (index_folder(workspace, run) / FACTS).is_file()
            ):
                added = pq.read_table(part_file(current.path, "person", ADDED))
                gone = pq.read_table(part_file(current.path, "person", GONE))
                return Base(open_index(workspace, run, observer), added, single(gone["record_id"]))
    index = open_index(workspace, current, observer)
    return Base(index, current.table("person", filters=pc.field("record_id") == ""), nothing)


class Scoring:
    """Weighs pairs of records by the base's model, and makes EDGE rows of them."""

    def __init__(self, index: SnapshotIndex, linked: pa.Table, slack: float) -> None:
        """`linked` are the pairs (record_id_l, record_id_r) that the last snapshot linked; `slack` the bits of hysteresis."""
        self._index, self._linked, self.slack = index, linked, slack
        self.scorer = index.scorer
        self.pairs = 0

    def new_pairs(self, base: Base, delta: Delta) -> pa.Table:
        """EDGE rows of all pairs above the floor with at least one new or changed record."""
        if not len(delta.person):
            return EDGE.empty()
        index, n = self._index, len(self._index)
        kept = pc.invert(pc.is_in(base.added["record_id"], value_set=delta.outdated))
        person = pa.concat_tables([base.added.filter(kept), delta.person.select(base.added.column_names)])
        new = index.code(person)
        place = insertion_points(index.record_ids, person["record_id"])
        found = index.candidates(new, place)
        row, partner = found.row.astype(np.int64) + n, found.partner.astype(np.int64)
        first_new = n + len(person) - len(delta.person)
        stale = np.zeros(n + len(person), np.bool_)
        gone = pc.is_in(index.record_ids, value_set=pa.concat_arrays([base.outdated, delta.outdated]))
        stale[:n] = np.asarray(gone)
        wanted = (np.maximum(row, partner) >= first_new) & ~stale[partner] & (row != partner)
        left, right, keys = _distinct(row[wanted], partner[wanted], found.kind[wanted])
        self.pairs += len(left)
        scored = index.score(new, (right - n).astype(np.int32), left.astype(np.int32), index.scorer.matching.floor)
        ids = pa.concat_arrays([index.record_ids.cast(pa.string()), single(person["record_id"])])
        return self._edges(scored, n, ids, _looked_up(scored, n, left, right, keys))

    def closed(self, edge: pa.Table, person: pa.Table) -> pa.Table:
        """An EDGE table with all pairs inside the groups that links connect, whatever they weigh."""
        ids = single(person["record_id"])
        links = edge.filter(pc.equal(edge["decision"], int(Decision.LINK)))
        left, right = unweighed_pairs(len(ids), _rows(links, ids), _rows(edge, ids))
        if not len(left):
            return edge
        rows = np.unique(np.concatenate([left, right]))
        part = person.take(pa.array(rows))
        new, n = self._index.code(part), len(self._index)
        a, b = np.searchsorted(rows, left).astype(np.int32), np.searchsorted(rows, right).astype(np.int32)
        scored = self._index.score(new, b, a + np.int32(n))
        ids = pa.concat_arrays([self._index.record_ids.cast(pa.string()), single(part["record_id"])])
        return pa.concat_tables([edge, self._edges(scored, n, ids, np.zeros(len(scored), np.uint16))])

    def _edges(self, scored: Scored, n: int, ids: pa.Array, keys: Keys) -> pa.Table:
        """EDGE rows, by their key."""
        left, right = scored.left.astype(np.int64), scored.right.astype(np.int64) + n
        turned = np.asarray(pc.greater(ids.take(pa.array(left)), ids.take(pa.array(right))))
        left, right = np.where(turned, right, left), np.where(turned, left, right)
        one, other = ids.take(pa.array(left)), ids.take(pa.array(right))
        decision, rule = self._kept_up(scored, one, other)
        edges = Edges(
            left.astype(np.int32), right.astype(np.int32), scored.weight.astype(np.float32), decision, rule, keys,
            pack(scored.vectors, self._index.scorer.comparisons),
        )  # fmt: skip
        matched = Matched(
            edges, self._index.scorer.comparisons, self._index.scorer.model, 0, (), HISTOGRAM.astype(np.int64)
        )
        names = [key.name for key in self._index.scorer.matching.keys]
        table = edge_table(matched, pa.chunked_array([ids]), names)
        return table.sort_by([("record_id_l", "ascending"), ("record_id_r", "ascending")])

    def _kept_up(self, scored: Scored, one: pa.Array, other: pa.Array) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
        """Decisions and rules with hysteresis."""
        decision, rule = scored.decision.copy(), scored.rule.copy()
        scorer = self._index.scorer
        near = nearly_linked(
            scorer.policy, scorer.comparisons, scored.vectors.T, scored.weight, scorer.tables, self.slack
        )
        near &= (decision != Decision.LINK) & (rule != RULES.index(Rule.VETO))
        rows = np.flatnonzero(near)
        pairs = pa.table({"record_id_l": one.take(pa.array(rows)), "record_id_r": other.take(pa.array(rows))})
        kept = rows[among(pairs, self._linked, KEYS["edge"])] if len(rows) else rows
        decision[kept], rule[kept] = Decision.LINK, RULES.index(Rule.KEPT)
        return decision, rule


def _distinct(
    a: NDArray[np.int64], b: NDArray[np.int64], kind: NDArray[np.int8]
) -> tuple[NDArray[np.int64], NDArray[np.int64], Keys]:
    """Each pair once, smaller number first, with the kinds of keys that found it as bits."""
    packed = (np.minimum(a, b) << 32) | np.maximum(a, b)
    pairs, inverse = np.unique(packed, return_inverse=True)
    keys = np.zeros(len(pairs), np.uint16)
    np.bitwise_or.at(keys, inverse, (np.uint16(1) << kind.astype(np.uint16)).astype(np.uint16))
    return pairs >> 32, pairs & 0xFFFFFFFF, keys


def _looked_up(scored: Scored, n: int, left: NDArray[np.int64], right: NDArray[np.int64], keys: Keys) -> Keys:
    """The keys of the pairs that were kept; `left`, `right` ascending."""
    place = np.searchsorted(
        (left << 32) | right, (scored.left.astype(np.int64) << 32) | (scored.right.astype(np.int64) + n)
    )
    found: Keys = keys[place]
    return found


def _rows(edge: pa.Table, ids: pa.Array) -> tuple[Rows, Rows]:
    left, right = (
        pc.index_in(single(edge[side]), value_set=ids).to_numpy().astype(np.int32)
        for side in ("record_id_l", "record_id_r")
    )
    return left, right
