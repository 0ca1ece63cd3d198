"""From scored pairs to identities: verdicts, groups, lasting ids, golden records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.config.clusters import ClusterRules
from linker.config.matching import Matching
from linker.config.policy import Policy
from linker.identity.clusters import Clusters, Constraints, cluster
from linker.identity.history import past
from linker.identity.identities import Assignment, Past, assign
from linker.identity.settled import attention, settled
from linker.matching.edges import Edges
from linker.matching.hysteresis import Memory
from linker.matching.policy import CONTESTED, RULES, HasTexts, Rule, exclusive_pairs
from linker.matching.relatives import RelativeLevels, Told
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


class GroupingSettings(Protocol):
    """What of a run's settings, or a snapshot's, decides how records are grouped."""

    @property
    def matching(self) -> Matching: ...

    @property
    def policy(self) -> Policy: ...

    @property
    def clusters(self) -> ClusterRules: ...


@dataclass(frozen=True)
class Apart:
    """What keeps records apart besides verdicts: `pairs` of rows, shape (k, 2), that may never be one person (vetoes), and what each edge
    tells of the relatives."""

    pairs: np.ndarray
    relatives: Told

    @classmethod
    def of(cls, texts: HasTexts, edges: Edges, settings: GroupingSettings) -> Apart:
        """Of freshly scored edges between the records of `texts`."""
        pairs = np.stack(exclusive_pairs(texts, settings.matching.vetoes), axis=1)
        return cls(pairs, RelativeLevels.of(settings.matching, settings.policy).in_vectors(edges.vector))

    def constraints(
        self, edges: Edges, same: np.ndarray | None = None, different: np.ndarray | None = None
    ) -> Constraints:
        """What the grouping of `edges` has to keep to; `same` and `different` are people's verdicts, pairs of rows of shape (k, 2)."""
        decided, kept = (np.empty((0, 2), np.int32) if v is None else v.astype(np.int32) for v in (same, different))
        return Constraints(
            must_link=decided,
            cannot_link=np.concatenate([kept, self.pairs]),
            veto=edges.rule == RULES.index(Rule.VETO),
            quiet=edges.rule == RULES.index(Rule.IMPROBABLE),
            contested=np.isin(edges.rule, [RULES.index(r) for r in CONTESTED]),
            stated=self.relatives.stated,
            differ=self.relatives.differ,
        )


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
    apart: Apart,
    rules: ClusterRules,
    before: Before,
    previous: pa.Table | None = None,
) -> Identified:
    """Group records, ascending by id, under people's verdicts and what keeps records apart.

    `previous`: the part of the last crosswalk (`record_id`, `identity_id`) that is at stake; all of it if left out.
    """
    same, different = implied(holding(before.entries).values(), record_ids)
    constraints = apart.constraints(edges, same, different)
    clusters = cluster(len(record_ids), edges.left, edges.right, edges.weight, edges.decision, constraints, rules)
    if previous is None and before.snapshot is not None:
        previous = before.snapshot.table("crosswalk", ["record_id", "identity_id"])
    decided = before.newly_decided(record_ids)
    assigned = assign(clusters.label, record_ids, previous, before.history(), decided)
    return Identified(
        clusters, settled(edges, clusters, different), assigned, attention(clusters, assigned.identity_id)
    )
