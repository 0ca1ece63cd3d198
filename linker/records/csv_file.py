"""CSV text: encoding, delimiter, header, rows.

One pass over the bytes (`scan`) finds the rows and what is wrong with them. The sound ones go to Arrow's parser in one
piece, the others to quarantine, so a bad row costs nothing but itself.
"""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pc

from linker.config.source import SourceConfig
from linker.errors import AuditError, InputError
from linker.records.cells import trimmed
from linker.records.files import checked, content
from linker.records.header import TITLES, find_columns, found, header_among
from linker.records.raw import Limits, Raw, Reject
from linker.records.scan import HUGE_CELL, HUGE_ROW, NO_QUOTE, NUL, QUOTES, Scan, blank, scan, undecodable
from linker.schema import Quarantined

HEADER_BYTES = 2**20
BLOCK = 2**23
UNDECODABLE = "\ufffd"
"""Stands for a line that is no text."""
DELIMITERS = (",", ";", "\t", "|")
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True)
class Text:
    """A file as UTF-8 bytes. `damaged`: some bytes did not fit the encoding that was stated and became U+FFFD."""

    data: pa.Buffer
    damaged: bool = False

    def array(self) -> npt.NDArray[np.uint8]:
        return np.frombuffer(self.data, np.uint8)


@dataclass(frozen=True)
class Header:
    names: list[str]
    delimiter: str
    start: int
    """Byte at which the rows begin."""
    line: int
    """Physical line of that byte."""


def read_csv(config: SourceConfig, path: str, limits: Limits) -> Raw:
    """The mapped columns of a CSV file, plain or gzip."""
    text = _utf8(content(checked(path, "CSV text"), limits), config.encoding)
    header = _header(config, text, path, limits)
    positions = find_columns(config, header.names, path)
    array = text.array()
    quote = NO_QUOTE if config.quote == "none" else ord(config.quote)
    form = (ord(header.delimiter), quote)
    rows = scan(array, header.start, header.line, (*form, len(header.names)), limits)
    no_row = blank(array, rows, *form)
    bad = ~no_row & ((rows.faults > 0) | (rows.cells != len(header.names)))
    cut = _undecodable_rows(text, rows)
    rejects = _rejects(array, rows, bad | cut, cut, len(header.names))
    good = ~(bad | cut | no_row)
    table = _parse(config, header, _pieces(text, rows, good), positions, rows.multiline)
    if len(table) != good.sum():
        raise AuditError(f"{good.sum()} sound rows were found, {len(table)} parsed", where=path, do="report this fault")
    columns = {c: trimmed(_one(table[str(p)])) for c, p in positions.items()}
    return Raw.complete(config.columns, columns, rows.lines[good], rejects)


def _utf8(data: pa.Buffer, encoding: str | None) -> Text:
    begin = data[:4].to_pybytes()
    for bom, by_bom in BOMS:
        if begin.startswith(bom):
            data, encoding = data[len(bom) :], by_bom
            break
    if encoding in (None, "utf-8", "utf-8-sig"):
        return Text(data)
    codec = "utf-16-le" if encoding == "utf-16" else str(encoding)
    try:
        return Text(pa.py_buffer(codecs.decode(memoryview(data), codec).encode("utf-8")))
    except UnicodeDecodeError:
        decoded = codecs.decode(memoryview(data), codec, "replace")
        return Text(pa.py_buffer(decoded.encode("utf-8", "replace")), damaged=True)


def _header(config: SourceConfig, text: Text, path: str, limits: Limits) -> Header:
    """The header is the first filled line or a later one below titles; the delimiter is the one that finds most mapped columns in it."""
    tried = [
        _header_by(config, text, delimiter, path, limits)
        for delimiter in ([config.delimiter] if config.delimiter else DELIMITERS)
    ]
    best = max(tried, key=lambda header: found(config, header.names))  # the first of equals
    if UNDECODABLE in best.names:
        raise InputError(
            "the header is not UTF-8 text", where=path, do="state the file's encoding in the source's mapping"
        )
    if not 0 < len(best.names) <= limits.columns or "\0" in "".join(best.names):
        raise InputError("the first line is not a CSV header", where=path, do="check that the file is text")
    return best


