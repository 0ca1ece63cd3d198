"""How alike two sets of extracts are: fill rates per column and shares of styles, side by side.

python benchmarks/likeness.py --ours demo/extracts --sample DIR  (DIR holds four extracts in the same layouts)
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from itertools import combinations
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook
from rapidfuzz.distance import Levenshtein

Frames = dict[str, pd.DataFrame]
_DEVA = re.compile("[ऀ-ॿ]")
_JUNK = re.compile(r"^(?:XXXX|0000|9999999|1{6}|NA$|NOT|UNKN|अज्ञात)")


def load(folder: Path) -> Frames:
    """The four extracts as text cells; empty text for missing, lists joined by '; '."""
    delhi = pd.read_csv(
        folder / "delhi.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig", on_bad_lines="skip"
    )
    up = pd.read_csv(folder / "uttar_pradesh.csv", dtype=str, keep_default_na=False, on_bad_lines="skip")
    sheet = CalamineWorkbook.from_path(str(folder / "rajasthan.xlsx")).get_sheet_by_index(0).to_python()
    rajasthan = pd.DataFrame([[_text(cell) for cell in row] for row in sheet[1:]], columns=[str(c) for c in sheet[0]])
    haryana = pq.read_table(folder / "haryana.parquet").to_pylist()
    columns = list(haryana[0])
    hr = pd.DataFrame([[_text(row[name]) for name in columns] for row in haryana], columns=columns)
    return {"delhi": delhi, "uttar_pradesh": up, "rajasthan": rajasthan, "haryana": hr}


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell == int(cell) else str(cell)
    if isinstance(cell, date):
        return f"real {cell.isoformat()}"
    if isinstance(cell, list):
        return "; ".join(map(str, cell))
    return str(cell)


def _share(cells: Iterable[str], test: Callable[[str], object]) -> float:
    filled = [cell for cell in cells if cell]
    return sum(1 for cell in filled if test(cell)) / max(1, len(filled))


def _repeats(frame: pd.DataFrame, column: str) -> float:
    """Rows (per thousand) whose value of a strong column stands in an earlier row too."""
    values = [cell for cell in frame[column] if len(cell) >= 8 and not _JUNK.match(cell)]
    return 1000 * sum(count - 1 for count in Counter(values).values()) / len(frame)


def fills(frames: Frames) -> dict[str, float]:
    """Share of filled cells per source and column."""
    return {
        f"{source}: {name}": float((frame[name] != "").mean()) for source, frame in frames.items() for name in frame
    }


def styles(frames: Frames) -> dict[str, float]:
    """Shares of the ways in which values are written."""
    de, up, rj, hr = (frames[name] for name in ("delhi", "uttar_pradesh", "rajasthan", "haryana"))
    phrase = up["नाम पता अभियुक्त"]
    name = up["अभियुक्त का नाम"]

    def ascii_only(cell: str) -> bool:
        return not _DEVA.search(cell)

    return {
        "delhi names in capitals": _share(de["FIRST_NAME"], str.isupper),
        "delhi first name of several words": _share(de["FIRST_NAME"], lambda c: " " in c),
        "delhi no last name": float((de["LAST_NAME"] == "").mean()),
        "delhi alias inside a name": _share(
            de["FIRST_NAME"] + " " + de["LAST_NAME"], re.compile(r"@| urf ", re.I).search
        ),
        "delhi relative Late": _share(de["RELATIVE_NAME"], re.compile("^late", re.I).match),
        "delhi relative Sh./Shri": _share(de["RELATIVE_NAME"], re.compile(r"^sh(ri|\.) ", re.I).match),
        "delhi relative of one word": _share(de["RELATIVE_NAME"], lambda c: " " not in c),
        "delhi Husband": _share(de["RELATION_TYPE"], lambda c: c == "Husband"),
        "delhi born 1 January": _share(de["DOB"], lambda c: c.startswith("01/01")),
        "delhi ages multiple of 5": _share(de["AGE"], lambda c: int(c) % 5 == 0),
        "delhi ages below 18": _share(de["AGE"], lambda c: int(c) < 18),
        "delhi mean age": float(pd.to_numeric(de["AGE"], errors="coerce").mean()),
        "delhi address out of Delhi": _share(de["ADDRESS"], re.compile(r"\bDIST", re.I).search),
        "delhi address with house": _share(de["ADDRESS"], re.compile(r"^(H\.No|\d)", re.I).match),
        "delhi address only station or city": _share(de["ADDRESS"], re.compile(r"^(P\.?S|Delhi$)", re.I).match),
        "delhi masked UID": _share(de["UID_NO"], lambda c: c.startswith("XXXX")),
        "delhi distinct first names": de["FIRST_NAME"].str.lower().nunique() / len(de),
        "delhi women": _share(de["GENDER"], lambda c: c == "Female"),
        "delhi two sections": _share(de["ACT_SECTION"], lambda c: ", " in c),
        "up phrases in Kruti Dev": _share(phrase, ascii_only),
        "up name cells in Kruti Dev": _share(name, ascii_only),
        "up phrases with several persons": _share(phrase, re.compile(r" व |गण ").search),
        "up phrases with alias": _share(phrase, re.compile(r"[उऊ]र्‌?फ|mQ\+?Z").search),
        "up phrases with address": _share(phrase, re.compile(r" (नि|सा)|fuoklh| fu| lk").search),
        "up phrases with age": _share(phrase, re.compile(r"उम्र|आयु|mez|vk;q").search),
        "up phrases with mobile": _share(phrase, re.compile(r"\d{10}").search),
        "up phrase length": float(phrase[phrase != ""].str.len().mean()),
        "up Devanagari digits in FIR": _share(up["मु0अ0सं0"], re.compile("[०-९]").search),
        "up FIR with two-digit year": _share(up["मु0अ0सं0"], re.compile(r"/..$").search),
        "up about in age": _share(up["आयु"], re.compile("लगभग|करीब").search),
        "up women": _share(up["लिंग"], lambda c: c == "महिला"),
        "up name of one word": _share(name[~name.map(ascii_only)], lambda c: " " not in c),
        "up name of three words or more": _share(name[~name.map(ascii_only)], lambda c: c.count(" ") > 1),
        "up relative of one word": _share(up["पिता/पति का नाम"], lambda c: " " not in c),
        "up relative late": _share(up["पिता/पति का नाम"], lambda c: c.startswith("स्व")),
        "up address length": float(up["पता"][up["पता"] != ""].str.len().mean()),
        "up address in another state": _share(up["पता"], re.compile("दिल्ली|राज0|राजस्थान|हरि0|हरियाणा").search),
        "up masked Aadhaar": _share(up["आधार नं0"], lambda c: c.startswith("XXXX")),
        "up distinct names": name.nunique() / max(1, (name != "").sum()),
        "up ZWJ or ZWNJ in names": _share(name + phrase, re.compile("[‌‍]").search),
        "rj real FIR dates": _share(rj["एफआईआर दिनांक"], lambda c: c.startswith("real")),
        "rj home in another state": _share(rj["निवास जिला"], lambda c: "(" in c),
        "rj alias inside the name": _share(rj["नाम"], re.compile("@|उर्फ").search),
        "rj name of one word": _share(rj["नाम"], lambda c: " " not in c),
        "rj husband given": float((rj["पति का नाम"] != "").mean()),
        "rj village without more": _share(rj["निवास"], lambda c: not re.search("जि|था|जनपद", c)),
        "hr rows in Latin": _share(hr["name"], ascii_only),
        "hr names in capitals (of Latin)": _share(hr["name"][hr["name"].map(ascii_only)], str.isupper),
        "hr name of one word": _share(hr["name"], lambda c: " " not in c),
        "hr two aliases": _share(hr["aliases"], lambda c: "; " in c),
        "hr two marks": _share(hr["marks"], lambda c: "; " in c),
        "hr address in another state": _share(
            hr["address"], re.compile("pradesh|, UP$|raj|delhi|दिल्ली|राज0|राजस्थान|उ0प्र0|उत्तर प्रदेश", re.I).search
        ),
        **{
            f"{source} repeats of {column} (per 1000 rows)": _repeats(frame, column)
            for source, frame, columns in (
                ("delhi", de, ("UID_NO", "EPIC", "PAN", "DL_NO", "NFN", "MOBILE")),
                ("up", up, ("आधार नं0", "मतदाता पहचान पत्र", "पैन नं0", "ड्राइविंग लाइसेंस", "एनएफएन", "मोबाइल नं0")),
                ("rj", rj, ("आधार", "ईपिक", "पैन", "डीएल", "एनएफएन", "मोबाइल")),
                ("hr", hr, ("aadhaar", "epic", "pan", "dl", "nfn", "mobile")),
            )
            for column in columns
        },
    }


_PEOPLE = {
    "delhi": ("RELATIVE_NAME", "DOB", "AGE", "MOBILE", "ID_MARKS"),
    "uttar_pradesh": ("पिता/पति का नाम", "जन्म तिथि", "आयु", "मोबाइल नं0", "पहचान चिन्ह"),
    "rajasthan": ("पिता का नाम", "जन्म दिनांक", "उम्र", "मोबाइल", "पहचान चिन्ह"),
    "haryana": ("guardian_name", "dob", "age", "mobile", "marks"),
}
_KINDS = {
    "delhi": ("UID_NO", "EPIC", "PAN", "DL_NO", "NFN"),
    "uttar_pradesh": ("आधार नं0", "मतदाता पहचान पत्र", "पैन नं0", "ड्राइविंग लाइसेंस", "एनएफएन"),
    "rajasthan": ("आधार", "ईपिक", "पैन", "डीएल", "एनएफएन"),
    "haryana": ("aadhaar", "epic", "pan", "dl", "nfn"),
}
_TITLE = re.compile(r"^(?:late |sh\. |shri |स्व\S* |श्री )+", re.I)
_ALIAS = re.compile(r" (?:@|urf|[उऊ]र्\S*) .*$", re.I)


def _people(source: str, frame: pd.DataFrame) -> list[dict[str, str]]:
    relative, birth, age, phone, marks = _PEOPLE[source]
    names = {"uttar_pradesh": "अभियुक्त का नाम", "rajasthan": "नाम", "haryana": "name"}
    cells_of = {"delhi": ("FIRST_NAME", "MIDDLE_NAME", "LAST_NAME")}.get(source) or (names[source],)
    name = [" ".join(cells) for cells in zip(*(frame[column] for column in cells_of), strict=True)]
    people: list[dict[str, str]] = []
    for cells in zip(name, *(frame[column] for column in (relative, birth, age, phone, marks)), strict=True):
        told = " ".join(_ALIAS.sub("", cells[0].lower()).split())
        born = re.sub(r"\D", "", cells[2]) if cells[2].startswith("real") or source != "rajasthan" else ""
        number = re.sub(r"\D", "", cells[4])[-10:]
        people.append(
            {
                "name": told,
                "relative": _TITLE.sub("", cells[1].lower()),
                "birth": born if len(born) == 8 else "",
                "age": re.sub(r"\D", "", cells[3]),
                "phone": number if len(number) == 10 and len(set(number)) > 1 else "",
                "marks": cells[5].lower(),
            }
        )
    return people


def pairs(frames: Frames) -> dict[str, float]:
    """How records of one source that share a strong number (mostly one person) agree otherwise."""
    seen: dict[str, list[float]] = {}
    total = 0
    for source, frame in frames.items():
        people = _people(source, frame)
        for left, right in _sharing(frame, _KINDS[source]):
            a, b = people[left], people[right]
            if not a["name"] or not b["name"] or bool(_DEVA.search(a["name"])) != bool(_DEVA.search(b["name"])):
                continue
            total += 1
            first = a["name"].split()[0] == b["name"].split()[0]
            seen.setdefault("name equal", []).append(a["name"] == b["name"])
            joined = a["name"].replace(" ", "") == b["name"].replace(" ", "")
            seen.setdefault("name equal without spaces", []).append(joined)
            seen.setdefault("first word equal", []).append(first)
            seen.setdefault("as many words", []).append(a["name"].count(" ") == b["name"].count(" "))
            distance = Levenshtein.distance(a["name"].split()[0], b["name"].split()[0])
            seen.setdefault("edits between first words", []).append(distance)
            for field in ("relative", "birth", "phone", "marks"):
                if a[field] and b[field]:
                    seen.setdefault(f"{field} equal", []).append(a[field] == b[field])
            if a["age"] and b["age"]:
                seen.setdefault("years between ages", []).append(abs(int(a["age"]) - int(b["age"])))
    return {"pairs per 1000 rows": 1000 * total / sum(map(len, frames.values()))} | {
        name: sum(values) / len(values) for name, values in seen.items()
    }


def density(frames: Frames) -> dict[str, float]:
    """Rows (per thousand) whose name and relative, reduced to first words without vowels, stand in an earlier row.

    Grows with the number of rows (namesakes), so compare extracts of one size.
    """
    result: dict[str, float] = {}
    for source, frame in frames.items():
        keys = [
            (_skeleton(person["name"]), _skeleton(person["relative"]))
            for person in _people(source, frame)
            if person["name"] and person["relative"] and not _JUNK.match(person["relative"].upper())
        ]
        result[f"{source}: rows with a known name and relative"] = (
            1000 * (len(keys) - len(set(keys))) / max(1, len(keys))
        )
    return result | _shared_numbers(frames)


def _shared_numbers(frames: Frames) -> dict[str, float]:
    """Pairs of records (per thousand rows) that share a strong number, inside a source and across sources."""
    holders: dict[tuple[int, str], list[str]] = {}
    for source, frame in frames.items():
        for kind, column in enumerate(_KINDS[source]):
            for cell in frame[column]:
                if len(cell) >= 8 and not _JUNK.match(cell):
                    holders.setdefault((kind, re.sub("[ -]", "", cell).zfill(10)), []).append(source)
    found = Counter(a == b for sources in holders.values() for a, b in combinations(sources[:10], 2))
    rows = sum(map(len, frames.values())) / 1000
    return {"shared numbers inside a source": found[True] / rows, "shared numbers across sources": found[False] / rows}


def _skeleton(text: str) -> str:
    word = text.split(maxsplit=1)[0] if text.split() else ""
    return re.sub("[aeiouhy]" if word.isascii() else "[ािीुूेैोौंँ़्\u200c\u200d]", "", word)


def _sharing(frame: pd.DataFrame, columns: tuple[str, ...]) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for column in columns:
        rows: dict[str, list[int]] = {}
        for row, cell in enumerate(frame[column]):
            if len(cell) >= 8 and not _JUNK.match(cell):
                rows.setdefault(re.sub("[ -]", "", cell), []).append(row)
        for group in rows.values():
            found.update(combinations(group[:10], 2))
    return found


def main() -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ours", type=Path, required=True)
    parser.add_argument("--sample", type=Path, required=True)
    args = parser.parse_args()
    ours, sample = load(args.ours), load(args.sample)
    for heading, measure in (
        ("filled", fills),
        ("styles", styles),
        ("pairs that share a strong number", pairs),
        ("density", density),
    ):
        print(f"\n{heading:52} {'sample':>9} {'ours':>9}")
        theirs, own = measure(sample), measure(ours)
        for key, value in theirs.items():
            mine = own.get(key, float("nan"))
            far = abs(mine - value) > max(0.03, 0.3 * abs(value)) and abs(mine - value) > 0.012
            print(f"{key:52} {value:9.3f} {mine:9.3f}{'  <<' if far else ''}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
