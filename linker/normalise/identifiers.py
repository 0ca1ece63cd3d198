"""Identifier cells of every type but Aadhaar's hash: what a cell holds, in canonical form, and how far it can be
trusted.

`read_identifier(text, expected)` accepts any text and says one of: a valid value (perhaps repaired, perhaps of another
type than its column), a value of the right format whose check digit is wrong, the last four characters of a masked
value, a placeholder, or nothing usable.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from stdnum import luhn
from stdnum.in_ import epic as stdnum_epic

from linker.names.unicode import fold
from linker.normalise.absent import is_absent
from linker.normalise.accounts import is_virtual_id
from linker.normalise.reference import rows
from linker.schema import IdType
from linker.verhoeff import passes

LONGEST = 120
"""Characters of a cell that are looked at."""


class Status(StrEnum):
    """What a cell in an identifier column turned out to be."""

    VALID = "valid"
    REPAIRED = "repaired"  # letters and digits that look alike were exchanged, and the check digit proves it
    UNCHECKED = "unchecked"  # right but for a check digit or one character that looks alike: kept as typed, for one-slip comparison
    MASKED = "masked"
    MOVED = "moved"  # a valid value of another type than the column's
    FOUND = "found"  # in free text, not in a column of its own
    VID = "vid"  # a virtual Aadhaar id: temporary, never compared, never kept
    PLACEHOLDER = "placeholder"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one cell holds. For Aadhaar `value` is the bare number: hash it at once and let it go."""

    status: Status
    kind: IdType
    value: str | None = None
    last4: str | None = None


_LABEL = re.compile(
    r"\b(?:aadhaa?r|adhaar|uid(?:ai)?|pan|epic|voter|card|id|no|number|num|dl|d\.l|licen[cs]e|driving|passport|nfn|ration"
    r"|imei|upi|a/c|account|vid|virtual)\b[ .:#]*"
    r"|[\u0900-\u0963\u0970-\u097f]+[ .:#]*"
)
_MASK = re.compile(r"[X*#•●?]{3,}")
_MASKED_TAIL = re.compile(r"[X*#•●?]([0-9A-WYZ][0-9A-Z]{3,5})\Z")
_SEPARATORS = re.compile(r"[\s\-._:,'\"()|]+")
_SCIENTIFIC = re.compile(r"(\d)\.(\d{1,17})e\+?(\d{1,2})\Z")
_TO_DIGIT = str.maketrans("OQDILSBZG", "000115826")
_TO_LETTER = str.maketrans("015826", "OISBZG")
_MOST_REPAIRS = 2
_FEWEST_FILLED = 6


def spellings(text: str) -> list[str]:
    """The cell as upper-case ASCII without separators: as it is, and without labels before the number."""
    folded = fold(text[:LONGEST]).strip()
    scientific = _SCIENTIFIC.match(folded)
    if (
        scientific and len(scientific[1] + scientific[2]) == int(scientific[3]) + 1
    ):  # 3.67247701569E11 from a spreadsheet
        return [scientific[1] + scientific[2]]
    if folded.endswith(".0") and folded[:-2].isdecimal():
        folded = folded[:-2]
    bare = [_SEPARATORS.sub("", folded).upper()]
    if not folded.isdecimal():
        bare.append(_SEPARATORS.sub("", _LABEL.sub("", folded)).upper())
    return [form for form in dict.fromkeys(bare) if form]


def repeats(value: str) -> bool:
    """Whether a value's digits were typed to fill the field: a block of up to six repeated, counting up or down, or
    hardly any different digits."""
    digits = [int(c) for c in value if c.isdecimal()]
    size = len(digits)
    if size < _FEWEST_FILLED:
        return False
    steps = {(b - a) % 10 for a, b in pairwise(digits)}
    if steps in ({1}, {9}) or len(set(digits)) <= few_different(size):
        return True
    return any(size % n == 0 and n < size and digits[n:] == digits[:-n] for n in (1, 2, 3, 4, 6))


def few_different(size: int) -> int:
    """How many different digits are too few for a number of `size` digits: one real number in ten thousand has so
    few."""
    return 3 if size >= 12 else 2 if size >= 9 else 1


# --- formats: each takes the compact text and gives the canonical value, or None ---------------------------------------

