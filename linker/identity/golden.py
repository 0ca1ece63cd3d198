"""Golden records: the values shown for an identity, each with the record that it came from and how many records support it.

The best value is the one that most records have, then the one seen last, then that of the smallest record id. Names written in two scripts
support each other by their Latin form. Identifiers are masked to their last four characters; Aadhaar is not shown at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linker.identity import values
from linker.identity.goldnames import Names, best_names
from linker.identity.values import NO_DAY, Coded, Grouped, Origin, single
from linker.schema import IDENTITY, IdType, Sex

Rows = npt.NDArray[np.int32]

FIELDS = ("father", "mother", "husband", "pin")
"""Text fields of a person that are shown as they are."""

PLACES = ("village", "station", "district")
"""Places are counted in their comparable form and shown as the chosen record writes them."""

WORKERS = 2


class Part(NamedTuple):
    """Some columns of the result, and where their values came from."""

    columns: dict[str, Any]
    origins: list[Origin]


@dataclass(frozen=True)
class _Input:
    """The tables, rows grouped by identity, and the day of each row."""

    record: pa.Table
    person: pa.Table
    grouped: Grouped
    day: Rows
    groups: int


def golden_records(
    record: pa.Table, person: pa.Table, identity_id: Any, names: Names | None = None, weakest: Any = None
) -> pa.Table:
    """The IDENTITY table, ordered by identity id.

    Args:
        record, person: the RECORD and PERSON tables, the same records in the same order, ascending by record id.
        identity_id: text per row.
        names: forms of names in both scripts; without it a name has only the script that it was written in.
        weakest: float32 per row, the weakest link that the row's identity needs (`Clusters.weakest`).
    """
    ids, of = _identities(single(identity_id))
    grouped = Grouped.by(of, len(ids))
    given = _Input(record, person, grouped, _ints(person["record_day"], NO_DAY), len(ids))
    parts: list[Callable[[_Input], Part]] = [
        partial(_names, names), *(partial(_field, f) for f in FIELDS), *(partial(_place, f) for f in PLACES), _sex, _birth, _height, _seen,
        partial(_list, "record", "source", "sources"), partial(_list, "record", "state", "states"),
        partial(_exploded, "phones"), partial(_exploded, "marks"), _identifiers,
    ]  # fmt: skip
    columns: dict[str, Any] = {"identity_id": ids, "records": pa.array(np.diff(grouped.start).astype(np.int32))}
    origins: list[Origin] = []
    with ThreadPoolExecutor(WORKERS) as pool:
        for part in pool.map(lambda make: make(given), parts):
            columns |= part.columns
            origins += part.origins
    columns["weakest_link"] = _weakest(weakest, grouped)
    columns["provenance"] = _provenance(single(person["record_id"]), grouped, origins)
    return IDENTITY.conform(pa.table(columns))


def _identities(identity_id: pa.Array) -> tuple[pa.Array, Rows]:
    """The distinct ids, ascending, and the position of each row's id among them."""
    encoded = identity_id.dictionary_encode()
    order = pc.sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return encoded.dictionary.take(pa.array(order)), rank[encoded.indices.to_numpy()]


def _ints(column: Any, missing: int) -> Rows:
    filled: Rows = pc.fill_null(single(column), missing).to_numpy(zero_copy_only=False).astype(np.int32)
    return filled


def _names(names: Names | None, given: _Input) -> Part:
    return Part(*best_names(given.person, given.grouped, given.day, names))


def _field(field: str, given: _Input) -> Part:
    column, origin = values.best_values(field, Coded.of(given.person[field]), given.day, given.grouped)
    return Part({field: column}, [origin])


def _place(field: str, given: _Input) -> Part:
    comparable, origin = values.best_values(field, Coded.of(given.person[field]), given.day, given.grouped)
    row = pa.array(np.maximum(origin.row, 0), mask=origin.row < 0)
    return Part({field: pc.coalesce(single(given.record[field]).take(row), comparable)}, [origin])


def _sex(given: _Input) -> Part:
    code = _ints(given.person["sex"], 0)
    words = pa.array([None if s is Sex.UNKNOWN else s.name.lower() for s in Sex], pa.string())
    coded = Coded(np.where(code > 0, code, -1).astype(np.int32), words)
    column, origin = values.best_values("sex", coded, given.day, given.grouped)
    return Part({"sex": column}, [origin])


def _birth(given: _Input) -> Part:
    first, last = _ints(given.person["birth_from"], NO_DAY), _ints(given.person["birth_to"], NO_DAY)
    first = np.where(last == NO_DAY, NO_DAY, first).astype(np.int32)
    kind = _ints(given.person["birth_kind"], 0).astype(np.int8)
    lower, upper, conflict, row, support = values.births(first, last, kind, given.grouped)
    unknown = lower == NO_DAY
    columns = {
        "birth_from": pa.array(lower, mask=unknown).cast(pa.date32()),
        "birth_to": pa.array(upper, mask=unknown).cast(pa.date32()),
        "birth_conflict": pa.array(conflict),
    }
    return Part(columns, [Origin("birth", row, support)])


