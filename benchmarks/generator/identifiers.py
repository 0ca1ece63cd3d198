"""Numbers as the authorities issue them: Aadhaar (Verhoeff), PAN, EPIC, driving licence, fingerprint number, mobile."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
_ROTATIONS = np.array([[(a + b) % 5 for b in range(5)] for a in range(5)])
STATE_DIGITS = (7, 9, 8, 6)  # census numbers of DL, UP, RJ, HR: the first two digits of a fingerprint number
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _dihedral() -> npt.NDArray[np.int64]:
    """Multiplication table of the dihedral group of the pentagon, as in Verhoeff's scheme (1969)."""
    table = np.zeros((10, 10), dtype=np.int64)
    for a in range(10):
        for b in range(10):
            turn = (a % 5 + b % 5) % 5 if a < 5 else (a % 5 - b % 5) % 5
            table[a, b] = turn + 5 * ((a >= 5) != (b >= 5))
    return table


_TIMES = _dihedral()
_INVERSE = np.array([int(np.flatnonzero(_TIMES[a] == 0)[0]) for a in range(10)])
_STEP = np.array([1, 5, 7, 6, 2, 8, 3, 0, 9, 4])


def _permutations() -> npt.NDArray[np.int64]:
    rounds = [np.arange(10)]
    for _ in range(7):
        rounds.append(_STEP[rounds[-1]])
    return np.array(rounds)


_PERMUTE = _permutations()


def verhoeff(numbers: Ints, digits: int) -> Ints:
    """The check digit of each number of the given length."""
    check = np.zeros(len(numbers), dtype=np.int64)
    rest = numbers.copy()
    for place in range(1, digits + 1):
        check = _TIMES[check, _PERMUTE[place % 8, rest % 10]]
        rest //= 10
    return _INVERSE[check]


def aadhaar_numbers(count: int, rng: np.random.Generator) -> Ints:
    """Valid 12-digit numbers whose first digit is 2 to 9."""
    body = rng.integers(2 * 10**10, 10**11, count)
    return body * 10 + verhoeff(body, 11)


def phone_numbers(count: int, rng: np.random.Generator) -> Ints:
    """Mobile numbers; first digit 6 to 9, mostly 7 to 9."""
    head = rng.choice([6, 7, 8, 9], p=[0.15, 0.2, 0.25, 0.4], size=count)
    return head * 10**9 + rng.integers(0, 10**9, count)


def pan(seed: int, initial: str) -> str:
    """AAAPA9999A: the fourth letter is P (person), the fifth the initial of the surname or name."""
    a, b, c, last = seed % 26, seed // 26 % 26, seed // 676 % 26, seed // 17576 % 26
    return f"{LETTERS[a]}{LETTERS[b]}{LETTERS[c]}P{initial}{seed // 456976 % 10000:04d}{LETTERS[last]}"


def epic(seed: int) -> str:
    """Three letters, seven digits."""
    return f"{LETTERS[seed % 26]}{LETTERS[seed // 26 % 26]}{LETTERS[seed // 676 % 26]}{seed // 17576 % 10**7:07d}"


def licence(seed: int, state: str, office: int, year: int) -> str:
    """SSRRYYYYNNNNNNN."""
    return f"{state}{office:02d}{year}{seed % 10**7:07d}"
