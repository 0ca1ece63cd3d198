"""Speed of names: pairs compared per second, a million records' names made comparable, and one pair asked for by itself.

    python benchmarks/name_speed.py --rows 100000 --key-rows 1000000

The pairs are those of the persons' names among the candidates that configs/four_states.yaml finds in generated extracts. `agree` aligns
every pair in full; the first time it also weighs the pairs of words that have not met yet. The name comparison of a run looks at aliases,
too. Two threads share the pairs. Beside it stands what others do with the same pairs in Latin letters: rapidfuzz, jellyfish, and DuckDB's
function that Splink's Jaro-Winkler comparison calls; none of them looks across scripts.

Names made comparable: the distinct names and relatives' names of --key-rows records, from texts to keys.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import duckdb
import jellyfish
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.generated import Extracts, read, write
from benchmarks.results_file import keep, markdown_table
from linker.matching.candidates import find_candidates
from linker.matching.columns import NAME_FIELDS, PersonColumns
from linker.matching.comparisons.names import measure_names
from linker.matching.keys import Features
from linker.names.table import NameTable

Rows = npt.NDArray[np.int32]
Compare = Callable[[Rows, Rows], object]
THREADS = 2
ALONE = 300  # pairs that are asked for one by one
SLOW = 50_000  # pairs that a peer without kernels gets


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the wall clock and of the processor."""
    start, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - busy


def in_two(compare: Compare, left: Rows, right: Rows) -> None:
    """The pairs in two threads."""
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(compare, np.array_split(left, THREADS), np.array_split(right, THREADS)))


def candidates(extracts: Extracts) -> tuple[Rows, Rows]:
    """Candidate pairs of which both records state a name."""
    columns = extracts.columns
    found = find_candidates(Features(columns), extracts.loaded.matching.keys)
    name = columns.name["name"]
    stated = (name[found.left] >= 0) & (name[found.right] >= 0)
    return found.left[stated], found.right[stated]


def compared(columns: PersonColumns, left: Rows, right: Rows) -> list[list[str]]:
    """Rows of the table: this engine on the pairs."""
    names = columns.name["name"]
    a, b = np.ascontiguousarray(names[left]), np.ascontiguousarray(names[right])
    agree: Compare = columns.names.agree
    return [
        row("agree, word pairs new", len(a), timed(lambda: in_two(agree, a, b))),
        row("agree, word pairs known", len(a), timed(lambda: in_two(agree, a, b))),
        row(
            "name comparison with aliases", len(a), timed(lambda: in_two(partial(measure_names, columns), left, right))
        ),
    ]


def peers(columns: PersonColumns, left: Rows, right: Rows) -> list[list[str]]:
    """Rows of the table: what others take for the same pairs in Latin letters."""
    names = columns.name["name"]
    latin = columns.names.latin().to_pylist()
    a, b = [latin[i] for i in names[left].tolist()], [latin[i] for i in names[right].tolist()]
    table = pa.table({"a": a, "b": b})
    with duckdb.connect(config={"threads": THREADS}) as database:
        database.register("pairs", table)
        ask = "select count(*) filter (jaro_winkler_similarity(a, b) > 0.9) from pairs"
        in_database = timed(lambda: database.execute(ask).fetchall())
    few = list(zip(a[:SLOW], b[:SLOW], strict=True))
    return [
        row(
            "rapidfuzz token_sort_ratio",
            len(a),
            timed(lambda: cpdist(a, b, scorer=fuzz.token_sort_ratio, workers=THREADS)),
        ),
        row("DuckDB jaro_winkler_similarity", len(a), in_database),
        row(
            "jellyfish jaro_winkler, one thread",
            len(few),
            timed(lambda: [jellyfish.jaro_winkler_similarity(*pair) for pair in few]),
        ),
    ]


def row(name: str, pairs: int, took: tuple[float, float]) -> list[str]:
    return [name, f"{pairs:,}", f"{pairs / took[0] / 1e6:.2f}", f"{pairs / max(took[1], 1e-9) / 1e6:.2f}"]


def keys_of(extracts: Extracts) -> list[str]:
    """From the distinct texts of all names to their keys."""
    columns, record = extracts.columns, extracts.record
    texts = columns.names.texts
    columns_of_names = [columns.name[field] for field in NAME_FIELDS]
    stated = sum(int((column >= 0).sum()) for column in columns_of_names)
    wall, busy = timed(lambda: NameTable.build(texts).keys())
    return [f"{len(record):,}", f"{stated:,}", f"{len(texts):,}", f"{wall:.1f}", f"{busy:.1f}"]


def alone(columns: PersonColumns, left: Rows, right: Rows) -> list[list[str]]:
    """Milliseconds for one pair: of a table's names, of texts that are new to it, and of two texts without a table."""
    table, names = columns.names, columns.name["name"]
    pick = np.random.default_rng(1).choice(len(left), ALONE, replace=False)
    numbers = list(zip(names[left[pick]].tolist(), names[right[pick]].tolist(), strict=True))
    texts = [(table.text(a), table.text(b)) for a, b in numbers]
    small = NameTable.build(["राकेश कुमार", "Suresh Kumar"])
    first, second = np.array([0], np.int32), np.array([1], np.int32)

    def known(a: int, b: int) -> None:
        table.agree(np.array([a], np.int32), np.array([b], np.int32))

    def new(a: str, b: str, base: NameTable) -> None:
        base.extend([a, b]).agree(first + len(base), second + len(base))

    ways: list[tuple[str, Callable[[int], object]]] = [
        ("two names of a table", lambda k: known(*numbers[k])),
        ("two texts, their words known to a table", lambda k: new(*texts[k], table)),
        ("two texts, their words new", lambda k: new(*texts[k], small)),
        ("two texts without a table", lambda k: NameTable.build(texts[k]).agree(first, second)),
    ]
    rows = []
    for name, ask in ways:
        ask(0)
        took = np.array([timed(lambda k=k, ask=ask: ask(k))[0] for k in range(ALONE)]) * 1e3  # type: ignore[misc]
        rows.append([name, f"{np.median(took):.2f}", f"{np.percentile(took, 95):.2f}"])
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--rows", type=int, default=100_000, help="generated records whose candidate pairs are compared"
    )
    parser.add_argument("--key-rows", type=int, default=1_000_000, help="generated records whose names get keys")
    parser.add_argument("--seed", type=int, default=11)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        extracts = read(write(Path(scratch), given.rows, given.seed, what="--rows"))
        left, right = candidates(extracts)
        speeds = [*compared(extracts.columns, left, right), *peers(extracts.columns, left, right)]
        single = alone(extracts.columns, left, right)
        if given.key_rows != given.rows:
            extracts = read(write(Path(scratch), given.key_rows, given.seed, what="--rows"))
        keyed = keys_of(extracts)
    per_pair = markdown_table(["", "pairs", "million pairs/s", "per processor second"], speeds)
    per_table = markdown_table(["records", "names stated", "distinct", "seconds", "processor seconds"], [keyed])
    per_ask = markdown_table(["one pair", "median ms", "95% within"], single)
    text = f"{per_pair}\nTexts to keys:\n\n{per_table}\n{per_ask}"
    print(text)
    figures = {"pairs": speeds, "keys": keyed, "one pair": single}
    command = f"python benchmarks/name_speed.py --rows {given.rows} --key-rows {given.key_rows} --seed {given.seed}"
    keep("name_speed", command, figures, text)


if __name__ == "__main__":
    main()
