"""rajasthan.xlsx: Devanagari; real and text dates mixed, numbers stored as numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from . import address
from .damage import Damage, damaged
from .events import NO_DAY
from .evidence import MARKS, Rates
from .geography import geography
from .source import Source, day_parts
from .tables import header
from .xlsx import Sheet

RATES = Rates(0.866, 0.448, 0.475, 0.315, 0.051, 0.119, 0.073, 0.05, 0.405, 0.302, 0.16)
HEADER = header("rajasthan")
_PLACEHOLDERS = ("0", "0", "0", "NA", "NA", "1111111111", "1111111111", "9999999999", "अज्ञात")
_MONTHS = ["जनवरी", "फरवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितम्बर", "अक्टूबर", "नवम्बर", "दिसम्बर"]
_EPOCH = 25569  # 1970-01-01 as Excel counts days
Cell = str | int | None


def write(source: Source, path: Path, damage: Damage) -> tuple[list[str], list[int]]:
    """Write the workbook; per record its native id and its part."""
    records, evidence, rng = source.records, source.evidence, source.rng
    geo = geography()
    speller = source.speller(latin=False)
    ids = [f"RJP-{number:09d}" for number in source.ids(314520).tolist()]
    relative, kind = source.relatives(speller)
    names, aliases = _names(source, speller)
    fathers, husbands = _relatives(source, relative.tolist(), kind.tolist())
    homes = source.homes
    here = source.chance(0.815).tolist()
    with_station = source.chance(0.61).tolist()
    with_district = source.chance(0.8)
    home_district, home_station = homes.district.tolist(), homes.station.tolist()
    sheet = Sheet("अभियुक्त", HEADER)
    in_text = np.where(with_district, 0.42, 0.0)
    texts = address.devanagari(homes, records.state, (1.0, 0.1, in_text), rng)
    district, station = records.district.tolist(), records.station.tolist()
    numeric = [_number(text) for text in evidence.phones(_PLACEHOLDERS, 0.1)]
    columns: list[list[Cell]] = [
        list(ids),
        [geo.districts[d].deva[0] for d in district],
        [geo.districts[d].stations[s][0] for d, s in zip(district, station, strict=True)],
        [f"{n}/{y}" for n, y in zip(records.serial.tolist(), source.fir_years().tolist(), strict=True)],
        _dates(source, records.fir_day),
        list(evidence.sections()),
        [source.broken(name) if hit else name for name, hit in zip(names, source.chance(0.02).tolist(), strict=True)],
        list(aliases),
        list(fathers),
        list(husbands),
        list(evidence.sexes("पुरुष", "महिला")),
        _dates(source, evidence.births()),
        [None if age < 0 else age for age in evidence.ages().tolist()],
        numeric,
        _aadhaar(source),
        list(evidence.documents("pan")),
        list(evidence.documents("epic")),
        list(evidence.documents("licence")),
        [_number(text) for text in evidence.numbers("nfn")],
        [text if give else "" for text, give in zip(texts, here, strict=True)],
        [
            geo.districts[d].stations[s][0] if give else ""
            for d, s, give in zip(home_district, home_station, with_station, strict=True)
        ],
        [_district(d, records.state) if give else "" for d, give in zip(home_district, with_district, strict=True)],
        [_number(pin) for pin in address.pins(homes, 0.311, rng)],
        [None if h < 0 else h for h in evidence.heights().tolist()],
        [", ".join(MARKS[m]["devanagari"] for m in marks) for marks in evidence.marks()],
        _dates(source, np.where(records.arrest_known, records.arrest_day, NO_DAY)),
    ]
    sheet.write(path, damaged(columns, (0,), (6,), damage), dates={4, 11, 25})
    return ids, [1] * len(ids)


def _number(text: str) -> Cell:
    return int(text) if text.isdigit() else text or None


def _district(number: int, state: int) -> str:
    place = geography().districts[number]
    return place.deva[0] if place.state == state else f"{place.deva[0]} ({address.STATE_SHORT[place.state]})"


def _names(source: Source, speller: object) -> tuple[list[str], list[str]]:
    names = source.own_names(speller).tolist()  # type: ignore[arg-type]
    aliases = source.aliases(speller, 0.2)  # type: ignore[arg-type]
    dice = source.rng.random(len(source)).tolist()
    listed: list[str] = []
    for i, (alias, point) in enumerate(zip(aliases, dice, strict=True)):
        if alias and point < 0.3:
            names[i] += (" उर्फ " if point < 0.2 else " @ ") + alias[0]
            listed.append(", ".join(alias[1:]))
        else:
            listed.append(", ".join(alias))
    return names, listed


def _relatives(source: Source, relative: list[str], kind: list[int]) -> tuple[list[str], list[str]]:
    dice = source.rng.random(len(source)).tolist()
    fathers: list[str] = []
    husbands: list[str] = []
    for text, which, point, dead in zip(relative, kind, dice, source.late().tolist(), strict=True):
        shown = text
        if which < 0 or point > 0.985:
            shown = ""
        elif point < 0.02:
            shown = ("नामालूम", "अज्ञात", "-")[int(point * 1000) % 3]
        elif dead and which == 0:
            shown = ("स्व0 ", "स्व. ", "स्व० ", "स्वर्गीय ")[int(point * 100) % 4] + text
        fathers.append("" if which == 1 else shown)
        husbands.append(shown if which == 1 else "")
    return fathers, husbands


def _dates(source: Source, days: np.ndarray) -> list[Cell]:
    year, month, day = day_parts(days)
    dice = source.rng.random(len(source)).tolist()
    out: list[Cell] = []
    for number, y, m, d, point in zip(days.tolist(), year, month, day, dice, strict=True):
        if number == NO_DAY:
            out.append(None)
        elif point < 0.6:
            out.append(number + _EPOCH)
        elif point < 0.8:
            out.append(f"{d:02d}/{m:02d}/{y}")
        else:
            out.append(f"{d:02d}-{m:02d}-{y}" if point < 0.94 else f"{d:02d}-{_MONTHS[m - 1]}-{y}")
    return out


def _aadhaar(source: Source) -> list[Cell]:
    texts = source.evidence.numbers("aadhaar")
    dice = source.rng.random(len(source)).tolist()
    junk: tuple[Cell, ...] = (0, 999999999999, "अज्ञात")
    return [
        (junk[i % 3] if point < 0.008 else None)
        if not text
        else int(text)
        if point < 0.82
        else "XXXX-XXXX-" + text[-4:]
        for i, (text, point) in enumerate(zip(texts, dice, strict=True))
    ]
