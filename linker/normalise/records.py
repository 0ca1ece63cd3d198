"""ROW → RECORD: every person of every row, as readable text in the field where it belongs.

In this order: legacy fonts to Unicode where the source allows them, cells cleaned, placeholders emptied; phrases, names,
relatives and addresses taken apart; what a column states outranks what a phrase says, and a phrase what an address says.
Rows without a name go to quarantine. Legacy fonts are found by the column of a source; all else is done on pieces of the
table, several at a time, so that memory stays bounded. Numbers of twelve and more digits are masked in all free text.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linker.names.legacy import to_unicode
from linker.normalise.cells import mask_long_numbers, readable, readable_lists
from linker.normalise.columns import PIECE, THREADS, one_chunk
from linker.normalise.details import Details, details_of
from linker.normalise.freedistricts import add_unlabelled_districts
from linker.schema import EXTRA_PREFIX, QUARANTINE, RECORD, ROW_LIST_FIELDS, ROW_TEXT_FIELDS, IdType, Quarantined

Indices = npt.NDArray[np.int64]

_FREE_TEXT = (
    "name", "name_typed", "aliases", "father", "mother", "husband", "guardian", "sections", "fir_district", "fir_station",
    "address", "present_address", "village", "station", "tehsil", "district", "address_state", "marks", "status", "custody_place",
    "rest",
)  # fmt: skip
_AS_STATED = (
    "sex", "birth_year", "fir_number", "fir_date", "fir_district", "fir_station", "sections", "relative_phone",
    *(str(t) for t in IdType if t is not IdType.AADHAAR), "ifsc", "height_from", "height_to", "status",
    "custody_from", "custody_to", "custody_place", "died_on",
)  # fmt: skip
"""Columns of RECORD that are the row's own."""

_PARSED = (
    "name", "aliases", "father", "mother", "husband", "guardian", "relative_late", "address", "present_address", "village",
    "station", "tehsil", "district", "address_state", "pin", "age", "phone", "birth_date", "aadhaar", "rest",
)  # fmt: skip
_EXCERPT = 60  # characters of a quarantined row that are shown
_FIR_YEAR = r"(?:^|[/\-. ])(?P<year>(?:19|20)[0-9]{2}|[0-9]{2})\s*$"


@dataclass(frozen=True)
class RecordOptions:
    """`legacy_fields`: source → fields whose cells may be typed in a legacy font. A source that is not named has none."""

    legacy_fields: Mapping[str, frozenset[str]] = field(default_factory=dict)


class Records(NamedTuple):
    """The RECORD table, and the rows that hold no person as a QUARANTINE table."""

    record: pa.Table
    quarantine: pa.Table


def to_records(rows: pa.Table, options: RecordOptions | None = None) -> Records:
    """Every person of every row of a ROW table.

    Row order is kept; the persons of a row follow each other. The first is `source:native_id`, further ones get `#2`, `#3`.
    """
    rows = _unicode(rows, options or RecordOptions())
    pieces = [rows.slice(at, PIECE) for at in range(0, max(len(rows), 1), PIECE)]
    with ThreadPoolExecutor(THREADS) as pool:
        done = list(pool.map(_records_of, pieces))
    return Records(pa.concat_tables([d.record for d in done]), pa.concat_tables([d.quarantine for d in done]))


def _records_of(rows: pa.Table) -> Records:
    """`to_records` of some rows whose legacy fonts are converted."""
    cells = {name: readable(one_chunk(rows[name])) for name in ROW_TEXT_FIELDS}
    cells.update({name: readable_lists(one_chunk(rows[name])) for name in ROW_LIST_FIELDS})
    details = details_of(cells)
    row, part = details.row, details.part
    columns: dict[str, pa.Array] = {
        name: one_chunk(rows[name]).take(row) for name in ("source", "native_id", "line", "state")
    }
    columns["part"] = pa.array(part, pa.int16())
    columns["record_id"] = _record_ids(columns["source"], columns["native_id"], part)
    typed = pc.coalesce(one_chunk(rows["name_typed"]), one_chunk(rows["phrase_typed"]))
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


def _unicode(rows: pa.Table, options: RecordOptions) -> pa.Table:
    """The rows with legacy text converted, and name and phrase as they were typed beside it.

    A source's whole column is looked at together: how many of its cells are legacy text is evidence for each of them.
    """
    source = one_chunk(rows["source"])
    masks = {name: pc.equal(source, name) for name, fields in options.legacy_fields.items() if fields}
    masks = {name: mask for name, mask in masks.items() if pc.any(mask).as_py()}
    wanted = [(name, field) for name in masks for field in sorted(options.legacy_fields[name])]

    def convert(job: tuple[str, str]) -> pa.Array:
        name, field_name = job
        cells = one_chunk(rows[field_name]).filter(masks[name])
        if not pa.types.is_list(cells.type):
            return to_unicode(cells).text
        values = to_unicode(pc.list_flatten(cells)).text
        lengths = pc.list_value_length(cells).fill_null(0).to_numpy(zero_copy_only=False)
        offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32))
        return pa.ListArray.from_arrays(offsets, values, mask=cells.is_null())

    with ThreadPoolExecutor(THREADS) as pool:
        converted = list(pool.map(convert, wanted))
    columns = {name: rows[name] for name in rows.column_names}
    columns |= {"name_typed": rows["name"], "phrase_typed": rows["phrase"]}
    for (name, field_name), cells in zip(wanted, converted, strict=True):
        columns[field_name] = _put(one_chunk(columns[field_name]), masks[name], cells)
    return pa.table(columns)


def _put(column: pa.Array, mask: pa.Array, cells: pa.Array) -> pa.Array:
    """The column with `cells` in the rows of `mask`, in their order."""
    if pa.types.is_list(column.type):  # replace_with_mask knows no lists
        place = np.arange(len(column))
        place[np.flatnonzero(mask.to_numpy(zero_copy_only=False))] = len(column) + np.arange(len(cells))
        return pa.concat_arrays([column, cells]).take(pa.array(place))
    return pc.replace_with_mask(column, mask, cells)


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
