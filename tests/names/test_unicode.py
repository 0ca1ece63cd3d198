"""Properties of `clean` and `fold` over all of Unicode, and the cases of unicode.tsv."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.names.unicode import Script, clean, clean_array, fold, fold_array, script, script_array

CASES = list(
    csv.reader((Path(__file__).parent / "unicode.tsv").open(encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE)
)
ANY = st.text(max_size=30)
DEVANAGARI = st.text(
    st.sampled_from([chr(c) for c in range(0x0900, 0x0980)] + list(" 0aZ.:-\u200d\u200c")), max_size=20
)


@pytest.mark.parametrize(("left", "right", "why"), [c for c in CASES if c and not c[0].startswith("#")])
def test_same_when_folded(left: str, right: str, why: str) -> None:
    assert fold(left.encode().decode("unicode_escape") if "\\u" in left else left) == fold(right), why


@given(ANY | DEVANAGARI)
@settings(max_examples=3000, deadline=None)
def test_both_are_idempotent(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert fold(fold(text)) == fold(text)
    assert fold(clean(text)) == fold(text)


@given(ANY | DEVANAGARI)
@settings(max_examples=1000, deadline=None)
def test_clean_is_normal_and_visible(text: str) -> None:
    cleaned = clean(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == " ".join(cleaned.split())
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in cleaned)


@given(ANY | DEVANAGARI)
@settings(max_examples=1000, deadline=None)
def test_composed_and_decomposed_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


def test_every_single_character() -> None:
    for code in range(0x110000):
        character = chr(code)
        cleaned = clean(f"a{character}b")
        if unicodedata.category(character) in {"Cc", "Cf", "Cs"}:
            assert cleaned == ("a b" if character.isspace() else "ab"), hex(code)
        assert unicodedata.is_normalized("NFC", cleaned), hex(code)
        if code < 0x30000:
            once = fold(character)
            assert fold(once) == once, hex(code)


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("Ram", Script.LATIN), ("Ünal", Script.LATIN), ("राम", Script.DEVANAGARI), ("राम-2", Script.DEVANAGARI),
        ("मो॰", Script.DEVANAGARI), ("Ramराम", Script.MIXED), ("12", Script.OTHER), ("०", Script.OTHER),
        ("иван", Script.OTHER), ("", Script.OTHER),
    ],
)  # fmt: skip
def test_script(token: str, expected: Script) -> None:
    assert script(token) == expected


def test_different_sounds_stay_different() -> None:
    assert fold("रजा") != fold("रज़ा")
    assert fold("सिन्हा") != fold("सिंहा")
    assert fold("राम") != fold("रामा")
    assert fold("सुनील") != fold("सुनिल")


def test_columns_keep_nulls_and_order() -> None:
    column = pa.chunked_array([["  राम\u200d ", None], ["RAM", "राम"]])
    assert clean_array(column).to_pylist() == ["राम", None, "RAM", "राम"]
    assert fold_array(column).to_pylist() == ["राम", None, "ram", "राम"]
    assert script_array(column).to_pylist() == [2, None, 1, 2]
    assert fold_array(pa.chunked_array([], pa.string())).to_pylist() == []
