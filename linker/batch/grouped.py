"""Why two groups of one identity are one person: the figures by which they were judged, and what each said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.batch.evidence import pairs_of, released, vectors_of
from linker.errors import ModelError, WorkspaceError
from linker.identity.values import single
from linker.index.scoring import Scorer
from linker.index.store import settings_of
from linker.matching.model import MatchModel
from linker.matching.policy import Rule
from linker.matching.pooling import Pooling
from linker.registry.snapshot import Snapshot


@dataclass(frozen=True)
class GroupLink:
    """Two groups of records that link together: their records, how probable it is that they are one person, and by figure its value and the
    bits that it brought. `start` are the bits before any figure was looked at."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    probability: float
    start: float
    figures: dict[str, tuple[float, float]]


def group_links(edge: pa.Table, snapshot: Snapshot) -> list[GroupLink]:
    """The links of groups among the edges (an EDGE table) inside one identity of a snapshot, the surest first. Edges that
    are left out of a very large identity may make its groups look smaller than they were. Of a snapshot of another version of the program,
    whose model knows other levels or whose policy other settings, nothing can be told."""
    pooled = np.asarray(pc.equal(edge["rule"], str(Rule.POOLED)))
    if not pooled.any():
        return []
    try:
        scorer = Scorer(*settings_of(snapshot), MatchModel.kept(snapshot.path))
    except (ModelError, WorkspaceError):
        return []
    pooling = Pooling.of(scorer.model, scorer.policy, scorer.comparisons, scorer.matching.floor)
    if pooling is None:
        return []
    ids = pc.unique(pa.concat_arrays([single(edge["record_id_l"]), single(edge["record_id_r"])]))
    vectors = lambda rows: vectors_of(edge.take(pa.array(rows)), scorer)  # noqa: E731
    pairs = pooling.believed(len(ids), pairs_of(released(edge, scorer, 0.0), ids), vectors)
    across = pooling.across(len(ids), pairs)
    label = pooling.groups(len(ids), pairs)
    figures = pooling.figures(across, pairs, vectors)
    bits, shares = pooling.forest.bits(figures), pooling.forest.shares(figures)
    found = []
    for k in np.flatnonzero(across.any(pooled)):
        left, right = (tuple(ids.filter(pa.array(label == g)).to_pylist()) for g in across.groups[k])
        told = {
            name: (float(value), float(share))
            for name, value, share in zip(pooling.forest.figures, figures[k], shares[k], strict=True)
        }
        found.append(GroupLink(left, right, float(1 / (1 + np.exp2(-bits[k]))), pooling.forest.start, told))
    return sorted(found, key=lambda link: -link.probability)
