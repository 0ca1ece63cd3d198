"""haryana.parquet: Latin and Devanagari row by row, list columns for aliases and marks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from . import address
from .damage import Damage, damaged
from .events import NO_DAY, years
from .evidence import MARKS, Rates
from .geography import geography, title
from .source import Source, dates_as

RATES = Rates(0.857, 0.516, 0.5, 0.284, 0.06, 0.133, 0.056, 0.075, 0.415, 0.288, 0.19)
_STRING, _INT, _DATE, _LIST = pa.string(), pa.int32(), pa.date32(), pa.list_(pa.string())
SCHEMA = pa.schema(
    [
        *((name, _STRING) for name in ("accused_id", "district", "police_station", "fir_no")),
        ("fir_date", _DATE),
        ("sections", _STRING),
        ("name", _STRING),
        ("aliases", _LIST),
        *((name, _STRING) for name in ("guardian_relation", "guardian_name", "sex", "dob")),
        ("age", _INT),
        ("year_of_birth", _INT),
        *((name, _STRING) for name in ("mobile", "aadhaar", "pan", "epic", "dl", "nfn", "address", "pin")),
        ("height_cm", _INT),
        ("marks", _LIST),
        ("arrest_date", _DATE),
    ]
)
_PLACEHOLDERS = ("NA", "9999999999", "NOT KNOWN", "अज्ञात", "1111111111", "0", "0000000000")
_RELATION = ("S/o", "W/o", "C/o", "")


def write(source: Source, path: Path, damage: Damage) -> tuple[list[str], list[int]]:
    """Write the file; per record its native id and its part."""
    records, evidence, rng = source.records, source.evidence, source.rng
    geo = geography()
    latin = source.chance(0.643)
    upper = latin & source.chance(0.39)
    english, hindi = source.speller(latin=True), source.speller(latin=False)
    ids = [f"HR{number:010d}" for number in source.ids(240700).tolist()]
    relative_en, kind = source.relatives(english)
    relative_hi, kind_hi = source.relatives(hindi)
    names = np.where(latin, source.own_names(english), source.own_names(hindi))
    kind = np.where(latin, kind, kind_hi)
    relative = np.where(latin, relative_en, relative_hi)
    aliases_en, aliases_hi = source.aliases(english, 0.2, 0.12), source.aliases(hindi, 0.2, 0.12)
    flags = list(zip(latin.tolist(), upper.tolist(), strict=True))
    aliases = [en if is_latin else hi for (is_latin, _), en, hi in zip(flags, aliases_en, aliases_hi, strict=True)]
    name_texts, alias_lists = _with_alias(source, names.tolist(), aliases, latin.tolist())
    relatives = _relatives(source, relative.tolist(), kind.tolist(), latin.tolist())
    district_latin = (latin | source.chance(0.55)).tolist()
    addresses = [
        en if is_latin else hi
        for (is_latin, _), en, hi in zip(
            flags,
            address.latin(source.homes, records.state, 0.82, rng),
            address.devanagari(source.homes, records.state, (0.82, 0.64, 0.76), rng),
            strict=True,
        )
    ]
    births = evidence.births()
    female = source.people.female[records.person].tolist()
    district = records.district.tolist()
    columns: list[list[Any]] = [
        ids,
        [
            geo.districts[d].latin if en else geo.districts[d].deva[0]
            for d, en in zip(district, district_latin, strict=True)
        ],
        [
            geo.districts[d].stations[s][1 if is_latin else 0]
            for d, s, (is_latin, _) in zip(district, records.station.tolist(), flags, strict=True)
        ],
        [f"{n:04d}/{y}" for n, y in zip(records.serial.tolist(), source.fir_years().tolist(), strict=True)],
        _days(records.fir_day),
        evidence.sections(),
        [_cased(text, *flag) for text, flag in zip(name_texts, flags, strict=True)],
        [[_cased(alias, *flag) for alias in row] for row, flag in zip(alias_lists, flags, strict=True)],
        ["D/o" if k == 0 and f else _RELATION[k] for k, f in zip(kind.tolist(), female, strict=True)],
        [_cased(text, *flag) for text, flag in zip(relatives, flags, strict=True)],
        evidence.sexes("M", "F"),
        [f"{t[6:]}-{t[3:5]}-{t[:2]}" if t else "" for t in dates_as(births, "%02d/%02d/%04d")],
        [None if age < 0 else age for age in evidence.ages().tolist()],
        _birth_years(source, births),
        list(evidence.phones(_PLACEHOLDERS, 0.11)),
        _aadhaar(source),
        list(evidence.documents("pan")),
        list(evidence.documents("epic")),
        list(evidence.documents("licence")),
        list(evidence.numbers("nfn")),
        [
            _cased(text, *flag) if give else ""
            for text, give, flag in zip(addresses, source.chance(0.95).tolist(), flags, strict=True)
        ],
        address.pins(source.homes, 0.294, rng),
        [None if h < 0 else h for h in evidence.heights().tolist()],
        [
            [MARKS[m]["latin" if is_latin else "devanagari"] for m in row]
            for row, (is_latin, _) in zip(evidence.marks(), flags, strict=True)
        ],
        _days(np.where(records.arrest_known, records.arrest_day, NO_DAY)),
    ]
    columns = damaged(columns, (0,), (6,), damage)
    arrays = [_array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    pq.write_table(pa.Table.from_arrays(arrays, schema=SCHEMA), path)
    return ids, [1] * len(ids)


def _array(column: list[Any], kind: pa.DataType) -> pa.Array:
    if kind == pa.date32():
        return pa.array(column, pa.int32()).cast(kind)
    if kind == pa.string():
        column = [cell or None for cell in column]
    return pa.array(column, kind)


def _days(days: npt.NDArray[np.int64]) -> list[int | None]:
    return [None if day == NO_DAY else day for day in days.tolist()]


def _birth_years(source: Source, births: npt.NDArray[np.int64]) -> list[int | None]:
    year = years(births).tolist()
    given = ((births != NO_DAY) & source.chance(0.54)).tolist()
    return [y if give else None for y, give in zip(year, given, strict=True)]


def _cased(text: str, latin: bool, upper: bool) -> str:
    if not latin:
        return text
    return text.upper() if upper else title(text)


def _with_alias(
    source: Source, names: list[str], aliases: list[list[str]], latin: list[bool]
) -> tuple[list[str], list[list[str]]]:
    inside = source.chance(0.19).tolist()
    for i, (alias, write, is_latin) in enumerate(zip(aliases, inside, latin, strict=True)):
        if alias and write:
            names[i] += (" @ " if is_latin else " उर्फ ") + alias[0]
            aliases[i] = alias[1:]
    return names, aliases


def _relatives(source: Source, relative: list[str], kind: list[int], latin: list[bool]) -> list[str]:
    dice = source.rng.random(len(source)).tolist()
    out: list[str] = []
    for text, which, point, dead, is_latin in zip(relative, kind, dice, source.late().tolist(), latin, strict=True):
        if which < 0:
            out.append("")
        elif point < 0.018:
            out.append("na" if is_latin else "अज्ञात")
        elif dead and which == 0:
            out.append(("late " if point < 0.6 else "late sh. ") + text if is_latin else "स्व0 " + text)
        else:
            out.append(("sh. " + text) if is_latin and point > 0.97 else text)
    return out


def _aadhaar(source: Source) -> list[str]:
    texts = source.evidence.numbers("aadhaar")
    dice = source.rng.random(len(source)).tolist()
    return [
        (("NA", "999999999999", "अज्ञात")[i % 3] if point < 0.012 else "")
        if not text
        else text
        if point < 0.82
        else "XXXX-XXXX-" + text[-4:]
        for i, (text, point) in enumerate(zip(texts, dice, strict=True))
    ]
