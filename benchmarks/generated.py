"""Generated extracts with the true person of every record, ready to be matched: what several benchmarks start from."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.generator import world
from benchmarks.generator.build import Options, numbers
from benchmarks.generator.world import People
from linker.batch.admission import admit
from linker.config.run import LoadedRun, load_run
from linker.evaluate.truth import read_truth
from linker.matching.columns import PersonColumns, build_columns
from linker.names.table import NameTable
from linker.progress import Silent, Stopwatch

ROOT = Path(__file__).resolve().parents[1]
FILES = {
    "delhi": "delhi.csv",
    "uttar_pradesh": "uttar_pradesh.csv",
    "rajasthan": "rajasthan.xlsx",
    "haryana": "haryana.parquet",
}
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Extracts:
    """One generated set: its run, the admitted records as columns, and the number of the true person of every record (-1: unknown)."""

    folder: Path
    loaded: LoadedRun
    record: pa.Table
    columns: PersonColumns
    person: Ints


def write(folder: Path, persons: int, seed: int, program: str = "generate.py", what: str = "--persons") -> Path:
    """The folder with the extracts of a seed; made once."""
    out = folder / f"{Path(program).stem}-{persons}-{seed}"
    if not (out / "truth.csv").exists():
        command = [sys.executable, f"benchmarks/{program}", what, str(persons), "--seed", str(seed), "--out", str(out)]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return out


def inputs(folder: Path) -> dict[str, str]:
    return {name: str(folder / file) for name, file in FILES.items()}


def read(folder: Path) -> Extracts:
    """Read, normalise and code the extracts in a folder as configs/four_states.yaml does."""
    loaded = load_run(ROOT / "configs" / "four_states.yaml", inputs(folder))
    admitted = admit(loaded, Stopwatch(Silent()))
    columns = build_columns(admitted.person, lambda names, counts: NameTable.build(names, counts=counts))
    return Extracts(folder, loaded, admitted.record, columns, persons_of(admitted.record, folder / "truth.csv"))


def persons_of(record: pa.Table, truth: Path) -> Ints:
    """The number in the person id that the generator gave ('P17' is 17), by record."""
    known = read_truth(truth)
    keys = ["source", "native_id", "part"]
    named = known.keys.append_column("person", known.person)
    rows = record.select(keys).append_column("row", pa.array(np.arange(len(record))))
    rows = rows.set_column(2, "part", rows["part"].cast(known.keys.schema.field("part").type))
    joined = rows.join(named, keys=keys, join_type="left outer").sort_by("row")
    return np.array([int(p[1:]) if p else -1 for p in joined["person"].to_pylist()], dtype=np.int64)


def people_of(persons: int, seed: int) -> People:
    """The people behind `generate.py --persons … --seed …`, by number."""
    people_seed, record_seed = np.random.SeedSequence(seed).spawn(2)
    number = numbers(Options(Path(), seed, persons), np.random.default_rng(record_seed))
    return world.build(len(number), people_seed)
