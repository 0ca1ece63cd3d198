"""Readable cells, placeholders, and masking of long numbers."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.normalise.cells import mask_long_numbers, readable, readable_lists, stated
from linker.normalise.markup import without_markup

NOTHING = ["अज्ञात", "नामालूम", "ना मालूम", "NA", "n/a", "N.A.", "-", "--", ".", "UNKNOWN", "Unknown Person", "0", "0000000000", "9999999999",
           "999999999999", "1111 1111 1111", "xxx", "XXXXXX", "(अज्ञात)", "01-01-1900", "?", "अज्ञात।", " "]  # fmt: skip
SOMETHING = [
    "राम",
    "Na Ra",
    "Nanak",
    "9876543210",
    "अज्ञात कुमार",
    "XXXX-XXXX-1234",
    "99999",
    "10",
    "O",
    "अ",
    "Nil Kumar",
    "None such",
]


@pytest.mark.parametrize("text", NOTHING)
def test_placeholders_are_empty(text: str) -> None:
    assert readable(pa.array([text])).to_pylist() == [None]


@pytest.mark.parametrize("text", SOMETHING)
def test_statements_are_kept(text: str) -> None:
    assert stated(pa.array([text])).to_pylist() == [text]


@given(st.lists(st.none() | st.text(max_size=12), max_size=8))
def test_readable_is_clean(texts: list[str | None]) -> None:
    texts = [None if t is None else t.encode("utf-8", "ignore").decode() for t in texts]
    for text, found in zip(texts, readable(pa.array(texts, pa.string())).to_pylist(), strict=True):
        assert found is None or (text is not None and found == without_markup(text))


def test_lists_lose_only_entries_that_say_nothing() -> None:
    column = pa.chunked_array([[["कालू", "NA", None, " भूरा "], [], None], [["-"], ["x"]]], pa.list_(pa.string()))
    assert readable_lists(column).to_pylist() == [["कालू", "भूरा"], None, None, None, ["x"]]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("आधार 123456789012 है", "आधार XXXX-XXXX-9012 है"),
        ("1234 5678 9012", "XXXX-XXXX-9012"),
        ("1234-5678-9012-3456", "XXXX-XXXX-3456"),
        ("१२३४ ५६७८ ९०१२", "XXXX-XXXX-९०१२"),
        ("9876543210", "9876543210"),
        ("12/2019 34", "12/2019 34"),
        ("420/467/468/471 IPC", "420/467/468/471 IPC"),
        ("1234/5678/9012", "XXXX-XXXX-9012"),
        (None, None),
    ],
)
def test_long_numbers_are_masked(text: str | None, masked: str | None) -> None:
    assert mask_long_numbers(pa.array([text, "x"])).to_pylist() == [masked, "x"]


@given(st.lists(st.none() | st.text(st.sampled_from("0123456789०९ -./aक"), max_size=40), min_size=1))
def test_no_number_of_twelve_digits_is_left(texts: list[str | None]) -> None:
    sections = re.compile(r"(?<![0-9])[0-9]{1,3}(?:/[0-9]{1,3}){3,}")
    for found in mask_long_numbers(pa.array(texts, pa.string())).to_pylist():
        text = found and sections.sub("#", found)
        assert text is None or not re.search(
            r"[0-9०-९]{12}", re.sub(r"[ .\-/]", "", re.sub(r"[ .\-/]{3,}", "#", text)).replace("XXXX", "#")
        )


def test_lists_are_masked_in_place() -> None:
    column = pa.array([["a", "123456789012"], None, []])
    assert mask_long_numbers(column).to_pylist() == [["a", "XXXX-XXXX-9012"], None, []]
