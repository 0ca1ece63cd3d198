"""Zip archives that somebody else wrote: what may go wrong in them, and whether all readers would find the same in them."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from mmap import ACCESS_READ, mmap
from pathlib import Path

UNREADABLE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, UnicodeDecodeError, NotImplementedError, RuntimeError, EOFError,
    OSError,
)  # fmt: skip
"""What comes of archives that are damaged, packed in an unknown way, or encrypted."""
END, END_64, LOCATOR_64, ENTRY = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02"
"""What the parts of an archive's directory begin with: its end, that of large archives, where that stands, and an entry (APPNOTE 4.3)."""
_END = struct.Struct("<4s4H2LH")
END_SIZE = _END.size
_END_64 = struct.Struct("<4sQ2H2L4Q")


def ends(content: bytes | mmap) -> dict[int, set[int]]:
    """The end records of directories by their places, each with where some reader may take its directory to begin; only places where an
    entry stands count, so four bytes that chance put there are none."""
    found = {}
    at = content.find(END)
    while at >= 0:
        if at + END_SIZE <= len(content):
            begins = {b for b in _stated(content, at) if 0 <= b < at and content[b : b + 4] == ENTRY}
            if begins:
                found[at] = begins
        at = content.find(END, at + 1)
    return found


def _stated(content: bytes | mmap, at: int) -> set[int]:
    """Where the directory of the end record at a place may begin: readers count from either side, and large archives say it again."""
    *_, size, offset, _ = _END.unpack_from(content, at)
    stated = {at - size, offset}
    locator = at - 20
    if locator >= 0 and content[locator : locator + 4] == LOCATOR_64:
        for place in (int.from_bytes(content[locator + 8 : locator + 16], "little"), locator - _END_64.size):
            if 0 <= place <= locator - _END_64.size and content[place : place + 4] == END_64:
                *_, size, offset = _END_64.unpack_from(content, place)
                stated |= {place - size, offset}
    return stated


def refuse_ambiguous(file: Path) -> None:
    """Readers choose between two directories as they like, so what one of them has checked another would not read.

    Raises:
        BadZipFile: the archive has more than one, or one that stands too far from its end to be found by all.
    """
    with file.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as content:
        begins = set[int]().union(*ends(content).values())
    if len(begins) > 1:
        raise zipfile.BadZipFile(
            "it holds two lists of its contents, perhaps because another archive is embedded in it"
        )
    if begins and not zipfile.is_zipfile(file):
        raise zipfile.BadZipFile("something stands behind its end")
