"""What a query may say, and one query's fields as a record: as `linker.normalise.records` reads them, one record instead of columns.

A query that is asked while an officer waits holds few fields. Reading it by itself takes a tenth of the time that the columns of the batch
need for a single row; a test holds both to the same result.
"""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import pyarrow as pa

from linker.errors import InputError
from linker.names.unicode import clean
from linker.normalise.cells import mask_long_numbers, placeholder_words
from linker.normalise.fields import Field, Mode
from linker.normalise.phrases import read_text
from linker.normalise.relations import role_of
from linker.schema import ROW_LIST_FIELDS, ROW_TEXT_FIELDS, IdType

Fields = dict[str, Any]
"""Field → text, or a list of texts for `aliases` and `marks`."""

LONGEST = 500
"""Characters that a field of a query may have."""
MOST_ENTRIES = 20
"""Entries that a list may have."""
NOT_ASKED = frozenset(
    {
        "sections",
        "fir_number",
        "fir_date",
        "fir_district",
        "ifsc",
        "status",
        "custody_from",
        "custody_to",
        "custody_place",
        "died_on",
    }
)
"""Fields of a row that no comparison of a query looks at."""
OTHER_NAMES = {"state": "address_state", "dob": "birth_date", "also_known_as": "aliases", "pincode": "pin"}
ALLOWED = (frozenset(ROW_TEXT_FIELDS) | frozenset(ROW_LIST_FIELDS)) - NOT_ASKED

_RELATIVES = {
    "father": Field.FATHER,
    "mother": Field.MOTHER,
    "husband": Field.HUSBAND,
    "guardian": Field.GUARDIAN,
}
_PLACES: dict[str, tuple[Field, ...]] = {
    "village": (Field.VILLAGE, Field.MOHALLA, Field.LOCALITY),
    "station": (Field.STATION,),
    "tehsil": (Field.TEHSIL,),
    "district": (Field.DISTRICT,),
    "address_state": (Field.STATE,),
    "pin": (Field.PIN,),
}
_REPEATED = re.compile(r"([0-9])(?:[ \-]?\1){5,}|x{3,}", re.IGNORECASE)
_AS_STATED = (
    "sex", "birth_year", "record_date", "fir_station", "relative_phone", "height_from", "height_to",
    *(str(t) for t in IdType if t is not IdType.AADHAAR),
)  # fmt: skip
_MASKED = ("name", "father", "mother", "husband", "guardian", "address", "present_address", *_PLACES, "fir_station")


def checked(given: Mapping[str, Any]) -> Fields:
    """The fields of a query as clean texts; what states nothing (blank, 'unknown') is left out.

    Raises:
        InputError: a field is unknown, too long, or no text, number or date.
    """
    fields: Fields = {}
    for key, value in given.items():
        name = OTHER_NAMES.get(key, key)
        if name not in ALLOWED:
            near = difflib.get_close_matches(str(key), sorted(ALLOWED), n=1)
            hint = f"did you mean '{near[0]}'? " if near else ""
            raise InputError(
                f"a query has no field '{str(key)[:40]}'", do=f"{hint}use any of: {', '.join(sorted(ALLOWED))}"
            )
        if name in ROW_LIST_FIELDS:
            entries = [value] if isinstance(value, str) else value
            if entries is None or not isinstance(entries, Iterable):
                entries = [] if entries is None else [entries]
            texts = [text for text in (_text(name, entry) for entry in list(entries)[: MOST_ENTRIES + 1]) if text]
            if len(texts) > MOST_ENTRIES:
                raise InputError(f"'{name}' has more than {MOST_ENTRIES} entries", do="name the most telling ones")
            if texts:
                fields[name] = texts
        elif (text := _text(name, value)) is not None:
            fields[name] = text
    return fields


def _text(name: str, value: Any) -> str | None:
    """A value as clean text, None if it states nothing."""
    if value is None or value is False or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        value = value.isoformat()
    elif isinstance(value, float) and value.is_integer():
        value = int(value)
    elif not isinstance(value, str | int | float):
        raise InputError(f"'{name}' holds a {type(value).__name__}", do="give a text, a number or a date")
    text = str(value)
    if len(text) > LONGEST:
        raise InputError(f"'{name}' has more than {LONGEST} characters", do="give the one person that is looked for")
    text = clean(text)
    return None if is_blank(text) else text


@lru_cache(maxsize=1)
def _placeholders() -> frozenset[str]:
    return frozenset(word.lower() for word in placeholder_words())


def is_blank(text: str) -> bool:
    """Whether a cell states nothing: the same as `linker.normalise.cells.stated`."""
    start, end = 0, len(text)
    while start < end and not _tells(text[start]):
        start += 1
    while end > start and not _tells(text[end - 1]):
        end -= 1
    core = text[start:end]
    return not core or core.lower() in _placeholders() or _REPEATED.fullmatch(core) is not None


