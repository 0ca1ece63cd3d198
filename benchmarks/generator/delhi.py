"""delhi.csv: Latin, upper and mixed case, names in up to three cells."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from . import address
from .damage import Damage, damaged
from .events import NO_DAY
from .evidence import MARKS, Rates
from .geography import geography
from .source import Source, dates_as, write_csv
from .tables import header

RATES = Rates(0.894, 0.45, 0.435, 0.288, 0.055, 0.132, 0.067, 0.075, 0.463, 0.242, 0.161)
HEADER = header("delhi")
_PLACEHOLDERS = ("NOT KNOWN", "NA", "0", "9999999999", "1111111111", "0000000000")
_RELATION = ("Father", "Husband", "Mother", "")


def write(source: Source, path: Path, damage: Damage) -> tuple[list[str], list[int]]:
    """Write the file; per record its native id and its part."""
    records, evidence, rng = source.records, source.evidence, source.rng
    speller = source.speller(latin=True)
    upper = source.chance(0.715).tolist()
    geo = geography()
    relative, kind = source.relatives(speller)
    ids = [str(number) for number in source.ids(8161000153050)]
    first, middle, last, alias1, alias2 = _names(source, speller)
    ages = evidence.ages()
    births = evidence.births()
    heights = evidence.heights()
    low = heights // 5 * 5
    years = source.fir_years()
    columns: list[list[str]] = [
        ids,
        [f"{n}/{y}" for n, y in zip(records.serial.tolist(), years.tolist(), strict=True)],
        [geo.districts[d].latin for d in records.district.tolist()],
        [
            geo.districts[d].stations[s][1]
            for d, s in zip(records.district.tolist(), records.station.tolist(), strict=True)
        ],
        first,
        middle,
        last,
        alias1,
        alias2,
        [_RELATION[k] for k in kind.tolist()],
        _relatives(source, relative.tolist(), kind.tolist()),
        evidence.sexes("Male", "Female"),
        dates_as(births, "%02d/%02d/%04d"),
        ["" if age < 0 else str(age) for age in ages.tolist()],
        _birth_years(source, ages, births),
        _phones(source),
        address.latin(source.homes, records.state, 0.84, rng),
        address.pins(source.homes, 0.331, rng),
        _aadhaar(source),
        list(evidence.documents("pan")),
        _licences(source),
        list(evidence.documents("epic")),
        ["" if h < 0 else str(h) for h in low.tolist()],
        ["" if h < 0 else str(h + 5) for h in low.tolist()],
        ["; ".join(MARKS[m]["latin"] for m in marks).upper() for marks in evidence.marks()],
        list(evidence.numbers("nfn")),
        dates_as(np.where(records.arrest_known, records.arrest_day, NO_DAY), "%02d/%02d/%04d"),
        evidence.sections(),
    ]
    for number in (4, 5, 6, 7, 8, 10, 16):
        columns[number] = [
            text.upper() if up else text for text, up in zip(map(_titled, columns[number]), upper, strict=True)
        ]
    address_given = source.chance(0.962).tolist()
    columns[16] = [text if give else "" for text, give in zip(columns[16], address_given, strict=True)]
    damage.ragged = True
    write_csv(path, HEADER, damaged(columns, (0,), (4, 5, 6), damage), True, damage.cut)
    return ids, [1] * len(ids)


def _titled(text: str) -> str:
    return " ".join([word[:1].upper() + word[1:] for word in text.split(" ")]) if text else text


def _names(source: Source, speller: object) -> tuple[list[str], list[str], list[str], list[str], list[str]]:
    names = source.own_names(speller)  # type: ignore[arg-type]
    aliases = source.aliases(speller, 0.172)  # type: ignore[arg-type]
    whole = source.chance(0.2).tolist()
    inside = source.chance(0.07).tolist()
    sign = source.chance(0.75).tolist()
    out: tuple[list[str], list[str], list[str], list[str], list[str]] = ([], [], [], [], [])
    for name, alias, all_in_first, write_inside, at in zip(names, aliases, whole, inside, sign, strict=True):
        words = name.split(" ")
        one_cell = all_in_first or len(words) == 1
        cells = [name, "", ""] if one_cell else [words[0], " ".join(words[1:-1]), words[-1]]
        one, two = (*alias, "", "")[:2]
        if one and write_inside:
            slot = 2 if cells[2] else 0
            cells[slot] += (" @ " if at else " urf ") + one
            one, two = "", ""
        for column, cell in zip(out, (*cells, one, two), strict=True):
            column.append(cell)
    return out


def _relatives(source: Source, relative: list[str], kind: list[int]) -> list[str]:
    dice = source.rng.random(len(source)).tolist()
    late = source.late().tolist()
    out: list[str] = []
    for text, which, point, dead in zip(relative, kind, dice, late, strict=True):
        if which < 0:
            out.append("")
        elif point < 0.022:
            out.append("UNKNOWN" if point < 0.014 else "NA")
        elif dead and which == 0:
            out.append(("LATE " if point < 0.5 else "LATE SH. ") + text)
        else:
            out.append(("SH. " if point > 0.945 else "SHRI " if point > 0.9 else "") + text)
    return out


def _birth_years(source: Source, ages: np.ndarray, births: np.ndarray) -> list[str]:
    from_age = source.fir_years() - ages
    from_birth = births.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    by_age = (ages >= 0) & ((births == NO_DAY) | source.chance(0.5))
    slip = np.where(source.chance(0.1), source.rng.integers(-3, 4, len(source)), 0)
    year = np.where(by_age, from_age + slip, np.where(births != NO_DAY, from_birth, -1))
    year = np.where(source.chance(0.66), year, -1)
    return ["" if y < 0 else str(y) for y in year.tolist()]


def _phones(source: Source) -> list[str]:
    texts = source.evidence.phones(_PLACEHOLDERS, 0.075)
    dice = source.rng.random(len(source)).tolist()
    out: list[str] = []
    for text, point in zip(texts, dice, strict=True):
        if len(text) < 9 or not text.isdigit() or point < 0.74:
            out.append(text)
        else:
            out.append(("+91-" if point < 0.82 else "0" if point < 0.9 else "91" if point < 0.96 else "+91 ") + text)
    return out


def _aadhaar(source: Source) -> list[str]:
    texts = source.evidence.numbers("aadhaar")
    dice = source.rng.random(len(source)).tolist()
    junk = ("NA", "NA", "NA", "0000 0000 0000", "999999999999", "UNKNOWN")
    out: list[str] = []
    for number, (text, point) in enumerate(zip(texts, dice, strict=True)):
        if not text:
            out.append(junk[number % 6] if point < 0.016 else "")
        elif point < 0.53:
            out.append(text)
        elif point < 0.8:
            out.append(f"{text[:4]} {text[4:8]} {text[8:]}")
        else:
            out.append("XXXX-XXXX-" + text[-4:])
    return out


def _licences(source: Source) -> list[str]:
    texts = source.evidence.documents("licence")
    dice = source.rng.random(len(source)).tolist()
    return [
        text if not text or point < 0.4 else f"{text[:4]} {text[4:]}" if point < 0.74 else f"{text[:2]}-{text[2:]}"
        for text, point in zip(texts, dice, strict=True)
    ]