def _header_by(config: SourceConfig, text: Text, delimiter: str, path: str, limits: Limits) -> Header:
    """The header if cells are parted by `delimiter`."""
    begin = text.data[:HEADER_BYTES].to_pybytes()
    quote = NO_QUOTE if config.quote == "none" else ord(config.quote)
    rows = scan(np.frombuffer(begin, np.uint8), 0, 1, (ord(delimiter), quote, -1), limits)
    first: list[Header] = []
    for start, end, line in zip(rows.begins.tolist(), rows.ends.tolist(), rows.lines.tolist(), strict=True):
        names = _names(begin[start:end], delimiter, config.quote)
        if not names or any(n.strip() for n in names):
            first.append(Header(names, delimiter, end, line + _breaks(begin[start:end])))
        if len(first) == TITLES:
            break
    if not first:
        raise InputError("the file is empty", where=path, do="check the export")
    return first[header_among(config, [h.names for h in first])]


def _names(line: bytes, delimiter: str, quote: str) -> list[str]:
    """The cells of a line; none where quotes are out of step."""
    try:
        return _cells(line.decode("utf-8"), delimiter, quote)
    except UnicodeDecodeError:
        return [UNDECODABLE]
    except csv.Error:
        return []


def _cells(line: str, delimiter: str, quote: str) -> list[str]:
    if quote == "none":
        return line.rstrip("\r\n").split(delimiter)
    rows = list(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter, quotechar=quote))
    return [cell for row in rows for cell in row]


def _breaks(text: bytes) -> int:
    return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")


def _undecodable_rows(text: Text, rows: Scan) -> npt.NDArray[np.bool_]:
    if text.damaged:
        mark = "\ufffd".encode()
        data = memoryview(text.data)
        return np.array([mark in bytes(data[b:e]) for b, e in zip(rows.begins, rows.ends, strict=True)], bool)
    whole = pa.Array.from_buffers(
        pa.large_binary(), 1, [None, pa.py_buffer(np.array([0, text.data.size], np.int64)), text.data]
    )
    try:
        whole.cast(pa.large_string())
    except pa.ArrowInvalid:
        return undecodable(text.array(), rows)
    return np.zeros(len(rows.begins), bool)


def _rejects(
    array: npt.NDArray[np.uint8], rows: Scan, bad: npt.NDArray[np.bool_], cut: npt.NDArray[np.bool_], width: int
) -> list[Reject]:
    rejects = []
    for i in np.flatnonzero(bad):
        fault, begin = int(rows.faults[i]), int(rows.begins[i])
        text = array[begin : min(int(rows.ends[i]), begin + 1000)].tobytes().decode("utf-8", "replace")
        if fault & QUOTES:
            reason, detail = Quarantined.STRUCTURE, "a quoted cell is not closed, or text follows its closing quote"
        elif fault & NUL:
            reason, detail = Quarantined.NUL_BYTE, "a NUL byte stands in the row"
        elif fault & (HUGE_CELL | HUGE_ROW):
            reason, detail = Quarantined.HUGE_CELL, f"{rows.ends[i] - begin:,} bytes in one row"
        elif cut[i]:
            reason, detail = (
                Quarantined.UNDECODABLE,
                "bytes that are not text in the file's encoding; state it where it is not UTF-8",
            )
        else:
            reason, detail = Quarantined.COLUMN_COUNT, f"{rows.cells[i]} cells where the header has {width}"
        rejects.append(Reject(int(rows.lines[i]), reason, detail, text))
    return rejects


def _pieces(text: Text, rows: Scan, good: npt.NDArray[np.bool_]) -> pa.Buffer:
    """The sound rows in one piece of memory; without any bad row, the file itself."""
    if not len(good):
        return text.data[:0]
    if good.all():
        return text.data[int(rows.begins[0]) :]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], good.view(np.int8), [0]])))
    data = memoryview(text.data)
    return pa.py_buffer(b"".join(data[rows.begins[a] : rows.ends[b - 1]] for a, b in edges.reshape(-1, 2)))


def _parse(
    config: SourceConfig, header: Header, data: pa.Buffer, positions: dict[str, int], multiline: bool
) -> pa.Table:
    names = [str(n) for n in range(len(header.names))]
    wanted = [str(p) for p in positions.values()]
    if not data.size:
        return pa.table({n: pa.nulls(0, pa.string()) for n in wanted})
    return pc.read_csv(
        pa.BufferReader(data),
        read_options=pc.ReadOptions(column_names=names, block_size=BLOCK),
        parse_options=pc.ParseOptions(
            delimiter=header.delimiter,
            quote_char=False if config.quote == "none" else config.quote,
            newlines_in_values=multiline,
        ),
        convert_options=pc.ConvertOptions(
            column_types=dict.fromkeys(wanted, pa.string()),
            include_columns=wanted,
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            null_values=[""],
            check_utf8=False,
        ),
    )


def _one(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    return pa.concat_arrays(whole.chunks) if isinstance(whole, pa.ChunkedArray) else whole
