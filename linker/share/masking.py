"""Identifiers and telephones as they may leave: their kind and last four characters.

Identifiers are masked where the identity table is made. Here they are masked again, because this is the last place to do so:
masking what is masked changes nothing. Telephones stand whole in the table, because the office itself must be able to trace them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from linker.schema import IdType

SHOWN = 4
MASK = "X"
LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])[2-9][0-9]{3}([ -]?)[0-9]{4}\1[0-9]{4}(?![0-9])")
"""Twelve digits in the grouping of an Aadhaar number."""

MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:\+?91[ -]?|0)?[6-9][0-9]{4}[ -]?[0-9]{5}(?![0-9])")
"""A mobile telephone's ten digits, as they are typed in a text."""

KIND = re.compile(rf"(?:{'|'.join(sorted(IdType, key=len, reverse=True))})[: ]+", re.IGNORECASE)

FREE_TEXTS = (
    "name",
    "name_latin",
    "name_devanagari",
    "aliases",
    "father",
    "mother",
    "husband",
    "village",
    "station",
    "marks",
)
"""Columns that hold what somebody typed, where a number may hide."""

ORIGINS = "provenance"
"""The column of records' ids, which may look like telephones."""


def mask_identity(identity: pa.Table, telephones: bool = False) -> pa.Table:
    """The identity table with identifiers masked, and any Aadhaar number that hides in a text; telephones too, unless asked for."""
    for number, name in enumerate(identity.column_names):
        if name == "identifiers" or (name == "phones" and not telephones):
            identity = identity.set_column(number, name, _map_distinct(identity[name], mask_identifier))
        elif name in FREE_TEXTS or name == ORIGINS:
            change = mask_aadhaar if telephones or name == ORIGINS else mask_numbers
            identity = identity.set_column(number, name, _map_distinct(identity[name], change))
    return identity


def mask_identifier(text: str) -> str:
    """`pan:ABCDE1234F` → `pan:XXXXXX234F`. The kind of identifier (`schema.IdType`) before it stays readable."""
    found = KIND.match(text)
    kind, value = (found[0], text[found.end() :]) if found else ("", text)
    hidden = max(sum(c.isalnum() for c in value) - SHOWN, 0)
    masked = []
    for character in value:
        take = character.isalnum() and hidden > 0
        hidden -= take
        masked.append(MASK if take else character)
    return kind + "".join(masked)


def mask_aadhaar(text: str) -> str:
    """Text with all but the last four digits of anything that may be an Aadhaar number masked."""
    return LONG_NUMBER.sub(lambda found: re.sub(r"[0-9]", MASK, found[0][:-SHOWN]) + found[0][-SHOWN:], text)


def mask_numbers(text: str) -> str:
    """Text with Aadhaar numbers and mobile telephones masked."""
    return MOBILE.sub(lambda found: mask_identifier(found[0]), mask_aadhaar(text))


def _map_distinct(column: pa.ChunkedArray, change: Callable[[str], str]) -> pa.ChunkedArray:
    """`change` applied to every text of a column of texts or of lists of texts, each distinct text once."""
    if pa.types.is_list(column.type):
        array = column.combine_chunks()
        offsets = array.offsets if not array.offset else pc.subtract(array.offsets, array.offsets[0])
        mask = pc.is_null(array) if array.null_count else None
        values = _map_distinct(pa.chunked_array([array.flatten()]), change).combine_chunks()
        return pa.chunked_array([pa.ListArray.from_arrays(offsets, values, mask=mask)])
    encoded = column.combine_chunks().dictionary_encode()
    changed = [None if text is None else change(text) for text in encoded.dictionary.to_pylist()]
    return pa.chunked_array([pc.take(pa.array(changed, column.type), encoded.indices)])
