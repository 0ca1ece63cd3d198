"""A query, typed or in fields → the persons it may mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from linker.errors import InputError
from linker.normalise.persons import PersonOptions
from linker.search.fields import Fields, checked, record_of
from linker.search.font import KRUTI_DEV, in_unicode
from linker.search.person import person_of
from linker.search.text import read_typed

SHOWN = (
    "name", "aliases", "father", "mother", "husband", "guardian", "sex", "age", "birth_date", "birth_year", "village", "station",
    "tehsil", "district", "address_state", "pin", "marks", "height_from", "height_to",
)  # fmt: skip
"""What an answer repeats of the query, so that its reader sees how it was understood; no telephone and no identifier."""


SPOKEN = (
    "name", "phrase", "father", "mother", "husband", "guardian", "relative", "relation", "address", "present_address", "village",
    "station", "tehsil", "district", "address_state", "fir_station", "sex",
)  # fmt: skip
"""Fields that hold words, which may be typed in a legacy font."""


@dataclass(frozen=True)
class Query:
    """`persons`: PERSON fields, one for each reading of a query that may be read in several ways (a bare place is a village or a station).
    `understood` says what was read, `notes` what was not; `font` is the legacy font that it was typed in."""

    persons: tuple[Fields, ...]
    understood: Fields
    notes: tuple[str, ...] = ()
    font: str | None = None


def read_query(asked: str | Mapping[str, Any], options: PersonOptions) -> Query:
    """Read a query.

    Raises:
        InputError: it states nothing to look for, or a field that no query has.
    """
    places: list[str] = []
    notes: list[str] = []
    if isinstance(asked, str):
        typed = read_typed(asked, options.latest_year)
        fields, places, notes = checked(typed.fields), typed.places, typed.notes
        legacy = typed.legacy
    else:
        fields, legacy = _fields_in_unicode(checked(asked))
    record = record_of(fields)
    if "record_date" not in record and ("age" in record):
        record["record_date"] = datetime.now(UTC).date().isoformat()
    readings = _with_places(record, places)
    persons = tuple(person_of(reading, options) for reading in readings)
    if not any(set(person) - {"sex"} for person in persons):
        raise InputError(
            "the query names nobody", do="give a name, a telephone or an identifier; 'name': 'Rakesh Kumar' at least"
        )
    understood = {field: record[field] for field in SHOWN if field in record}
    if places:
        understood["place"] = ", ".join(places)
    if legacy:
        notes = [f"read as {KRUTI_DEV}, a font for Hindi", *notes]
    return Query(persons, understood, tuple(notes), KRUTI_DEV if legacy else None)


def _fields_in_unicode(fields: Fields) -> tuple[Fields, bool]:
    """Fields that may have been typed in a legacy font; they are looked at together."""
    at: list[tuple[str, int | None]] = [(name, None) for name in SPOKEN if name in fields]
    at += [(name, k) for name in ("aliases", "marks") for k in range(len(fields.get(name, ())))]
    if not at:
        return fields, False
    read, legacy = in_unicode([fields[name] if k is None else fields[name][k] for name, k in at])
    if not legacy:
        return fields, False
    found = dict(fields)
    for (name, k), text in zip(at, read, strict=True):
        if k is None:
            found[name] = text
        else:
            found[name] = [*found[name][:k], text, *found[name][k + 1 :]]
    return found, True


def _with_places(record: Fields, places: list[str]) -> list[Fields]:
    """The record with a bare place as village, and as station; a second place is the other of the two, or the tehsil."""
    if not places:
        return [record]
    first, *rest = places
    readings = []
    for own, other in (("village", "station"), ("station", "tehsil")):
        reading = {own: first, **({other: rest[0]} if rest else {}), **record}
        if reading not in readings:
            readings.append(reading)
    return readings
