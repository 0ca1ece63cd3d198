"""What a run did to identities, as rows of the EVENT table.

Replaying the events of all runs rebuilds who belonged where at any time (`history.crosswalk_then`): `record_ids` of created, revived,
joined, merged and moved belong to `identity_id` afterwards; those of split belong to `other_identities`; those of erased belong nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linker.schema import EVENT

Codes = npt.NDArray[np.int64]


class Kind(StrEnum):
    """What happened, in the order in which a run's events stand."""

    CREATED = "created"
    """A new identity; `record_ids` are all its records, `other_identities` those that some of them came from."""
    REVIVED = "revived"
    """An identity that had ended is back; `record_ids` are all its records, `other_identities` those that some of them came from."""
    JOINED = "joined"
    """Records seen for the first time came to an identity that exists."""
    MERGED = "merged"
    """All that was left of `other_identities` came to `identity_id`, which supersedes it."""
    SPLIT = "split"
    """Records left `identity_id`, which goes on, and founded or revived `other_identities`."""
    MOVED = "moved"
    """Records went from `other_identities`, which goes on, to `identity_id`."""
    ERASED = "erased"
    """Records left the register."""


_BEGINNINGS = frozenset({Kind.CREATED, Kind.REVIVED})


class Cause(StrEnum):
    """Why it happened."""

    NEW_RECORDS = "new records"
    EVIDENCE = "evidence"
    DECISION = "decision"
    WITHDRAWN = "withdrawn"


class Bounds(NamedTuple):
    """Codes of identities: below `known` those of the last snapshot, then ended ones that are revived, from `created` on new ones."""

    known: int
    created: int


@dataclass(frozen=True)
class Moves:
    """Where every record was and is, as codes into `names` (see `Bounds`); -1 is nowhere."""

    record_ids: pa.Array
    before: Codes
    after: Codes
    gone_ids: pa.Array
    gone_from: Codes
    names: pa.Array
    bounds: Bounds
    decided: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class _Batch:
    """Events of one kind: per event its identity, its other identity or -1, and per row which event it belongs to."""

    kind: Kind
    cause: Cause
    identity: Codes
    other: Codes
    rows: Codes
    event: Codes


def table(moves: Moves) -> pa.Table:
    """The EVENT table, ordered by kind, then identity id."""
    everything = pa.concat_arrays([moves.record_ids, moves.gone_ids])
    batches = [
        b
        for b in (_created(moves), _revived(moves), _joined(moves), *_changed(moves), _erased(moves))
        if len(b.identity)
    ]
    parts = [_rows(batch, moves, everything) for batch in batches]
    if not parts:
        return EVENT.empty()
    merged = pa.concat_tables(parts)
    return EVENT.conform(merged.append_column("event_no", pa.array(np.arange(len(merged), dtype=np.int32))))


def _grouped(key: Codes) -> tuple[Codes, Codes]:
    values, event = np.unique(key, return_inverse=True)
    return values, event.astype(np.int64)


def _created(moves: Moves) -> _Batch:
    return _begun(moves, Kind.CREATED, moves.after >= moves.bounds.created)


def _revived(moves: Moves) -> _Batch:
    return _begun(moves, Kind.REVIVED, (moves.after >= moves.bounds.known) & (moves.after < moves.bounds.created))


def _begun(moves: Moves, kind: Kind, chosen: npt.NDArray[np.bool_]) -> _Batch:
    rows = np.flatnonzero(chosen)
    identity, event = _grouped(moves.after[rows])
    return _Batch(kind, Cause.NEW_RECORDS, identity, np.full(len(identity), -1), rows, event)


def _joined(moves: Moves) -> _Batch:
    rows = np.flatnonzero((moves.before < 0) & (moves.after < moves.bounds.known))
    identity, event = _grouped(moves.after[rows])
    return _Batch(Kind.JOINED, Cause.NEW_RECORDS, identity, np.full(len(identity), -1), rows, event)


def _changed(moves: Moves) -> list[_Batch]:
    """Records that went from one identity to another."""
    lives = np.zeros(len(moves.names) + 1, np.bool_)
    lives[moves.after] = True
    changed = np.flatnonzero((moves.before >= 0) & (moves.before != moves.after))
    left, entered = moves.before[changed], moves.after[changed]
    width = len(moves.names) + 1
    batches = []
    for kind, chosen in (
        (Kind.MERGED, ~lives[left]),
        (Kind.SPLIT, lives[left] & (entered >= moves.bounds.known)),
        (Kind.MOVED, lives[left] & (entered < moves.bounds.known)),
    ):
        pair, event = _grouped(left[chosen] * width + entered[chosen])
        source, target = np.divmod(pair, width)
        identity, other = (source, target) if kind is Kind.SPLIT else (target, source)
        batches.append(_Batch(kind, Cause.EVIDENCE, identity, other, changed[chosen], event))
    return batches


def _erased(moves: Moves) -> _Batch:
    identity, event = _grouped(moves.gone_from)
    rows = len(moves.record_ids) + np.arange(len(moves.gone_from))
    return _Batch(Kind.ERASED, Cause.WITHDRAWN, identity, np.full(len(identity), -1), rows, event)


def _rows(batch: _Batch, moves: Moves, everything: pa.Array) -> pa.Table:
    count = len(batch.identity)
    by_event = np.argsort(batch.event, kind="stable")
    records = everything.take(pa.array(batch.rows[by_event]))
    sizes = np.bincount(batch.event, minlength=count)
    offsets = pa.array(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32))
    part = pa.table(
        {
            "identity_id": moves.names.take(pa.array(batch.identity)),
            "kind": pa.repeat(pa.scalar(str(batch.kind)), count),
            "cause": _causes(batch, moves),
            "record_ids": pa.ListArray.from_arrays(offsets, records),
            "other_identities": _others(batch, moves),
        }
    )
    return part.take(pa.compute.sort_indices(part, sort_keys=[("identity_id", "ascending")]))


def _causes(batch: _Batch, moves: Moves) -> pa.Array:
    count = len(batch.identity)
    cause = np.full(count, str(batch.cause), object)
    known = batch.rows < len(moves.record_ids)
    if batch.kind in _BEGINNINGS:
        came = batch.event[moves.before[batch.rows] >= 0]
        cause[came] = str(Cause.EVIDENCE)
    if moves.decided is not None and known.all():
        cause[batch.event[moves.decided[batch.rows]]] = str(Cause.DECISION)
    return pa.array(cause.tolist(), pa.string())


def _others(batch: _Batch, moves: Moves) -> pa.Array:
    count = len(batch.identity)
    if batch.kind in _BEGINNINGS:
        old = moves.before[batch.rows]
        width = len(moves.names) + 1
        pairs = np.unique(batch.event[old >= 0] * width + old[old >= 0])
        event, other = np.divmod(pairs, width)
    else:
        event = np.flatnonzero(batch.other >= 0)
        other = batch.other[event]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(event, minlength=count))]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), moves.names.take(pa.array(other)))
