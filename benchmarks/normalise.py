"""Speed of the step record → person, and a fuzz run of all parsers from row to person.

    python benchmarks/normalise.py --extracts FOLDER     # files of benchmarks/generate.py to persons, as a run does it
    python benchmarks/normalise.py --rows 1000000        # records per second, all normalisers together and one by one
    python benchmarks/normalise.py --fuzz 1000000        # random and mutated cells through every parser: exceptions, slowest cell

The records are invented: as many filled cells, distinct values, scripts and formats per column as in the four states' layouts.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.generated import FILES
from benchmarks.normalise_fuzz import fuzz, fuzz_text
from benchmarks.normalise_records import make_records
from benchmarks.results_file import keep, markdown_table
from linker.config.loading import CONFIGS
from linker.config.run import load_run
from linker.normalise.aadhaar import AadhaarKey
from linker.normalise.persons import PersonFindings, PersonOptions, publishable, to_persons
from linker.normalise.records import RecordOptions, to_records
from linker.records import read_sources
from linker.schema import RECORD

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
        texts.append(fuzz_text(given.fuzz, failures, slowest))
        command += f" --fuzz {given.fuzz} --seed {given.seed}"
    print("\n".join(texts))
    keep("normalise", command, figures, "\n".join(texts))
    if failures:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
