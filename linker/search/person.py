"""One query's record → the person that is compared: the same as `linker.normalise.persons`, of one record instead of columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from linker.normalise.gazetteer import gazetteer
from linker.normalise.idcolumns import id_columns
from linker.normalise.identifiers import REGISTER_NUMBER
from linker.normalise.marks import parse_height, parse_marks
from linker.normalise.persons import PersonOptions
from linker.normalise.phones import parse_phones
from linker.normalise.places import house_numbers, parse_pin, place_key
from linker.normalise.publishing import mask_text
from linker.normalise.sex import is_titled_as_woman, parse_sex
from linker.schema import PERSON, RECORD, IdType, Sex
from linker.search.birth import birth_of
from linker.search.fields import Fields

NAMES = ("name", "father", "mother", "husband", "guardian")
_BIRTH = ("birth_date", "birth_year", "age", "record_date")
_IDS = tuple(str(t) for t in IdType)
_LONG = re.compile(r"[0-9]")


def person_of(record: Fields, options: PersonOptions) -> Fields:
    """The PERSON fields of a record as `linker.search.fields.record_of` gives it; unknown fields are left out."""
    person: Fields = {name: _shown(record[name]) for name in NAMES if name in record}
    if "aliases" in record:
        person["aliases"] = [_shown(alias) for alias in record["aliases"]]
    if "relative_late" in record:
        person["relative_standing"] = 2
    elif any(relation in record for relation in NAMES[1:]):
        person["relative_standing"] = 1
    person["sex"] = int(_sex(record))
    person |= birth_of(*[record.get(field) for field in _BIRTH], latest=options.latest_year)
    for target, source in (("phones", "phone"), ("relative_phones", "relative_phone")):
        if source in record and (found := parse_phones(record[source])):
            person[target] = list(found)
    if any(kind in record for kind in _IDS):
        person |= _identifiers(record, options)
    person |= _places(record)
    _place_licence(person)
    person |= _build(record)
    return person


def person_table(persons: Sequence[Fields]) -> pa.Table:
    """Persons as a PERSON table."""
    columns = [pa.array([p.get(name) for p in persons], kind) for name, kind in PERSON.columns.items()]
    return pa.table(columns, names=list(PERSON.columns))


def _shown(text: str) -> str:
    return mask_text(text) if _LONG.search(text) else text


def _sex(record: Fields) -> Sex:
    stated = parse_sex(record["sex"]) if "sex" in record else Sex.UNKNOWN
    if stated is Sex.UNKNOWN and ("husband" in record or is_titled_as_woman(record.get("name_typed") or "")):
        return Sex.FEMALE
    return stated


def _identifiers(record: Fields, options: PersonOptions) -> Fields:
    columns = {}
    for name, kind in RECORD.columns.items():
        value = record.get(name) if name in _IDS else None
        columns[name] = pa.array([value], kind)
    key = options.aadhaar_key
    found = id_columns(pa.table(columns), key)
    values: Fields = {str(kind): column[0].as_py() for kind, column in found.values.items()}
    values |= {f"{kind}_last4": column[0].as_py() for kind, column in found.last4.items()}
    values["aadhaar_near"] = found.aadhaar_near[0].as_py() if found.aadhaar_near is not None else None
    station = place_key(record.get("station", "")) or place_key(record.get("fir_station", ""))
    sheet = values.get(str(IdType.HISTORY_SHEET))
    values[str(IdType.HISTORY_SHEET)] = f"{station}/{sheet}" if station and sheet else None
    values[f"{IdType.HISTORY_SHEET}_last4"] = None
    return {name: value for name, value in values.items() if value is not None}


def _place_licence(person: Fields) -> None:
    """An arms licence's number in a register is local to a district."""
    licence = str(IdType.ARMS_LICENCE)
    if re.match(REGISTER_NUMBER, person.get(licence) or ""):
        person.pop(f"{licence}_last4", None)
        number = person.pop(licence)
        if "district" in person:
            person[licence] = f"{person['district']}/{number}"


def _places(record: Fields) -> Fields:
    found: dict[str, Any] = {
        name: place_key(record[name]) for name in ("village", "station", "tehsil", "fir_station") if name in record
    }
    known = gazetteer()
    state = known.state(record["address_state"]) if "address_state" in record else None
    if "district" in record:
        district = known.district(record["district"], state)
        if district:
            found["district"], state = district.name, state or district.state
        elif not known.has_namesakes(record["district"]):
            found["district"] = place_key(record["district"])
    found["address_state"] = state
    if "address" in record:
        found["house"] = house_numbers(pa.chunked_array([[record["address"]]]))[0].as_py()
    if "pin" in record:
        found["pin"] = parse_pin(record["pin"])
    return {name: value for name, value in found.items() if value}


def _build(record: Fields) -> Fields:
    found: Fields = {}
    low, high = (parse_height(record[name]) if name in record else None for name in ("height_from", "height_to"))
    if low or high:
        found["height_from"] = min(end for end in (low and low[0], high and high[1]) if end is not None)
        found["height_to"] = max(span[1] for span in (low, high) if span)
    marks = sorted({code for text in record.get("marks", ()) for code in parse_marks(text)})
    if marks:
        found["marks"] = marks
    return found
