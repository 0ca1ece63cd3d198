"""The numbers behind the report's charts, from the tables of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linker.evaluate.report_input import MatchFacts, SourceCount
from linker.schema import Decision

Counts = npt.NDArray[np.int64]

WIDEST_BITS = 50
"""Weights above are added to the last bar: they are all beyond doubt."""

SIZES = ((1, 1), (2, 2), (3, 3), (4, 4), (5, 9), (10, 19), (20, 49), (50, None))


@dataclass(frozen=True)
class Totals:
    """The run in a few numbers."""

    rows: int
    accepted: int
    quarantined: int
    repeated: int
    records: int
    excluded: int
    identities: int
    several: int
    across_states: int
    linked: int
    review: int


def totals(sources: Sequence[SourceCount], identity: pa.Table, edge: pa.Table) -> Totals:
    """Sums over sources, and how many identities and edges there are of the kinds that matter."""
    decisions = Counter({int(d["values"]): d["counts"] for d in pc.value_counts(edge["decision"]).to_pylist()})
    return Totals(
        rows=sum(s.rows for s in sources),
        accepted=sum(s.accepted for s in sources),
        quarantined=sum(s.quarantined for s in sources),
        repeated=sum(s.repeated for s in sources),
        records=sum(s.records for s in sources),
        excluded=sum(s.excluded for s in sources),
        identities=len(identity),
        several=_how_many(pc.greater(identity["records"], 1)),
        across_states=_how_many(pc.greater(pc.list_value_length(identity["states"]), 1)),
        linked=decisions[int(Decision.LINK)],
        review=decisions[int(Decision.REVIEW)],
    )


@dataclass(frozen=True)
class Weights:
    """Pairs per bit of match weight from `start`; `given_up` were so improbable that nobody finished their sum."""

    start: int
    every: Counts
    review: Counts
    linked: Counts
    given_up: int


def weights(matching: MatchFacts, edge: pa.Table, thresholds: tuple[float, ...]) -> Weights:
    """The distribution of match weights, cut where it is empty but never so that a threshold falls outside."""
    given_up, counted = int(matching.histogram[0]), matching.histogram[1:]
    bits = (matching.histogram_start + 1 + np.arange(len(counted))).astype(np.int64)
    occupied = [*bits[counted > 0].tolist(), *(int(t) for t in thresholds)]
    shown = range(min(occupied) - 1, min(max(occupied), WIDEST_BITS) + 2)
    weight, decision = edge["weight"].to_numpy(), edge["decision"].to_numpy()
    review, linked = (weight[decision == int(d)] for d in (Decision.REVIEW, Decision.LINK))
    return Weights(
        start=shown.start,
        every=_binned(bits, counted, shown),
        review=_binned(review, np.ones(len(review)), shown),
        linked=_binned(linked, np.ones(len(linked)), shown),
        given_up=given_up,
    )


def _binned(weight: npt.NDArray[Any], count: npt.NDArray[Any], shown: range) -> Counts:
    bins = np.clip(np.floor(weight).astype(np.int64) - shown.start, 0, len(shown) - 1)
    return np.bincount(bins, count, len(shown)).astype(np.int64)


@dataclass(frozen=True)
class SizeClass:
    """Identities with so many records."""

    label: str
    identities: int
    records: int


def cluster_sizes(identity: pa.Table) -> list[SizeClass]:
    """How many identities have 1, 2, 3 … records."""
    records = identity["records"].to_numpy().astype(np.int64)
    classes = []
    for low, high in SIZES:
        inside = (records >= low) & (records <= (high or records.max(initial=0)))
        label = str(low) if low == high else f"{low} or more" if high is None else f"{low} to {high}"
        classes.append(SizeClass(label, int(inside.sum()), int(records[inside].sum())))
    while len(classes) > 1 and not classes[-1].identities:
        classes.pop()
    return classes


@dataclass(frozen=True)
class StateMatrix:
    """`shared[i][j]` identities have records in state i and in state j; on the diagonal stand all identities of a
    state."""

    states: tuple[str, ...]
    shared: Counts

    @property
    def largest(self) -> int:
        """The largest number off the diagonal."""
        return int((self.shared - np.diag(np.diag(self.shared))).max(initial=0))

    def busiest(self) -> tuple[str, str, int] | None:
        """The pair of states that shares most identities, if any."""
        if not self.largest:
            return None
        above = np.triu(self.shared, 1)
        i, j = np.unravel_index(int(above.argmax()), above.shape)
        return self.states[i], self.states[j], int(above[i, j])


def state_matrix(identity: pa.Table) -> StateMatrix:
    """Identities by the states in which they have records."""
    states = identity["states"].combine_chunks()
    code = states.flatten().dictionary_encode()
    present = np.zeros((len(states), len(code.dictionary)), dtype=np.int64)
    present[pc.list_parent_indices(states).to_numpy(), code.indices.to_numpy(zero_copy_only=False)] = 1
    names = code.dictionary.to_pylist()
    order = sorted(range(len(names)), key=lambda i: names[i])
    return StateMatrix(tuple(names[i] for i in order), (present.T @ present)[np.ix_(order, order)])


def links_by_key(edge: pa.Table) -> dict[str, tuple[int, int]]:
    """For each kind of key how many links it found, and how many that no other kind found."""
    chosen = edge["keys"].filter(pc.equal(edge["decision"], int(Decision.LINK)))
    found, alone = Counter[str](), Counter[str]()
    for counted in pc.value_counts(chosen).to_pylist():
        kinds = keys_of(counted["values"])
        for kind in kinds:
            found[kind] += counted["counts"]
            alone[kind] += counted["counts"] * (len(kinds) == 1)
    return {kind: (found[kind], alone[kind]) for kind in found}


def keys_of(text: str | None) -> list[str]:
    """The kinds of keys in an edge's `keys`: `name,phone` or `name, phone`."""
    return (text or "").replace(",", " ").split()


def held_back(edge: pa.Table) -> list[tuple[str, int]]:
    """How many edges for review each rule sent there, most first."""
    rule = edge["rule"].filter(pc.equal(edge["decision"], int(Decision.REVIEW)))
    found = Counter({d["values"] or "": d["counts"] for d in pc.value_counts(rule).to_pylist()})
    return found.most_common()


def quarantine_matrix(quarantine: pa.Table) -> tuple[list[str], list[tuple[str, list[int]]]]:
    """Sources, and for each reason its rows per source; the most frequent reason first."""
    found = Counter(zip(quarantine["reason"].to_pylist(), quarantine["source"].to_pylist(), strict=True))
    sources = sorted({source for _, source in found})
    reasons = sorted({reason for reason, _ in found}, key=lambda r: (-sum(found[r, s] for s in sources), r))
    return sources, [(reason, [found[reason, source] for source in sources]) for reason in reasons]


def _how_many(flags: pa.ChunkedArray) -> int:
    return int(pc.sum(flags).as_py() or 0)
