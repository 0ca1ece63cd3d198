"""Whole columns of FIR numbers: what `offences.parse_fir` says, cell by cell, as arrays.

The usual cell, '359/2025' or '359/25' in ASCII digits, is read for all distinct values at once; the rest one distinct
value at a time. A test holds both ways to the same result.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.normalise.columns import Int64s, one_chunk
from linker.normalise.dates import EARLIEST_YEAR, FILLER_YEARS
from linker.normalise.offences import parse_fir

_USUAL = r"^(?P<number>[0-9]{1,6})/(?P<year>[0-9]{4}|[0-9]{2})$"


@dataclass(frozen=True)
class Firs:
    """Per row: the number and year as '359/2025', null where one is unknown; and the year alone, 0 where it is unknown."""

    text: pa.Array
    year: Int64s

    @classmethod
    def of(cls, column: pa.Array | pa.ChunkedArray, latest: int) -> Firs:
        """Read a text column. `latest` is the last year that a two-digit year may mean."""
        encoded = pc.dictionary_encode(one_chunk(column))
        cells = encoded.dictionary
        parts = pc.extract_regex(cells, _USUAL)
        usual = parts.is_valid().to_numpy(zero_copy_only=False)
        number, year = (pc.struct_field(parts, name) for name in ("number", "year"))
        years = _years(year, latest)
        numbers = number.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False).copy()
        rest = np.flatnonzero(~usual)
        read = [parse_fir(text, latest) for text in cells.take(pa.array(rest)).to_pylist()]
        numbers[rest] = [fir.number if fir else 0 for fir in read]
        years[rest] = [fir.year or 0 if fir else 0 for fir in read]
        texts = pc.binary_join_element_wise(pa.array(numbers).cast(pa.string()), pa.array(years).cast(pa.string()), "/")
        texts = pc.if_else(pa.array(years > 0), texts, pa.scalar(None, pa.string()))
        index = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return cls(texts.take(encoded.indices), np.append(years, 0)[index])


def _years(digits: pa.Array, latest: int) -> Int64s:
    """Years of two or four digits in full; 0 where null, filled in for an unknown date, or out of range."""
    year = digits.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    short = pc.equal(pc.binary_length(digits), 2).fill_null(False).to_numpy(zero_copy_only=False)
    century = latest - latest % 100
    full = np.where(short, np.where(century + year <= latest, century + year, century - 100 + year), year)
    possible = (
        (full >= EARLIEST_YEAR)
        & (full <= latest)
        & ~np.isin(full, FILLER_YEARS)
        & digits.is_valid().to_numpy(zero_copy_only=False)
    )
    return np.where(possible, full, 0)
