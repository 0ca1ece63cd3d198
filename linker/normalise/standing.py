"""Where a person stands with the law, as a clerk writes it: 'in JC, Distt Jail Agra since 12.03.2019', 'फरार', 'मृत्यु दिनांक 3/4/2018',
'जेल में 1.1.2019 से 4.6.2020 तक, अब जमानत पर'.

`parse_standing` accepts any text. It reads piece by piece (commas, 'and', 'now'); the last piece that says something is where the person
stands, but death outlasts everything. Of custody it keeps the days and the place, where they are stated: only whole dates with four digits
of the year count, because vetoes are built on them. What stands beside a word of denial says nothing, nor does a piece that speaks of
somebody else (a father's death, a brother in jail), of an offence (dowry death) or of a paper (an expired licence).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from linker.names.unicode import fold
from linker.normalise.dates import DateFlag, Precision, month_names, parse_date
from linker.normalise.prisons import prison_in
from linker.normalise.reference import forms, rows

LONGEST = 300
"""Characters of a cell that are looked at."""


class Standing(StrEnum):
    """What a cell says of a person."""

    DEAD = "dead"
    ABSCONDING = "absconding"
    BAIL = "bail"
    RELEASED = "released"
    CUSTODY = "custody"
    WANTED = "wanted"
    ARRESTED = "arrested"


@dataclass(frozen=True, slots=True)
class StandingReading:
    """Where a person stands; the days in custody and of death as days since 1970-01-01, the place of custody as a district."""

    standing: Standing | None = None
    held_from: int | None = None
    held_to: int | None = None
    held_at: str | None = None
    died_on: int | None = None


NOTHING = StandingReading()
"""What a text says that says nothing."""
_LETTER = r"[^\W_]|[\u0900-\u097f]"
_BETWEEN = re.compile(
    r"[;,।|\n]|\. |(?<![^\W_])(?:and|then|now|later|aur|ab|और|तथा|एवं|फिर|अब)(?![^\W_]|[\u0900-\u097f])"
)
_NUMBERED = re.compile(r"(?<![^\W_])(?:nos?|number)[. ]*\d+")
"""'Jail No. 4': a number, not a denial."""
_PLACE_OF_DATE = "\x00"
_NUMBERS = r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}[./-]\d{1,2}[./-]\d{1,2})(?!\d)"


@lru_cache(maxsize=1)
def _words() -> tuple[re.Pattern[str], dict[str, frozenset[str]]]:
    """A pattern that finds the longest form at every place, and what each form means."""
    roles: dict[str, set[str]] = {}
    for row in rows("standing_words.tsv"):
        if row["role"] not in {"prison", "general"}:
            for form in forms(row["forms"]):
                roles.setdefault(fold(form), set()).add(row["role"])
    longest_first = "|".join(re.escape(f) for f in sorted(roles, key=len, reverse=True) if f != "-")
    pattern = re.compile(
        rf"(?<!{_PLACE_OF_DATE})-(?=\s*{_PLACE_OF_DATE})|(?<![^\W_])(?<![\u0900-\u097f])(?:{longest_first})(?!{_LETTER})"
    )
    return pattern, {form: frozenset(found) for form, found in roles.items()}


@lru_cache(maxsize=1)
def telling() -> str:
    """A pattern (RE2) that fits every text in which `parse_standing` may find anything; for leaving all others out."""
    said = {form for row in rows("standing_words.tsv") if row["role"] in set(Standing) for form in forms(row["forms"])}
    short = {form for form in map(fold, said) if not any(o != form and o in form for o in map(fold, said))}
    return "(?i)" + "|".join(re.escape(form) for form in sorted(short))


@lru_cache(maxsize=1)
def _dates() -> re.Pattern[str]:
    months = "|".join(re.escape(m) for m in sorted(month_names(), key=len, reverse=True))
    day = r"\d{1,2}(?:st|nd|rd|th)?"
    named = rf"(?<!\d){day}[ .,-]*(?:{months})\.?[ ,-]*\d{{4}}(?!\d)|(?:{months})\.? +{day}[ ,]+\d{{4}}(?!\d)"
    return re.compile(f"{_NUMBERS}|{named}")


@dataclass(frozen=True, slots=True)
class _Piece:
    """One piece of the text: what it says, its dates in order and which of them end something, and the text."""

    standing: Standing | None
    dates: tuple[int, ...]
    ends: tuple[bool, ...]
    text: str


def parse_standing(text: str, latest: int) -> StandingReading:
    """What `text` says; `latest` is the last year that a date may have."""
    folded = _NUMBERED.sub(" ", fold(text[:LONGEST]))
    dates: list[int | None] = []

    def keep(match: re.Match[str]) -> str:
        dates.append(whole_day(match[0], latest))
        return _PLACE_OF_DATE

    bare = _dates().sub(keep, folded.replace(_PLACE_OF_DATE, " "))
    pieces: list[_Piece] = []
    number = 0
    for part in _BETWEEN.split(bare):
        count = part.count(_PLACE_OF_DATE)
        pieces.append(_piece(part, dates[number : number + count]))
        number += count
    return _together(_joined(pieces))


def whole_day(text: str, latest: int) -> int | None:
    """The day that a text names to the day, with all digits of the year; None where it does not."""
    reading = parse_date(text, latest)
    sure = reading.precision == Precision.DAY and not reading.flags & (DateFlag.SHORT_YEAR | DateFlag.PLACEHOLDER)
    return reading.first if sure else None


def _piece(text: str, dates: list[int | None]) -> _Piece:
    pattern, meanings = _words()
    said: set[str] = set()
    ends: list[bool] = []
    last_word, at_date = "", 0
    for token in re.finditer(rf"{_PLACE_OF_DATE}|{pattern.pattern}", text):
        word = token[0]
        if word == _PLACE_OF_DATE:
            ends.append(last_word == "to")
            at_date, last_word = token.end(), ""
            continue
        roles = meanings.get(word, frozenset({"to"} if word == "-" else ()))
        after = bool(ends) and not text[at_date : token.start()].strip()
        if "to" in roles and after and word in {"तक", "tak"}:
            ends[-1] = True  # Hindi says it behind the date
        last_word = "to" if "to" in roles and not (after and word in {"तक", "tak"}) else ""
        said |= roles - {"from", "to"}
    if "other" in said:
        return _Piece(None, (), (), "")
    known = [(day, end) for day, end in zip(dates, ends, strict=True) if day is not None]
    return _Piece(_standing(said), tuple(d for d, _ in known), tuple(e for _, e in known), text)


def _standing(said: set[str]) -> Standing | None:
    """What the words of one piece mean together."""
    if "bail" in said and "refused" in said:
        return Standing.CUSTODY if "not" not in said else None
    if "not" in said:
        return None
    return next((s for s in Standing if str(s) in said), None)


def _joined(pieces: list[_Piece]) -> list[_Piece]:
    """Pieces that are dates only go with the piece before them, or with the one behind where there is none before."""
    found: list[_Piece] = []
    waiting: list[_Piece] = []
    for piece in pieces:
        if piece.standing is None and not piece.dates:
            if found:  # the place of a prison may stand behind a comma
                found[-1] = _with(found[-1], piece)
            continue
        if piece.standing is None and found and not found[-1].dates:
            found[-1] = _with(found[-1], piece)
        elif piece.standing is None:
            waiting.append(piece)
        else:
            for early in waiting:
                piece = _with(piece, early) if not piece.dates else piece  # noqa: PLW2901
            waiting = []
            found.append(piece)
    return found


def _with(piece: _Piece, more: _Piece) -> _Piece:
    return _Piece(piece.standing, piece.dates + more.dates, piece.ends + more.ends, f"{piece.text} {more.text}")


def _together(pieces: list[_Piece]) -> StandingReading:
    """The reading of all pieces, in the order in which they stand."""
    standing: Standing | None = None
    first = last = died = None
    place: str | None = None
    for piece in pieces:
        if piece.standing is Standing.DEAD and piece.dates:
            died = piece.dates[0] if len(piece.dates) == 1 else None
        if piece.standing is Standing.CUSTODY:
            if first is None and last is None:
                first, last = _span(piece)
                place = prison_in(piece.text) or place
            elif not piece.dates:
                place = place or prison_in(piece.text)
        elif piece.standing in {Standing.BAIL, Standing.RELEASED} and first is not None and last is None:
            last = next((d for d in piece.dates if d >= first), None)
        standing = Standing.DEAD if Standing.DEAD in {standing, piece.standing} else piece.standing
    if first is not None and last is not None and first > last:
        first = last = None
    return StandingReading(standing, first, last, place, died)


def _span(piece: _Piece) -> tuple[int | None, int | None]:
    """First and last day that a piece states."""
    if len(piece.dates) == 1:
        return (None, piece.dates[0]) if piece.ends[0] else (piece.dates[0], None)
    return piece.dates if len(piece.dates) == 2 else (None, None)  # three dates: nobody knows which is which
