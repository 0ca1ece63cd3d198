"""A snapshot's tables with some rows changed: groups, identities and golden records made anew only where something changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linker.batch.identify import Apart, Before, GroupingSettings, Identified, identify
from linker.identity.golden import golden_records
from linker.identity.goldnames import Names
from linker.identity.values import single
from linker.matching.csr import code_texts
from linker.matching.edges import Edges
from linker.matching.policy import RULES, exclusive_pairs
from linker.matching.relatives import RelativeLevels
from linker.names.channel import Channel
from linker.names.table import NameTable
from linker.schema import CROSSWALK, EDGE


@dataclass(frozen=True)
class Texts:
    """The text columns of a PERSON table, coded when they are asked for."""

    person: pa.Table

    def text_column(self, name: str) -> NDArray[np.int32]:
        (codes,), _ = code_texts([self.person[name]])
        return codes


@dataclass(frozen=True)
class Regrouped:
    """The tables that depend on groups. `identity` are the golden records that were made anew, `changed` all identities of which what stood
    before no longer counts."""

    edge: pa.Table
    crosswalk: pa.Table
    identity: pa.Table
    changed: pa.Array
    event: pa.Table
    attention: pa.Table


@dataclass(frozen=True)
class Stake:
    """Records, ascending by id, with their scored pairs (EDGE, by its key, as evidence decides them) and who they were: all records, or
    whole groups of them.

    `previous` is the part of the last crosswalk that is at stake; `touched` are identities that lose or change a record.
    """

    record: pa.Table
    person: pa.Table
    edge: pa.Table
    previous: pa.Table
    touched: pa.Array


def regroup(stake: Stake, settings: GroupingSettings, before: Before, names: NameTable | None = None) -> Regrouped:
    """Groups and identities of the records at stake. `names`: the table that their names are read by; one of their own if left out."""
    record, ids = stake.record, stake.record["record_id"]
    edges = as_rows(stake.edge, ids)
    apart = Apart(
        np.stack(exclusive_pairs(Texts(stake.person), settings.matching.vetoes), axis=1),
        RelativeLevels.of(settings.matching, settings.policy).in_texts(stake.edge["levels"]),
    )
    found = identify(ids, edges, apart, settings.clusters, before, stake.previous)
    identity_id, events = single(found.assigned.identity_id), found.assigned.events
    others = pc.list_flatten(single(events["other_identities"]))
    changed = [stake.touched, single(events["identity_id"]), others, _held_otherwise(before, identity_id, found)]
    changed = pc.unique(pa.concat_arrays(changed).cast(pa.string()))
    chosen = np.flatnonzero(np.asarray(pc.is_in(identity_id, value_set=changed)))
    part = pa.array(chosen)
    person = stake.person.take(part)
    fresh = golden_records(
        record.take(part), person, identity_id.take(part), name_table(person, names), found.clusters.weakest[chosen]
    )
    crosswalk = record.select(["source", "native_id", "part", "record_id"]).append_column("identity_id", identity_id)
    edge = resettled(stake.edge, found.edges)
    return Regrouped(edge, CROSSWALK.conform(crosswalk), fresh, changed, events, found.attention)


def _held_otherwise(before: Before, identity_id: pa.Array, found: Identified) -> pa.Array:
    """Identities of the last snapshot whose weakest link is another now, though their records may be the same."""
    if before.snapshot is None:
        return identity_id.slice(0, 0)
    golden = before.snapshot.table("identity", ["identity_id", "weakest_link"])
    was = single(golden["weakest_link"]).take(pc.index_in(identity_id, value_set=single(golden["identity_id"])))
    old = was.to_numpy(zero_copy_only=False).astype(np.float32)  # alone: not a number, here as there
    new = np.asarray(found.clusters.weakest, np.float32)
    return identity_id.filter(pa.array((old != new) & ~(np.isnan(old) & np.isnan(new))))


def as_rows(edge: pa.Table, record_ids: pa.ChunkedArray) -> Edges:
    """An EDGE table, its decisions those of evidence alone (`batch.evidence`), as pairs of rows."""
    ids = single(record_ids)
    left, right = (
        pc.index_in(single(edge[side]), value_set=ids).to_numpy().astype(np.int32)
        for side in ("record_id_l", "record_id_r")
    )
    names = pa.array([str(r) for r in RULES])
    rule = pc.index_in(single(edge["rule"]), value_set=names).to_numpy().astype(np.int8)
    return Edges(
        left, right, edge["weight"].to_numpy().astype(np.float32), edge["decision"].to_numpy().astype(np.int8), rule,
        np.zeros(len(left), np.uint16), np.zeros(len(left), np.int64),
    )  # fmt: skip


def resettled(edge: pa.Table, edges: Edges) -> pa.Table:
    """The same EDGE table with decisions and rules as they were settled."""
    names = pa.array([str(r) for r in RULES])
    columns: dict[str, Any] = {name: edge[name] for name in edge.column_names}
    columns |= {"decision": pa.array(edges.decision), "rule": names.take(pa.array(edges.rule))}
    return EDGE.conform(pa.table(columns))


def name_table(person: pa.Table, base: NameTable | None = None, channel: Channel | None = None) -> Names:
    """The names of persons in both scripts; with a `base`, as its words and their spellings have it, else as a channel spells them."""
    texts = pc.value_counts(single(person["name"]).drop_null())
    if base is None:
        return NameTable.build(texts.field("values"), channel, texts.field("counts").to_numpy())
    return Added(base.extend(texts.field("values").to_pylist()), len(base), texts.field("values"))


@dataclass(frozen=True)
class Added:
    """The names that were added to a table, by themselves."""

    names: NameTable
    first: int
    texts: pa.Array

    def __len__(self) -> int:
        return len(self.texts)

    def text(self, i: int) -> str:
        return str(self.texts[i].as_py())

    def latin(self) -> pa.Array:
        return self.names.latin(np.arange(self.first, self.first + len(self), dtype=np.int32))

    def devanagari(self, ids: NDArray[np.int32]) -> list[str]:
        return self.names.devanagari(ids + np.int32(self.first))
