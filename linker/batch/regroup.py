"""A snapshot's tables with some rows changed: groups, identities and golden records made anew only where something changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linker.batch.identify import Before, Identified, identify
from linker.config.clusters import ClusterRules
from linker.config.matching import Veto
from linker.identity.golden import golden_records
from linker.identity.values import single
from linker.matching.csr import code_texts
from linker.matching.edges import Edges
from linker.matching.policy import LINKED, RULES, exclusive_pairs
from linker.names.table import NameTable
from linker.schema import CROSSWALK, EDGE, Decision


@dataclass(frozen=True)
class Texts:
    """The text columns of a PERSON table, coded when they are asked for."""

    person: pa.Table

    def text_column(self, name: str) -> NDArray[np.int32]:
        (codes,), _ = code_texts([self.person[name]])
        return codes


@dataclass(frozen=True)
class Regrouped:
    """The tables that depend on groups."""

    edge: pa.Table
    crosswalk: pa.Table
    identity: pa.Table
    event: pa.Table
    attention: pa.Table

    def tables(self) -> dict[str, pa.Table]:
        review = self.edge.filter(pc.equal(self.edge["decision"], int(Decision.REVIEW)))
        return {
            "edge": self.edge, "review": review, "crosswalk": self.crosswalk, "identity": self.identity, "event": self.event,
            "attention": self.attention,
        }  # fmt: skip


def regroup(
    record: pa.Table, person: pa.Table, edge: pa.Table, settings: tuple[ClusterRules, tuple[Veto, ...]], before: Before,
    touched: pa.Array,
) -> Regrouped:  # fmt: skip
    """Groups and identities of records, ascending by id, from their scored pairs (EDGE, by its key).

    Args:
        settings: cluster rules and vetoes.
        before: what stood before; its snapshot's golden records are taken over where nothing changed.
        touched: ids of identities whose golden record must be made anew because a record of theirs changed or went.
    """
    rules, vetoes = settings
    ids = record["record_id"]
    edges = evidence(edge, ids)
    apart = np.stack(exclusive_pairs(Texts(person), vetoes), axis=1)
    found = identify(ids, edges, apart, rules, before)
    crosswalk = record.select(["source", "native_id", "part", "record_id"]).append_column(
        "identity_id", found.assigned.identity_id
    )
    identity = _golden(record, person, found, before, touched)
    return Regrouped(
        resettled(edge, found.edges), CROSSWALK.conform(crosswalk), identity, found.assigned.events, found.attention
    )


def evidence(edge: pa.Table, record_ids: pa.ChunkedArray) -> Edges:
    """An EDGE table as pairs of rows, its decisions as evidence alone makes them: what was held when groups were formed links again."""
    ids = single(record_ids)
    left, right = (
        pc.index_in(single(edge[side]), value_set=ids).to_numpy().astype(np.int32)
        for side in ("record_id_l", "record_id_r")
    )
    names = pa.array([str(r) for r in RULES])
    rule = pc.index_in(single(edge["rule"]), value_set=names).to_numpy().astype(np.int8)
    decision = edge["decision"].to_numpy().astype(np.int8)
    decision[np.isin(rule, [RULES.index(r) for r in LINKED])] = Decision.LINK
    return Edges(
        left, right, edge["weight"].to_numpy().astype(np.float32), decision, rule,
        np.zeros(len(left), np.uint16), np.zeros(len(left), np.int64),
    )  # fmt: skip


def resettled(edge: pa.Table, edges: Edges) -> pa.Table:
    """The same EDGE table with decisions and rules as they were settled. A link that was held and joins now is a plain link again."""
    names = pa.array([str(r) for r in RULES])
    linked = edges.decision == Decision.LINK
    kept = edges.rule == RULES.index(LINKED[1])
    rule = np.where(linked & ~kept, RULES.index(LINKED[0]), edges.rule)
    columns: dict[str, Any] = {name: edge[name] for name in edge.column_names}
    columns |= {"decision": pa.array(edges.decision), "rule": names.take(pa.array(rule))}
    return EDGE.conform(pa.table(columns))


def _golden(record: pa.Table, person: pa.Table, found: Identified, before: Before, touched: pa.Array) -> pa.Table:
    """Golden records: those of the last snapshot where an identity has the same records as then, else made anew."""
    identity_id = single(found.assigned.identity_id)
    events = found.assigned.events
    changed = pc.unique(
        pa.concat_arrays(
            [touched, single(events["identity_id"]), pc.list_flatten(single(events["other_identities"]))]
        ).cast(pa.string())
    )
    rows = pc.is_in(identity_id, value_set=changed)
    chosen = np.flatnonzero(rows.to_numpy(zero_copy_only=False))
    part = pa.array(chosen)
    fresh = golden_records(
        record.take(part), person.take(part), identity_id.take(part), name_table(person.take(part)),
        found.clusters.weakest[chosen],
    )  # fmt: skip
    if before.snapshot is None:
        return fresh
    old = before.snapshot.table("identity")
    kept = old.filter(pc.invert(pc.is_in(old["identity_id"], value_set=changed)))
    return pa.concat_tables([kept, fresh]).sort_by("identity_id").combine_chunks()


def name_table(person: pa.Table) -> NameTable:
    """The names of persons in both scripts."""
    texts = pc.value_counts(single(person["name"]).drop_null())
    return NameTable.build(texts.field("values"), counts=texts.field("counts").to_numpy())
