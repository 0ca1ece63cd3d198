"""What an update brings: which records of its extracts are new, changed or as they were, and which records leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linker.batch.admission import Admitted
from linker.identity.values import single
from linker.normalise.persons import publishable
from linker.registry.snapshot import Snapshot
from linker.registry.suppression import row_ids

PLACE_IN_FILE = "line"
"""Where a row stands in its file says nothing about the person."""


@dataclass(frozen=True)
class Stated:
    """What a caller says of the extracts of an update: sources whose extract is complete, so that what it lacks is withdrawn, and the
    native ids that each source withdraws."""

    complete: frozenset[str] = frozenset()
    withdrawn: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Delta:
    """`record` (as it may be published) and `person`: the new and the changed, ascending by id. `replaced` of them stood there with other
    values. `gone` leave; `seen` are the source rows that the extracts hold, whatever became of them."""

    record: pa.Table
    person: pa.Table
    replaced: pa.Array
    gone: pa.Array
    seen: pa.Array
    unchanged: int

    @property
    def outdated(self) -> pa.Array:
        """Records of the last snapshot that do not stand as they did."""
        return pa.concat_arrays([self.replaced, self.gone])


def delta_of(admitted: Admitted, snapshot: Snapshot, stated: Stated) -> Delta:
    """Compare what the extracts hold with the last snapshot."""
    record, person = publishable(admitted.record), admitted.person
    base = snapshot.table("crosswalk", ["source", "native_id", "record_id"])
    ids, base_ids = single(record["record_id"]), single(base["record_id"])
    place = _places(ids, base_ids)
    known = np.flatnonzero(place >= 0)
    same = np.zeros(len(ids), np.bool_)
    if len(known):
        at, rows = pa.array(place[known]), pa.array(known)
        same[known] = same_rows(snapshot.table("record").take(at), record.take(rows)) & same_rows(
            snapshot.table("person").take(at), person.take(rows)
        )
    fresh = pa.array(~same)
    base_rows = row_ids(single(base["source"]), single(base["native_id"]))
    seen = pc.unique(
        pa.concat_arrays([row_ids(single(record["source"]), single(record["native_id"])), admitted.dropped])
    )
    left = _leaving(base, base_rows, seen, stated) & ~np.asarray(pc.is_in(base_ids, value_set=ids))
    return Delta(
        record.filter(fresh), person.filter(fresh), ids.filter(pa.array(~same & (place >= 0))), base_ids.filter(pa.array(left)),
        seen, int(same.sum()),
    )  # fmt: skip


def _places(ids: pa.Array, base_ids: pa.Array) -> NDArray[np.int64]:
    """Where each of a few distinct ids stands among many, -1 for those that do not."""
    number = pc.fill_null(pc.index_in(base_ids, value_set=ids), -1).to_numpy()
    known = np.flatnonzero(number >= 0)
    place = np.full(len(ids), -1, np.int64)
    place[number[known]] = known
    return place


def _leaving(base: pa.Table, base_rows: pa.Array, seen: pa.Array, stated: Stated) -> NDArray[np.bool_]:
    """Records whose row the extracts hold in another form, lack although they are complete, or withdraw."""
    leaving = np.asarray(pc.is_in(base_rows, value_set=seen))
    if stated.complete:
        leaving |= np.asarray(pc.is_in(base["source"], value_set=pa.array(sorted(stated.complete))))
    named = [f"{source}:{native}" for source, natives in stated.withdrawn.items() for native in natives]
    if named:
        leaving |= np.asarray(pc.is_in(base_rows, value_set=pa.array(named)))
    return leaving


def same_rows(one: pa.Table, other: pa.Table) -> NDArray[np.bool_]:
    """Which rows of two tables hold the same values."""
    same = np.ones(one.num_rows, np.bool_)
    for name in one.column_names:
        if name == PLACE_IN_FILE:
            continue
        a, b = single(one[name]), single(other[name])
        if pa.types.is_list(a.type):
            a, b = (pc.binary_join(pc.cast(x, pa.list_(pa.string())), "\x1f") for x in (a, b))
        equal = pc.or_(pc.fill_null(pc.equal(a, b), False), pc.and_(pc.is_null(a), pc.is_null(b)))
        same &= np.asarray(equal)
    return same
