"""Headers of Parquet pages that only an enemy writes."""

from __future__ import annotations

from mmap import mmap
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.records.pages import pages


def mapped(content: bytes) -> mmap:
    file = mmap(-1, max(len(content), 1))
    file[: len(content)] = content
    return file


def page(kind: int, values: int, size: int = 0) -> bytes:
    """A header without anything behind it: kind, unpacked and packed size, then (values, encoding)."""
    signed = [(n << 1) ^ (n >> 63) for n in (kind, size, 0, values, 0)]
    numbers = [bytes([n]) if n < 128 else bytes([n & 127 | 128, n >> 7]) for n in signed]
    field = b"\x2c" if kind == 0 else b"\x4c"  # field 5 or 7, behind field 3
    return b"\x15" + b"\x15".join(numbers[:3]) + field + b"\x15" + numbers[3] + b"\x15" + numbers[4] + b"\x00\x00"


def test_a_page_is_what_its_header_says() -> None:
    content = page(2, 3, 10) + page(0, 50, 60)
    assert [p[:3] for p in pages(mapped(content), 0, len(content))] == [(True, 10, 3), (False, 60, 50)]


@pytest.mark.parametrize(
    ("header", "what"),
    [
        (b"\x19" * 5000, "too deep"),
        (b"\x1c" * 5000, "too deep"),
        (b"\x19\xf7" + b"\xff" * 8 + b"\x7f" + bytes(40), "cut short"),  # a list of 2^63 numbers
        (b"\x18\xff\xff\xff\xff\x7f" + bytes(40), "cut short"),
        (page(0, -50), "-50 values"),
        (page(0, 50, -60), "-60 bytes"),
    ],
    ids=[
        "lists in lists",
        "structures in structures",
        "endless list",
        "endless text",
        "negative count",
        "negative size",
    ],
)
def test_a_header_that_no_writer_writes_is_damage(header: bytes, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        list(pages(mapped(header), 0, len(header)))


@pytest.mark.parametrize("begin", [-1, -10, 10, 2**40])
def test_a_place_outside_the_file(begin: int) -> None:
    with pytest.raises(ValueError, match="cut short"):
        list(pages(mapped(page(0, 5)[:10]), begin, begin + 1))


@given(st.binary(max_size=200), st.integers(-300, 300), st.integers(-300, 300))
def test_any_bytes_are_pages_or_damage(content: bytes, begin: int, end: int) -> None:
    found: list[Any] = []
    try:
        found.extend(pages(mapped(content), begin, end))
    except ValueError:
        return
    assert all(p.size >= 0 and p.values >= 0 for p in found)
