"""How much the columns of a Parquet file may unpack to at most, without unpacking them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linker.records.cells import LISTS
from linker.records.pages import TO_BEFORE, TO_DICTIONARY, Page, pages

PER_VALUE = 32
"""Bytes that a value takes as text besides its own: its place, and a number's or a date's digits."""
PROBED = 20_000
"""Rows read at most to see a dictionary."""
PER_ROW = 100
"""Bytes that a row takes besides its cells, however blank it is."""


class Bound(NamedTuple):
    """Bytes of a row group: all of it, a row with the longest cells, and what no batch of rows can divide (a row's list may hold all)."""

    total: int
    row: int
    at_once: int


class _Chunk(NamedTuple):
    """One column of a row group. `width`: bytes of a value that is no text. `longest`: of a text of its dictionary."""

    path: str
    pages: list[Page]
    is_text: bool
    is_list: bool
    width: int
    longest: int

    def cell(self) -> int:
        """Bytes of the longest single value."""
        return PER_VALUE + max(map(self._value, self.pages), default=0)

    def total(self) -> int:
        return sum(self._page(page) for page in self.pages if not page.is_dictionary)

    def probe(self) -> int:
        """How many rows of the beginning show the dictionary while none of them holds a text by itself; the first may be blank."""
        if not self.is_text or not self.pages or not self.pages[0].is_dictionary:
            return 0
        data = self.pages[1:]
        lead = list(takewhile(lambda page: page.encoding in TO_DICTIONARY, data))
        most = sum(page.values for page in lead)
        return min(most, PROBED if not self.is_list or len(lead) == len(data) else 1)

    def _value(self, page: Page) -> int:
        if not self.is_text:
            return self.width
        return self.longest if page.is_dictionary or page.encoding in TO_DICTIONARY else page.size

    def _page(self, page: Page) -> int:
        once = self.is_text and page.encoding not in TO_DICTIONARY and page.encoding != TO_BEFORE
        return page.values * PER_VALUE + (page.size if once else page.values * self._value(page))


def bound_of(file: Path, parquet: pq.ParquetFile, names: Sequence[str], enough: int) -> list[Bound]:
    """One bound per row group; a rough one if even that keeps all of them together within `enough` bytes.

    Raises:
        ValueError, OSError, pa.ArrowException: the file is damaged.
    """
    with file.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as content:
        groups = [_chunks(parquet, content, group, names) for group in range(parquet.num_row_groups)]
    rows = [parquet.metadata.row_group(group).num_rows for group in range(parquet.num_row_groups)]
    if min(rows, default=0) < 0:  # which would make up for another group's
        raise ValueError(f"a row group of {min(rows)} rows")
    bounds = [_bound(*each) for each in zip(rows, groups, strict=True)]
    if sum(b.total for b in bounds) <= enough:
        return bounds
    if any(bound.at_once > enough for bound in (_bound(0, [c._replace(longest=0) for c in group]) for group in groups)):
        return bounds  # whatever the texts are; measuring them would read such a list
    return [_bound(rows[group], _measured(file, group, chunks)) for group, chunks in enumerate(groups)]


def _bound(rows: int, chunks: Sequence[_Chunk]) -> Bound:
    return Bound(
        rows * PER_ROW + sum(c.total() for c in chunks),
        sum(c.cell() for c in chunks if not c.is_list),
        sum(c.total() for c in chunks if c.is_list),
    )


def _chunks(parquet: pq.ParquetFile, content: mmap, group: int, names: Sequence[str]) -> list[_Chunk]:
    """The columns of a row group; a text of a dictionary may be as long as the whole dictionary."""
    described = parquet.metadata.row_group(group)
    found = []
    for place in range(described.num_columns):
        column, kind = described.column(place), parquet.schema.column(place)
        if not any(kind.path == name or kind.path.startswith(f"{name}.") for name in names):
            continue
        begin = column.data_page_offset
        if column.dictionary_page_offset is not None and 0 < column.dictionary_page_offset < begin:
            begin = column.dictionary_page_offset
        held = list(pages(content, begin, begin + column.total_compressed_size)) if column.num_values else []
        if (
            sum(p.values for p in held if not p.is_dictionary) < column.num_values
        ):  # the reader would look behind them for more
            raise ValueError(f"the pages of {kind.path} hold fewer values than it says")
        longest = max((p.size for p in held if p.is_dictionary), default=0)
        is_text, is_list = kind.physical_type == "BYTE_ARRAY", kind.max_repetition_level > 0
        found.append(_Chunk(kind.path, held, is_text, is_list, max(kind.length or 0, 8), longest))
    return found


def _measured(file: Path, group: int, chunks: Sequence[_Chunk]) -> list[_Chunk]:
    """The same with the true length of the longest text of each dictionary, found by reading a few rows."""
    rows = {c.path: c.probe() for c in chunks}
    parquet = pq.ParquetFile(file, memory_map=True, read_dictionary=[path for path, count in rows.items() if count])
    longest = {}
    for path, count in rows.items():
        if count:
            batches = parquet.iter_batches(count, row_groups=[group], columns=[path], use_threads=False)
            longest[path] = next((_longest(batch.column(0)) for batch in batches), None)
    return [_exact(c, longest.get(c.path)) for c in chunks]


def _exact(chunk: _Chunk, found: tuple[int, int] | None) -> _Chunk:
    """`found`: how many texts the dictionary holds, as read, and the length of its longest; it counts only if that is all of it."""
    whole = found is not None and found[0] == chunk.pages[0].values
    return chunk._replace(longest=found[1]) if found is not None and whole else chunk


def _longest(column: pa.Array) -> tuple[int, int] | None:
    values = column.flatten() if any(is_list(column.type) for is_list in LISTS) else column
    if not pa.types.is_dictionary(values.type):
        return None
    return len(values.dictionary), pc.max(pc.binary_length(values.dictionary)).as_py() or 0
