"""A query as a person types it: 'Rakesh @ Kalu s/o Ram Singh, 25, Sohna', 'राकेश उर्फ कालू पुत्र रामसिंह'.

The police-phrase grammar reads what markers announce. What stands between commas without a marker is told by its form: an age, a birth
date, a telephone, an identifier, a PIN; a district or state that the gazetteer knows; else the name of a place, which may be a village or
a station.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from linker.errors import InputError
from linker.names.unicode import clean, fold
from linker.normalise.dates import Precision, parse_date
from linker.normalise.fields import Field, Mode
from linker.normalise.gazetteer import gazetteer
from linker.normalise.identifiers import Status, read_identifier
from linker.normalise.phones import parse_phones
from linker.normalise.phrases import read_text
from linker.normalise.places import parse_pin
from linker.schema import IdType
from linker.search.fields import LONGEST, Fields, is_blank
from linker.search.font import typed_in_unicode

_SEGMENT = re.compile(r"[,;\n।|]+")
_TRAILING_AGE = re.compile(r"^(.*\D)[\s(]+([1-9]\d)\)?$")
_INNER_AGE = re.compile(r"^(\D*[^\W\d])\s+([1-9]\d)\s+([^\W\d]\D*)$")
_YOUNGEST, _OLDEST = 7, 110
_TELLING = (IdType.EPIC, IdType.PAN, IdType.DRIVING_LICENCE, IdType.AADHAAR, IdType.PASSPORT)
"""Identifiers that their form alone tells."""
_ANNOUNCED = frozenset(Field) - {Field.NAME, Field.REST, Field.NUMBERED, Field.NONE}
"""What a piece of text holds only if a marker stands in it."""

_OF_PEOPLE = frozenset({Field.NAME, Field.ALIAS, Field.FATHER, Field.MOTHER, Field.HUSBAND, Field.GUARDIAN, Field.LATE})


@dataclass
class Typed:
    """What a typed query says: `fields` of a query, `places` that may be a village or a station, and notes on what was passed over.
    `legacy`: it was typed in a legacy font."""

    fields: Fields = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    legacy: bool = False


def read_typed(text: str, latest_year: int) -> Typed:
    """Read a typed query.

    Raises:
        InputError: it is empty, too long, or names nobody.
    """
    if len(text) > LONGEST:
        raise InputError(f"the query has more than {LONGEST} characters", do="give the one person that is looked for")
    text, legacy = typed_in_unicode(text)
    segments = [part for part in (clean(piece).strip() for piece in _SEGMENT.split(text)) if not is_blank(part)]
    segments[:1] = [piece for segment in segments[:1] for piece in _parted(segment)]
    typed = Typed(legacy=legacy)
    phrase: list[str] = []
    for number, segment in enumerate(segments):
        if number == 0:
            phrase.append(_without_age(segment, typed))
        elif not _told_by_form(segment, typed, latest_year):
            if set(read_text(segment, Mode.PHRASE)[0]) & _ANNOUNCED:
                phrase.append(segment)
            else:
                _place(segment, typed)
    whole = ", ".join(part for part in phrase if part)
    if is_blank(whole) and not typed.fields:
        raise InputError(
            "the query is empty", do="type a name, and what else is known: Rakesh s/o Ram Singh, 25, Sohna"
        )
    if whole:
        typed.fields["phrase"] = whole
        people = read_text(whole, Mode.PHRASE)
        if len(people) > 1:
            typed.notes.append(f"the text names {len(people)} persons; the first is looked for")
    return typed


def _parted(segment: str) -> list[str]:
    """The first segment where a bare number stands right behind people and before something else: 'Rakesh s/o Ram Singh 25 Sohna' is typed
    without commas, and the number is an age."""
    found = _INNER_AGE.match(segment)
    if not found or not _YOUNGEST <= int(found[2]) <= _OLDEST:
        return [segment]
    if set(read_text(found[1], Mode.PHRASE)[0]) - _OF_PEOPLE or Field.AGE in read_text(segment, Mode.PHRASE)[0]:
        return [segment]
    return list(found.groups())


def _without_age(segment: str, typed: Typed) -> str:
    """The first segment, a bare number at its end taken for an age ('Ramesh 35')."""
    found = _TRAILING_AGE.match(segment)
    if not found or not _YOUNGEST <= int(found[2]) <= _OLDEST:
        return segment
    if set(read_text(found[1].strip(), Mode.PHRASE)[0]) - _OF_PEOPLE:
        return segment  # the number belongs to an address
    typed.fields["age"] = str(int(found[2]))
    return found[1].strip()


def _told_by_form(segment: str, typed: Typed, latest_year: int) -> bool:
    """Put a segment into the field that its form tells; whether it did."""
    field = _form(segment, fold(segment).strip(), latest_year)
    if field is not None:
        typed.fields.setdefault(field, segment)
    return field is not None


def _form(segment: str, folded: str, latest_year: int) -> str | None:
    """The field of a segment that holds digits, None where its form does not tell."""
    if not any(c.isdigit() for c in folded):
        return None
    dated = not folded.isdecimal() and parse_date(folded, latest_year).precision is Precision.DAY
    forms = (
        ("age", folded.isdecimal() and _YOUNGEST <= int(folded) <= _OLDEST),
        ("pin", parse_pin(folded) is not None),
        ("birth_date", dated),
        ("phone", bool(parse_phones(segment))),
    )
    field = next((name for name, fits in forms if fits), None)
    if field and not any(c.isalpha() for c in folded):
        return field
    for kind in _TELLING:
        reading = read_identifier(segment, kind)
        if reading.kind is kind and reading.status in {Status.VALID, Status.REPAIRED}:
            return str(kind)
    return None


def _place(segment: str, typed: Typed) -> None:
    """A bare name behind a comma: a state, a district, or some other place."""
    known = gazetteer()
    state = known.state(segment)
    if state and "address_state" not in typed.fields:
        typed.fields["address_state"] = segment
    elif "district" not in typed.fields and (known.district(segment) or known.has_namesakes(segment)):
        typed.fields["district"] = segment
    elif len(typed.places) < 2:
        typed.places.append(segment)
    else:
        typed.notes.append(f"not understood: {segment[:40]}")