_PAN = re.compile(r"[A-Z]{3}[ABCFGHJLPT][A-Z](?!0000)\d{4}[A-Z]\Z")
_EPIC = re.compile(r"[A-Z]{3}\d{7}\Z")
_EPIC_LEGACY = re.compile(r"([A-Z]{2})/(\d{1,3})/(\d{1,3})/(\d{4,7})\Z|([A-Z]{2})(\d{2})(\d{3})(\d{6})\Z")
_LICENCE = re.compile(r"([A-Z]{2})(\d{2})/?(\d{4})/?(\d{7})\Z")
_LICENCE_ONE_DIGIT = re.compile(r"([A-Z]{2})/?(\d)/?((?:19|20)\d{2})/?(\d{7})\Z")
_LICENCE_OLD = re.compile(r"([A-Z]{2})/?(\d{1,2})/(\d{1,7})/((?:19|20)\d{2})\Z")
_LICENCE_DELHI = re.compile(r"[A-Z]\d{2}(?:0[1-9]|1[0-2])(?:19|20)\d{2}\d{6}\Z")
"""Licences of Delhi before 2006: a letter, the zone, month and year of issue, six digits."""
_LICENCE_SHORT = re.compile(r"([A-Z]{2})/?(\d{1,2})/?[A-Z]{0,3}/((?:19|20)?\d{2})/(\d{4,7})\Z")
_PASSPORT = re.compile(r"[A-PR-WY]\d{7}\Z")
_VEHICLE = re.compile(r"([A-Z]{2})(\d{1,2})([A-Z]{0,3})(\d{1,4})\Z")
_FEWEST_OLD_PLATE = 5
"""Digits of a plate without letters before its number ('UP16 1234'); 'UP32' is only an office."""
_VEHICLE_BH = re.compile(r"(\d{2})BH(\d{4})([A-Z]{1,2})\Z")
_ACCOUNT = re.compile(r"(?:[A-Z]{4}0[A-Z0-9]{6}/?(?=\d{6})|[A-Z]{2,6}/?)?0*(\d{6,18})[A-Z]{0,6}\Z")
"""An account, perhaps behind its branch's code (IFSC: four letters, 0, six characters) or a bank's name."""
_UPI_LABEL = re.compile(r"^\s*(?:upi|vpa|यूपीआई)\s*(?:id|आईडी)?\s*[:\-–]\s*")
_UPI = re.compile(r"[a-z0-9][a-z0-9._\-]{1,63}@[a-z][a-z0-9]{1,31}\Z")
REGISTER_NUMBER = r"^[0-9]{1,6}/(?:[0-9]{2}|[0-9]{4})$"
"""An arms licence by its number in a register and the year: every district has a 12/2005 of its own."""
_SHEET_LETTER = re.compile(r"(?<=\d)[\s\-–/]{0,2}(ए|बी)(?![\u0900-\u097f])")
_SHEET_LABEL = re.compile(r"एच[0०.॰]?\s?एस[0०.॰]?(?=[^\u0900-\u097f]|$)")
_SHEET = re.compile(r"(?:H\.?S\.?)?(?:NO)?[/ ]?(\d{1,5})(?:/?(A|B))?\Z")


@lru_cache(maxsize=1)
def _states() -> dict[str, str]:
    """Letters of driving licences and number plates → state."""
    letters = {row["rto"]: row["state"] for row in rows("states.tsv") if row["rto"] != "-"}
    return letters | {"UA": "uttarakhand", "OR": "odisha", "TG": "telangana", "CT": "chhattisgarh"}


@lru_cache(maxsize=1)
def _state_numbers() -> frozenset[str]:
    return frozenset(row["code"] for row in rows("states.tsv") if int(row["code"]) <= 38)


def _aadhaar(text: str) -> str | None:
    return text if len(text) == 12 and text.isdecimal() else None


def _nfn(text: str) -> str | None:
    if len(text) == 9 and text.isdecimal():
        text = "0" + text
    return text if len(text) == 10 and text.isdecimal() else None


def _pan(text: str) -> str | None:
    return text if _PAN.match(text) else None


def _epic(text: str) -> str | None:
    if _EPIC.match(text.replace("/", "")):
        return text.replace("/", "")
    legacy = _EPIC_LEGACY.match(text)
    if legacy:
        state, district, seat, number = [part for part in legacy.groups() if part]
        return f"{state}/{int(district):02d}/{int(seat):03d}/{int(number):06d}" if state in _states() else None
    return None


