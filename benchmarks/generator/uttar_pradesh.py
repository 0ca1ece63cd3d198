"""uttar_pradesh.csv: Hindi; half of the rows put everything into one police phrase; some cells in Kruti Dev."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import address
from .events import NO_DAY
from .evidence import MARKS, Rates
from .geography import geography
from .krutidev import encode
from .source import Source, dates_as, quoted_csv

RATES = Rates(0.86, 0.203, 0.5, 0.27, 0.055, 0.114, 0.084, 0.077, 0.428, 0.261, 0.155)
HEADER = (
    "क्रमांक,जनपद,थाना,मु0अ0सं0,धारा,नाम पता अभियुक्त,अभियुक्त का नाम,उपनाम,सम्बन्ध,पिता/पति का नाम,लिंग,जन्म तिथि,आयु,"
    "मोबाइल नं0,आधार नं0,पैन नं0,मतदाता पहचान पत्र,ड्राइविंग लाइसेंस,एनएफएन,पता,कद (सेमी),पहचान चिन्ह,गिरफ्तारी दिनांक"
).split(",")
_PLACEHOLDERS = ("0000000000", "0000000000", "NA", "0", "अज्ञात", "9999999999", "1111111111")
_DATE_SHAPES = ("%02d.%02d.%04d", "%02d-%02d-%04d", "%02d/%02d/%04d", "short")
_TO_DEVA = str.maketrans("0123456789", "०१२३४५६७८९")
_SON = ("पुत्र",) * 12 + ("पु0",) * 3 + ("पु०", "पु.")
_DAUGHTER = ("पुत्री",)
_WIFE = ("पत्नी",) * 4 + ("प0", "प०")
_LIVES = ("निवासी", "निवासी", "निवासी", "नि0", "नि0", "नि०", "नि.", "सा0", "सा०", "सा.")
_URF = ("उर्फ",) * 8 + ("उर्फ़",) * 3 + ("ऊर्फ",)


@dataclass
class _Row:
    name: str
    alias: list[str]
    relation: str
    relative: str
    address: str
    age: str
    phone: str
    late: bool
    dice: list[float]


def write(source: Source, path: Path) -> tuple[list[str], list[int]]:
    """Write the file; per record (not row) its native id and its part."""
    records, evidence, rng = source.records, source.evidence, source.rng
    count = len(source)
    geo = geography()
    speller = source.speller(latin=False)
    phrase = source.chance(0.507).tolist()
    kruti = source.chance(0.13).tolist()
    digits = source.chance(0.17).tolist()
    names = source.own_names(speller).tolist()
    relative, kind = source.relatives(speller)
    aliases = source.aliases(speller, 0.15)
    phones = evidence.phones(_PLACEHOLDERS, 0.05).tolist()
    addresses = address.devanagari(source.homes, records.state, (0.82, 0.58, 0.7), rng)
    ages = evidence.ages()
    dice = rng.random((count, 10)).tolist()
    late = source.late().tolist()
    female = source.people.female[records.person].tolist()
    native = [str(number) for number in source.ids(3146000371970)]
    years = source.fir_years().tolist()
    rows: list[list[str]] = []
    shapes = rng.integers(0, 4, count).tolist()
    births = _dates(evidence.births(), shapes)
    arrests = _dates(np.where(records.arrest_known, records.arrest_day, NO_DAY), shapes)
    sexes = evidence.sexes("पुरुष", "महिला")
    aadhaar = _aadhaar(source)
    documents = [list(evidence.documents(field)) for field in ("pan", "epic", "licence")]
    nfn = list(evidence.numbers("nfn"))
    heights = evidence.heights().tolist()
    marks = evidence.marks()
    sections = evidence.sections()
    kinds = kind.tolist()
    relatives = relative.tolist()
    serial, district, station = records.serial.tolist(), records.district.tolist(), records.station.tolist()
    for i in range(count):
        d = dice[i]
        relation = _relation(kinds[i], female[i], d[0])
        age = _age(int(ages[i]), d[1])
        row = _Row(
            names[i],
            aliases[i],
            relation,
            _relative(relatives[i], kinds[i], d[2]),
            addresses[i],
            age,
            phones[i],
            late[i],
            d,
        )
        cells = [""] * len(HEADER)
        year = str(years[i]) if d[3] < 0.8 else f"{years[i] % 100:02d}"
        place = geo.districts[district[i]]
        cells[:5] = native[i], place.deva[0], place.stations[station[i]][0], f"{serial[i]}/{year}", sections[i]
        if phrase[i]:
            text, in_text = _phrase(row)
            cells[5] = encode(text) if kruti[i] else text
            phone = "" if "phone" in in_text else phones[i]
            cells[12] = age if "age" not in in_text or d[9] < 0.3 else ""
            cells[13] = phone
        else:
            _columns(cells, row, kruti[i])
            cells[12], cells[13] = age, phones[i]
        cells[10], cells[11] = sexes[i], births[i]
        cells[14], cells[15], cells[16], cells[17], cells[18] = (
            aadhaar[i],
            documents[0][i],
            documents[1][i],
            documents[2][i],
            nfn[i],
        )
        cells[20] = "" if heights[i] < 0 else str(heights[i])
        cells[21] = ", ".join(MARKS[m]["devanagari"] for m in marks[i])
        cells[22] = arrests[i]
        if digits[i]:
            for slot in (3, 11, 12, 22):
                cells[slot] = cells[slot].translate(_TO_DEVA)
        rows.append(cells)
    path.write_bytes(
        quoted_csv(
            HEADER, [list(column) for column in zip(*rows, strict=True)] if rows else [[]] * len(HEADER), bom=False
        )
    )
    return native, [1] * count


def _relation(kind: int, female: bool, point: float) -> str:
    if kind < 0:
        return ""
    words = _WIFE if kind == 1 else _DAUGHTER if female else _SON
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


def _columns(cells: list[str], row: _Row, kruti: bool) -> None:
    code = encode if kruti else str
    name = row.name
    alias = list(row.alias)
    if alias and row.dice[4] < 0.33:
        name += f" {_URF[int(row.dice[5] * len(_URF))]} {alias.pop(0)}"
        alias = []
    cells[6] = code(name)
    cells[7] = code(", ".join(alias)) if alias else ""
    if row.relation and row.dice[6] < 0.97:
        cells[8] = row.relation
        relative = (
            "स्व" + ("0 " if row.dice[7] < 0.6 else "० " if row.dice[7] < 0.8 else ". ") if row.late else ""
        ) + row.relative
        cells[9] = code(relative)
    cells[19] = row.address if row.dice[8] < 0.97 else ""


def _phrase(row: _Row) -> tuple[str, set[str]]:
    d = row.dice
    stated: set[str] = set()
    text = row.name
    for alias in row.alias:
        text += f" {_URF[int(d[5] * len(_URF))]} {alias}"
    if row.relation and d[6] < 0.96:
        honour = "श्री " if d[7] < 0.22 else ""
        dead = ("स्व0 " if d[8] < 0.55 else "स्व० " if d[8] < 0.8 else "स्व. ") if row.late else ""
        text += f" {row.relation} {honour}{dead}{row.relative}"
    if d[4] < 0.96:
        text += f" {_LIVES[int(d[4] / 0.96 * len(_LIVES))]} {row.address}"
    if row.age and d[2] < 0.42:
        bare = row.age if row.age.endswith(("वर्ष", "साल")) else row.age + " वर्ष"
        text += f" {'उम्र' if d[0] < 0.65 else 'आयु'} {bare}"
        stated.add("age")
    if len(row.phone) == 10 and row.phone.isdigit() and d[3] < 0.3:
        mark = "०" if d[1] < 0.15 else "." if d[1] < 0.35 else "0"
        text += f" मो{mark}नं{mark} {row.phone}"
        stated.add("phone")
    return text, stated


def _dates(days: np.ndarray, shapes: list[int]) -> list[str]:
    long = [dates_as(days, shape) for shape in _DATE_SHAPES[:3]]
    return [long[shape][i] if shape < 3 else long[0][i][:6] + long[0][i][8:] for i, shape in enumerate(shapes)]


def _aadhaar(source: Source) -> list[str]:
    texts = source.evidence.numbers("aadhaar")
    dice = source.rng.random(len(source)).tolist()
    return [
        (("NA", "NA", "NA", "अज्ञात", "999999999999")[i % 5] if point < 0.012 else "")
        if not text
        else text
        if point < 0.81
        else "XXXXXXXX" + text[-4:]
        for i, (text, point) in enumerate(zip(texts, dice, strict=True))
    ]
