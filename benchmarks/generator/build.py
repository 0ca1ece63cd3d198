"""From options to the four files and the truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import delhi, events, haryana, rajasthan, uttar_pradesh, world
from .source import Source

LAYOUTS = (
    ("delhi", "delhi.csv", delhi),
    ("uttar_pradesh", "uttar_pradesh.csv", uttar_pradesh),
    ("rajasthan", "rajasthan.xlsx", rajasthan),
    ("haryana", "haryana.parquet", haryana),
)


@dataclass(frozen=True)
class Options:
    """What to generate: persons, or rows when given (then persons follow)."""

    out: Path
    seed: int
    persons: int | None = None
    rows: int | None = None
    malformed: float = 0.002


def generate(options: Options) -> dict[str, int]:
    """Write the four extracts and truth.csv into options.out; rows per source."""
    options.out.mkdir(parents=True, exist_ok=True)
    seeds = np.random.SeedSequence(options.seed).spawn(6)
    rng = np.random.default_rng(seeds[1])
    if options.rows is not None:
        number = events.counts(options.rows, rng)
        last = int(np.searchsorted(np.cumsum(number), options.rows))
        number = number[: last + 1]
        number[-1] -= int(number.sum()) - options.rows
    else:
        number = events.counts(options.persons or 0, rng)
    people = world.build(len(number), seeds[0])
    truth = ["source,native_id,part,person_id\n"]
    written: dict[str, int] = {}
    for code, records in enumerate(events.happen(people, number, rng)):
        name, file, layout = LAYOUTS[code]
        source = Source.of(people, records, layout.RATES, seeds[2 + code])
        result = layout.write(source, options.out / file)
        if isinstance(result, tuple):
            ids, parts = result
        else:
            ids, parts = result, [1] * len(result)
        truth += [
            f"{name},{native},{part},P{person}\n"
            for native, part, person in zip(ids, parts, records.person.tolist(), strict=True)
        ]
        written[name] = len(set(ids))
    (options.out / "truth.csv").write_text("".join(truth), encoding="utf-8")
    return written
