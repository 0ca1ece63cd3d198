"""Random and mutated cells through every parser from row to person; benchmarks/normalise.py runs it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.normalise_records import make_records
from benchmarks.results_file import markdown_table
from linker.names.legacy import to_unicode
from linker.normalise.ages import parse_age
from linker.normalise.cells import mask_long_numbers, readable
from linker.normalise.datecolumns import Dates
from linker.normalise.dates import parse_date, parse_year
from linker.normalise.firs import Firs
from linker.normalise.gazetteer import gazetteer
from linker.normalise.identifiers import read_identifier
from linker.normalise.marks import parse_height, parse_marks
from linker.normalise.offences import parse_fir, parse_sections
from linker.normalise.persons import PersonOptions, to_persons
from linker.normalise.phones import parse_phones, phones
from linker.normalise.phrases import parse_addresses, parse_names, parse_phrases, parse_relatives
from linker.normalise.places import place_key
from linker.normalise.prisons import prison_place
from linker.normalise.publishing import mask_text
from linker.normalise.records import RecordOptions, to_records
from linker.normalise.sex import parse_sex
from linker.normalise.standing import parse_standing
from linker.schema import ROW, IdType

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
        "standing": lambda t: parse_standing(t, 2026), "prison": prison_place,
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


def fuzz_text(cells: int, failures: list[str], slowest: Slowest) -> str:
    lines = [
        [name, f"{took * 1000:.2f}", f"`{cell[:40]!r}`"]
        for name, (took, cell) in sorted(slowest.items(), key=lambda i: -i[1][0])
    ]
    shown = "".join(f"- {failure[:200]}\n" for failure in failures[:20])
    table = markdown_table(["parser", "slowest, ms of CPU", "cell"], [[a, b, c.replace("|", "¦")] for a, b, c in lines])
    return f"{cells:,} random and mutated cells, {len(failures)} exceptions.\n\n{shown}{table}"
