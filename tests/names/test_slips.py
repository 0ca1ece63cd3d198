"""One slip of the keyboard, behind the ways in which one name is spelled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.names.evidence import Slip
from linker.names.slips import devanagari_slips, fold_spelling, latin_slips

LATIN = [
    ("arun", "aurn", Slip.SWAP), ("rajesh", "rejesh", Slip.VOWEL), ("mahendra", "mahenra", Slip.LETTER),
    ("sunil", "suneel", Slip.REGIONAL), ("iqbal", "ikbal", Slip.REGIONAL), ("ramesh", "suresh", Slip.NONE),
    ("sonu", "monu", Slip.NONE), ("amit", "anit", Slip.NONE), ("rakesh", "rakesh", Slip.REGIONAL),
]  # fmt: skip
DEVANAGARI = [
    ("शिव", "शिब", Slip.REGIONAL), ("सुरेश", "शुरेश", Slip.REGIONAL), ("महावीर", "महावर", Slip.VOWEL),
    ("संतोष", "संतूष", Slip.VOWEL), ("मनीनाथ", "मतीनाथ", Slip.LETTER), ("राम", "श्याम", Slip.NONE),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right", "slip"), LATIN)
def test_latin(left: str, right: str, slip: Slip) -> None:
    assert latin_slips([[left], [right]], np.zeros(1, np.bool_)).tolist() == [slip]


@pytest.mark.parametrize(("left", "right", "slip"), DEVANAGARI)
def test_devanagari(left: str, right: str, slip: Slip) -> None:
    assert devanagari_slips([[left], [right]]).tolist() == [slip]


def test_vowels_of_a_guessed_spelling_may_be_read_either_way() -> None:
    words = [["desraj"], ["disraj"]]
    assert latin_slips(words, np.zeros(1, np.bool_)).tolist() == [Slip.VOWEL]
    assert latin_slips(words, np.ones(1, np.bool_)).tolist() == [Slip.REGIONAL]


WORDS = st.text("aeimnorshkbvp", min_size=1, max_size=8)


@given(WORDS, WORDS)
def test_either_way_round(left: str, right: str) -> None:
    here = np.zeros(1, np.bool_)
    assert latin_slips([[left], [right]], here).tolist() == latin_slips([[right], [left]], here).tolist()


@given(WORDS)
def test_folding_is_stable(word: str) -> None:
    once = fold_spelling(word)
    assert len(once) <= len(word)
    assert latin_slips([[word], [word]], np.zeros(1, np.bool_)).tolist() == [Slip.REGIONAL]
