"""Syllables, rarity, masks: what a person sees."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.review.evidence.masks import agreement, identifiers, mask, one_slip
from linker.review.evidence.names import one_in
from linker.review.evidence.syllables import align, syllables
from linker.schema import PERSON

CASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "syllables.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(("left", "right", "grades"), CASES)
def test_syllables_stand_under_each_other(left: str, right: str, grades: str) -> None:
    assert [p.grade for p in align(left, right)] == grades.split()


@given(st.text(alphabet="abkhsrmaeiou कखराजेशिंृ्ं़ँ0123", max_size=14))
def test_syllables_give_the_word_again(word: str) -> None:
    assert "".join(syllables(word)) == (word.lower() or word)


@given(
    st.text(alphabet="rakeshिंकमुलर्ाज", min_size=1, max_size=8), st.text(alphabet="rakeshिंकमुलर्ाज", min_size=1, max_size=8)
)
def test_nothing_is_lost_in_the_alignment(left: str, right: str) -> None:
    places = align(left, right)
    assert "".join(p.left for p in places) == left
    assert "".join(p.right for p in places) == right
    assert all(p.grade == "same" for p in align(left, left))


@pytest.mark.parametrize(("bits", "n"), [(0.0, None), (1.0, 2), (8.64, 400), (14.0, 16000), (40.0, None)])
def test_one_in_so_many(bits: float, n: int | None) -> None:
    assert one_in(bits) == n


@pytest.mark.parametrize(
    ("value", "step", "shown"),
    [
        ("FGW8808449", 0, "••••••••49"),
        ("FGW8808449", 1, "FG••••8449"),
        ("FGW8808449", 2, "FGW8808449"),
        ("123", 0, "•23"),
        ("12", 1, "••"),
    ],
)
def test_masks(value: str, step: int, shown: str) -> None:
    assert mask(value, step) == shown


def test_aadhaar_never_shows_more_than_four_digits() -> None:
    person = dict.fromkeys(PERSON.columns) | {"aadhaar": "v1:hash", "aadhaar_last4": "8175"}
    for step, (shown, more) in enumerate(
        [("•••• •••• ••75", True), ("•••• •••• 8175", False), ("•••• •••• 8175", False)]
    ):
        [masked] = identifiers(person, {"aadhaar": step})["aadhaar"]
        assert (masked.shown, masked.more) == (shown, more)


@pytest.mark.parametrize(
    ("left", "right", "sign"),
    [("AB12", "AB12", "same"), ("AB12", "AB21", "near"), ("AB12", "CD99", "differ"), ("AB12", None, "only")],
)
def test_agreement_is_told_without_showing(left: str, right: str | None, sign: str) -> None:
    blank = dict.fromkeys(PERSON.columns)
    assert agreement("pan", blank | {"pan": left}, blank | {"pan": right}) == sign


@given(st.text(alphabet="AB1", min_size=1, max_size=6), st.integers(0, 5))
def test_one_slip(text: str, at: int) -> None:
    at %= len(text)
    other = text[:at] + "Z" + text[at + 1 :]
    assert one_slip(text, other) and one_slip(text + "Z", text) and not one_slip(text, text)
