"""What became of each link when records were grouped, told in the words of policy, and the groups that someone should look at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from linker.identity.clusters import Attention, Clusters, Held
from linker.identity.values import Grouped
from linker.matching.edges import Edges
from linker.matching.hysteresis import packed
from linker.matching.policy import RULES, Rule
from linker.schema import ATTENTION, Decision

HELD_RULES = {
    Held.CANNOT_LINK: Rule.HELD_APART,
    Held.CONTRADICTION: Rule.HELD_CONTRADICTION,
    Held.BRIDGE: Rule.HELD_BRIDGE,
    Held.HUB: Rule.HELD_HUB,
    Held.SPARSE: Rule.HELD_SPARSE,
    Held.UNSTATED: Rule.HELD_UNSTATED,
}


def settled(edges: Edges, clusters: Clusters, different: np.ndarray) -> Edges:
    """The edges with what was linked and did not join for review, or for nothing where a person has decided just that pair.

    Args:
        different: pairs of rows, shape (k, 2), with the verdict 'different'.
    """
    decision, rule = edges.decision.copy(), edges.rule.copy()
    held = clusters.held_edge
    decision[held] = Decision.REVIEW
    of_reason = np.array([RULES.index(HELD_RULES.get(Held(r), Rule.LINK)) if r else 0 for r in range(len(Held) + 1)])
    rule[held] = of_reason[clusters.held_reason]
    decided = held[np.isin(packed(edges.left[held], edges.right[held]), packed(different[:, 0], different[:, 1]))]
    decision[decided], rule[decided] = Decision.NO_LINK, RULES.index(Rule.HELD_DECIDED)
    return replace(edges, decision=decision, rule=rule)


def attention(clusters: Clusters, identity_id: pa.Array) -> pa.Table:
    """The ATTENTION table: published identities that need a look although nothing in them was cut."""
    grouped = Grouped.by(clusters.label, len(clusters.label))
    size = np.diff(grouped.start)[clusters.attention]
    table = pa.table(
        {
            "identity_id": identity_id.take(pa.array(clusters.attention)),
            "reason": pa.array([Attention(r).name.lower() for r in clusters.attention_reason], pa.string()),
            "records": pa.array(size.astype(np.int32)),
        }
    )
    return ATTENTION.conform(table.sort_by([("identity_id", "ascending"), ("reason", "ascending")]))
