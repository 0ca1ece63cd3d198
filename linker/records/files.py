"""Opening a file: is it there, is it what it is said to be, its bytes."""

from __future__ import annotations

import gzip
import sys
import zlib
from pathlib import Path

import pyarrow as pa

from linker.errors import InputError
from linker.records.raw import Limits

MAGIC = {
    b"PK\x03\x04": "an Excel workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (xls)",
    b"PAR1": "a Parquet file",
    b"SQLite format 3\x00": "an SQLite database",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a gzip file",
}
HELD = ", or close it in Excel" if sys.platform == "win32" else ""
GZIP = b"\x1f\x8b"


def checked(path: str, what: str, expected: tuple[bytes, ...] = ()) -> Path:
    """The path, if a file with content stands there that begins as `expected` (empty: as text or gzip). `what`: its kind, in words.

    Raises:
        InputError: missing, a directory, empty, not readable, or a file of another kind, which is named.
    """
    file = Path(path)
    try:
        if file.is_dir():
            raise InputError("this is a folder, not a file", where=path, do="give the file inside it")
        with file.open("rb") as stream:
            begin = stream.read(16)
    except FileNotFoundError:
        raise InputError("no such input file", where=path, do="check the path") from None
    except OSError as error:
        raise InputError(f"cannot be opened: {error.strerror}", where=path, do=f"check its permissions{HELD}") from None
    if not begin:
        raise InputError("the file is empty", where=path, do="check the export")
    kind = next((meaning for magic, meaning in MAGIC.items() if begin.startswith(magic)), None)
    fits = begin.startswith(expected) if expected else kind is None or begin.startswith(GZIP)
    if not fits:
        found = f"this is {kind}, not {what}" if kind else f"this is not {what}"
        raise InputError(found, where=path, do="give the right file, or state its true format in the source's mapping")
    return file


def content(file: Path, limits: Limits) -> pa.Buffer:
    """The file's bytes, unpacked if it is gzip; a plain file is mapped into memory, not copied.

    Raises:
        InputError: a gzip file that is damaged, cut short, or grows beyond the limit.
    """
    source = pa.memory_map(str(file)).read_buffer()
    if source[:2].to_pybytes() != GZIP:
        return source
    most = limits.unpacked(len(source))
    try:
        with gzip.open(file) as stream:
            unpacked = stream.read(most + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise InputError(
            f"the gzip file is damaged or cut short: {error}", where=str(file), do="copy it again"
        ) from None
    if len(unpacked) > most:
        raise InputError(f"the gzip file unpacks to more than {most:,} bytes", where=str(file), do="split it")
    return pa.py_buffer(unpacked)