def _tells(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM"


def _first(parsed: Mapping[Field, Sequence[str]], *fields: Field) -> str | None:
    """The pieces of the first of the fields that a text has."""
    for field in fields:
        if field in parsed:
            text = " ".join(parsed[field])
            return None if is_blank(text) else text
    return None


def record_of(fields: Fields) -> Fields:
    """The record that the fields of a query make: names, relatives and addresses taken apart; null fields are left out.

    A phrase that names several persons stands for the first of them.
    """
    name = _parsed(fields, "name", Mode.NAME)
    phrase = _parsed(fields, "phrase", Mode.PHRASE)
    record: Fields = {field: fields[field] for field in _AS_STATED if field in fields}
    record["name"] = _name_of(name) or _name_of(phrase)
    record["aliases"] = _aliases(fields, name, phrase)
    record["name_typed"] = fields.get("name") or fields.get("phrase")
    record |= _relatives(fields, name, phrase)
    record |= _home(fields, phrase)
    record["marks"] = fields.get("marks")
    for target, field in (("age", Field.AGE), ("birth_date", Field.BIRTH), ("aadhaar", Field.AADHAAR)):
        record[target] = fields.get(target) or _first(phrase, field)
    record["phone"] = fields.get("phone") or _first(phrase, Field.PHONE)
    return {key: _without_long_numbers(key, value) for key, value in record.items() if value}


Parsed = Mapping[Field, Sequence[str]]
"""The fields of one person in a text, each with its pieces."""


def _parsed(fields: Fields, name: str, mode: Mode) -> Parsed:
    return read_text(fields[name], mode)[0] if name in fields else {}


def _name_of(parsed: Mapping[Field, Sequence[str]]) -> str | None:
    """The name that a text holds, or the first alias where it holds no other."""
    alias = parsed.get(Field.ALIAS, ("",))[0]
    return _first(parsed, Field.NAME) or (None if is_blank(alias) else alias)


def _aliases(fields: Fields, *parsed: Mapping[Field, Sequence[str]]) -> list[str]:
    found: list[str] = []
    further: list[str] = []
    for entry in fields.get("aliases", ()):
        parts: Parsed = read_text(entry, Mode.NAME)[0]
        own = _first(parts, Field.NAME)
        found += [own] if own else []
        further += parts.get(Field.ALIAS, ())
    found += further
    for parts in parsed:
        found += parts.get(Field.ALIAS, ())
    return list(dict.fromkeys(found))


def _relatives(fields: Fields, name: Mapping[Field, Sequence[str]], phrase: Mapping[Field, Sequence[str]]) -> Fields:
    """Father, mother, husband, guardian: from their fields, else the relative's, else the name's, else the phrase; and whether one of
    them is said to be dead."""
    general = _parsed(fields, "relative", Mode.RELATIVE)
    role = next((f for f in reversed(_RELATIVES.values()) if f in general), None)
    role = role or (role_of(fields["relation"]) if "relation" in fields else None) or Field.GUARDIAN
    found: Fields = {"relative_late": any(Field.LATE in parsed for parsed in (general, name, phrase))}
    for target, field in _RELATIVES.items():
        own = _parsed(fields, target, Mode.RELATIVE)
        found["relative_late"] |= Field.LATE in own
        stated = _first(own, Field.RELATIVE, *_RELATIVES.values())
        if stated is None and role == field:
            stated = _first(general, Field.RELATIVE, *_RELATIVES.values())
        found[target] = stated or _first(name, field) or _first(phrase, field)
    return found


def _home(fields: Fields, phrase: Mapping[Field, Sequence[str]]) -> Fields:
    """The home: from its fields, else the phrase, else the address as it was typed, else the present address."""
    address, present = (_parsed(fields, f, Mode.ADDRESS) for f in ("address", "present_address"))
    found: Fields = {
        "address": fields.get("address") or _first(phrase, Field.ADDRESS),
        "present_address": fields.get("present_address")
        or _first(phrase, Field.PRESENT)
        or _first(address, Field.PRESENT),
    }
    told = [parsed for parsed in (phrase, address, present) if parsed]
    for target, parts in _PLACES.items():
        sources = (_first(parsed, *parts) for parsed in told)
        found[target] = fields.get(target) or next((text for text in sources if text), None)
    return found


def _without_long_numbers(name: str, value: Any) -> Any:
    """Numbers of twelve and more digits do not stay in free text."""
    if name in _MASKED and sum(c.isdigit() for c in value) >= 12:
        return mask_long_numbers(pa.array([value], pa.string()))[0].as_py()
    if name in ROW_LIST_FIELDS and any(sum(c.isdigit() for c in entry) >= 12 for entry in value):
        return mask_long_numbers(pa.array(value, pa.string())).to_pylist()
    return value
