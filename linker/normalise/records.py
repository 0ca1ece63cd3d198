"""ROW → RECORD: every person of every row, as readable text in the field where it belongs.

In this order: legacy fonts to Unicode where the source allows them, cells cleaned, placeholders emptied; phrases, names,
relatives and addresses taken apart; what a column states outranks what a phrase says, and a phrase what an address says.
Rows without a name go to quarantine. Numbers of twelve and more digits are masked in all free text.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linker.normalise.cells import mask_long_numbers, readable, readable_lists
from linker.normalise.columns import one_chunk
from linker.normalise.details import Details, details_of
from linker.normalise.freedistricts import add_unlabelled_districts
from linker.schema import EXTRA_PREFIX, QUARANTINE, RECORD, ROW_LIST_FIELDS, ROW_TEXT_FIELDS, IdType, Quarantined

Indices = npt.NDArray[np.int64]

_FREE_TEXT = (
    "name", "name_typed", "aliases", "father", "mother", "husband", "guardian", "sections", "fir_district", "fir_station",
    "address", "present_address", "village", "station", "tehsil", "district", "address_state", "marks", "status", "rest",
)  # fmt: skip
_AS_STATED = (
    "sex", "birth_year", "fir_number", "fir_date", "fir_district", "fir_station", "sections", "relative_phone",
    *(str(t) for t in IdType if t is not IdType.AADHAAR), "ifsc", "height_from", "height_to", "status",
)  # fmt: skip
"""Columns of RECORD that are the row's own."""

_PARSED = (
    "name", "aliases", "father", "mother", "husband", "guardian", "relative_late", "address", "present_address", "village",
    "station", "tehsil", "district", "address_state", "pin", "age", "phone", "birth_date", "aadhaar", "rest",
)  # fmt: skip
_THREADS = 2
_EXCERPT = 60  # characters of a quarantined row that are shown
_FIR_YEAR = r"(?:^|[/\-. ])(?P<year>(?:19|20)[0-9]{2}|[0-9]{2})\s*$"


@dataclass(frozen=True)
class RecordOptions:
    """`legacy_fields`: source → fields whose cells may be typed in a legacy font. A source that is not named has none."""

    legacy_fields: Mapping[str, frozenset[str]] = field(default_factory=dict)


class _Reader(Protocol):
    def __call__(self, column: pa.Array, *, legacy: bool = False) -> pa.Array: ...


class Records(NamedTuple):
    """The RECORD table, and the rows that hold no person as a QUARANTINE table."""

    record: pa.Table
    quarantine: pa.Table


def to_records(rows: pa.Table, options: RecordOptions | None = None) -> Records:
    """Every person of every row of a ROW table.

    Row order is kept; the persons of a row follow each other. The first is `source:native_id`, further ones get `#2`, `#3`.
    """
    cells = _readable_rows(rows, options or RecordOptions())
    details = details_of(cells)
    row, part = details.row, details.part
    columns: dict[str, pa.Array] = {
        name: one_chunk(rows[name]).take(row) for name in ("source", "native_id", "line", "state")
    }
    columns["part"] = pa.array(part, pa.int16())
    columns["record_id"] = _record_ids(columns["source"], columns["native_id"], part)
    typed = pc.coalesce(one_chunk(rows["name"]), one_chunk(rows["phrase"]))
    columns["name_typed"] = typed.take(row)
    columns.update({name: cells[name].take(row) for name in _AS_STATED})
    columns["marks"] = cells["marks"].take(row)
    columns["record_date"] = _record_dates(cells).take(row)
    columns.update({name: details.columns[name] for name in _PARSED})
    add_unlabelled_districts(columns, columns["state"])
    for name in _FREE_TEXT:
        columns[name] = mask_long_numbers(columns[name])
    for name in rows.column_names:
        if name.startswith(EXTRA_PREFIX):
            columns[name] = one_chunk(rows[name]).take(row)
    return Records(RECORD.conform(pa.table(columns)), _quarantine(rows, typed, details))


def _readable_rows(rows: pa.Table, options: RecordOptions) -> dict[str, pa.Array]:
    """All cells as clean Unicode. A field in which legacy text may stand is looked at source by source."""
    sources = pc.unique(rows["source"]).to_pylist()

    def read_field(name: str) -> pa.Array:
        read = readable_lists if name in ROW_LIST_FIELDS else readable
        column = one_chunk(rows[name])
        legacy = [source for source in sources if name in options.legacy_fields.get(source, ())]
        if not legacy or column.null_count == len(column):
            return read(column)
        if len(legacy) == len(sources) == 1:
            return read(column, legacy=True)
        return _by_source(column, one_chunk(rows["source"]), legacy, read)

    fields = (*ROW_TEXT_FIELDS, *ROW_LIST_FIELDS)
    with ThreadPoolExecutor(_THREADS) as pool:
        return dict(zip(fields, pool.map(read_field, fields), strict=True))


def _by_source(column: pa.Array, source: pa.Array, legacy: list[str], read: _Reader) -> pa.Array:
    """`read` of the cells of each legacy source by itself, and of all others together, in their old places."""
    group = pc.fill_null(pc.index_in(source, pa.array(legacy)), len(legacy)).to_numpy(zero_copy_only=False)
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(len(legacy) + 2))
    pieces = [
        read(column.take(pa.array(order[low:high])), legacy=number < len(legacy))
        for number, (low, high) in enumerate(pairwise(bounds))
    ]
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return pa.concat_arrays(pieces).take(pa.array(back))


def _record_ids(source: pa.Array, native_id: pa.Array, part: Indices) -> pa.Array:
    first = pc.binary_join_element_wise(source, native_id, ":")
    if not (part > 1).any():
        return first
    numbered = pc.binary_join_element_wise(first, pa.array(part).cast(pa.string()), "#")
    return pc.if_else(pa.array(part > 1), numbered, first)


def _record_dates(cells: dict[str, pa.Array]) -> pa.Array:
    """The date to which an age refers: the record's own, else the FIR's, else the year in the FIR's number ('2009')."""
    year = pc.struct_field(pc.extract_regex(cells["fir_number"], _FIR_YEAR), "year")
    short = pc.equal(pc.binary_length(year), 2)
    recent = pc.if_else(pc.less_equal(year, "49"), "20", "19")
    year = pc.if_else(short, pc.binary_join_element_wise(recent, year, ""), year)
    return pc.coalesce(cells["record_date"], cells["fir_date"], year)


def _quarantine(rows: pa.Table, typed: pa.Array, details: Details) -> pa.Table:
    lost = pa.array(details.nameless, pa.int64())
    text = typed.take(lost)
    excerpt = pc.utf8_slice_codeunits(pc.replace_substring_regex(text, r"\s+", " "), 0, _EXCERPT)
    excerpt = pc.replace_substring_regex(excerpt, "[0-9०-९]", "#")
    why = pc.if_else(text.is_valid(), "the name or phrase names nobody", "no name and no phrase")
    columns = {name: one_chunk(rows[name]).take(lost) for name in ("source", "line", "native_id")}
    columns["reason"] = pa.repeat(pa.scalar(str(Quarantined.NO_NAME)), len(lost))
    columns |= {"detail": why, "excerpt": excerpt}
    return QUARANTINE.conform(pa.table(columns))
