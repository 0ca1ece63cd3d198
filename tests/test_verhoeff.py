"""Verhoeff's check, over columns and single numbers, and the numbers one slip away."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linker.verhoeff import near_numbers, passes, verhoeff

NUMBERS = st.lists(st.text("0123456789", min_size=12, max_size=12), min_size=1, max_size=20)


def digits(numbers: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    return np.array([[int(c) for c in number] for number in numbers], dtype=np.uint8).reshape(-1, 12)


@given(NUMBERS)
def test_verhoeff_of_columns_and_of_single_numbers(numbers: list[str]) -> None:
    assert verhoeff(digits(numbers)).tolist() == [passes(number) for number in numbers]


@given(st.from_regex(r"\A[2-9][0-9]{11}\Z"), st.integers(0, 11), st.integers(1, 9))
def test_every_slip_of_one_digit_leads_back(number: str, place: int, step: int) -> None:
    if passes(number):
        wrong = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]
        assert not passes(wrong)
        assert int(number) in near_numbers(digits([wrong]))[1].tolist()


@given(NUMBERS)
def test_near_numbers_are_those_that_trying_all_slips_finds(numbers: list[str]) -> None:
    failing = [number for number in numbers if not passes(number)]
    expected = []
    for row, number in enumerate(failing):
        tried = {number[:i] + d + number[i + 1 :] for i in range(12) for d in "0123456789"}
        tried |= {number[:i] + number[i + 1] + number[i] + number[i + 2 :] for i in range(11)}
        expected += sorted((row, int(near)) for near in tried if near[0] in "23456789" and passes(near))
    rows, near = near_numbers(digits(failing))
    assert list(zip(rows.tolist(), near.tolist(), strict=True)) == expected
