"""What the pages of a Parquet column unpack to, by their own headers.

A file's footer may say anything about its columns: readers use it to find pages, not to check them. A page's header cannot understate it:
the reader unpacks exactly so many bytes and so many values, or fails. Format: Apache Parquet, parquet.thrift (`PageHeader`), in Thrift's
compact protocol.
"""

from __future__ import annotations

from collections.abc import Iterator
from mmap import mmap
from typing import NamedTuple

DICTIONARY_PAGE, DATA_PAGE, DATA_PAGE_2 = 2, 0, 3
HEADERS = {DATA_PAGE: 5, DICTIONARY_PAGE: 7, DATA_PAGE_2: 8}
"""Field of `PageHeader` that describes pages of a type."""
TO_DICTIONARY = frozenset({2, 8})
"""Encodings whose values are places in the column's dictionary (PLAIN_DICTIONARY, RLE_DICTIONARY)."""
TO_BEFORE = 7
"""The encoding whose values repeat the beginning of the one before (DELTA_BYTE_ARRAY)."""
DEEPEST = 8
"""Structures and lists inside one another; a page's header has three."""
CUT, TOO_DEEP = "a page's header is cut short", "a page's header is too deep"

Fields = dict[int, object]


class Page(NamedTuple):
    """One page: `size` in bytes once unpacked, `values` in it (null ones included), how they are encoded."""

    is_dictionary: bool
    size: int
    values: int
    encoding: int


def pages(file: mmap, begin: int, end: int) -> Iterator[Page]:
    """The pages between two places of a file, in order.

    Raises:
        ValueError: what stands there are no pages.
    """
    at = begin
    while at < end:
        header, at = _structure(file, at)
        kind, size, packed = (_number(header, field) for field in (1, 2, 3))
        if size < 0 or packed < 0:
            raise ValueError(f"a page of {min(size, packed)} bytes")
        at += packed
        if kind in HEADERS:
            described = header.get(HEADERS[kind])
            if not isinstance(described, dict):
                raise ValueError("a page that is not described")
            values, encoding = _number(described, 1), _number(described, 4 if kind == DATA_PAGE_2 else 2)
            if values < 0:  # which would make up for another page's
                raise ValueError(f"a page of {values} values")
            yield Page(kind == DICTIONARY_PAGE, size, values, encoding)


def _number(fields: Fields, which: int) -> int:
    value = fields.get(which)
    if not isinstance(value, int):
        raise ValueError(f"a page's header without its field {which}")
    return value


def _structure(file: mmap, at: int, depth: int = 0) -> tuple[Fields, int]:
    """Numbers and structures of a Thrift structure by field, and where it ends; texts and lists are passed over."""
    if depth > DEEPEST:
        raise ValueError(TOO_DEEP)
    fields: Fields = {}
    number = 0
    while True:
        head, at = _byte(file, at)
        kind = head & 15
        if kind == 0:
            return fields, at
        if head >> 4:
            number += head >> 4
        else:
            number, at = _signed(file, at)
        fields[number], at = (kind == 1, at) if kind in (1, 2) else _value(file, at, kind, depth)


def _value(file: mmap, at: int, kind: int, depth: int) -> tuple[object, int]:
    if kind == 3:
        return _byte(file, at)
    if kind in (4, 5, 6):
        return _signed(file, at)
    if kind == 7:
        return None, _past(file, at, 8)
    if kind == 8:
        length, at = _varint(file, at)
        return None, _past(file, at, length)
    if kind in (9, 10):
        return None, _past_list(file, at, depth + 1)
    if kind == 12:
        return _structure(file, at, depth + 1)
    raise ValueError(f"a page's header holds a field of type {kind}")


def _past(file: mmap, at: int, length: int) -> int:
    if at + length > len(file):  # a list may claim any number of them
        raise ValueError(CUT)
    return at + length


def _past_list(file: mmap, at: int, depth: int) -> int:
    if depth > DEEPEST:
        raise ValueError(TOO_DEEP)
    head, at = _byte(file, at)
    count = head >> 4
    if count == 15:
        count, at = _varint(file, at)
    for _ in range(count):
        kind = head & 15
        _, at = _byte(file, at) if kind in (1, 2) else _value(file, at, kind, depth)
    return at


def _byte(file: mmap, at: int) -> tuple[int, int]:
    if not 0 <= at < len(file):
        raise ValueError(CUT)
    return file[at], at + 1


def _varint(file: mmap, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte, at = _byte(file, at)
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise ValueError("a number of a page's header has no end")


def _signed(file: mmap, at: int) -> tuple[int, int]:
    value, at = _varint(file, at)
    return (value >> 1) ^ -(value & 1), at
