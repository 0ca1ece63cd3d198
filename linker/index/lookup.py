"""Candidates of new records: who shares a key with each of them.

The groups are those of the batch (`linker.matching.candidates`): records that share a key; where a group is larger than the key's cap, its
parts that share a further value, and so on along each chain. A group counts the base's records and the new ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from linker.config.matching import Key
from linker.index.postings import Postings, feature_names
from linker.index.walk import DEEPEST, Plan, look, positions
from linker.matching.keys import PART_OF, Features

_BLOCK = 256
_THREADS = 2


@dataclass(frozen=True)
class Found:
    """Pairs (new row, partner), partner < base records: a record of the base, else base records + a new row. `kind`: which key.

    `left_out[row, kind]` is how many records of the largest group were left out because nothing was left to split it by. `unsaid`, of a
    search: how many records bear a word by which a new person's name is looked for, but beside rarer words, so that they are found by those
    alone: somebody who asks for 'Kumar' does not get every Kumar.
    """

    row: NDArray[np.int32]
    partner: NDArray[np.int32]
    kind: NDArray[np.int8]
    left_out: NDArray[np.int32]
    unsaid: int = 0


def plan_of(keys: Sequence[Key], caps: Sequence[int]) -> Plan:
    """The keys of a configuration as numbers. `caps`: the largest group of each key that is taken whole."""
    number = {name: k for k, name in enumerate(feature_names(keys))}
    at, features, start, kind, lead = [0], [], [], [], []
    for k, key in enumerate(keys):
        for n, chain in enumerate(key.refine or ((),)):
            features += [number[f] for f in (*key.start, *chain)]
            at.append(len(features))
            start.append(len(key.start))
            kind.append(k)
            lead.append(n == 0)
    if np.diff(at).max(initial=0) > DEEPEST:
        raise ValueError(f"a key has more than {DEEPEST} features in a row")
    part_of = [number.get(PART_OF.get(name, ""), -1) for name in number]
    at_, features_, start_, kind_, *rest = (np.array(x, np.int64) for x in (at, features, start, kind, caps, part_of))
    return Plan(at_, features_, start_, kind_, np.array(lead, np.bool_), *rest)


@dataclass(frozen=True)
class Asked:
    """Feature values of new records: record r has `values[at[f, r]:at[f, r + 1]]` of feature f."""

    at: NDArray[np.int64]
    values: NDArray[np.int64]

    @classmethod
    def of(cls, features: Features, names: Sequence[str]) -> Asked:
        tables = [features.get(name) for name in names]
        before = np.array([0, *accumulate(len(t.values) for t in tables)], np.int64)[:-1]
        at = np.concatenate([t.offsets for t in tables]).reshape(len(tables), -1) + before[:, None]
        return cls(at, np.concatenate([t.values for t in tables]))


@dataclass(frozen=True)
class Terms:
    """How far a look-up goes, by the keys of `plan`. With `search`, a feature that the record lacks is skipped and `most` records of a
    group that stays too large are taken, evenly spread; otherwise, as in the batch, the neighbours of `place[row]`, the number that
    the new record would have among those of the base."""

    plan: Plan
    search: bool
    most: int = 0
    place: NDArray[np.int64] | None = None


def look_up(base: Postings, base_records: int, asked: Asked, terms: Terms, own: Postings) -> Found:
    """The partners of all new records, some pairs by several keys. `own` are the postings of the new records themselves."""
    plan = terms.plan
    rows = asked.at.shape[1] - 1
    left_out = np.zeros((rows, len(plan.caps)), np.int32)
    place = np.zeros(rows, np.int64) if terms.place is None else terms.place
    in_base = positions(base.first, base.values, asked.at, asked.values)
    in_own = positions(own.first, own.values, asked.at, asked.values)

    dense = base.dense(base_records)

    def some(first: int) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int8]]:
        most = -1 if not terms.search else terms.most
        return look(  # type: ignore[no-any-return]
            (base.at, base.rows), dense, (own.at, own.rows), (asked.at, in_base, in_own, asked.values),
            plan, (first, min(first + _BLOCK, rows), base_records, most), place, left_out,
        )  # fmt: skip

    starts = range(0, rows, _BLOCK)
    if len(starts) > 1:
        with ThreadPoolExecutor(_THREADS) as pool:
            parts = list(pool.map(some, starts))
    else:
        parts = [some(first) for first in starts]
    if len(parts) == 1:
        return Found(*parts[0], left_out)
    columns = [np.concatenate([p[k] for p in parts]) if parts else np.zeros(0, np.int32) for k in range(3)]
    return Found(columns[0], columns[1], columns[2].astype(np.int8), left_out)
