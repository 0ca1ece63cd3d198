"""RECORD without anything that may not be written: Aadhaar numbers and virtual ids are masked wherever they stand."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from linker.names.unicode import map_distinct
from linker.normalise.aadhaar import masked, passes
from linker.schema import IdType

_NUMBER = re.compile(r"(?<!\d)\d(?:[ \-./]{0,2}\d){11,15}(?!\d)")
_MOBILE = re.compile(r"(?:\+|00)?91[6-9]\d{9}")
_KEEP = {"record_id", "source", "native_id", "state"}


def publishable(record: pa.Table) -> pa.Table:
    """The same table; in the Aadhaar column only 'XXXX-XXXX-1234' remains, elsewhere every number that may be an Aadhaar number or a virtual id
    (12 or 16 digits that pass Verhoeff's check) is masked the same way."""
    columns = {}
    for name in record.column_names:
        column = record[name]
        if name == IdType.AADHAAR:
            columns[name] = map_distinct(column, mask_cell)
        elif name in _KEEP or not (pa.types.is_string(column.type) or pa.types.is_list(column.type)):
            columns[name] = column
        elif pa.types.is_list(column.type):
            columns[name] = _masked_lists(column)
        else:
            columns[name] = _masked_texts(column)
    return pa.table(columns)


def mask_cell(text: str) -> str:
    """A cell of the Aadhaar column: its last four digits behind a mask; words stay."""
    digits = [str(int(c)) for c in text if c.isdecimal()]
    return masked("".join(digits[-4:])) if len(digits) >= 4 else text


def mask_text(text: str) -> str:
    """Free text with every number that may be an Aadhaar number masked."""
    return _NUMBER.sub(_mask, text)


def _mask(match: re.Match[str]) -> str:
    digits = "".join(str(int(c)) for c in match[0] if c.isdecimal())
    if _MOBILE.fullmatch(digits) or len(digits) not in {12, 16} or not passes(digits):
        return match[0]
    return masked(digits[-4:])


_LONG = r"[0-9\x{0966}-\x{096F}](?:[ \-./]{0,2}[0-9\x{0966}-\x{096F}]){11}"


def _masked_texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    suspects = pc.match_substring_regex(column, _LONG).fill_null(False)
    if not pc.any(suspects).as_py():
        return column
    cleaned = [mask_text(text) for text in column.filter(suspects).to_pylist()]
    return pc.replace_with_mask(column.combine_chunks(), suspects.combine_chunks(), pa.array(cleaned, pa.string()))


def _masked_lists(column: pa.ChunkedArray) -> pa.ChunkedArray:
    flat = pc.list_flatten(column)
    suspects = pc.match_substring_regex(flat, _LONG).fill_null(False)
    if not pc.any(suspects).as_py():
        return column
    lists = [
        None if cell is None else [None if t is None else mask_text(t) for t in cell] for cell in column.to_pylist()
    ]
    return pa.array(lists, column.type)
