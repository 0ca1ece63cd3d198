"""Scored candidate pairs: from keys to edges, in the order of reading."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linker.config.matching import Matching
from linker.config.policy import Policy
from linker.config.run import LoadedRun
from linker.matching.candidates import Candidates, KeyCount, find_candidates
from linker.matching.closure import unweighed_pairs
from linker.matching.columns import PersonColumns
from linker.matching.comparisons import Comparison, comparisons_of
from linker.matching.comparisons.base import Rows
from linker.matching.deciding import decide
from linker.matching.hysteresis import Memory, nearly_linked
from linker.matching.keys import Features
from linker.matching.model import MatchModel
from linker.matching.policy import RULES, Rule, vetoed
from linker.matching.pooling import Pairs, Pooling
from linker.matching.splink_engine import VectorScorer
from linker.matching.training import prior_of, train_on_data
from linker.matching.vectors import measure, measure_above, pack, unpack
from linker.schema import EDGE, Decision

CHUNK = 1_000_000
SLACK_BITS = 0.01
HISTOGRAM = np.arange(-20.0, 61.0, 1.0)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Edges:
    """Pairs above the floor. left < right: rows; weight: bits with prior; decision, rule: see policy; keys: bits of key kinds;
    vector: packed comparison vector."""

    left: Rows
    right: Rows
    weight: NDArray[np.float32]
    decision: NDArray[np.int8]
    rule: NDArray[np.int8]
    keys: NDArray[np.uint16]
    vector: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.left)

    def above(self, floor: float) -> Edges:
        return self.where(self.weight >= floor)

    @classmethod
    def join(cls, parts: Sequence[Edges]) -> Edges:
        """All edges, ordered by left, then right row."""
        fields = [np.concatenate([getattr(p, name) for p in parts]) for name in cls.__dataclass_fields__]
        order = np.lexsort((fields[1], fields[0]))
        return cls(*(f[order] for f in fields))

    def where(self, keep: NDArray[np.bool_]) -> Edges:
        return Edges(
            self.left[keep],
            self.right[keep],
            self.weight[keep],
            self.decision[keep],
            self.rule[keep],
            self.keys[keep],
            self.vector[keep],
        )


@dataclass(frozen=True)
class Matched:
    """All that matching found: edges, and what the report tells of the way to them."""

    edges: Edges
    comparisons: tuple[Comparison, ...]
    model: MatchModel
    candidate_pairs: int
    key_counts: tuple[KeyCount, ...]
    histogram: NDArray[np.int64]
    """how many candidate pairs have a weight in [b, b + 1) bits, for b in HISTOGRAM; the first holds all below and those given up early"""


def fitting_model(loaded: LoadedRun) -> MatchModel | None:
    """The trained model that a run names, checked before anything is read: it knows every level of the comparisons, and its trees ask for
    known figures of groups. None if the run trains on its own data.

    Raises:
        ModelError: a file is missing, is no model, or lacks a comparison, a level or a figure.
    """
    file = loaded.model_file()
    if file is None:
        return None
    model = MatchModel.load(file, loaded.groups_file())
    comparisons = comparisons_of(loaded.matching.comparisons)
    model.weights(comparisons)
    Pooling.of(model, loaded.policy, comparisons, loaded.matching.floor)
    return model


def match(
    columns: PersonColumns,
    matching: Matching,
    policy: Policy,
    model: MatchModel | None,
    progress: Progress,
    memory: Memory | None = None,
) -> Matched:
    """Find, weigh and decide all candidate pairs. Without a `model` one is trained on the data at hand; `memory` is of the last run."""
    comparisons = comparisons_of(matching.comparisons)
    candidates = find_candidates(Features(columns), matching.keys)
    prior = prior_of(columns.n, matching.model.records_per_person)
    if model is None:
        options = (matching.model.random_pairs, matching.model.em_pairs, matching.model.seed)
        model = train_on_data(columns, comparisons, (candidates.left, candidates.right), prior, options)
    model = model.with_prior(prior)
    tables = model.weights(comparisons)
    with ThreadPoolExecutor(1) as aside:  # setting Splink up takes a second of Python, while kernels weigh
        setting_up = aside.submit(VectorScorer, model, comparisons)
        kept, histogram = _weigh(columns, comparisons, candidates, (tables, model.prior_bits, matching.floor), progress)
    with setting_up.result() as splink:
        pooling = Pooling.of(model, policy, comparisons, matching.floor)
        scorer = _Scorer(columns, matching, policy, comparisons, splink, tables, memory, pooling)
        edges = scorer.decide(kept).above(matching.floor)
        edges = _closed(_settled(_closed(edges, scorer), scorer), scorer)
    return Matched(edges, comparisons, model, len(candidates), candidates.counts, histogram)


@dataclass(frozen=True)
class _Kept:
    left: Rows
    right: Rows
    keys: NDArray[np.uint16]
    vector: NDArray[np.int64]

    @classmethod
    def join(cls, parts: Sequence[_Kept]) -> _Kept:
        return cls(
            np.concatenate([np.empty(0, dtype=np.int32), *(p.left for p in parts)]),
            np.concatenate([np.empty(0, dtype=np.int32), *(p.right for p in parts)]),
            np.concatenate([np.empty(0, dtype=np.uint16), *(p.keys for p in parts)]),
            np.concatenate([np.empty(0, dtype=np.int64), *(p.vector for p in parts)]),
        )


def _weigh(
    columns: PersonColumns, comparisons: Sequence[Comparison], candidates: Candidates,
    scale: tuple[Sequence[NDArray[np.float64]], float, float], progress: Progress,
) -> tuple[_Kept, NDArray[np.int64]]:  # fmt: skip
    """Levels and weights chunk by chunk; only pairs above the floor are kept."""
    tables, prior_bits, floor = scale
    total, done = len(candidates), 0
    histogram = np.zeros(len(HISTOGRAM), dtype=np.int64)
    parts: list[_Kept] = []

    def one(start: int) -> tuple[_Kept, NDArray[np.int64]]:
        part = slice(start, min(start + CHUNK, total))
        left, right = candidates.left[part], candidates.right[part]
        alive, vectors, weight = measure_above(columns, comparisons, (left, right), (tables, prior_bits, floor))
        bins = np.clip(np.floor(weight) - HISTOGRAM[0], 0, len(HISTOGRAM) - 1).astype(np.int64)
        counts = np.bincount(bins, minlength=len(HISTOGRAM))
        counts[0] += len(left) - len(alive)
        keep = weight >= floor - SLACK_BITS
        chosen = alive[keep]
        return _Kept(
            left[chosen], right[chosen], candidates.keys[part][chosen], pack(vectors[:, keep], comparisons)
        ), counts

    with ThreadPoolExecutor(2) as pool:
        for kept, bins in pool.map(one, range(0, total, CHUNK)):
            parts.append(kept)
            histogram += bins
            done = min(done + CHUNK, total)
            progress(done, total)
    return _Kept.join(parts), histogram


@dataclass(frozen=True)
class _Scorer:
    """What it takes to weigh and decide pairs."""

    columns: PersonColumns
    matching: Matching
    policy: Policy
    comparisons: Sequence[Comparison]
    splink: VectorScorer
    tables: Sequence[NDArray[np.float64]]
    memory: Memory | None
    pooling: Pooling | None

    def decide(self, kept: _Kept) -> Edges:
        """Splink's weight and the policy's decision once per distinct vector, then the vetoes pair by pair."""
        distinct, inverse = np.unique(kept.vector, return_inverse=True)
        vectors = unpack(distinct, self.comparisons)
        weights = self.splink.weights(vectors)
        decided = decide(self.policy, self.comparisons, vectors, weights, self.tables)
        decision, rule = decided.decision[inverse], decided.rule[inverse]
        if self.memory is not None:
            near = nearly_linked(self.policy, self.comparisons, vectors, weights, self.tables, self.memory.slack)
            kept_up = near[inverse] & (decision != Decision.LINK) & self.memory.holds(kept.left, kept.right)
            decision[kept_up], rule[kept_up] = Decision.LINK, RULES.index(Rule.KEPT)
        veto = vetoed(self.columns, self.matching.vetoes, kept.left, kept.right)
        decision[veto], rule[veto] = Decision.NO_LINK, RULES.index(Rule.VETO)
        weight = weights[inverse].astype(np.float32)
        return Edges(kept.left, kept.right, weight, decision, rule, kept.keys, kept.vector)


def _settled(edges: Edges, scorer: _Scorer) -> Edges:
    """The edges as the groups decide that links make: some are held, some link."""
    if scorer.pooling is None:
        return edges
    pairs = Pairs(edges.left, edges.right, edges.weight, edges.decision, edges.rule)
    vectors = lambda rows: unpack(edges.vector[rows], scorer.comparisons)  # noqa: E731
    settled = scorer.pooling.settled(scorer.columns.n, pairs, vectors)
    return replace(edges, decision=settled.decision, rule=settled.rule)


def _closed(edges: Edges, scorer: _Scorer) -> Edges:
    """The edges with all pairs inside the groups that links connect, whatever these weigh."""
    links = edges.decision == Decision.LINK
    left, right = unweighed_pairs(scorer.columns.n, (edges.left[links], edges.right[links]), (edges.left, edges.right))
    if not len(left):
        return edges
    vector = pack(measure(scorer.columns, scorer.comparisons, left, right), scorer.comparisons)
    closing = scorer.decide(_Kept(left, right, np.zeros(len(left), dtype=np.uint16), vector))
    return Edges.join([edges, closing])


def edge_table(matched: Matched, record_id: pa.ChunkedArray, key_names: Sequence[str]) -> pa.Table:
    """The EDGE table, ordered by its key."""
    edges = matched.edges
    tables = matched.model.weights(matched.comparisons)
    distinct, inverse = np.unique(edges.vector, return_inverse=True)
    levels = levels_json(unpack(distinct, matched.comparisons), matched.comparisons, tables)
    key_sets, key_inverse = np.unique(edges.keys, return_inverse=True)
    key_texts = [",".join(n for k, n in enumerate(key_names) if s >> k & 1) for s in key_sets.tolist()]
    ids = record_id.combine_chunks() if isinstance(record_id, pa.ChunkedArray) else record_id
    return EDGE.conform(
        pa.table(
            {
                "record_id_l": ids.take(pa.array(edges.left)),
                "record_id_r": ids.take(pa.array(edges.right)),
                "weight": pa.array(edges.weight),
                "probability": pa.array((1 / (1 + np.exp2(-edges.weight.astype(np.float64)))).astype(np.float32)),
                "decision": pa.array(edges.decision),
                "rule": pa.array([str(r) for r in RULES]).take(pa.array(edges.rule)),
                "keys": pa.array(key_texts, type=pa.string()).take(pa.array(key_inverse)),
                "levels": levels.take(pa.array(inverse)),
            }
        )
    )


def levels_json(
    vectors: NDArray[np.int8], comparisons: Sequence[Comparison], tables: Sequence[NDArray[np.float64]]
) -> pa.Array:
    """{"name": ["AGREE", 9.1], …} of each vector, without missing evidence. What a level says is written once."""
    parts = []
    for codes, comparison, table in zip(vectors.T, comparisons, tables, strict=True):
        said = [
            f"{json.dumps(comparison.name)}:{json.dumps([level.name, round(float(bits), 2)], separators=(',', ':'))}"
            for level, bits in zip(comparison.levels, table, strict=True)
        ]
        parts.append(pa.array(said, pa.string()).take(pa.array(codes, mask=codes == 0)))
    nothing = pa.repeat(pa.scalar("", pa.string()), len(vectors))  # never null, else 'skip' may give no rows
    joined = pc.utf8_slice_codeunits(pc.binary_join_element_wise(nothing, *parts, ",", null_handling="skip"), 1)
    return pc.binary_join_element_wise("{", joined, "}", "")
