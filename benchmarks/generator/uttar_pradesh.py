"""uttar_pradesh.csv: Hindi; half of the rows put everything into one police phrase; some cells in Kruti Dev."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from . import address, phrase
from .damage import Damage, damaged
from .events import NO_DAY
from .evidence import MARKS, Rates
from .geography import geography
from .krutidev import encode
from .phrase import Accused
from .source import Source, dates_as, write_csv
from .tables import header

RATES = Rates(0.86, 0.203, 0.445, 0.275, 0.055, 0.114, 0.084, 0.077, 0.428, 0.261, 0.21)
HEADER = header("uttar_pradesh")
_PLACEHOLDERS = ("0000000000", "0000000000", "NA", "0", "अज्ञात", "9999999999", "1111111111")
_DATE_SHAPES = ("%02d.%02d.%04d", "%02d-%02d-%04d", "%02d/%02d/%04d")
_TO_DEVA = str.maketrans("0123456789", "०१२३४५६७८९")
_SON = ("पुत्र",) * 16 + ("पु0",) * 2 + ("पु०", "पु.")
_WIFE = ("पत्नी",) * 4 + ("प0", "प०")
_PHRASE, _NAME, _ALIAS, _RELATION, _RELATIVE, _SEX, _BIRTH, _AGE, _PHONE, _HOME = 5, 6, 7, 8, 9, 10, 11, 12, 13, 19
_STRANGERS = 0.006  # share of rows that name two people of one case who are not brothers


def write(source: Source, path: Path, damage: Damage) -> tuple[list[str], list[int]]:
    """Write the file; per record (not row) its native id and its part."""
    count = len(source)
    native = [str(number) for number in source.ids(3146000371970)]
    second = source.records.brother.copy()
    alone = ~second & ~np.append(second[1:], False)
    second |= alone & np.append(False, alone[:-1]) & source.chance(_STRANGERS)
    second &= ~np.append(False, second[:-1])
    for i in np.flatnonzero(second).tolist():
        native[i] = native[i - 1]
    columns = _columns(source, native)
    _tell(source, columns, second)
    lead = np.flatnonzero(~second).tolist()
    columns = [[column[i] for i in lead] for column in columns]
    damage.ragged = True
    hurt = damaged(columns, (0,), (_PHRASE, _NAME), damage)
    write_csv(path, HEADER, hurt, False, damage.cut)
    return native, (second.astype(int) + 1).tolist() if count else []


def _columns(source: Source, native: list[str]) -> list[list[str]]:
    """All columns but those of the telling (phrase, name, alias, relation, relative, age, mobile, home)."""
    records, evidence = source.records, source.evidence
    geo = geography()
    shapes = source.rng.integers(0, 4, len(source)).tolist()
    short = source.chance(0.19).tolist()
    district, station = records.district.tolist(), records.station.tolist()
    empty = [""] * len(source)
    return [
        native,
        [geo.districts[d].deva[0] for d in district],
        [geo.districts[d].stations[s][0] for d, s in zip(district, station, strict=True)],
        [
            f"{number}/{year % 100:02d}" if two else f"{number}/{year}"
            for number, year, two in zip(records.serial.tolist(), source.fir_years().tolist(), short, strict=True)
        ],
        evidence.sections(),
        *(list(empty) for _ in range(5)),
        evidence.sexes("पुरुष", "महिला", 0.032),
        _dates(evidence.births(), shapes),
        list(empty),
        list(empty),
        _aadhaar(source),
        list(evidence.documents("pan")),
        list(evidence.documents("epic")),
        list(evidence.documents("licence")),
        list(evidence.numbers("nfn")),
        list(empty),
        ["" if h < 0 else str(h) for h in evidence.heights().tolist()],
        [", ".join(MARKS[m]["devanagari"] for m in marks) for marks in evidence.marks()],
        _dates(np.where(records.arrest_known, records.arrest_day, NO_DAY), shapes),
    ]


def _accused(source: Source) -> list[Accused]:
    rng = source.rng
    speller = source.speller(latin=False)
    names = source.own_names(speller).tolist()
    relatives, kinds = source.relatives(speller)
    aliases = source.aliases(speller, RATES.alias)
    phones = source.evidence.phones(_PLACEHOLDERS, 0.05).tolist()
    homes = address.devanagari(source.homes, source.records.state, (0.82, 0.61, 0.77), rng)
    dice = rng.random((len(source), 10)).tolist()
    female = source.people.female[source.records.person].tolist()
    ages = source.evidence.ages().tolist()
    late = source.late().tolist()
    return [
        Accused(
            name,
            aliases[i],
            _relation(kind, female[i], dice[i][0]),
            _relative(relatives[i], kind, dice[i][2]),
            homes[i],
            _age(ages[i], dice[i][1]),
            phones[i],
            late[i] and kind == 0,
            dice[i],
        )
        for i, (name, kind) in enumerate(zip(names, kinds.tolist(), strict=True))
    ]


def _tell(source: Source, columns: list[list[str]], second: npt.NDArray[np.bool_]) -> None:
    """Fill the phrase or the columns that replace it, row by row."""
    accused = _accused(source)
    in_phrase = source.chance(0.503).tolist()
    kruti = source.chance(0.13).tolist()
    digits = source.chance(0.175).tolist()
    breaks = source.chance(0.02).tolist()
    follows = np.append(second[1:], False).tolist()
    brother = source.records.brother.tolist()
    for i, person in enumerate(accused):
        if follows[i]:
            told = phrase.brothers if brother[i + 1] else phrase.strangers
            columns[_PHRASE][i] = told(person, accused[i + 1])
            for slot in (_SEX, _BIRTH, 14, 15, 16, 17, 18, 20, 21):
                columns[slot][i] = ""
        elif in_phrase[i]:
            text, age, mobile = phrase.one(person)
            if breaks[i]:
                text = source.broken(text)
            columns[_PHRASE][i] = encode(text, person.dice[5] < 0.5) if kruti[i] else text
            columns[_AGE][i] = person.age if not age or person.dice[9] < 0.3 else ""
            columns[_PHONE][i] = "" if mobile else person.phone
        else:
            _spread(columns, i, person, kruti[i])
            if breaks[i] and not kruti[i]:
                columns[_NAME][i] = source.broken(columns[_NAME][i])
        if digits[i]:
            for slot in (3, _BIRTH, _AGE, 22):
                columns[slot][i] = columns[slot][i].translate(_TO_DEVA)
            if person.dice[9] > 0.9:
                columns[_PHONE][i] = columns[_PHONE][i].translate(_TO_DEVA)


def _spread(columns: list[list[str]], i: int, person: Accused, kruti: bool) -> None:
    def code(text: str) -> str:
        return encode(text, person.dice[5] < 0.5) if kruti else text

    name, alias = person.name, person.alias
    if alias and person.dice[4] < 0.25:
        name, alias = f"{name} {phrase.alias_word(person.dice[5])} {alias[0]}", []
    columns[_NAME][i] = code(name)
    columns[_ALIAS][i] = code(", ".join(alias)) if alias else ""
    if person.relation:
        columns[_RELATION][i] = person.relation
        columns[_RELATIVE][i] = code(phrase.deceased(person) + person.relative)
    columns[_AGE][i], columns[_PHONE][i] = person.age, person.phone
    columns[_HOME][i] = person.address if person.dice[8] < 0.97 else ""


def _relation(kind: int, female: bool, point: float) -> str:
    if kind < 0:
        return ""
    words = _WIFE if kind == 1 else ("पुत्री",) if female else _SON
    return words[int(point * len(words))]


def _relative(text: str, kind: int, point: float) -> str:
    if kind >= 0 and point < 0.022:
        return ("नामालूम", "अज्ञात", "ना मालूम")[int(point * 1000) % 3]
    return text


def _age(age: int, point: float) -> str:
    if age < 0:
        return ""
    if point < 0.37:
        return str(age)
    if point < 0.57:
        return f"{age} वर्ष"
    return f"लगभग {age} वर्ष" if point < 0.79 else f"करीब {age} साल"


def _dates(days: npt.NDArray[np.int64], shapes: list[int]) -> list[str]:
    long = [dates_as(days, shape) for shape in _DATE_SHAPES]
    return [long[shape][i] if shape < 3 else long[0][i][:6] + long[0][i][8:] for i, shape in enumerate(shapes)]


def _aadhaar(source: Source) -> list[str]:
    texts = source.evidence.numbers("aadhaar")
    dice = source.rng.random(len(source)).tolist()
    junk = ("NA", "NA", "NA", "अज्ञात", "999999999999")
    return [
        (junk[i % 5] if point < 0.012 else "") if not text else text if point < 0.81 else "XXXXXXXX" + text[-4:]
        for i, (text, point) in enumerate(zip(texts, dice, strict=True))
    ]
