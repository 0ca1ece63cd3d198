"""One slip of the keyboard, behind the ways in which one name is spelled."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from linker.names.slips import Slip, devanagari_slip, folded_of, latin_slip, letters_of

LATIN = [
    ("arun", "aurn", Slip.SWAP), ("rajesh", "rejesh", Slip.VOWEL), ("mahendra", "mahenra", Slip.LETTER),
    ("sunil", "suneel", Slip.REGIONAL), ("iqbal", "ikbal", Slip.REGIONAL), ("ramesh", "suresh", Slip.NONE),
    ("sonu", "monu", Slip.NONE), ("amit", "anit", Slip.NONE), ("rakesh", "rakesh", Slip.REGIONAL),
]  # fmt: skip
DEVANAGARI = [
    ("शिव", "शिब", Slip.REGIONAL), ("सुरेश", "शुरेश", Slip.REGIONAL), ("महावीर", "महावर", Slip.VOWEL),
    ("संतोष", "संतूष", Slip.VOWEL), ("मनीनाथ", "मतीनाथ", Slip.LETTER), ("राम", "श्याम", Slip.NONE),
]  # fmt: skip


def folded(word: str) -> str:
    return folded_of([word])[0].tobytes().decode("utf-32-le")


def in_latin(left: str, right: str, *, across: bool = False) -> Slip:
    return Slip(latin_slip(folded_of([left])[0], folded_of([right])[0], across))


@pytest.mark.parametrize(("left", "right", "slip"), LATIN)
def test_latin(left: str, right: str, slip: Slip) -> None:
    assert in_latin(left, right) is slip


@pytest.mark.parametrize(("left", "right", "slip"), DEVANAGARI)
def test_devanagari(left: str, right: str, slip: Slip) -> None:
    assert Slip(devanagari_slip(letters_of([left])[0], letters_of([right])[0])) is slip


def test_vowels_of_a_guessed_spelling_may_be_read_either_way() -> None:
    assert in_latin("desraj", "disraj") is Slip.VOWEL
    assert in_latin("desraj", "disraj", across=True) is Slip.REGIONAL


def test_long_vowels_aspirates_and_letters_of_one_sound_are_folded() -> None:
    assert folded("Sheela") == folded("Shila") == folded("SILA")
    assert folded("Iqbal") == folded("Ikbal")
    assert folded("Mohan") != folded("Sohan")


WORDS = st.text("aeimnorshkbvp", min_size=1, max_size=8)


@given(WORDS, WORDS)
def test_either_way_round(left: str, right: str) -> None:
    assert in_latin(left, right) is in_latin(right, left)


@given(WORDS, WORDS)
def test_a_slip_is_one_step(left: str, right: str) -> None:
    """The distance is told by another program; equal words are seen before."""
    vague = [folded(word).replace("e", "i").replace("o", "u") for word in (left, right)]
    if vague[0] != vague[1]:
        assert in_latin(left, right) is Slip.NONE or OSA.distance(*vague) == 1


@given(WORDS)
def test_folding_is_stable(word: str) -> None:
    assert len(folded(word)) <= len(word)
    assert in_latin(word, word) is Slip.REGIONAL


@given(st.lists(WORDS, max_size=5))
def test_words_are_folded_one_by_one(words: list[str]) -> None:
    points, start = folded_of(words)
    text = points.tobytes().decode("utf-32-le")
    assert [text[a:b] for a, b in itertools.pairwise(start.tolist())] == [folded(word) for word in words]
