"""The strings that the cells of a workbook share, as one column of text."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numba as nb
import numpy as np
import pyarrow as pa

from linker.records.sheet_scan import AMPERSAND, BYTES, END_TEXT, GIVE_UP, GREATER, LESS, SLASH, find, stands, word
from linker.records.spans import gather, hex_unescaped, patched, unescaped

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SHARED = "xl/sharedStrings.xml"
"""Where in the archive they stand."""
BEGIN = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:<\?xml [^>]*encoding="UTF-8"[^>]*\?>)?\s*<sst[^>]*>\s*', re.IGNORECASE)
ITEM, END_ITEM, END_SST = word("<si><t"), word("</si>"), word("</sst>")


def shared_strings(content: bytes) -> pa.Array:
    """All shared strings, in order. Plain ones are taken as spans of bytes; where one is formatted, or other things stand among them, all
    go through an XML parser.

    Raises:
        ET.ParseError: not XML.
        ValueError: it declares a document type, which no spreadsheet program writes.
    """
    xml = np.frombuffer(content, np.uint8)
    room, begin = content.count(b"<si>"), BEGIN.match(content)
    begins, lengths, escaped = np.empty(room, np.int64), np.empty(room, np.int32), np.empty(room, np.bool_)
    if content and (begin is None or _scan(xml, begin.end(), begins, lengths, escaped) != room):
        return pa.array(_parsed(content), pa.string())
    texts = gather(xml, begins, lengths)
    at = np.flatnonzero(escaped)
    if len(at):
        texts = patched(texts, at, pa.array([unescaped(t) for t in texts.take(pa.array(at)).to_pylist()], pa.string()))
    return texts


def _parsed(content: bytes) -> list[str]:
    """Formatting runs are joined, phonetic hints left out."""
    if b"<!DOCTYPE" in content:
        raise ValueError("a document type")
    strings = []
    for item in ET.fromstring(content):  # noqa: S314  without a document type nothing can be declared
        runs = [item.find(f"{MAIN}t"), *(run.find(f"{MAIN}t") for run in item.findall(f"{MAIN}r"))]
        strings.append(hex_unescaped("".join(run.text or "" for run in runs if run is not None)))
    return strings


@nb.njit(nb.int64(BYTES, nb.int64, nb.int64[::1], nb.int32[::1], nb.boolean[::1]), cache=True, nogil=True)
def _scan(xml, i, begins, lengths, escaped):  # type: ignore[no-untyped-def]
    """Fills the arrays from the first item at byte i; returns the number of items, or GIVE_UP."""
    count = 0
    while i >= 0 and not stands(xml, i, END_SST):
        if not stands(xml, i, ITEM) or count >= len(begins):
            return GIVE_UP
        i = find(xml, i + len(ITEM), GREATER)
        if i >= len(xml):
            return GIVE_UP
        first = last = i + 1
        if xml[i - 1] != SLASH:
            last = find(xml, first, LESS)
            if not stands(xml, last, END_TEXT):
                return GIVE_UP
            i = last + len(END_TEXT) - 1
        i += 1
        if not stands(xml, i, END_ITEM) or last - first > 2**30:
            return GIVE_UP
        i += len(END_ITEM)
        needs = False
        for k in range(first, last):
            if xml[k] in (AMPERSAND, 13) or (xml[k] == 95 and k + 1 < last and xml[k + 1] == 120):
                needs = True
        begins[count], lengths[count], escaped[count] = first, last - first, needs
        count += 1
    return count
