"""RECORD without anything that may not be written: Aadhaar numbers and virtual ids are masked wherever they stand.

Every text column is scanned for twelve digits in a row (ASCII, Devanagari or full-width, with at most two separators
between them) by a kernel over its bytes; only the few cells that have them are looked at closely.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from linker.names.unicode import map_distinct
from linker.normalise.aadhaar import masked
from linker.normalise.accounts import with_branches
from linker.normalise.columns import one_chunk
from linker.normalise.identifiers import Status, read_identifier
from linker.normalise.longnumbers import SECTIONS, long_numbers
from linker.schema import IdType
from linker.verhoeff import passes

KEPT = frozenset({"record_id", "source", "native_id", "state"})
"""Columns that name the record and stay as they are."""

OWN_MEANING = frozenset(
    {"phone", "relative_phone", str(IdType.BANK_ACCOUNT), str(IdType.IMEI), str(IdType.ARMS_LICENCE)}
)
"""Columns whose own numbers may be as long: in them a number is masked only if it also stands in the Aadhaar column of
the table."""

_DIGITS = 12
_NUMBER = re.compile(r"(?<!\d)\d(?:[ \-./\u00a0\u2013]{0,2}\d){11,15}(?!\d)")
_NO_DIGIT = re.compile("[^0-9]+")
_PLAIN_MOBILE = r"^(?:\+|00)?91[ -]?[6-9][0-9]{9}$"
_MOBILE = re.compile(r"(?:00)?91[6-9]\d{9}")


def publishable(record: pa.Table) -> pa.Table:
    """The same table; in the Aadhaar column only 'XXXX-XXXX-1234' remains, elsewhere every number that may be an
    Aadhaar number or a virtual id (12 or 16 digits that pass Verhoeff's check, or 12 that stand in the Aadhaar column)
    is masked the same way."""
    known = _numbers_of(record[str(IdType.AADHAAR)])
    columns = {}
    for name in record.column_names:
        if name == IdType.AADHAAR:
            columns[name] = _masked_cells(one_chunk(record[name]))
        elif name in KEPT:
            columns[name] = record[name]
        else:
            column = _without_virtual_ids(record) if name == IdType.BANK_ACCOUNT else record[name]
            columns[name] = masked_column(column, known, name in OWN_MEANING)
    return pa.table(columns)


def _without_virtual_ids(record: pa.Table) -> pa.ChunkedArray | pa.Array:
    """The account column with the numbers that are read as virtual ids masked."""
    column = record[str(IdType.BANK_ACCOUNT)]
    if column.null_count == len(column):
        return column
    cells = pc.dictionary_encode(with_branches(one_chunk(column), one_chunk(record["ifsc"])))
    hidden = [
        masked(_ascii_digits(text)[-4:]) if read_identifier(text, IdType.BANK_ACCOUNT).status is Status.VID else None
        for text in cells.dictionary.to_pylist()
    ]
    return pc.coalesce(pa.array(hidden, pa.string()).take(cells.indices), one_chunk(column))


def masked_column(
    column: pa.ChunkedArray, known: frozenset[str] = frozenset(), own_meaning: bool = False
) -> pa.Array | pa.ChunkedArray:
    """A text or list column with `mask_text` done to every text; any other column as it is."""
    if column.null_count == len(column):
        return column
    if pa.types.is_string(column.type):
        return _masked_texts(one_chunk(column), known, own_meaning)
    if pa.types.is_list(column.type) and pa.types.is_string(column.type.value_type):
        return _masked_lists(one_chunk(column), known)
    return column


def _masked_cells(column: pa.Array) -> pa.Array:
    """`mask_cell` of every cell."""
    plain = pc.match_substring_regex(column, "^[0-9]{12}$")
    quick = pc.binary_join_element_wise("XXXX-XXXX-", pc.utf8_slice_codeunits(column, -4), "")
    return pc.if_else(plain, quick, map_distinct(pc.if_else(plain, None, column), mask_cell))


def mask_cell(text: str) -> str:
    """A cell of the Aadhaar column: its last four digits behind a mask; a cell of fewer digits is masked whole; words
    stay."""
    digits = _ascii_digits(text)
    if not digits:
        return text
    return masked(digits[-4:]) if len(digits) >= 4 else masked("XXXX")


def mask_text(text: str, known: frozenset[str] = frozenset(), own_meaning: bool = False) -> str:
    """Free text with every number that may be an Aadhaar number or a virtual id masked. `own_meaning`: only `known`
    numbers are."""

    def mask(match: re.Match[str]) -> str:
        digits = _ascii_digits(match[0])
        if digits in known:
            return masked(digits[-4:])
        if (
            SECTIONS.fullmatch(match[0])
            or own_meaning
            or _MOBILE.fullmatch(digits)
            or len(digits) not in {12, 16}
            or not passes(digits)
        ):
            return match[0]
        return masked(digits[-4:])

    return _NUMBER.sub(mask, text)


def _ascii_digits(text: str) -> str:
    if text.isascii():
        return _NO_DIGIT.sub("", text)
    return "".join([str(int(c)) for c in text if c.isdecimal()])


def _numbers_of(column: pa.ChunkedArray) -> frozenset[str]:
    """The twelve-digit numbers of the Aadhaar column."""
    cells = pc.unique(column)
    plain = pc.match_substring_regex(cells, "^[0-9]{12}$").fill_null(False)
    others = (_ascii_digits(text) for text in cells.filter(pc.invert(plain)).drop_null().to_pylist())
    return frozenset(cells.filter(plain).to_pylist()).union(n for n in others if len(n) == _DIGITS)


def _masked_texts(column: pa.Array, known: frozenset[str], own_meaning: bool) -> pa.Array:
    suspects = long_numbers(column)
    if own_meaning and suspects.any():
        usual = pc.match_substring_regex(column, _PLAIN_MOBILE).fill_null(False).to_numpy(zero_copy_only=False)
        numbers = pc.replace_substring_regex(column, "[^0-9]", "")
        listed = pc.is_in(numbers, value_set=pa.array(sorted(known), pa.string())).to_numpy(zero_copy_only=False)
        suspects &= ~usual | listed
    if not suspects.any():
        return column
    cleaned = [mask_text(text, known, own_meaning) for text in column.filter(pa.array(suspects)).to_pylist()]
    return pc.replace_with_mask(column, pa.array(suspects), pa.array(cleaned, pa.string()))


def _masked_lists(column: pa.ListArray, known: frozenset[str]) -> pa.Array:
    if not long_numbers(pc.list_flatten(column)).any():
        return column
    lists = [None if cell is None else [t and mask_text(t, known) for t in cell] for cell in column.to_pylist()]
    return pa.array(lists, column.type)
