"""The identifier columns of a RECORD table → validated columns of PERSON, their last four characters, and what was found.

One distinct value is read once. A value of another type than its column's is moved to its own column where that is empty.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from linker.normalise.aadhaar import AadhaarKey
from linker.normalise.columns import Distinct
from linker.normalise.identifiers import Reading, Status, read_identifier
from linker.schema import IdType


@dataclass
class IdColumns:
    """Columns by identifier type: canonical values (Aadhaar hashed) and last four characters; counts by (type, status)."""

    values: dict[IdType, pa.Array] = field(default_factory=dict)
    last4: dict[IdType, pa.Array] = field(default_factory=dict)
    counts: Counter[tuple[IdType, Status]] = field(default_factory=Counter)


def id_columns(record: pa.Table, key: AadhaarKey | None) -> IdColumns:
    """All identifiers of the records."""
    result = IdColumns()
    moved: list[tuple[IdType, int, Reading]] = []
    for kind in IdType:
        column = record[str(kind)]
        if column.null_count == len(column):
            result.values[kind] = result.last4[kind] = pa.nulls(len(column), pa.string())
            continue
        cells = Distinct(column, lambda text, kind=kind: read_identifier(text, kind))  # type: ignore[misc]
        result.values[kind] = cells.texts(lambda r, kind=kind: _own(r, kind, key))  # type: ignore[misc]
        result.last4[kind] = cells.texts(lambda r, kind=kind: r.last4 if r.kind is kind else None)  # type: ignore[misc]
        for status in Status:
            number = int(cells.flags(lambda r, status=status: r.status is status).sum())  # type: ignore[misc]
            if number:
                result.counts[kind, status] = number
        strangers = cells.flags(lambda r: r.status is Status.MOVED)
        for row in strangers.nonzero()[0].tolist():
            moved.append((kind, row, cells.parsed[cells.index[row]]))
    _move(result, moved, key)
    return result


def _own(reading: Reading, kind: IdType, key: AadhaarKey | None) -> str | None:
    if reading.value is None or reading.kind is not kind:
        return None
    if kind is not IdType.AADHAAR:
        return reading.value
    return key.hash(reading.value) if key and reading.status is not Status.UNCHECKED else None


def _move(result: IdColumns, moved: list[tuple[IdType, int, Reading]], key: AadhaarKey | None) -> None:
    """Put values of another type into that type's column, where the row has none there."""
    by_kind: dict[IdType, list[tuple[int, Reading]]] = {}
    for _, row, reading in moved:
        by_kind.setdefault(reading.kind, []).append((row, reading))
    for kind, found in by_kind.items():
        for table, text_of in (
            (result.values, lambda r, kind=kind: _own(r, kind, key)),
            (result.last4, lambda r: r.last4),
        ):
            column = table[kind]
            texts: list[str | None] = [None] * len(column)
            for row, reading in found:
                texts[row] = text_of(reading)
            table[kind] = pc.coalesce(column, pa.array(texts, pa.string()))
