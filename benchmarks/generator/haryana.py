"""haryana.parquet: Latin and Devanagari row by row, list columns for aliases and marks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from . import address
from .events import NO_DAY
from .evidence import MARKS, Rates
from .geography import geography, title
from .source import Source, dates_as

RATES = Rates(0.857, 0.516, 0.5, 0.268, 0.06, 0.133, 0.056, 0.075, 0.415, 0.288, 0.19)
_PLACEHOLDERS = ("NA", "9999999999", "NOT KNOWN", "अज्ञात", "1111111111", "0", "0000000000")
_RELATION = ("S/o", "W/o", "C/o", "")


def write(source: Source, path: Path) -> list[str]:
    """Write the file; the native ids in row order."""
    records, evidence, rng = source.records, source.evidence, source.rng
    count = len(source)
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
    aliases_en, aliases_hi = source.aliases(english, 0.2), source.aliases(hindi, 0.2)
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
            address.devanagari(source.homes, records.state, (0.82, 0.58, 0.72), rng),
            strict=True,
        )
    ]
    births = evidence.births()
    heights = evidence.heights()
    female = source.people.female[records.person].tolist()
    ages = evidence.ages()
    with_address = source.chance(0.95).tolist()
    marks = [
        [MARKS[m]["latin" if is_latin else "devanagari"] for m in row]
        for row, (is_latin, _) in zip(evidence.marks(), flags, strict=True)
    ]
    birth_year = births.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    table = {
        "accused_id": pa.array(ids, pa.string()),
        "district": _text(
            _district(geo.districts[d], en) for d, en in zip(records.district.tolist(), district_latin, strict=True)
        ),
        "police_station": _text(
            geo.districts[d].stations[s][1 if is_latin else 0]
            for d, s, (is_latin, _) in zip(records.district.tolist(), records.station.tolist(), flags, strict=True)
        ),
        "fir_no": _text(
            f"{n:04d}/{y}" for n, y in zip(records.serial.tolist(), source.fir_years().tolist(), strict=True)
        ),
        "fir_date": _days(records.fir_day),
        "sections": _text(evidence.sections()),
        "name": _text(_cased(text, is_latin, up) for text, (is_latin, up) in zip(name_texts, flags, strict=True)),
        "aliases": pa.array(
            [[_cased(a, is_latin, up) for a in row] for row, (is_latin, up) in zip(alias_lists, flags, strict=True)],
            pa.list_(pa.string()),
        ),
        "guardian_relation": _text(
            "D/o" if k == 0 and f else _RELATION[k] for k, f in zip(kind.tolist(), female, strict=True)
        ),
        "guardian_name": _text(
            _cased(text, is_latin, up) for text, (is_latin, up) in zip(relatives, flags, strict=True)
        ),
        "sex": _text(evidence.sexes("M", "F")),
        "dob": _text(f"{t[6:]}-{t[3:5]}-{t[:2]}" if t else "" for t in dates_as(births, "%02d/%02d/%04d")),
        "age": pa.array(ages, pa.int32(), mask=ages < 0),
        "year_of_birth": pa.array(birth_year, pa.int32(), mask=(births == NO_DAY) | ~source.chance(0.54)),
        "mobile": _text(evidence.phones(_PLACEHOLDERS, 0.11)),
        "aadhaar": _text(_aadhaar(source)),
        "pan": _text(evidence.documents("pan")),
        "epic": _text(evidence.documents("epic")),
        "dl": _text(evidence.documents("licence")),
        "nfn": _text(evidence.numbers("nfn")),
        "address": _text(
            _cased(text, is_latin, up) if give else ""
            for text, give, (is_latin, up) in zip(addresses, with_address, flags, strict=True)
        ),
        "pin": _text(address.pins(source.homes, records, 0.294, rng)),
        "height_cm": pa.array(heights, pa.int32(), mask=heights < 0),
        "marks": pa.array(marks, pa.list_(pa.string())),
        "arrest_date": _days(np.where(records.arrest_known, records.arrest_day, NO_DAY)),
    }
    pq.write_table(pa.table(table), path)
    return ids


def _text(values: object) -> pa.Array:
    return pa.array([value or None for value in values], pa.string())  # type: ignore[attr-defined]


def _days(days: np.ndarray) -> pa.Array:
    return pa.array(days.astype(np.int32), pa.int32(), mask=days == NO_DAY).cast(pa.date32())


def _district(place: object, latin: bool) -> str:
    return place.latin if latin else place.deva[0]  # type: ignore[attr-defined, no-any-return]


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
