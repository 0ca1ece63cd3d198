"""Where values stand in a workspace: every byte of every file is searched, compressed tables and spreadsheets after unpacking.

Used to prove that an erasure has left nothing, and to tell what it could not reach. A value stands somewhere only by itself: 'delhi:50' is
neither 'delhi:501' nor 'delhi:50#2', the second person of the same row.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linker.archives import END_SIZE, UNREADABLE, ends

ENCODINGS = ("utf-8", "utf-16-le")
MAGIC = b"PAR1"
_WORD = "A-Za-z0-9_#"
_NUMBER_GOES_ON = re.compile("[0-9_#]")


@dataclass(frozen=True)
class Trace:
    """A value found: in which file (from the workspace), and where in it."""

    file: str
    place: str
    value: str


def traces(folder: Path, values: Sequence[str]) -> Iterator[Trace]:
    """Every place below `folder` where one of the values stands, one for each value and file or column."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()):
        name = path.relative_to(folder).as_posix()
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # a service has put it away meanwhile
            continue
        yield from _raw(name, "bytes", content, values)
        if content[:4] == MAGIC:
            yield from _columns(name, path, values)
        elif content[:15] == b"SQLite format 3":
            yield from _cells(name, path, values)
        else:
            yield from _members(name, content, values)


def _members(name: str, content: bytes, values: Sequence[str]) -> Iterator[Trace]:
    """Traces in the parts of an archive, by every directory in it; of a damaged or encrypted part only the bytes can be searched."""
    for end in ends(content):
        with contextlib.suppress(*UNREADABLE), zipfile.ZipFile(io.BytesIO(content[: end + END_SIZE])) as archive:
            for member in archive.infolist():
                with contextlib.suppress(*UNREADABLE):
                    yield from _raw(name, member.filename, archive.read(member), values)


def _raw(name: str, place: str, content: bytes, values: Sequence[str]) -> Iterator[Trace]:
    for value in values:
        if any(_in_bytes(value, content, encoding) for encoding in ENCODINGS):
            yield Trace(name, place, value)


def _in_bytes(value: str, content: bytes, encoding: str) -> bool:
    """Whether bytes hold the value. What stands before it says nothing: databases write one cell right behind another."""
    wanted, width = value.encode(encoding), len("a".encode(encoding))
    at = content.find(wanted)
    while at >= 0:
        behind = content[at + len(wanted) : at + len(wanted) + width].decode(encoding, "replace")
        if not _NUMBER_GOES_ON.fullmatch(behind):
            return True
        at = content.find(wanted, at + 1)
    return False


def _cells(name: str, path: Path, values: Sequence[str]) -> Iterator[Trace]:
    """Traces in the rows of a SQLite database (its bytes, free pages among them, are searched besides)."""
    with contextlib.suppress(sqlite3.DatabaseError), contextlib.closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            quoted = table.replace('"', '""')
            rows = connection.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608 - a table name of the file itself
            texts = "\n".join(c for row in rows for c in row if isinstance(c, str))
            yield from (Trace(name, table, value) for value in values if in_text(value, texts))


def in_text(value: str, text: str) -> bool:
    """Whether a text holds the value, by itself or as JSON writes it."""
    return any(
        re.search(f"(?<![{_WORD}]){re.escape(form)}(?![{_WORD}])", text) for form in {value, json.dumps(value)[1:-1]}
    )


def replaced(value: str, by: str, text: str) -> str:
    """The text with another text instead of the value."""
    for form in {value, json.dumps(value)[1:-1]}:
        text = re.sub(f"(?<![{_WORD}]){re.escape(form)}(?![{_WORD}])", lambda _: by, text)
    return text


def _columns(name: str, path: Path, values: Sequence[str]) -> Iterator[Trace]:
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError):
        return  # not a whole table: its bytes have been searched
    with file:
        for field in file.schema_arrow:
            for group in range(file.num_row_groups):
                found = file.read_row_group(group, columns=[field.name]).column(0)
                hits = [value for value in values if stands_in(found, value)]
                yield from (Trace(name, field.name, value) for value in hits)
                if hits:
                    break


def stands_in(column: pa.ChunkedArray, value: str) -> bool:
    """Whether a text, or a text of a list, holds the value. Bytes are looked at first, which is a hundred times faster than texts."""
    for chunk in column.chunks:
        texts: Any = pc.list_flatten(chunk) if pa.types.is_list(chunk.type) else chunk
        if not pa.types.is_string(texts.type) or len(texts) == 0:
            continue
        data = texts.buffers()[2]
        if data is None or value.encode() not in memoryview(data).tobytes():
            continue
        literal = value.replace("\\E", "\\E\\\\E\\Q")  # which would end the quotation
        if pc.any(pc.match_substring_regex(texts, f"(^|[^{_WORD}])\\Q{literal}\\E($|[^{_WORD}])")).as_py():
            return True
    return False