def _licence(text: str) -> str | None:
    match = _LICENCE.match(text)
    if match and match[1] in _states() and match[2] != "00":
        return "".join(match.groups())
    match = _LICENCE_SHORT.match(text) or _LICENCE_ONE_DIGIT.match(text)
    if match and match[1] in _states():
        year = match[3] if len(match[3]) == 4 else ("19" if int(match[3]) > 50 else "20") + match[3]
        return f"{match[1]}{int(match[2]):02d}{year}{int(match[4]):07d}"
    match = _LICENCE_OLD.match(text)
    if match and match[1] in _states():
        return f"{match[1]}{int(match[2]):02d}{match[4]}{int(match[3]):07d}"
    return text if _LICENCE_DELHI.match(text) else None


def _passport(text: str) -> str | None:
    return text if _PASSPORT.match(text) else None


def _vehicle(text: str) -> str | None:
    match = _VEHICLE.match(text)
    if (
        match
        and match[1] in _states()
        and int(match[4])
        and (match[3] or len(match[2] + match[4]) >= _FEWEST_OLD_PLATE)
    ):
        return f"{match[1]}{int(match[2]):02d}{match[3]}{int(match[4]):04d}"
    match = _VEHICLE_BH.match(text)
    return "".join((match[1], "BH", match[2], match[3])) if match else None


def _imei(text: str) -> str | None:
    return text if len(text) == 15 and text.isdecimal() else text[:15] if len(text) == 16 and text.isdecimal() else None


def _account(text: str) -> str | None:
    match = _ACCOUNT.match(text)
    return match[1] if match else None


def _upi(text: str) -> str | None:
    lower = text.lower()
    return lower if _UPI.match(lower) else None


def _sheet(text: str) -> str | None:
    match = _SHEET.match(text)
    return f"{int(match[1])}{match[2] or ''}" if match and int(match[1]) else None


def _opaque(shortest: int, longest: int, digits: int) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        fits = shortest <= len(text) <= longest and text.isascii() and sum(c.isdecimal() for c in text) >= digits
        return text if fits and all(c.isalnum() or c == "/" for c in text) else None

    return read


FORMATS: dict[IdType, Callable[[str], str | None]] = {
    IdType.NFN: _nfn, IdType.AADHAAR: _aadhaar, IdType.PAN: _pan, IdType.EPIC: _epic, IdType.DRIVING_LICENCE: _licence,
    IdType.PASSPORT: _passport, IdType.RATION_CARD: _opaque(6, 20, 4), IdType.ARMS_LICENCE: _opaque(4, 30, 3),
    IdType.VEHICLE: _vehicle, IdType.IMEI: _imei, IdType.BANK_ACCOUNT: _account, IdType.UPI: _upi,
    IdType.PRISON_ID: _opaque(3, 30, 1), IdType.HISTORY_SHEET: _sheet,
}  # fmt: skip

CHECKED: dict[IdType, Callable[[str], bool]] = {
    IdType.AADHAAR: lambda value: value[0] not in "01" and passes(value),
    IdType.EPIC: lambda value: "/" in value or bool(stdnum_epic.is_valid(value)),
    IdType.IMEI: lambda value: bool(luhn.is_valid(value)),
    IdType.NFN: lambda value: value[:2] in _state_numbers(),
    IdType.DRIVING_LICENCE: lambda value: value[4:6] in {"19", "20"} or bool(_LICENCE_DELHI.match(value)),
}
"""Types whose right format is not enough: a check digit, a state's number, a year."""

# Positions that must be letters (L) or digits (D): where a look-alike in the wrong place proves itself.
_SHAPES = {
    IdType.PAN: "LLLLLDDDDL", IdType.EPIC: "LLLDDDDDDD", IdType.AADHAAR: "D" * 12, IdType.NFN: "D" * 10,
    IdType.DRIVING_LICENCE: "LLDDDDDDDDDDDDD", IdType.PASSPORT: "LDDDDDDD", IdType.IMEI: "D" * 15,
}  # fmt: skip

_PROVING = frozenset({IdType.AADHAAR, IdType.EPIC, IdType.IMEI})
"""Types with a check digit: only there a repair is proved."""

_TELLING = (IdType.PAN, IdType.EPIC, IdType.DRIVING_LICENCE, IdType.AADHAAR, IdType.PASSPORT)
"""Types whose format cannot be another's: a value found in the wrong column is moved."""

