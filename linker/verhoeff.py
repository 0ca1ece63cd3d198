"""Verhoeff's check digit, the last of an Aadhaar number: does a number pass, and which valid numbers are one slip away?

The check multiplies the digits in the dihedral group of ten elements, each turned by its place from the right; a number
passes where the product is the neutral element 0. Source: J. Verhoeff, Error Detecting Decimal Codes, 1969.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Digits = npt.NDArray[np.uint8]

TIMES = np.array([
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 0, 6, 7, 8, 9, 5], [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7], [4, 0, 1, 2, 3, 9, 5, 6, 7, 8], [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2], [7, 6, 5, 9, 8, 2, 1, 0, 4, 3], [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
], dtype=np.int8)  # fmt: skip
TURN = np.array([
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4], [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
    [8, 9, 1, 6, 0, 4, 3, 5, 2, 7], [9, 4, 5, 3, 1, 2, 6, 8, 7, 0], [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
    [2, 7, 9, 3, 8, 0, 6, 4, 1, 5], [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
], dtype=np.int8)  # fmt: skip
"""The product of two digits, and what a digit becomes at a place (modulo 8) from the right."""

_INVERSE = np.argmax(TIMES == 0, axis=1).astype(np.int8)
_TURN_BACK = np.argsort(TURN, axis=1).astype(np.uint8)
_TIMES_LISTS, _TURN_LISTS = TIMES.tolist(), TURN.tolist()
_FIRST_DIGITS = (2, 9)
"""Least and greatest first digit of an Aadhaar number."""


def verhoeff(digits: Digits) -> npt.NDArray[np.bool_]:
    """Which rows of an (n, length) array of decimal digits pass the check."""
    check = np.zeros(len(digits), dtype=np.int8)
    for place in range(digits.shape[1]):
        check = TIMES[check, TURN[place % 8, digits[:, digits.shape[1] - 1 - place]]]
    passed: npt.NDArray[np.bool_] = check == 0
    return passed


def passes(number: str) -> bool:
    """Whether a string of ASCII digits passes the check."""
    check = 0
    for place, digit in enumerate(reversed(number)):
        check = _TIMES_LISTS[check][_TURN_LISTS[place % 8][ord(digit) - 48]]
    return check == 0


def near_numbers(digits: Digits) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The valid Aadhaar numbers that one wrong digit or one exchange of neighbours turns into each of the given ones.

    The check finds every such slip, so for each place exactly one other digit passes, and few exchanges do.

    Args:
        digits: (n, length), rows that fail the check.

    Returns:
        Row and number of every valid number near a row, by row and number, each once.
    """
    found = [*_one_digit(digits), *_exchanged(digits)]
    rows = np.concatenate([rows for rows, _ in found])
    numbers = np.concatenate([near for _, near in found])
    fits = (numbers[:, 0] >= _FIRST_DIGITS[0]) & (numbers[:, 0] <= _FIRST_DIGITS[1])
    powers = 10 ** np.arange(digits.shape[1] - 1, -1, -1, dtype=np.int64)
    pairs = np.unique(np.stack([rows[fits], numbers[fits].astype(np.int64) @ powers], axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1]


def _one_digit(digits: Digits) -> list[tuple[npt.NDArray[np.int64], Digits]]:
    """Every row with the one digit exchanged, at each place in turn, that makes it pass."""
    size = digits.shape[1]
    turned = np.stack([TURN[place % 8, digits[:, size - 1 - place]] for place in range(size)], axis=1)
    before = np.zeros((len(digits), size + 1), np.int8)  # product of the places below
    after = np.zeros((len(digits), size + 1), np.int8)  # product of the places from here on
    for place in range(size):
        before[:, place + 1] = TIMES[before[:, place], turned[:, place]]
    for place in range(size - 1, -1, -1):
        after[:, place] = TIMES[turned[:, place], after[:, place + 1]]
    found = []
    for place in range(size):
        needed = TIMES[_INVERSE[before[:, place]], _INVERSE[after[:, place + 1]]]
        changed = digits.copy()
        changed[:, size - 1 - place] = _TURN_BACK[place % 8, needed]
        found.append((np.arange(len(digits)), changed))
    return found


def _exchanged(digits: Digits) -> list[tuple[npt.NDArray[np.int64], Digits]]:
    """The rows that pass with two neighbouring digits exchanged, at each place in turn."""
    found = []
    for place in range(digits.shape[1] - 1):
        changed = digits.copy()
        changed[:, [place, place + 1]] = digits[:, [place + 1, place]]
        rows = np.flatnonzero(verhoeff(changed))
        found.append((rows, changed[rows]))
    return found
