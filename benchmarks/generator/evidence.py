"""What records state besides names: ages, dates, numbers, marks; sparse, rounded, mistyped, borrowed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt

from . import identifiers
from .events import NO_DAY, Records, years
from .geography import STATES, geography
from .lexicon import lexicon
from .naming import GIVEN, SURNAME
from .romanise import romanise
from .tables import rows
from .world import People

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

BORROWED = 0.003  # share of stated numbers that belong to somebody else


@dataclass(frozen=True)
class Rates:
    """Shares of records of a source that fill a field."""

    age: float
    dob: float
    phone: float
    aadhaar: float
    pan: float
    epic: float
    licence: float
    nfn: float
    height: float
    mark: float
    alias: float
    tehsil: float = 0.0
    """share of addresses outside Delhi that state the tehsil"""


def among(known: Bools, share: float) -> float:
    """The chance to state a known value so that `share` of all records state one."""
    return share / max(0.01, float(known.mean())) if len(known) else 0.0


class Evidence:
    """Stated values of one source's records; empty text or -1 where nothing is stated."""

    def __init__(self, people: People, records: Records, rates: Rates, rng: np.random.Generator) -> None:
        self.people, self.records, self.rates, self.rng = people, records, rates, rng
        self.text_rng = Random(int(rng.integers(1 << 62)))
        self.count = len(records)

    def _fill(self, share: float) -> Bools:
        return self.rng.random(self.count) < share

    def ages(self) -> Ints:
        """Stated ages in years at the arrest, often rounded to five; -1: none."""
        rng, people, records = self.rng, self.people, self.records
        exact = (records.arrest_day - people.birth[records.person]) / 365.25
        heard = exact + 0.7 * people.age_slip[records.person] + rng.normal(0, 1.3, self.count)
        gross = rng.random(self.count) < 0.012
        heard = np.where(gross, exact + rng.normal(0, 8, self.count), heard)
        age = np.where(rng.random(self.count) < 0.36, 5 * np.round(heard / 5), np.floor(heard)).astype(np.int64)
        return np.where(self._fill(self.rates.age), np.clip(age, 7, 90), -1)

    def births(self) -> Ints:
        """Stated birth dates (days), many of them 1 January of the year that was told; NO_DAY: none."""
        rng, people, records = self.rng, self.people, self.records
        birth = people.birth[records.person].copy()
        year_error = np.round(0.6 * people.age_slip[records.person]).astype(np.int64)
        rough = people.jan_first[records.person] & (rng.random(self.count) < 0.97) | (rng.random(self.count) < 0.02)
        again = np.where(rng.random(self.count) < 0.12, rng.normal(0, 1.5, self.count), 0)  # told anew
        told = years(birth) + np.where(rough, year_error + np.round(again).astype(np.int64), 0)
        slip = rng.random(self.count) < 0.018
        told = told + np.where(slip, rng.choice([-10, -2, -1, 1, 1, 2, 10], self.count), 0)
        day_of_year = birth - np.datetime64("1970").astype("datetime64[D]").astype(np.int64) - _new_year(years(birth))
        other = rng.random(self.count) < 0.015
        day_of_year = np.where(other, rng.integers(0, 364, self.count), day_of_year)
        stated = _new_year(told) + np.where(rough, 0, day_of_year)
        return np.where(self._fill(self.rates.dob), stated, NO_DAY)

    def phones(self, placeholders: tuple[str, ...], share: float) -> Texts:
        """Ten digits, a placeholder, or ''."""
        rng, people, records = self.rng, self.people, self.records
        person = records.person
        later = records.arrest_day >= people.phone_until[person]
        later ^= rng.random(self.count) < 0.04  # an old number told, or the second of two telephones
        number = np.where(later, people.next_phone[person], people.phone[person])
        number = np.where(rng.random(self.count) < 0.16, identifiers.phone_numbers(self.count, rng), number)
        borrowed = rng.random(self.count) < 0.02
        number = np.where(borrowed, rng.permutation(number), number)
        fill = (number > 0) & self._fill(among(number > 0, self.rates.phone))
        text = np.where(fill, number, 0).astype(str).astype(object)
        text[~fill] = ""
        self._mistype(text, np.flatnonzero(fill & (rng.random(self.count) < 0.035)))
        return self._placeholders(text, fill, placeholders, share)

    def numbers(self, field: str) -> Texts:
        """Stated Aadhaar or fingerprint numbers as digits, or ''."""
        people, records, rng = self.people, self.records, self.rng
        values: Ints = getattr(people, field)[records.person]
        share = {"aadhaar": self.rates.aadhaar, "nfn": self.rates.nfn}[field]
        known = values >= 0
        fill = known & self._fill(among(known, share))
        if field == "aadhaar":
            fill &= records.arrest_day > np.datetime64("2012-01-01").astype(int)
            text = values.astype(str).astype(object)
        else:
            state = np.array(identifiers.STATE_DIGITS)[people.state[records.person]]
            text = (state * 10**8 + values).astype(str).astype(object)
            text = "0" + text
        text[~fill] = ""
        self._borrow(text, fill, BORROWED)
        self._mistype(text, np.flatnonzero(fill & (rng.random(self.count) < 0.03)))
        return text

    def documents(self, field: str) -> Texts:
        """Stated PAN, EPIC or licence numbers, or ''."""
        people, records, rng = self.people, self.records, self.rng
        seeds: Ints = getattr(people, field)[records.person]
        known = seeds >= 0
        fill = known & self._fill(among(known, getattr(self.rates, field)))
        text = np.full(self.count, "", dtype=object)
        at = np.flatnonzero(fill)
        text[at] = [self._document(field, int(row), int(seeds[row])) for row in at]
        self._borrow(text, fill, BORROWED)
        self._mistype(text, np.flatnonzero(fill & (rng.random(self.count) < 0.03)))
        return text

    def _document(self, field: str, row: int, seed: int) -> str:
        if field == "epic":
            return identifiers.epic(seed)
        person = int(self.records.person[row])
        if field == "licence":
            district = geography().districts[int(self.people.district[person])]
            turned_18 = 1970 + (int(self.people.birth[person]) + 6575) // 365
            return identifiers.licence(
                seed, STATES[district.state], district.rto, min(2024, max(1985, turned_18 + seed % 12))
            )
        word = int(self.people.name[person, SURNAME])
        word = word if word >= 0 else int(self.people.name[person, GIVEN])
        return identifiers.pan(seed, _INITIALS[word])

    def heights(self) -> Ints:
        """Stated heights in cm; -1: none."""
        height = self.people.height[self.records.person] + np.round(self.rng.normal(0, 1.6, self.count)).astype(int)
        return np.where(self._fill(self.rates.height), height, -1)

    def marks(self) -> list[list[int]]:
        """Numbers of the marks stated, none, one or two per record."""
        people, person = self.people, self.records.person
        known = people.mark[person] >= 0
        fill = self._fill(among(known, self.rates.mark))
        other = people.mark2[person] >= 0
        swap = other & (self.rng.random(self.count) < 0.4)
        first = np.where(fill & known, np.where(swap, people.mark2[person], people.mark[person]), -1)
        both = (first >= 0) & other & (self.rng.random(self.count) < 0.2)
        second = np.where(both, np.where(swap, people.mark[person], people.mark2[person]), -1)
        pick = MARK_OF
        return [
            []
            if a < 0
            else [pick[a % len(pick)]]
            if b < 0 or pick[a % len(pick)] == pick[b % len(pick)]
            else [pick[a % len(pick)], pick[b % len(pick)]]
            for a, b in zip(first.tolist(), second.tolist(), strict=True)
        ]

    def sections(self) -> list[str]:
        """One or two sections of law per record."""
        first = self.rng.integers(0, len(SECTIONS), self.count).tolist()
        second = self.rng.integers(0, len(SECTIONS) * 17 // 5, self.count).tolist()
        return [
            SECTIONS[a] if b >= len(SECTIONS) or a == b else f"{SECTIONS[a]}, {SECTIONS[b]}"
            for a, b in zip(first, second, strict=True)
        ]

    def sexes(self, male: str, female: str, missing: float = 0.018) -> list[str]:
        """The stated sex; some missing, few wrong."""
        wrong = self.rng.random(self.count) < 0.003
        sex = np.where(self.people.female[self.records.person] ^ wrong, female, male).astype(object)
        sex[self.rng.random(self.count) < missing] = ""
        return list(sex)

    def _borrow(self, text: Texts, fill: Bools, share: float) -> None:
        """Some people state a number that belongs to somebody else."""
        owners = np.flatnonzero(fill)
        takers = owners[self.rng.random(len(owners)) < share]
        text[takers] = text[self.rng.permutation(owners)[: len(takers)]]

    def _placeholders(self, text: Texts, fill: Bools, placeholders: tuple[str, ...], share: float) -> Texts:
        empty = np.flatnonzero(~fill & (self.rng.random(self.count) < share))
        text[empty] = self.rng.choice(np.array(placeholders, dtype=object), len(empty))
        return text

    def _mistype(self, text: Texts, where: Ints) -> None:
        for row in where:
            text[row] = mistype(text[row], self.text_rng)


def mistype(text: str, rng: Random) -> str:
    """One wrong, swapped or lost character in a number."""
    if len(text) < 4:
        return text
    place = rng.randrange(2, len(text) - 1)
    kind = rng.random()
    if kind < 0.65:
        sign = text[place]
        other = str(rng.randrange(10)) if sign.isdigit() else rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return text[:place] + other + text[place + 1 :]
    if kind < 0.92:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text[:place] + text[place + 1 :]


def _new_year(year: Ints) -> Ints:
    return (year - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)


def _initials() -> list[str]:
    return [((token.latin or (romanise(token.deva[0]),))[0][:1] or "X").upper() for token in lexicon().tokens]


_INITIALS = _initials()
MARKS = rows("marks")
MARK_OF = [number for number, row in enumerate(MARKS) for _ in range(int(row["share"]))]
SECTIONS = [row["section"] for row in rows("sections")]
