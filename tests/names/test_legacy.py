"""Kruti Dev: the cases of legacy.tsv, round trips, and which cells are taken for legacy text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.errors import ModelError
from linker.names.legacy import decode, decode_array, detect, encode, to_unicode
from linker.names.legacy.detect import LegacyDetector
from linker.names.unicode import clean

LINES = (Path(__file__).parent / "legacy.tsv").read_text(encoding="utf-8").splitlines()
CASES = [line.split("\t") for line in LINES if not line.startswith("#")]
CONSONANT = st.sampled_from(list("कखगघचछजझटठडढणतथदधनपफबभमयरलवशषसह"))
CLUSTER = st.lists(CONSONANT, min_size=1, max_size=3).map("्".join)
SYLLABLE = st.tuples(CLUSTER, st.sampled_from(["", *"ािीुूृेैोौ"]), st.sampled_from(["", "ं", "ँ"])).map("".join)
WORD = st.lists(SYLLABLE | st.sampled_from(list("अआइईउऊएऐओऔ")), min_size=1, max_size=5).map("".join)


@pytest.mark.parametrize(("legacy", "shown", "why"), CASES)
def test_case(legacy: str, shown: str, why: str) -> None:
    assert clean(decode(legacy)) == clean(shown), why


@given(WORD)
@settings(max_examples=2000, deadline=None)
def test_round_trip(word: str) -> None:
    assert clean(decode(encode(word))) == clean(word)


@given(st.text(max_size=40))
@settings(max_examples=500, deadline=None)
def test_any_text_is_decoded_and_encoded(text: str) -> None:
    assert isinstance(decode(text), str)
    assert isinstance(encode(text), str)


def test_columns() -> None:
    column = pa.chunked_array([["jes'k dqekj", None], ["", "jes'k"]])
    assert decode_array(column).to_pylist() == ["रमेश कुमार", None, "", "रमेश"]
    assert decode_array(pa.array([], pa.string())).to_pylist() == []


LEGACY = ["jes'k dqekj", "iq= Jh jke ujs'k", 'lUrks"k lkguh', "eksgEen bjQku", "jktsUnz flag", "vatyh nsoh"]
PLAIN = [
    "Ramesh Kumar",
    "RAJENDRA SINGH",
    "Mohd Irfan S/o Late Sh. Rafiq",
    "H.NO. 57, GALI NO. 12, SURAJ PARK",
    "NA",
    "R K Singh",
]


def test_legacy_and_plain_are_told_apart() -> None:
    assert detect(pa.array(LEGACY)).legacy.all()
    assert not detect(pa.array(PLAIN)).legacy.any()
    mixed = detect(pa.array(LEGACY + PLAIN))
    assert mixed.legacy.tolist() == [True] * len(LEGACY) + [False] * len(PLAIN)
    assert 0.4 < mixed.share < 0.6


def test_unicode_numbers_and_blanks_are_never_legacy() -> None:
    texts = pa.array(["रमेश", "रमेश jes'k", "12/2019", "2009-04-07 00:00", "", None, "---"])
    assert not detect(texts).legacy.any()


def test_the_column_decides_about_a_doubtful_cell() -> None:
    doubtful = "len"  # समद or a Latin word
    alone = detect(pa.array([doubtful, *PLAIN * 20])).legacy[0]
    among = detect(pa.array([doubtful, *LEGACY]), np.array([1, *[50] * len(LEGACY)])).legacy[0]
    assert (alone, among) == (False, True)


def test_conversion_keeps_rows_and_says_which_were_legacy() -> None:
    column = pa.chunked_array([["jes'k dqekj", None, "रमेश"], ["jes'k dqekj", "12"]])
    text, legacy = to_unicode(column)
    assert text.to_pylist() == ["रमेश कुमार", None, "रमेश", "रमेश कुमार", "12"]
    assert legacy.to_pylist() == [True, False, False, True, False]


def test_a_model_of_another_shape_is_refused() -> None:
    with pytest.raises(ModelError, match="does not fit"):
        LegacyDetector(np.zeros((2, 2, 2), np.int8))