def _height(given: _Input) -> Part:
    low, high = _ints(given.person["height_from"], -1), _ints(given.person["height_to"], -1)
    low, high = np.where(low < 0, high, low), np.where(high < 0, low, high)
    code = np.where(low < 0, -1, low * 1000 + high).astype(np.int32)
    row, support = values.best(code, int(code.max(initial=0)) + 1, given.day, given.grouped)
    unknown = row < 0
    columns = {
        "height_from": pa.array(low[row], mask=unknown).cast(pa.int16()) if len(low) else pa.array([], pa.int16()),
        "height_to": pa.array(high[row], mask=unknown).cast(pa.int16()) if len(low) else pa.array([], pa.int16()),
    }
    return Part(columns, [Origin("height", row, support)])


def _seen(given: _Input) -> Part:
    first, last = values.span(given.day, given.grouped)
    unknown = last == NO_DAY
    status = Coded.of(given.record["status"])
    row = values.newest(status.code >= 0, given.day, given.grouped)
    columns = {
        "first_seen": pa.array(first, mask=unknown).cast(pa.date32()),
        "last_seen": pa.array(last, mask=unknown).cast(pa.date32()),
        "status": values.taken(status, row),
    }
    return Part(columns, [Origin("status", row, (row >= 0).astype(np.int32))])


def _list(table: str, column: str, field: str, given: _Input) -> Part:
    coded = Coded.of(getattr(given, table)[column])
    return Part({field: values.distinct_lists(given.grouped.of, coded.code, coded.values, given.groups)}, [])


def _exploded(field: str, given: _Input) -> Part:
    group, coded = values.exploded(given.person[field], given.grouped.of)
    return Part({field: values.distinct_lists(group, coded.code, coded.values, given.groups)}, [])


def _identifiers(given: _Input) -> Part:
    """'pan …1234' for every identifier but Aadhaar."""
    group, codes, texts = [np.empty(0, np.int32)], [np.empty(0, np.int32)], [pa.array([], pa.string())]
    for kind in IdType:
        if kind is IdType.AADHAAR:
            continue
        last4 = pc.coalesce(
            single(given.person[f"{kind}_last4"]), pc.utf8_slice_codeunits(single(given.person[kind]), -4)
        )
        rows = np.flatnonzero(pc.is_valid(last4).to_numpy(zero_copy_only=False))
        coded = Coded.of(last4.take(pa.array(rows)))
        group.append(given.grouped.of[rows])
        codes.append(coded.code + sum(map(len, texts)))
        texts.append(pc.binary_join_element_wise(str(kind), coded.values, " …"))
    lists = values.distinct_lists(
        np.concatenate(group), np.concatenate(codes).astype(np.int32), pa.concat_arrays(texts), given.groups
    )
    return Part({"identifiers": lists}, [])


def _weakest(weakest: Any, grouped: Grouped) -> pa.Array:
    groups = len(grouped.start) - 1
    if weakest is None:
        return pa.nulls(groups, pa.float32())
    of_group = np.asarray(weakest, np.float32)[grouped.rows[grouped.start[:-1]]]
    return pa.array(of_group, mask=np.isnan(of_group))


def _provenance(record_id: pa.Array, grouped: Grouped, origins: list[Origin]) -> pa.Array:
    """JSON per identity: {"name": ["record id", supporting records], …}; {"*": …} where one record is all there is."""
    quoted = _quoted(record_id)
    alone = np.diff(grouped.start) == 1
    many = np.flatnonzero(~alone)
    parts = [_origins(origin, many, quoted) for origin in origins]
    opened = pa.repeat(
        pa.scalar("{"), len(many)
    )  # without a column that is never null, 'skip' gives no rows where all are null
    joined = pc.replace_substring(
        pc.binary_join_element_wise(opened, *parts, ",", null_handling="skip"), "{,", "{", max_replacements=1
    )
    of_many = pc.binary_join_element_wise(joined, "}", "")
    of_one = pc.binary_join_element_wise(
        '{"*":[', quoted.take(pa.array(grouped.rows[grouped.start[:-1][alone]])), ",1]}", ""
    )
    place = np.empty(len(alone), np.int64)
    place[many] = np.arange(len(many))
    place[alone] = len(many) + np.arange(len(alone) - len(many))
    return pa.concat_arrays([of_many, of_one]).take(pa.array(place))


def _origins(origin: Origin, groups: npt.NDArray[np.int64], quoted: pa.Array) -> pa.Array:
    """'"field":["record",support]' for each group, null where the field has no value."""
    row = origin.row[groups]
    record = quoted.take(pa.array(np.maximum(row, 0), mask=row < 0))
    counts = pa.array([f",{n}]" for n in range(int(origin.support.max(initial=0)) + 1)], pa.string())
    return pc.binary_join_element_wise(f'"{origin.field}":[', record, counts.take(pa.array(origin.support[groups])), "")


def _quoted(texts: pa.Array) -> pa.Array:
    """Texts as JSON strings."""
    if pc.any(pc.match_substring_regex(texts, r'[\x00-\x1f"\\]')).as_py():
        return pa.array([json.dumps(t, ensure_ascii=False) for t in texts.to_pylist()], pa.string())
    return pc.binary_join_element_wise('"', texts, '"', "")