_MISTAKEN: dict[IdType, Callable[[str], bool]] = {
    IdType.AADHAAR: lambda form: len(form) == 16 and form.isdecimal() and passes(form),
    IdType.NFN: lambda form: len(form) == 16 and form.isdecimal() and passes(form),
    IdType.BANK_ACCOUNT: is_virtual_id,
}
"""Columns into which virtual ids are written, and how one is known there."""


def read_identifier(text: str, expected: IdType) -> Reading:
    """What a cell of the column `expected` holds."""
    if is_absent(text):
        return Reading(Status.PLACEHOLDER, expected)
    if expected is IdType.UPI or "@" in text:
        return _read_upi(text, expected)
    if expected is IdType.HISTORY_SHEET:
        text = _SHEET_LABEL.sub(" ", text[:LONGEST])
        text = _SHEET_LETTER.sub(lambda m: "A" if m[1] == "ए" else "B", text)
    forms = spellings(text)
    if any(_is_filler(form, expected) for form in forms):
        return Reading(Status.PLACEHOLDER, expected)
    if expected in _MISTAKEN and any(_MISTAKEN[expected](form) for form in forms):
        return Reading(Status.VID, expected)
    return _first_look(forms, expected) or _second_look(forms, expected)


def _first_look(forms: list[str], expected: IdType) -> Reading | None:
    """A valid value of its column's type, or a masked one."""
    for form in forms:
        value = FORMATS[expected](form)
        if value and _proved(value, expected):
            return Reading(Status.VALID, expected, value, value[-4:])
    for form in forms:
        if _MASK.search(form):
            tail = _MASKED_TAIL.search(form)
            return Reading(Status.MASKED, expected, None, tail[1][-4:] if tail else None)
    return None


def _read_upi(text: str, expected: IdType) -> Reading:
    value = _upi(_UPI_LABEL.sub("", fold(text[:LONGEST])).replace(" ", ""))
    if value is None:
        return Reading(Status.INVALID, expected)
    return Reading(Status.VALID if expected is IdType.UPI else Status.MOVED, IdType.UPI, value)


def _is_filler(form: str, expected: IdType) -> bool:
    return (form.isdecimal() or expected in _SHAPES) and expected is not IdType.HISTORY_SHEET and repeats(form)


def _second_look(forms: list[str], expected: IdType) -> Reading:
    """A cell that is not a valid value of its column's type."""
    for form in forms:
        repaired, changes = _exchanged(form, expected)
        if repaired and expected in _PROVING:
            return Reading(Status.REPAIRED, expected, repaired, repaired[-4:])
        if repaired:  # nothing proves it: one character is a slip that comparisons know, two are too many
            return (
                Reading(Status.UNCHECKED, expected, form, form[-4:])
                if changes == 1
                else Reading(Status.INVALID, expected)
            )
        others = [k for k in _TELLING if k is not expected and _valid(form, k)]
        if len(others) == 1:
            moved = FORMATS[others[0]](form) or ""
            if _is_filler(moved, others[0]):
                return Reading(Status.PLACEHOLDER, others[0])
            return Reading(Status.MOVED, others[0], moved, moved[-4:])
    value = next((v for form in forms if (v := FORMATS[expected](form))), None)
    return Reading(Status.UNCHECKED, expected, value, value[-4:]) if value else Reading(Status.INVALID, expected)


def _proved(value: str, kind: IdType) -> bool:
    return kind not in CHECKED or CHECKED[kind](value)


def _valid(plain: str, kind: IdType) -> bool:
    value = FORMATS[kind](plain)
    return value is not None and _proved(value, kind)


def _exchanged(plain: str, kind: IdType) -> tuple[str | None, int]:
    """The value with look-alikes exchanged where the format wants the other sort, None if it is not valid then, and how many there are."""
    shape = _SHAPES.get(kind)
    if shape is None or len(plain) != len(shape):
        return None, 0
    characters = [
        c.translate(_TO_DIGIT) if want == "D" else c.translate(_TO_LETTER) for c, want in zip(plain, shape, strict=True)
    ]
    repaired = "".join(characters)
    changes = sum(a != b for a, b in zip(plain, repaired, strict=True))
    return (repaired if 0 < changes <= _MOST_REPAIRS and _valid(repaired, kind) else None), changes
