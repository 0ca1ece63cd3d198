"""What the complete reader of workbooks needs to be safe: it unpacks each part to its end, whatever size the archive states, and keeps
every cell between the outermost filled ones, each with its own copy of its text. It would take all memory, and the whole process with it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from linker.archives import refuse_ambiguous
from linker.errors import InputError
from linker.records.shared_strings import SHARED, shared_strings
from linker.records.sheet_scan import BYTES, types
from linker.records.spans import UnusualError

MOST_CELLS = 200_000_000
"""Of a sheet that the complete reader takes on, blank ones included."""
PIECE = 2**16
"""Bytes unpacked at a time to be counted."""
UNKNOWN = 2**62
"""Stated as an entry's size, so that its stream ends where its content ends."""
FOREIGN = "content.xml"
"""Part of OpenDocument files, which the complete reader would recognise, too."""
_TAG = re.compile(rb"""<(?:[\w.-]+:)?(row|c)(?=[\s/>])|[\s"']r\s*=\s*["']\s*([A-Za-z]{0,9})([0-9]{0,10})""")
"""A row or cell, or the place that an attribute states, however it is written."""
_VALUE = re.compile(rb"<(?:[\w.-]+:)?v(?:\s[^>]*)?>\s*([0-9]{1,9})\s*<")


class SprawlError(InputError):
    """A cell stands so far from the others that the blank ones between them would take all memory."""


class Reach(NamedTuple):
    """How far a sheet's cells go to the right and down, counted from 1."""

    right: int
    bottom: int

    @property
    def corner(self) -> str:
        """As a spreadsheet program calls it: AB12."""
        letters, left = "", self.right
        while left > 0:
            left, letter = divmod(left - 1, 26)
            letters = chr(65 + letter) + letters
        return f"{letters}{self.bottom}"


def refuse_bomb(file: Path, most: int) -> None:
    """Count what really comes out of a workbook.

    Raises:
        InputError: it unpacks to more than `most` bytes, by what it states or by what comes out; or it is no Excel workbook.
        archives.UNREADABLE: it is damaged, packed in an unknown way, encrypted, or ambiguous.
    """
    refuse_ambiguous(file)
    if not zipfile.is_zipfile(file):
        return
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        if any(entry.filename == FOREIGN for entry in entries):
            raise InputError("this is no Excel workbook", where=str(file), do="save it in Excel as .xlsx")
        refuse_large(file, sum(entry.file_size for entry in entries), most)
        total = 0
        for entry in entries:
            entry.file_size = UNKNOWN
            with archive.open(entry) as stream:
                while block := stream.read(PIECE):
                    total += len(block)
                    refuse_large(file, total, most)


def refuse_large(file: Path, size: int, most: int) -> None:
    """Raises InputError: `size` bytes are more than `most`."""
    if size > most:
        said = f"the workbook unpacks to more than {most:,} bytes"
        raise InputError(said, where=str(file), do="split it")


def refuse_sprawl(file: Path, most: int, cells: int = MOST_CELLS) -> None:
    """Refuse what grows only in the complete reader; `refuse_bomb` comes first. All parts are looked at: which of them is a sheet, another
    reader may see otherwise.

    Raises:
        SprawlError: a stray cell makes a sheet larger than `cells`.
        InputError: long texts are repeated to more than `most` bytes.
        archives.UNREADABLE: it is damaged.
    """
    if not zipfile.is_zipfile(file):
        return  # an old workbook has at most 65,536 rows of 256 cells
    lengths = _lengths(file)
    for content in _parts(file):
        reach = max(_reach_of(content), Reach(*_reach_of_records(np.frombuffer(content, np.uint8))), key=_area)
        if _area(reach) > cells:
            said = f"the sheet reaches from its first cell to {reach.corner}"
            raise SprawlError(said, where=str(file), do="delete the stray cells")
        if len(lengths) and int(lengths.max()) * content.count(b"v>") > most:
            refuse_large(file, _repeated(content, lengths), most)


def _area(reach: Reach) -> int:
    return reach.right * reach.bottom


def _parts(file: Path) -> Iterator[bytes]:
    """Every part of an archive to its true end, in bytes that show its tags: text of two bytes a letter without the blank ones."""
    with zipfile.ZipFile(file) as archive:
        for entry in archive.infolist():
            entry.file_size = UNKNOWN
            content = archive.read(entry)
            yield content.replace(b"\0", b"") if b"\0" in content[:4] and b"<" in content[:4] else content


def _lengths(file: Path) -> npt.NDArray[np.int64]:
    """Bytes of each shared string."""
    found = [np.zeros(0, np.int64)]
    with zipfile.ZipFile(file) as archive:
        for entry in archive.infolist():
            if entry.filename.replace("\\", "/").lower() == SHARED.lower():
                entry.file_size = UNKNOWN
                try:
                    found.append(np.asarray(pc.binary_length(shared_strings(archive.read(entry))), np.int64))
                except (ET.ParseError, ValueError, UnusualError):
                    raise zipfile.BadZipFile("its shared strings are not as spreadsheet programs write them") from None
    return max(found, key=len)


def _repeated(content: bytes, lengths: npt.NDArray[np.int64]) -> int:
    """Bytes that the cells of a sheet take if each whole number in it names a shared string."""
    numbers = np.fromiter((int(found[1]) for found in _VALUE.finditer(content)), np.int64)
    return int(lengths[numbers[numbers < len(lengths)]].sum())


def _reach_of(content: bytes) -> Reach:
    """How far the rows and cells of a sheet's XML go, by what they state or, where they state nothing, by their number."""
    letters, numbers = set[bytes](), {b"0"}
    rows = here = most = 0
    for tag, letter, number in map(re.Match.groups, _TAG.finditer(content)):
        if tag == b"c":
            here += 1
        elif tag is not None:
            rows, most, here = rows + 1, max(most, here), 0
        else:
            letters.add(letter)
            numbers.add(number or b"0")
    return Reach(max(most, here, *map(_column, letters), 0), max(rows, *map(int, numbers)))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


@nb.njit(types.UniTuple(nb.int64, 2)(BYTES), cache=True, nogil=True)
def _reach_of_records(data):  # type: ignore[no-untyped-def]
    """(right, bottom) of a sheet in binary records (xlsb); 0, 0 of anything else. [MS-XLSB] 2.1.4: a record is its type and its size, seven
    bits a byte; BrtBeginSheetData is 145, BrtRowHdr 0, cells are 1 to 11 and 62, and begin with their row or column."""
    at, inside, right, bottom = 0, False, 0, 0
    while at < len(data):
        kind, size = 0, 0
        for place in range(2):
            if at < len(data):
                byte = data[at]
                kind |= (byte & 127) << (7 * place)
                at += 1
                if byte < 128:
                    break
        for place in range(4):
            if at < len(data):
                byte = data[at]
                size |= (byte & 127) << (7 * place)
                at += 1
                if byte < 128:
                    break
        if kind == 145:
            inside = True
        elif inside and (kind <= 11 or kind == 62) and at + 4 <= len(data):
            number = 1
            for place in range(4):
                number += nb.int64(data[at + place]) << (8 * place)
            if kind == 0:
                bottom = max(bottom, number)
            else:
                right = max(right, number)
        at += size
    return (right, bottom)
