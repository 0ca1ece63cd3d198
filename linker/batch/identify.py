"""From scored pairs to identities: verdicts, groups, lasting ids, golden records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.config.clusters import ClusterRules
from linker.identity.clusters import Clusters, Constraints, cluster
from linker.identity.history import past
from linker.identity.identities import Assignment, Past, assign
from linker.identity.settled import attention, settled
from linker.matching.edges import Edges
from linker.matching.hysteresis import Memory
from linker.matching.policy import CONTESTED, RULES, Rule
from linker.registry.ledger import Entry, Ledger, holding, implied
from linker.registry.snapshot import Snapshot, current_name, open_current


@dataclass(frozen=True)
class Before:
    """What a run builds on: the last snapshot, if there is one, and people's decisions."""

    workspace: Path
    snapshot: Snapshot | None
    entries: list[Entry]

    @classmethod
    def of(cls, workspace: Path) -> Before:
        snapshot = open_current(workspace) if current_name(workspace) else None
        return cls(workspace, snapshot, Ledger(workspace).entries())

    def memory(self, record_ids: pa.ChunkedArray, slack: float) -> Memory | None:
        """The links of the last snapshot, for hysteresis."""
        if self.snapshot is None or slack == 0 or "edge" not in self.snapshot.tables:
            return None
        return Memory.of(self.snapshot.table("edge", ["record_id_l", "record_id_r", "rule"]), record_ids, slack)

    def history(self) -> Past:
        """What earlier snapshots tell about identities. One that lives has not ended, though records left it once."""
        told = past(self.workspace)
        if self.snapshot is None or not told.ended.num_rows:
            return told
        living = pc.unique(self.snapshot.table("crosswalk", ["identity_id"])["identity_id"])
        return replace(told, ended=told.ended.filter(pc.invert(pc.is_in(told.ended["identity_id"], value_set=living))))

    @property
    def decisions(self) -> int:
        """The number of the last entry of the ledger."""
        return self.entries[-1].number if self.entries else 0

    def newly_decided(self, record_ids: pa.ChunkedArray) -> np.ndarray:
        """Records that entries since the last snapshot concern."""
        since = int(self.snapshot.manifest.get("decisions", 0)) if self.snapshot else 0
        named = {r for e in self.entries if e.number > since for r in (e.left_record, e.right_record)}
        if not named:
            return np.zeros(len(record_ids), np.bool_)
        return np.asarray(pc.is_in(record_ids, value_set=pa.array(sorted(named))))


@dataclass(frozen=True)
class Identified:
    """Groups, edges as they were settled, ids and events, and identities that call for attention."""

    clusters: Clusters
    edges: Edges
    assigned: Assignment
    attention: pa.Table


def identify(
    record_ids: pa.ChunkedArray,
    edges: Edges,
    apart: np.ndarray,
    rules: ClusterRules,
    before: Before,
    previous: pa.Table | None = None,
) -> Identified:
    """Group records, ascending by id, under people's verdicts and vetoes (`apart`: pairs of rows that may never be one person).

    `previous`: the part of the last crosswalk (`record_id`, `identity_id`) that is at stake; all of it if left out.
    """
    same, different = implied(holding(before.entries).values(), record_ids)
    constraints = Constraints(
        must_link=same.astype(np.int32),
        cannot_link=np.concatenate([different.astype(np.int32), apart]),
        veto=edges.rule == RULES.index(Rule.VETO),
        quiet=edges.rule == RULES.index(Rule.IMPROBABLE),
        contested=np.isin(edges.rule, [RULES.index(r) for r in CONTESTED]),
    )
    clusters = cluster(len(record_ids), edges.left, edges.right, edges.weight, edges.decision, constraints, rules)
    if previous is None and before.snapshot is not None:
        previous = before.snapshot.table("crosswalk", ["record_id", "identity_id"])
    decided = before.newly_decided(record_ids)
    assigned = assign(clusters.label, record_ids, previous, before.history(), decided)
    return Identified(
        clusters, settled(edges, clusters, different), assigned, attention(clusters, assigned.identity_id)
    )
