"""FIR numbers and sections of law, for display and for contradictions in time; never evidence that two records are one
person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from linker.names.unicode import fold
from linker.normalise.dates import DateFlag, DateReading, year_reading
from linker.normalise.reference import rows

LONGEST = 400
"""Characters of a cell that are looked at."""

_FIR = re.compile(r"(\d{1,6})\s*[/\\-]\s*(\d{4}|\d{2})(?!\d)")
_PLAIN = re.compile(r"[0-9/]{1,12}\Z")
_BARE = re.compile(r"(?<!\d)(\d{1,6})(?!\d)")
_STATION_YEAR_SERIAL = re.compile(r"(?<!\d)(\d{8})(\d{2})(\d{4,6})(?!\d)")


@dataclass(frozen=True, slots=True)
class Fir:
    """A FIR's serial in its station and year."""

    number: int
    year: int | None = None

    def __str__(self) -> str:
        return f"{self.number}/{self.year}" if self.year else str(self.number)


def parse_fir(text: str, latest: int) -> Fir | None:
    """'मु0अ0सं0 359/25', '0533/2022', '104-2012', '३३५/१५' → number and year; None where there is no number."""
    folded = text if _PLAIN.match(text) else fold(text[:LONGEST])
    match = _FIR.search(folded)
    if match:
        year = year_reading(match[2], latest)
        return Fir(int(match[1]), int(_year_of(year, match[2], latest)) if year.first is not None else None)
    match = _STATION_YEAR_SERIAL.search(folded)
    if match:
        return Fir(int(match[3]), 2000 + int(match[2]))
    match = _BARE.search(folded)
    return Fir(int(match[1])) if match else None


def _year_of(reading: DateReading, digits: str, latest: int) -> int:
    if len(digits) == 4:
        return int(digits)
    short = bool(reading.flags & DateFlag.SHORT_YEAR)
    century = latest - latest % 100
    year = century + int(digits)
    return year if not short or year <= latest else year - 100


def fir_key(district: str | None, station: str | None, fir: Fir | None) -> str | None:
    """Serials restart per station and year, so only the four together name a FIR; None where one is unknown."""
    if fir is None or fir.year is None or not station:
        return None
    return f"{district or '?'}|{station}|{fir.number}|{fir.year}"


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a law, '103(1)' of 'BNS'; `same` is its counterpart in the other code (IPC ↔ BNS), if any."""

    law: str
    number: str
    same: str | None = None

    def __str__(self) -> str:
        return f"{self.number} {self.law}"


_SECTION = re.compile(r"\d{1,3}[a-z]{0,2}(?:\(\d{1,2}\)|\([a-z]\)){0,3}")
_LAW = re.compile(r"[a-z\u0900-\u0963\u0970-\u097f][a-z.\u0900-\u0963\u0970-\u097f]*")
_PART = re.compile(r"[,;+&]|\band\b|(?:^|\s)व(?=\s)|एवं|तथा")


@lru_cache(maxsize=1)
def _laws() -> dict[str, str]:
    return {fold(form): row["law"] for row in rows("laws.tsv") for form in row["forms"].split("|")}


@lru_cache(maxsize=1)
def _counterparts() -> dict[tuple[str, str], str]:
    """(law, section) → section of the other code."""
    found: dict[tuple[str, str], str] = {}
    for row in rows("ipc_bns.tsv"):
        found.setdefault(("IPC", row["ipc"]), row["bns"])
        found.setdefault(("BNS", row["bns"]), row["ipc"])
    return found


def parse_sections(text: str, default: str = "IPC") -> list[Section]:
    """'498A, 3/4 Gambling Act', '21/22 NDPS Act, 376', '103(1) BNS' → sections in order, each once.

    A law named anywhere in a comma-separated part holds for that part; a part without one is of `default`.
    """
    found: list[Section] = []
    for part in _PART.split(fold(text[:LONGEST])):
        law = next((name for form, name in _laws().items() if form in part), default)
        for number in _SECTION.findall(part):
            canonical = number.upper()
            section = Section(law, canonical, _counterparts().get((law, canonical)))
            if section not in found:
                found.append(section)
    return found
