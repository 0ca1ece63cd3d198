"""Speed of the step record → person, and a fuzz run of all parsers from row to person.

    python benchmarks/normalise.py --extracts FOLDER     # files of benchmarks/generate.py to persons, as a run does it
    python benchmarks/normalise.py --rows 1000000        # records per second, all normalisers together and one by one
    python benchmarks/normalise.py --fuzz 1000000        # random and mutated cells through every parser: exceptions, slowest cell

The records are invented: as many filled cells, distinct values, scripts and formats per column as in the four states' layouts.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.generated import FILES
from benchmarks.results_file import keep, markdown_table
from linker.config.loading import CONFIGS
from linker.config.run import load_run
from linker.names.legacy import to_unicode
from linker.normalise.aadhaar import AadhaarKey
from linker.normalise.ages import parse_age
from linker.normalise.cells import mask_long_numbers, readable
from linker.normalise.datecolumns import Dates
from linker.normalise.dates import parse_date, parse_year
from linker.normalise.firs import Firs
from linker.normalise.gazetteer import gazetteer
from linker.normalise.idcolumns import luhn
from linker.normalise.identifiers import read_identifier
from linker.normalise.marks import parse_height, parse_marks
from linker.normalise.offences import parse_fir, parse_sections
from linker.normalise.persons import PersonFindings, PersonOptions, publishable, to_persons
from linker.normalise.phones import parse_phones, phones
from linker.normalise.phrases import parse_addresses, parse_names, parse_phrases, parse_relatives
from linker.normalise.places import place_key
from linker.normalise.publishing import mask_text
from linker.normalise.records import RecordOptions, to_records
from linker.normalise.reference import forms, rows
from linker.normalise.sex import parse_sex
from linker.records import read_sources
from linker.schema import RECORD, ROW, IdType
from linker.verhoeff import verhoeff

STATES = ("delhi", "uttar pradesh", "rajasthan", "haryana")
DEVANAGARI_DIGITS = str.maketrans("0123456789", "०१२३४५६७८९")


class Maker:
    """Columns of invented cells."""

    def __init__(self, size: int, seed: int) -> None:
        self.size, self.rng = size, np.random.default_rng(seed)

    def pick(self, values: Sequence[object], filled: float, kind: pa.DataType | None = None) -> pa.Array:
        """Random members of `values`, null in 1 - `filled` of the rows."""
        index = self.rng.integers(0, len(values), self.size)
        indices = pa.array(index, mask=self.rng.random(self.size) > filled)
        return pa.array(values, kind or pa.string()).take(indices)

    def digits(self, count: int, size: int | None = None, first: int = 0) -> npt.NDArray[np.uint8]:
        made = self.rng.integers(0, 10, (size or self.size, count), dtype=np.uint8)
        made[:, 0] = self.rng.integers(first, 10, len(made))
        return made

    def numbers(self, digits: npt.NDArray[np.uint8], filled: float, prefix: str = "") -> pa.Array:
        width = digits.shape[1]
        texts = np.ascontiguousarray(digits + 48).view(f"S{width}").ravel().astype(str)
        column = pa.array(texts, mask=self.rng.random(len(texts)) > filled)
        return pc.binary_join_element_wise(prefix, column, "") if prefix else column


def _valid_aadhaar(maker: Maker) -> npt.NDArray[np.uint8]:
    numbers = maker.digits(12, first=2)
    for last in range(10):
        wrong = ~verhoeff(numbers)
        numbers[wrong, 11] = last
    return numbers


def _day_texts() -> tuple[list[str], list[str]]:
    """Dates of birth and of records in the formats of the four layouts."""
    formats = (
        "{d:02d}/{m:02d}/{y}",
        "{d:02d}.{m:02d}.{y}",
        "{d:02d}-{m:02d}-{y}",
        "{y}-{m:02d}-{d:02d}",
        "{d:02d}.{m:02d}.{s:02d}",
    )
    born, recorded = [], []
    for target, years in ((born, range(1945, 2005)), (recorded, range(2009, 2025))):
        for y in years:
            for m in range(1, 13):
                for d in range(1, 29):
                    target.extend(f.format(d=d, m=m, y=y, s=y % 100) for f in formats)
            target.extend(f.format(d=1, m=1, y=y, s=y % 100) for f in formats for _ in range(300))
    return born, recorded


def make_records(size: int, seed: int = 1) -> pa.Table:
    """A RECORD table of `size` invented rows."""
    maker = Maker(size, seed)
    born, recorded = _day_texts()
    ages = [
        form.format(age).translate(table)
        for age in range(16, 75)
        for form in ("{}", "{} वर्ष", "लगभग {} वर्ष", "करीब {} साल")
        for table in ({}, DEVANAGARI_DIGITS)
    ]
    ages += [str(age) for age in range(16, 75)] * 20
    places = [form for row in rows("districts.tsv") for form in [row["district"], *forms(row["forms"])]]
    stems = [
        f"{a}{b}{c}"
        for a in ("राम", "हरि", "किशन", "Ram", "Shiv", "HASAN", "Madho", "बीर")
        for b in ("पुर", "गढ़", "pur", "GARH", "वाला")
        for c in ["", *(f" {x}" for x in ("खुर्द", "कलां", "Khurd", "KALAN"))]
    ]
    villages = [
        f"{prefix}{stem} {number}"
        for stem in stems
        for prefix in ("ग्राम ", "VPO ", "", "Vill. ")
        for number in range(30)
    ]
    marks = [
        "CUT MARK ON LEFT CHEEK",
        "दाहिने हाथ पर ओम का टैटू",
        "mole on neck",
        "माथे पर चोट का निशान",
        "चेचक के दाग",
        "LIMPS ON RIGHT LEG",
    ]
    phones = maker.numbers(maker.digits(10, first=6), 0.45)
    prefix = pa.array(["", "+91-", "0", "91", "+91 ", ""]).take(pa.array(maker.rng.integers(0, 6, size)))
    letters = maker.rng.integers(65, 91, (size, 3), dtype=np.uint8) - 48
    epic = np.hstack([letters, maker.digits(7)])
    for last in range(10):
        epic[~luhn(epic[:, 3:]), 9] = last
    licence = np.hstack([maker.digits(2), np.full((size, 2), [2, 0], dtype=np.uint8), maker.digits(9)])
    pan = np.hstack(
        [
            letters,
            np.full((size, 1), 80 - 48, dtype=np.uint8),
            letters[:, :1],
            maker.digits(4, first=1),
            letters[:, 1:2],
        ]
    )
    nfn = np.hstack([np.full((size, 1), 0, dtype=np.uint8), maker.digits(9, first=6)])
    filled: dict[str, pa.Array] = {
        "record_id": pa.array([f"s:{i}" for i in range(size)]),
        "state": maker.pick(STATES, 1), "source": maker.pick(STATES, 1),
        "name": maker.pick(stems, 1),
        "name_typed": maker.pick(stems, 1), "husband": maker.pick(stems, 0.04), "father": maker.pick(stems, 0.9),
        "sex": maker.pick(["Male", "पुरुष", "M", "F", "महिला"], 0.96),
        "birth_date": maker.pick(born, 0.35), "birth_year": maker.pick([str(y) for y in range(1945, 2006)], 0.2),
        "age": maker.pick(ages, 0.8), "record_date": maker.pick(recorded, 0.8), "fir_date": maker.pick(recorded, 0.4),
        "fir_number": maker.pick([f"{n}/{y}" for n in range(1, 900) for y in range(2010, 2025)], 1),
        "fir_district": maker.pick(places, 1), "fir_station": maker.pick(villages, 1),
        "phone": pc.binary_join_element_wise(prefix, phones, ""), "relative_phone": maker.numbers(maker.digits(10, first=6), 0.05),
        "village": maker.pick(villages, 0.7), "station": maker.pick(villages, 0.5), "district": maker.pick(places, 0.6),
        "tehsil": maker.pick(villages, 0.1), "address_state": maker.pick([*STATES, "UP", "बिहार"], 0.2),
        "pin": maker.numbers(maker.digits(6, first=1), 0.2),
        "aadhaar": maker.numbers(_valid_aadhaar(maker), 0.27), "pan": maker.numbers(pan, 0.06), "epic": maker.numbers(epic, 0.12),
        "driving_licence": maker.numbers(licence, 0.08, "UP"), "nfn": maker.numbers(nfn, 0.07),
        "height_from": maker.pick([str(h) for h in range(140, 185)], 0.4),
        "marks": maker.pick([[m] for m in marks] + [marks[:2]], 0.3, pa.list_(pa.string())),
        "rest": maker.pick(villages, 0.2),
    }  # fmt: skip
    return pa.table({name: filled.get(name, pa.nulls(size, kind)) for name, kind in RECORD.columns.items()})


Figures = dict[str, dict[str, float]]


def _measured(work: Callable[[], object], rows: int) -> dict[str, float]:
    start, busy = time.perf_counter(), time.process_time()
    work()
    took = time.perf_counter() - start
    return {"rows": rows, "seconds": took, "processor": time.process_time() - busy, "rows/s": rows / took}


def speed(size: int) -> Figures:
    """Records invented here → persons, all normalisers together and one by one."""
    record = RECORD.conform(make_records(size))
    options = PersonOptions(aadhaar_key=AadhaarKey(bytes(32)), latest_year=2026)
    to_persons(record.slice(0, 100), options)
    findings = PersonFindings()
    figures = {"to_persons": _measured(lambda: to_persons(record, options, findings), size)}
    for part, seconds in findings.seconds.items():  # of both threads together
        figures[f"  {part}"] = {"rows": size, "seconds": seconds}
    figures["publishable"] = _measured(lambda: publishable(record), size)
    return figures


def whole_way(folder: Path) -> Figures:
    """Generated extracts of the four layouts: files → rows → records → persons, as a run does it."""
    inputs = {name: str(folder / file) for name, file in FILES.items()}
    loaded = load_run(CONFIGS / "four_states.yaml", inputs)
    jobs = [(source, loaded.inputs[source.name]) for source in loaded.sources]
    options = RecordOptions({source.name: source.legacy_fields for source in loaded.sources})
    made: dict[str, Any] = {}

    def read() -> None:
        made["rows"] = pa.concat_tables([s.rows for s in read_sources(jobs)])

    def record() -> None:
        made["record"] = to_records(made["rows"], options).record

    def person() -> None:
        made["person"] = to_persons(made["record"], PersonOptions())

    to_persons(to_records(pa.concat_tables([s.rows.slice(0, 100) for s in read_sources(jobs[:1])]), options).record)
    figures = {"read": _measured(read, 1)}
    count = len(made["rows"])
    figures["read"] |= {"rows": count, "rows/s": count / figures["read"]["seconds"]}
    figures["to_records"] = _measured(record, count)
    figures["to_persons"] = _measured(person, count)
    both = [figures["to_records"], figures["to_persons"]]
    seconds = sum(f["seconds"] for f in both)
    figures["all normalisers"] = {
        "rows": count, "seconds": seconds, "processor": sum(f["processor"] for f in both), "rows/s": count / seconds,
    }  # fmt: skip
    return figures


def _speed_table(figures: Figures) -> str:
    columns = ("rows", "seconds", "processor", "rows/s")
    forms = {"rows": "{:,.0f}", "seconds": "{:.2f}", "processor": "{:.2f}", "rows/s": "{:,.0f}"}
    lines = [[step, *(forms[c].format(f[c]) if c in f else "" for c in columns)] for step, f in figures.items()]
    return markdown_table(["step", "rows", "seconds", "processor s", "rows/s"], lines)


PHRASES = [
    "राकेश कुमार उर्फ कालू पुत्र स्व0 रामसिंह नि0 ग्राम बादशाहपुर थाना सदर जिला एटा उम्र करीब 30 वर्ष मो0नं0 9876512340",
    "राम व श्याम पुत्रगण मोहन निवासीगण ग्राम अमरपुर थाना सदर व सोहन पुत्र लाल",
    "Ramesh @ Kalu S/o Late Sh. Ram Singh R/o H.No. 12, Gali No. 3, SHIV VIHAR, GURGAON, HARYANA - 122001",
    "jes'k dqekj mQZ dkyw iq= jkeflag fuoklh xzke vejiqj Fkkuk lnj ftyk ,Vk", "<b>Vikas</b> Yadav<script>alert(1)</script>",
]  # fmt: skip
ALPHABET = (
    "0123456789०१२३४५६७८९ \t\n.-/,:;()@#*+'\"XxOoIlSsBabcdefghijklmnopqrstuvwxyz"
    "कखगघचजटडतदनपबमयरलवशसहािीुूेैोौं़्ः॰\u200d\u00a0\ufeff٣７ß﷽😀"
)


def _parsers() -> dict[str, Callable[[str], object]]:
    known = gazetteer()
    parsers: dict[str, Callable[[str], object]] = {
        "date": lambda t: parse_date(t, 2026), "year": lambda t: parse_year(t, 2026), "age": parse_age, "sex": parse_sex,
        "phones": parse_phones, "place": place_key, "district": known.district, "state": known.state, "marks": parse_marks,
        "height": parse_height, "fir": lambda t: parse_fir(t, 2026), "sections": parse_sections, "mask": mask_text,
    }  # fmt: skip
    for kind in IdType:
        parsers[f"id {kind}"] = lambda t, kind=kind: read_identifier(t, kind)  # type: ignore[misc]
    return parsers


BATCH = 500
"""Cells that a parser of whole columns gets at a time."""


def _column_parsers() -> dict[str, Callable[[pa.Array], object]]:
    """The parsers of row → record, which work on columns."""

    def records(cells: pa.Array) -> object:
        fields = {"name": cells, "phrase": cells, "address": cells, "relative": cells, "fir_number": cells}
        size = len(cells)
        fields |= {
            "source": pa.repeat("s", size),
            "native_id": pa.array([str(i) for i in range(size)]),
            "state": pa.repeat("Haryana", size),
        }
        table = pa.table({c: fields.get(c, pa.nulls(size, kind)) for c, kind in ROW.columns.items()})
        return to_persons(
            to_records(table, RecordOptions({"s": frozenset({"name", "phrase"})})).record,
            PersonOptions(latest_year=2026),
        )

    return {
        "readable": readable, "legacy font": to_unicode, "phrase": parse_phrases, "name": parse_names, "relative": parse_relatives,
        "address": parse_addresses, "mask long numbers": mask_long_numbers, "FIR column": lambda cells: Firs.of(cells, 2026),
        "date column": lambda cells: Dates.of(cells, 2026), "phone column": phones, "row to person": records,
    }  # fmt: skip


def fuzz(cells: int, seed: int) -> tuple[list[str], dict[str, tuple[float, str]]]:
    """Half of the cells through every parser of single cells in turn, half through those of columns: what raised an exception, and
    the slowest cell or batch of each parser (CPU seconds, the cell)."""
    rng = random.Random(seed)
    record = make_records(2000, seed)
    seeds = [
        t
        for name in record.column_names
        if pa.types.is_string(record[name].type)
        for t in pc.unique(record[name]).drop_null().to_pylist()
    ]
    seeds += PHRASES
    failures: list[str] = []
    slowest = _fuzz_cells(rng, seeds, cells // 2, failures) | _fuzz_columns(rng, seeds, cells - cells // 2, failures)
    return failures, slowest


Slowest = dict[str, tuple[float, str]]


def _fuzz_cells(rng: random.Random, seeds: list[str], cells: int, failures: list[str]) -> Slowest:
    parsers = _parsers()
    slowest: Slowest = dict.fromkeys(parsers, (0.0, ""))
    names = list(parsers)
    for parse in parsers.values():  # reference tables are read once, not at anyone's cost
        parse("+1 7109640185"), parse("ग्राम 12.05.1985")
    for number in range(cells):
        cell = _cell(rng, seeds)
        name = names[number % len(names)]
        start = time.thread_time()
        try:
            parsers[name](cell)
        except Exception as error:  # the point of the run: any exception at all is a failure
            failures.append(f"{name}: {cell!r}: {error!r}")
        took = time.thread_time() - start
        if took > slowest[name][0]:
            slowest[name] = (took, cell[:60])
    return slowest


def _fuzz_columns(rng: random.Random, seeds: list[str], cells: int, failures: list[str]) -> Slowest:
    """Time is taken per batch, of all threads; the slowest batch of each parser is named by its longest cell."""
    parsers = _column_parsers()
    slowest: Slowest = dict.fromkeys((f"{name} × {BATCH}" for name in parsers), (0.0, ""))
    for number in range(-len(parsers), -(-cells // BATCH)):
        name = list(parsers)[number % len(parsers)]
        texts = [_cell(rng, seeds).encode("utf-8", "ignore").decode() for _ in range(BATCH)]
        batch = pa.array(texts, pa.string())
        start = time.process_time()
        try:
            parsers[name](batch)
        except Exception as error:  # the point of the run: any exception at all is a failure
            failures.append(f"{name}: {texts[:3]!r} …: {error!r}")
        took = time.process_time() - start
        if number >= 0 and took > slowest[f"{name} × {BATCH}"][0]:
            slowest[f"{name} × {BATCH}"] = (took, max(texts, key=len)[:60])
    return slowest


def _cell(rng: random.Random, seeds: list[str]) -> str:
    roll = rng.random()
    if roll < 0.3:
        return "".join(rng.choices(ALPHABET, k=rng.randint(0, 40)))
    if roll < 0.35:
        return rng.choice(("0", " ", "X", "9", "(", "a ", "1-", "व ", "म॰", "'", "५")) * rng.randint(1, 20_000)
    if roll < 0.4:
        return "".join(
            chr(rng.choice((rng.randint(1, 0xD7FF), rng.randint(0xE000, 0x10FFFF)))) for _ in range(rng.randint(0, 30))
        )
    text = list(rng.choice(seeds))
    for _ in range(rng.randint(0, 4)):
        place = rng.randint(0, len(text))
        change = rng.random()
        if change < 0.4:
            text.insert(place, rng.choice(ALPHABET))
        elif text and change < 0.7:
            text.pop(min(place, len(text) - 1))
        elif text:
            text[min(place, len(text) - 1)] = rng.choice(ALPHABET)
    return "".join(text) if rng.random() < 0.9 else "".join(text) + " " + rng.choice(seeds)


def _fuzz_text(cells: int, failures: list[str], slowest: Slowest) -> str:
    lines = [
        [name, f"{took * 1000:.2f}", f"`{cell[:40]!r}`"]
        for name, (took, cell) in sorted(slowest.items(), key=lambda i: -i[1][0])
    ]
    shown = "".join(f"- {failure[:200]}\n" for failure in failures[:20])
    table = markdown_table(["parser", "slowest, ms of CPU", "cell"], [[a, b, c.replace("|", "¦")] for a, b, c in lines])
    return f"{cells:,} random and mutated cells, {len(failures)} exceptions.\n\n{shown}{table}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=0, help="records to invent")
    parser.add_argument("--extracts", type=Path, help="folder of extracts made by benchmarks/generate.py")
    parser.add_argument("--fuzz", type=int, default=0, help="cells")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    figures: dict[str, Any] = {}
    texts, command = [], "python benchmarks/normalise.py"
    failures: list[str] = []
    if given.extracts:
        figures["extracts"] = whole_way(given.extracts)
        texts.append("Generated extracts, files to persons:\n\n" + _speed_table(figures["extracts"]))
        command += " --extracts FOLDER"
    if given.rows:
        figures["records"] = speed(given.rows)
        texts.append("Invented records to persons:\n\n" + _speed_table(figures["records"]))
        command += f" --rows {given.rows}"
    if given.fuzz:
        failures, slowest = fuzz(given.fuzz, given.seed)
        figures["fuzz"] = {
            "cells": given.fuzz,
            "exceptions": len(failures),
            "slowest_ms": {n: t * 1000 for n, (t, _) in slowest.items()},
        }
        texts.append(_fuzz_text(given.fuzz, failures, slowest))
        command += f" --fuzz {given.fuzz} --seed {given.seed}"
    print("\n".join(texts))
    keep("normalise", command, figures, "\n".join(texts))
    if failures:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
