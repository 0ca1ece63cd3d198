"""Groups of one run become identities that last.

A group inherits the identity with which it shares most records; ties go to the older identity, then to the group that holds the smallest
shared record. Each identity survives in one group at most. A group without an inheritance revives the identity that its records had before
that one ended, by the same order of precedence: a merge that is taken back gives back the old id. What is left founds an identity, named
after its smallest record id. What happened to whom is written down as events (`events`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linker.identity import events
from linker.identity.ids import identity_ids

Rows = npt.NDArray[np.int32]
Codes = npt.NDArray[np.int64]

UNKNOWN = -1


@dataclass(frozen=True)
class Assignment:
    """`identity_id` per record, and the EVENT table of this run."""

    identity_id: pa.Array
    events: pa.Table


def assign(
    labels: Rows,
    record_ids: Any,
    previous: pa.Table | None = None,
    history: Past | None = None,
    decided: npt.NDArray[np.bool_] | None = None,
) -> Assignment:
    """Give each record an identity id.

    Args:
        labels: a group per record, any numbers.
        record_ids: their record ids, unique.
        previous: the crosswalk of the last snapshot, None on the first run.
        history: what earlier snapshots tell (`history.past`).
        decided: records that a person's verdict concerns; their events give it as the cause.
    """
    ids = _array(record_ids)
    group, founder = _groups(np.asarray(labels), ids)
    before = _Before.read(previous, ids)
    heir = _inherit(group, len(founder), before, _ages(before.identity, history))
    known = len(before.identity)
    revived = _revive(group, heir, ids, before, history)
    fresh = np.flatnonzero(heir == UNKNOWN)
    heir[fresh] = known + len(revived) + np.arange(len(fresh))
    taken = before.identity if history is None else pa.concat_arrays([before.identity, _array(history.identity_id)])
    names = pa.concat_arrays([before.identity, revived, _found(ids.take(pa.array(founder[fresh])), taken)])
    after = heir[group]
    bounds = events.Bounds(known, known + len(revived))
    moves = events.Moves(ids, before.code, after, before.gone_id, before.gone_code, names, bounds, decided)
    return Assignment(names.take(pa.array(after)), events.table(moves))


def _revive(group: Codes, heir: Codes, ids: pa.Array, before: _Before, history: Past | None) -> pa.Array:
    """Ended identities that come back; `heir` of their groups is set."""
    nothing = pa.array([], pa.string())
    if history is None or not history.ended.num_rows or not (heir == UNKNOWN).any():
        return nothing
    lost = history.ended.filter(pc.invert(pc.is_in(history.ended["identity_id"], value_set=before.identity)))
    former = _Before.read(lost, ids)
    code = np.where(heir[group] == UNKNOWN, former.code, UNKNOWN)
    claims = _inherit(group, len(heir), replace(former, code=code), _ages(former.identity, history))
    chosen = np.flatnonzero(claims != UNKNOWN)
    heir[chosen] = len(before.identity) + np.arange(len(chosen))
    return former.identity.take(pa.array(claims[chosen])) if len(chosen) else nothing


@dataclass(frozen=True)
class Past:
    """What earlier snapshots tell about identities: every id ever used and the number of the snapshot that created it, which decides who is
    older and keeps ids from being used again; and of the ids that ended, (`record_id`, `identity_id`) of the records they had then."""

    identity_id: pa.Array
    first: pa.Array
    ended: pa.Table


@dataclass(frozen=True)
class _Before:
    """The last crosswalk seen from this run's records: each one's old identity, and the old records that are gone."""

    identity: pa.Array
    code: Codes
    gone_id: pa.Array
    gone_code: Codes

    @classmethod
    def read(cls, previous: pa.Table | None, ids: pa.Array) -> _Before:
        if previous is None or previous.num_rows == 0:
            nothing = pa.array([], pa.string())
            return cls(nothing, np.full(len(ids), UNKNOWN, np.int64), nothing, np.empty(0, np.int64))
        old_records = _array(previous["record_id"])
        encoded = _array(previous["identity_id"]).dictionary_encode()
        old_codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        place = pc.fill_null(pc.index_in(ids, value_set=old_records), UNKNOWN).to_numpy(zero_copy_only=False)
        code = np.where(place >= 0, old_codes[place], UNKNOWN)
        gone = np.ones(len(old_records), np.bool_)
        gone[place[place >= 0]] = False
        return cls(encoded.dictionary, code, old_records.filter(pa.array(gone)), old_codes[gone])


def _array(column: Any) -> pa.Array:
    if isinstance(column, pa.ChunkedArray):
        return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    return column if isinstance(column, pa.Array) else pa.array(column, pa.string())


def _groups(labels: Rows, ids: pa.Array) -> tuple[Codes, Codes]:
    """Groups as numbers 0…k-1 in the order of their smallest record ids, and the row of that record."""
    n = len(ids)
    ascending = n < 2 or bool(pc.all(pc.less(ids[:-1], ids[1:])).as_py())
    order = np.arange(n) if ascending else pc.sort_indices(ids).to_numpy()
    _, first, inverse = np.unique(labels[order], return_index=True, return_inverse=True)
    by_founder = np.argsort(first)
    number = np.empty(len(first), np.int64)
    number[by_founder] = np.arange(len(first))
    group = np.empty(n, np.int64)
    group[order] = number[inverse]
    return group, order[first[by_founder]].astype(np.int64)


def _ages(identity: pa.Array, history: Past | None) -> Codes:
    """Per old identity the number of the snapshot that created it, 0 where unknown."""
    if history is None or len(identity) == 0:
        return np.zeros(len(identity), np.int64)
    place = pc.index_in(identity, value_set=_array(history.identity_id))
    first = pc.fill_null(_array(history.first).take(place), 0)
    ages: Codes = first.to_numpy(zero_copy_only=False).astype(np.int64)
    return ages


def _inherit(group: Codes, groups: int, before: _Before, age: Codes) -> Codes:
    """Per group the code of the old identity that survives in it, or UNKNOWN."""
    rows = np.flatnonzero(before.code >= 0)
    if len(rows) == 0:
        return np.full(groups, UNKNOWN, np.int64)
    share, first, count = np.unique(
        group[rows] * len(before.identity) + before.code[rows], return_index=True, return_counts=True
    )
    heir_group, old = np.divmod(share, len(before.identity))
    order = np.lexsort((rows[first], age[old], -count))
    heirs: Codes = _settle(groups, len(before.identity), heir_group[order], old[order])
    return heirs


@nb.njit(nb.int64[::1](nb.int64, nb.int64, nb.int64[::1], nb.int64[::1]), cache=True, nogil=True)
def _settle(groups: int, identities: int, group: Codes, old: Codes) -> Codes:
    """Claims in order of precedence: each group and each identity is served once."""
    heir = np.full(groups, -1, np.int64)
    taken = np.zeros(identities, np.bool_)
    for claim in range(len(group)):
        if heir[group[claim]] < 0 and not taken[old[claim]]:
            heir[group[claim]] = old[claim]
            taken[old[claim]] = True
    return heir


def _found(founders: pa.Array, taken: pa.Array) -> pa.Array:
    """A new id for each founder, never one that is taken: who clashes takes the next generation, in order of the founders."""
    names = np.empty(len(founders), object)
    pending = np.arange(len(founders))
    used = taken
    generation = 0
    while len(pending):
        candidates = identity_ids(founders.take(pa.array(pending)), generation)
        free = ~pc.is_in(candidates, value_set=used).to_numpy(zero_copy_only=False)
        first = np.zeros(len(candidates), np.bool_)
        codes = candidates.dictionary_encode().indices.to_numpy(zero_copy_only=False)
        first[np.unique(codes, return_index=True)[1]] = True
        served = free & first
        if generation == 0 and served.all():
            return candidates
        names[pending[served]] = candidates.filter(pa.array(served)).to_pylist()
        used = pa.concat_arrays([used, candidates.filter(pa.array(served))])
        pending = pending[~served]
        generation += 1
    return pa.array(names.tolist(), pa.string())
