"""Searches in a published snapshot: how long they take, how often the right identity comes first, what opening costs.

    python benchmarks/search.py --workspace work --extracts extracts --queries 2000

`--workspace` holds a snapshot of generated extracts, `--extracts` their truth.csv. Each query is a record of the snapshot whose name and
father are spelt afresh, with at least one letter changed or in the other script, its age off by up to two years, and half of the time
without the village. No identifier and no telephone are given. A hit is right if its identity holds any record of the same person.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

import linker
from benchmarks.generator import spelling
from benchmarks.generator.romanise import romanise
from benchmarks.generator.tables import Token
from benchmarks.results_file import keep, markdown_table
from linker.names.unicode import Script, script
from linker.search.view import View

ROOT = Path(__file__).resolve().parents[1]
WARM_UP = 100
FIELDS = ("name", "father", "age", "village", "district")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--extracts", type=Path, required=True, help="folder with truth.csv of the same people")
    parser.add_argument("--queries", type=int, default=2_000, help="of each combination of scripts")
    parser.add_argument("--processes", type=int, default=3, help="that open the snapshot at the same time")
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()
    linker.open(given.workspace)  # makes the index if there is none
    fresh = first_answer(given.workspace)
    view = linker.open(given.workspace)
    asked = queries_of(view, given.queries + WARM_UP, Random(given.seed))
    people = Truth(view, given.extracts / "truth.csv")
    figures: dict[str, Any] = {"records": len(view), "fresh_process_seconds": fresh, "kinds": {}}
    for kind, queries in asked.items():
        figures["kinds"][kind] = measured(view, queries, people)
    figures["memory"] = memory(given.workspace, given.processes)
    report(figures, given)


def queries_of(view: View, count: int, rng: Random) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    """Kind (script of the query ← script of the record) → (row of the record, query)."""
    found: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for row in rng.sample(range(len(view)), min(len(view), 40 * count)):
        (record,) = view._index.records_at(np.array([row]))
        if not all(record.get(field) for field in ("name", "father", "district")):
            continue
        devanagari = all(
            script(word) == Script.DEVANAGARI for word in (record["name"] + " " + record["father"]).split()
        )
        latin = record["name"].isascii() and record["father"].isascii()
        for kind in (
            ("devanagari ← devanagari", "latin ← devanagari") if devanagari else ("latin ← latin",) if latin else ()
        ):
            into = found.setdefault(kind, [])
            if len(into) < count:
                into.append((row, afresh(record, kind.startswith("latin"), rng)))
        if len(found) == 3 and all(len(queries) == count for queries in found.values()):
            break
    return found


def afresh(record: dict[str, Any], latin: bool, rng: Random) -> dict[str, Any]:
    """The query for a record, its names spelt anew."""
    query = {field: record[field] for field in FIELDS if record.get(field)}
    for field in ("name", "father"):
        query[field] = respelt(str(query[field]), latin, rng)
    if str(query.get("age", "")).isdecimal():
        query["age"] = int(query["age"]) + rng.randint(-2, 2)
        query["record_date"] = record.get("record_date")
    if rng.random() < 0.5:
        query.pop("village", None)
    return {field: value for field, value in query.items() if value}


def respelt(name: str, latin: bool, rng: Random) -> str:
    """Another spelling: by ear into Latin, else with at least one slip or shifted sound."""
    if latin and not name.isascii():
        return " ".join(romanise(word, rng) for word in name.split()).title()
    for _ in range(20):
        words = [spelling.devanagari(Token((word,), ()), rng) if not latin else word for word in name.split()]
        other = spelling.typo(" ".join(words), rng) if rng.random() < 0.5 else " ".join(words)
        if other != name:
            return other
    return spelling.typo(name, rng)


class Truth:
    """Which identities hold records of the person of a row."""

    def __init__(self, view: View, path: Path) -> None:
        index = view._index
        with path.open(encoding="utf-8", newline="") as file:
            truth = [(r["source"], r["native_id"], int(r["part"]), r["person_id"]) for r in csv.DictReader(file)]
        ids = [f"{s}:{n}" + (f"#{p}" if p > 1 else "") for s, n, p, _ in truth]
        rows = index.rows_of(ids)
        self._person = {int(row): person for row, (*_, person) in zip(rows, truth, strict=True) if row >= 0}
        self._identities: dict[str, set[str]] = {}
        for row, person in self._person.items():
            self._identities.setdefault(person, set()).add(index.identity_id(int(index.identity[row])))

    def right(self, row: int) -> set[str]:
        return self._identities.get(self._person.get(row, ""), set())


def measured(view: View, queries: list[tuple[int, dict[str, Any]]], people: Truth) -> dict[str, float]:
    """Times in milliseconds and shares of right answers. The first `WARM_UP` queries are asked without looking: what a search keeps of
    their words must not help the others."""
    for _, query in queries[:WARM_UP]:
        view.search(query)
    queries = queries[WARM_UP:]
    wall, processor, first, ten, partial, compared = [], [], 0, 0, 0, []
    for row, query in queries:
        at, cpu = time.perf_counter(), time.process_time()
        found = view.search(query, limit=10)
        wall.append(1000 * (time.perf_counter() - at))
        processor.append(1000 * (time.process_time() - cpu))
        right = people.right(row)
        names = [hit.identity_id for hit in found.hits]
        first += bool(right & set(names[:1]))
        ten += bool(right & set(names))
        partial += bool(found.partial)
        compared.append(found.compared)
    p50, p95, p99 = np.percentile(wall, [50, 95, 99])
    c50, c95 = np.percentile(processor, [50, 95])
    n = len(queries)
    figures = {
        "p50": p50,
        "p95": p95,
        "p99": p99,
        "cpu_p50": c50,
        "cpu_p95": c95,
        "compared": float(np.median(compared)),
    }
    rounded = {k: round(float(v), 2) for k, v in figures.items()}
    return {
        "queries": n,
        **rounded,
        "recall_1": round(first / n, 4),
        "recall_10": round(ten / n, 4),
        "partial": round(partial / n, 4),
    }


CHILD = """
import sys, time
started = time.perf_counter()
sys.path.insert(0, {root!r})
import linker.search.view
imported = time.perf_counter()
view = linker.search.view.View({workspace!r})
opened = time.perf_counter()
view.search("Rakesh Kumar s/o Ram Singh, 25, Sohna")
answered = time.perf_counter()
print(*(round(b - a, 2) for a, b in ((started, imported), (imported, opened), (opened, answered))), flush=True)
sys.stdin.readline()
fields = dict(line.split(":", 1) for line in open("/proc/self/smaps_rollup").read().splitlines()[1:])
print(*(int(fields[name].split()[0]) // 1024 for name in ("Rss", "Pss")))
"""


def first_answer(workspace: Path) -> dict[str, float]:
    """Seconds that a process of its own takes to import, to open the snapshot, and to give its first answer; nothing is warm but the
    system's memory of files."""
    code = CHILD.format(root=str(ROOT), workspace=str(workspace))
    said = subprocess.run([sys.executable, "-c", code], input="\n", capture_output=True, text=True, check=True).stdout
    imported, opened, answered = map(float, said.splitlines()[0].split())
    return {"imports": imported, "opening": opened, "first_answer": answered}


def memory(workspace: Path, processes: int) -> dict[str, Any]:
    """Several processes hold the snapshot open: seconds to import, open and answer once; memory of each in MiB, resident and its share
    (Linux)."""
    if not Path("/proc/self/smaps_rollup").exists():
        return {}
    code = CHILD.format(root=str(ROOT), workspace=str(workspace))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    children = [subprocess.Popen([sys.executable, "-c", code], **pipes) for _ in range(processes)]
    opening = [round(sum(map(float, child.stdout.readline().split())), 2) for child in children]
    told = [child.communicate("\n")[0].split() for child in children]
    folder = sorted((workspace / "indexes").glob("[0-9]*"))[-1]
    size = sum(file.stat().st_size for file in folder.iterdir()) >> 20
    return {
        "opening_seconds": opening,
        "resident": [int(t[0]) for t in told],
        "proportional": [int(t[1]) for t in told],
        "index": size,
    }


def report(figures: dict[str, Any], given: argparse.Namespace) -> None:
    header = [
        "query ← record",
        "queries",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "CPU p50 ms",
        "compared",
        "recall@1",
        "recall@10",
        "partial",
    ]
    rows = [
        [
            kind,
            f["queries"],
            f["p50"],
            f["p95"],
            f["p99"],
            f["cpu_p50"],
            int(f["compared"]),
            f["recall_1"],
            f["recall_10"],
            f["partial"],
        ]
        for kind, f in figures["kinds"].items()
    ]
    fresh = figures["fresh_process_seconds"]
    text = (
        f"{figures['records']:,} records, warm, one thread. A fresh process: imports {fresh['imports']} s, opening {fresh['opening']} s, "
        f"first answer {fresh['first_answer']} s.\n\n{markdown_table(header, rows)}"
    )
    held = figures["memory"]
    if held:
        text += (
            f"\n{len(held['resident'])} processes at once, until their first answer: {held['opening_seconds']} s; resident "
            f"{held['resident']} MiB, their share of it {held['proportional']} MiB; the index has {held['index']:,} MiB on disk.\n"
        )
    command = f"python benchmarks/search.py --workspace … --extracts … --queries {given.queries} --seed {given.seed}"
    print(keep("search", command, figures, text).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
