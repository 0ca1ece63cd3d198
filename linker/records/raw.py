"""What every reader hands to the mapping: columns of text, the line of every row, and the rows that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linker.errors import InputError
from linker.schema import QUARANTINE, Quarantined

EXCERPT = 80
"""Characters of a quarantined row that are shown."""


@dataclass(frozen=True)
class Limits:
    """What no honest file exceeds."""

    cell_bytes: int = 65_536
    row_bytes: int = 2**22
    lines_per_row: int = 200
    """Physical lines that one quoted row may span; more means that a quote was never closed."""
    columns: int = 4_096
    expanded_bytes: int = 2**33
    """Size of a file once unpacked (gzip, Excel, Parquet)."""
    small_bytes: int = 2**30
    """What any file may unpack to, however small it is."""
    times: int = 200
    """How many times its own size a file may unpack to beyond that; names, dates and numbers pack to a tenth at best."""
    rejects: int = 5_000_000
    """Rows of one source that cannot be records: each is kept with its reason."""

    def unpacked(self, size: int) -> int:
        """Bytes that a file of `size` bytes may unpack to."""
        return min(self.expanded_bytes, max(self.small_bytes, size * self.times))


@dataclass(frozen=True)
class Reject:
    """A row that cannot be a record."""

    line: int
    reason: Quarantined
    detail: str
    text: str = ""
    """The row or a part of it as it stood; only a masked excerpt is kept."""
    native_id: str | None = None


@dataclass
class Raw:
    """A file's readable rows as columns, in the order of the file.

    `columns` holds, for every column of the mapping, text or lists of text: trimmed, blank cells null. `lines` holds each
    row's physical line (Excel: row of the sheet; Parquet and databases: ordinal of the row, from 1).
    """

    columns: dict[str, pa.Array]
    lines: npt.NDArray[np.int32]
    rejects: list[Reject] = field(default_factory=list)

    @classmethod
    def complete(
        cls,
        mapped: Sequence[str],
        found: dict[str, pa.Array],
        lines: npt.NDArray[np.int32],
        rejects: Sequence[Reject] = (),
    ) -> Raw:
        """With blank columns for those of the mapping that the file lacks."""
        blank = pa.nulls(len(lines), pa.string())
        return cls({c: found.get(c, blank) for c in mapped}, lines, list(rejects))

    def __len__(self) -> int:
        return len(self.lines)

    def keep(self, mask: npt.NDArray[np.bool_]) -> Raw:
        """Only the rows where `mask` holds; the same rejects."""
        if mask.all():
            return self
        arrow = pa.array(mask)
        return Raw({n: c.filter(arrow) for n, c in self.columns.items()}, self.lines[mask], self.rejects)


def refuse_flood(count: int, most: int, which: str) -> None:
    """Raises InputError: `count` rows, more than are kept with their reasons, cannot be records."""
    if count > most:
        said = f"{count:,} rows {which}; at most {most:,} of a source can be put aside"
        raise InputError(said, do="check that the mapping names the right columns of the right file")


def excerpt(text: str) -> str:
    """At most 80 characters on one line: digits masked (they may be an Aadhaar number), no control characters."""
    shown = re.sub(r"\d", "#", text[: EXCERPT * 6])
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else " " if c.isspace() or c < " " else "" for c in shown)
    shown = " ".join(shown.split())
    return shown if len(shown) <= EXCERPT else shown[: EXCERPT - 1] + "…"


def quarantine_table(source: str, rejects: list[Reject]) -> pa.Table:
    """`schema.QUARANTINE` rows, by line."""
    ordered = sorted(rejects, key=lambda r: r.line)
    return QUARANTINE.conform(
        pa.table(
            {
                "source": pa.array([source] * len(ordered), pa.string()),
                "line": pa.array([r.line for r in ordered], pa.int32()),
                "native_id": pa.array([r.native_id for r in ordered], pa.string()),
                "reason": pa.array([str(r.reason) for r in ordered], pa.string()),
                "detail": pa.array([r.detail for r in ordered], pa.string()),
                "excerpt": pa.array([excerpt(r.text) for r in ordered], pa.string()),
            }
        )
    )
