"""One query against an index: query → keys → candidates → levels → weights → identities in order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linker.index import SnapshotIndex
from linker.index.gather import distinct_pairs
from linker.index.scoring import Scored
from linker.index.snapshot_index import distinct
from linker.search.person import person_table
from linker.search.query import Query

MOST = 200
"""Records of a group that nothing splits which a search looks at."""
BUDGET = 1_500
"""Records that one search compares at most; those that share most keys come first."""
ALIGNED = 100
"""Of these, records whose names are aligned with the query's: those for which most speaks at first sight, and up to as many again that
are level with the last of them."""
LEAST_BITS = 3.0
"""A record is shown only if the evidence makes it so many bits likelier than a random one to be the person."""


@dataclass(frozen=True)
class Terms:
    """How many identities are wanted, from which weight on (bits; None: `LEAST_BITS` above the prior), and which states' records may be
    looked at (None: all)."""

    limit: int
    floor: float | None = None
    states: Collection[str] | None = None


@dataclass(frozen=True)
class Ranking:
    """Pairs of the query with base records above the floor, the best reading of the query for each, ordered: best identity first, and
    within an identity best record first. `first[i]` is where the i-th identity begins."""

    scored: Scored
    order: NDArray[np.int64]
    first: NDArray[np.int64]
    compared: int
    partial: tuple[str, ...]


def rank(index: SnapshotIndex, query: Query, terms: Terms) -> Ranking:
    """Find, weigh and order."""
    new = index.code_few(query.persons)
    found = index.search_candidates(new, MOST)
    row, partner, left_out = _chosen(found.row, found.partner, len(index))
    if terms.states is not None:
        allowed = index.of_states(terms.states)[partner]
        row, partner = row[allowed], partner[allowed]
    floor = terms.floor if terms.floor is not None else index.scorer.model.prior_bits + LEAST_BITS
    scored = index.score(new, row, partner, floor, ALIGNED)
    keys = index.scorer.matching.keys
    partial = [
        f"{int(count):,} further records share only a frequent {key.name.replace('_', ' ')} key"
        for key, count in zip(keys, found.left_out.max(axis=0).tolist(), strict=True)
        if count
    ]
    if found.unsaid:
        partial.append(f"{found.unsaid:,} further records bear a word of the name beside rarer ones")
    if left_out:
        partial.append(f"{left_out:,} further records share one key")
    if scored.left_out:
        partial.append(f"{scored.left_out:,} further records agree less in all but their names")
    order, first = _ordered(scored, index.identity, terms.limit)
    return Ranking(scored, order, first, distinct(partner) - scored.left_out, tuple(partial))


def _chosen(
    row: NDArray[np.int32], partner: NDArray[np.int32], records: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], int]:
    """The distinct (row, base record) pairs, within the budget those that most keys found; and how many were left out."""
    found, hits = distinct_pairs(row, partner, records)
    if len(found) <= BUDGET:
        return *_apart(found), 0
    kept = _apart(np.sort(found[np.argsort(-hits, kind="stable")[:BUDGET]]))
    return *kept, distinct(_apart(found)[1]) - distinct(kept[1])


def _apart(pair: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    return (pair >> 32).astype(np.int32), (pair & 0xFFFFFFFF).astype(np.int32)


def _ordered(scored: Scored, identity: NDArray[np.int32], limit: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions in `scored` by identity, and where each identity begins."""
    by_weight = np.lexsort((scored.left, -scored.weight))
    records, seen = scored.left[by_weight].tolist(), set[int]()
    places: dict[int, list[int]] = {}  # identities in the order of their best record
    for at, record, owner in zip(by_weight.tolist(), records, identity[scored.left[by_weight]].tolist(), strict=True):
        if record not in seen:  # the best reading of each record
            seen.add(record)
            if owner in places or len(places) < limit:
                places.setdefault(owner, []).append(at)
    order = [at for records in places.values() for at in records]
    first = np.cumsum([0, *map(len, places.values())])[:-1]
    return np.array(order, np.int64), first.astype(np.int64)


def comparison_table(first: Query, second: Query) -> pa.Table:
    """Two persons to be compared."""
    return person_table((first.persons[0], second.persons[0]))
