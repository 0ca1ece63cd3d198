"""A stated age → years, and whether it is a guess.

`parse_age` accepts any text: '25', '25.0', '२५ वर्ष', 'लगभग 25 वर्ष', 'aged about 25', '25-30', '25 से 30 साल', '8
माह', 'नाबालिग', '35+'.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from linker.names.unicode import fold
from linker.normalise.reference import forms, rows

OLDEST = 110
"""Nobody in a police record is older; a larger number is not an age."""

ADULT = 18

LONGEST = 100
"""Characters of a cell that are looked at."""


@dataclass(frozen=True, slots=True)
class AgeReading:
    """Completed years [low, high]; `about` when the writer says so or gives a range; `year` when the cell holds a year
    of birth, `minor` when it only says that the person is below eighteen."""

    low: int | None = None
    high: int | None = None
    about: bool = False
    year: int | None = None
    minor: bool = False
    impossible: bool = False


NOTHING = AgeReading()
_TOKEN = re.compile(r"\d+(?:\.\d+)?|[a-z]+|[\u0900-\u0963\u0970-\u097f]+|[-–/+~±]")
_WIDEST_RANGE = 20


@lru_cache(maxsize=1)
def _words() -> dict[str, tuple[str, int]]:
    """Folded word of configs/reference/age_words.tsv → (what it means, number)."""
    table = rows("age_words.tsv")
    return {fold(form): (row["means"], int(row["number"])) for row in table for form in forms(row["forms"])}


def parse_age(text: str) -> AgeReading:
    """What `text` says about an age in years."""
    words = _words()
    numbers: list[int] = []
    about = months = years_named = ranged = minor = below = False
    tens = 0
    for token in _TOKEN.findall(fold(text[:LONGEST])):
        if token[0].isdecimal():
            numbers.append(int(token.split(".")[0][:6]))
            continue
        means, number = ("range", 0) if token in {"-", "–", "/"} else words.get(token, ("", 0))
        if means == "number":
            if tens and number < 10:
                numbers[-1] += number
                tens = 0
            else:
                numbers.append(number)
                tens = number if number >= 20 and number % 10 == 0 and token.isascii() else 0
        elif means == "about" or token in {"~", "+", "±"}:
            about = True
        elif means in {"months", "days"}:
            months = True
            numbers = [0] if means == "days" and numbers else numbers
        elif means == "below":
            below = True
        elif means == "years":
            years_named = True
        elif means == "range":
            ranged = ranged or bool(numbers)
        elif means == "minor":
            minor = True
    if below and numbers and 0 < numbers[0] <= ADULT:
        return AgeReading(minor=True)
    return _reading(numbers, about or below, months and not years_named, ranged) or (
        AgeReading(minor=True) if minor else NOTHING
    )


def _reading(numbers: list[int], about: bool, only_months: bool, ranged: bool) -> AgeReading | None:
    if not numbers or (numbers[0] == 0 and not only_months):
        return None
    low = numbers[0] // 12 if only_months else numbers[0]
    if 1900 <= low <= 2100:
        return AgeReading(year=low)
    if low > OLDEST:
        return AgeReading(impossible=True)
    if only_months:
        return AgeReading(low, low, about)
    if ranged and len(numbers) > 1 and abs(numbers[1] - low) <= _WIDEST_RANGE:
        return AgeReading(min(low, numbers[1]), max(low, numbers[1]), numbers[1] != low)
    return AgeReading(low, low, about)
