"""From options to the four files and the truth: people first, then the four sources side by side in two processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from . import delhi, events, haryana, rajasthan, uttar_pradesh, world
from .damage import Damage
from .events import Records
from .evidence import Rates
from .naming import Ints
from .source import Source
from .world import People

Write = Callable[[Source, Path, Damage], tuple[list[str], list[int]]]


@dataclass(frozen=True)
class Layout:
    """A source: its name, its file, how often its fields are filled, and who writes it."""

    name: str
    file: str
    rates: Rates
    write: Write


LAYOUTS = (
    Layout("delhi", "delhi.csv", delhi.RATES, delhi.write),
    Layout("uttar_pradesh", "uttar_pradesh.csv", uttar_pradesh.RATES, uttar_pradesh.write),
    Layout("rajasthan", "rajasthan.xlsx", rajasthan.RATES, rajasthan.write),
    Layout("haryana", "haryana.parquet", haryana.RATES, haryana.write),
)
_IN_PARALLEL = 20_000  # below this many records a second process costs more than it brings


@dataclass(frozen=True)
class Options:
    """What to generate: persons, or rows when given (then persons follow)."""

    out: Path
    seed: int
    persons: int | None = None
    rows: int | None = None
    malformed: float = 0.002
    density: float = 1.32
    tehsils: float = 0.0


@dataclass(frozen=True)
class World:
    """Everything that the four sources are written from."""

    people: People
    records: list[Records]
    out: Path
    seed: int
    malformed: float
    tehsils: float = 0.0


def generate(options: Options) -> dict[str, int]:
    """Write the four extracts and truth.csv into options.out; records per source. Same options, same bytes."""
    people_seed, record_seed = np.random.SeedSequence(options.seed).spawn(2)
    rng = np.random.default_rng(record_seed)
    number = numbers(options, rng)
    people = world.build(len(number), people_seed)
    records = events.happen(people, number, rng)
    return publish(World(people, records, options.out, options.seed, options.malformed, options.tehsils))


def numbers(options: Options, rng: np.random.Generator) -> Ints:
    """Records of each person; with options.rows exactly so many in all."""
    if options.rows is None:
        return events.counts(options.persons or 0, options.density, rng)
    number = events.counts(options.rows, options.density, rng)
    last = int(np.searchsorted(np.cumsum(number), options.rows))
    number = number[: last + 1]
    number[-1] -= int(number.sum()) - options.rows
    return number


_shared: list[World] = []  # what forked processes inherit instead of a copy through a pipe


def publish(built: World) -> dict[str, int]:
    """Write the files of a world; records per source."""
    built.out.mkdir(parents=True, exist_ok=True)
    _shared[:] = [built]
    order = sorted(range(len(LAYOUTS)), key=lambda code: -len(built.records[code]))
    if sum(map(len, built.records)) < _IN_PARALLEL or "fork" not in multiprocessing.get_all_start_methods():
        truth = {code: _write_one(code) for code in order}
    else:
        with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
            truth = dict(zip(order, pool.map(_write_one, order), strict=True))
    _shared.clear()
    text = "source,native_id,part,person_id\n" + "".join(truth[code] for code in range(len(LAYOUTS)))
    (built.out / "truth.csv").write_text(text, encoding="utf-8")
    return {layout.name: len(records) for layout, records in zip(LAYOUTS, built.records, strict=True)}


def _write_one(code: int) -> str:
    """Write one source; its lines of the truth."""
    built, layout = _shared[0], LAYOUTS[code]
    records = built.records[code]
    source_seed, damage_seed = np.random.SeedSequence([built.seed, code]).spawn(2)
    source = Source.of(built.people, records, replace(layout.rates, tehsil=built.tehsils), source_seed)
    damage = Damage(built.malformed, np.random.default_rng(damage_seed))
    ids, parts = layout.write(source, built.out / layout.file, damage)
    return "".join(
        f"{layout.name},{native},{part},P{person}\n"
        for native, part, person in zip(ids, parts, records.person.tolist(), strict=True)
    )
