"""A small invented run for the report's tests: four states, Hindi and English, every kind of decision."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import numpy as np
import pyarrow as pa

from linker.evaluate.report_input import Finding, MatchFacts, ReportInput, ReportTables, RunFacts, SourceCount
from linker.matching.candidates import KeyCount
from linker.matching.comparisons.base import Codes, Comparison, Level, Rows, Side
from linker.matching.model import LevelParameters, MatchModel
from linker.schema import CROSSWALK, EDGE, IDENTITY, QUARANTINE, RECORD, Table

STATES = {"delhi": "Delhi", "uttar_pradesh": "Uttar Pradesh", "rajasthan": "Rajasthan", "haryana": "Haryana"}
NAMES = [
    ("Rakesh Kumar", "राकेश कुमार"),
    ("Mohd Imran", "मो0 इमरान"),
    ("Sunita Devi", "सुनीता देवी"),
    ("Dharmender Singh", "धर्मेन्द्र सिंह"),
    ("Kalu", "कालू"),
    ("Pappu Yadav", "पप्पू यादव"),
]
LEVELS = {
    "name": {
        "DIFFERENT": (0.02, 0.97),
        "PARTLY": (0.06, 0.01),
        "AGREE_COMMON": (0.2, 2e-3),
        "AGREE_RARE": (0.72, 4e-6),
    },
    "relative": {"FATHERS_DIFFER": (0.05, 0.9), "AGREE": (0.95, 1e-3)},
    "birth": {"FAR": (0.02, 0.75), "NEAR": (0.4, 0.2), "SAME_YEAR": (0.58, 0.05)},
    "identifiers": {"DIFFERENT": (0.1, 1.0), "SAME": (0.9, 1e-8)},
    "place": {"DISTRICT": (0.5, 0.02), "VILLAGE": (0.4, 3e-4), "DIFFERENT": (0.1, 0.9)},
    "sex": {"CONFLICT": (0.005, 0.15), "SAME": (0.995, 0.85)},
}
SIDES = dict.fromkeys(("DIFFERENT", "FATHERS_DIFFER", "FAR", "CONFLICT"), Side.AGAINST)
HELD_BACK = ("name_conflict", "misused_identity", "link", "link", "link")
"""What policy does in turn with pairs above the link threshold."""
LINK_BITS, REVIEW_BITS = 10.97, -3.17


def never_measured(_: object, left: Rows, __: Rows) -> Codes:
    """The report reads levels that were found; it measures nothing."""
    return np.zeros(len(left), np.int8)


def filled(contract: Table, rows: list[dict[str, Any]]) -> pa.Table:
    """A table of the contract's columns; what the rows do not say is null."""
    schema = contract.empty().schema
    columns = [pa.array([row.get(f.name) for row in rows], f.type) for f in schema]
    return pa.table(columns, schema=schema)


def sample_run(persons: int = 400, seed: int = 7) -> ReportInput:
    """A run whose numbers are invented but agree with each other."""
    rng = np.random.default_rng(seed)
    records, crosswalk, identities = _people(persons, rng)
    edges = _edges(records, rng)
    model = MatchModel(
        1e-4,
        {c: {n: LevelParameters(*mu) for n, mu in levels.items()} for c, levels in LEVELS.items()},
        ("relative.FATHERS_DIFFER",),
    )
    comparisons = [
        Comparison(
            c,
            (
                Level(0, "MISSING", Side.MISSING, "nothing is known", "कुछ ज्ञात नहीं"),
                *(Level(i, n, SIDES.get(n, Side.FOR), f"the {c} is {n.lower()}", n) for i, n in enumerate(levels, 1)),
            ),
            never_measured,
        )
        for c, levels in LEVELS.items()
    ]
    quarantine = [
        {
            "source": "delhi",
            "line": 17,
            "reason": "column_count",
            "detail": "31 cells, the header has 30",
            "excerpt": "Rakesh,<b>x</b>",
        },
        {
            "source": "uttar_pradesh",
            "line": 402,
            "reason": "no_name",
            "detail": None,
            "excerpt": "पुत्र अज्ञात, 234567890123",
        },
        {"source": "uttar_pradesh", "line": 9, "reason": "no_name", "detail": None, "excerpt": None},
    ]
    return ReportInput(
        run=RunFacts(
            run_id="2026-11-23-0001",
            finished=dt.datetime(2026, 11, 23, 21, 4, tzinfo=dt.UTC),
            configuration="configs/four_states.yaml",
            configuration_hash="3f5a" * 16,
            version="linker 0.1.0",
            link_bits=LINK_BITS,
            review_bits=REVIEW_BITS,
            seconds={"read": 1.9, "normalise": 6.4, "names": 3.2, "match": 11.8, "identify": 2.9, "publish": 1.1},
            peak_bytes=1_830_000_000,
            input_hashes={"delhi": "ab12" * 16},
            model_origin="trained on this run's data",
        ),
        sources=_sources(records),
        findings=[
            Finding("shared_value", "phone 9876543210 stands with 41 different names", 41),
            Finding("untrained_level", "relative: fathers differ has an assumed value"),
        ],
        matching=MatchFacts(
            candidate_pairs=48_211,
            key_counts=[
                KeyCount("name", 41_000, 22_000, 12, 2, 90),
                KeyCount("phone", 900, 310, 0, 0, 0),
                KeyCount("identifiers", 700, 5, 0, 0, 0),
            ],
            histogram_start=-20.0,
            histogram=_histogram(),
            model=model,
            comparisons=comparisons,
        ),
        tables=ReportTables(
            record=filled(RECORD, records),
            crosswalk=filled(CROSSWALK, crosswalk),
            identity=filled(IDENTITY, identities),
            edge=filled(EDGE, edges),
            quarantine=filled(QUARANTINE, quarantine),
        ),
    )


def _people(
    persons: int, rng: np.random.Generator
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    records: list[dict[str, Any]] = []
    crosswalk: list[dict[str, Any]] = []
    identities = []
    for person in range(persons):
        latin, devanagari = NAMES[rng.integers(len(NAMES))]
        states = rng.choice(list(STATES), size=int(rng.choice([1, 1, 1, 2, 2, 3, 6], 1)[0]))
        identity_id = f"I{person:06d}"
        year = int(rng.integers(1960, 2005))
        for source in states.tolist():
            record_id = f"{source}:{len(records):05d}"
            hindi = source in {"uttar_pradesh", "rajasthan"}
            records.append(
                {
                    "record_id": record_id,
                    "source": source,
                    "native_id": f"{len(records):05d}",
                    "part": 1,
                    "state": STATES[source],
                    "name": devanagari if hindi else latin,
                    "aliases": ["कालू" if hindi else "Kalu"] if person % 5 == 0 else None,
                    "father": "स्व0 रामसिंह" if hindi else "Late Ram Singh",
                    "sex": "पुरुष" if hindi else "M",
                    "age": str(2024 - year),
                    "record_date": "11.10.2024" if hindi else "11/10/2024",
                    "village": "बादशाहपुर" if hindi else "Badshahpur",
                    "district": "गुड़गांव" if hindi else "Gurgaon",
                    "phone": "98765 43210",
                    "pan": "ABCDE1234F" if person % 3 == 0 else None,
                }
            )
            crosswalk.append({**records[-1], "identity_id": identity_id})
        identities.append(
            {
                "identity_id": identity_id,
                "records": len(states),
                "sources": sorted(set(states.tolist())),
                "states": sorted({STATES[s] for s in states.tolist()}),
                "name": latin,
                "birth_from": dt.date(year, 1, 1),
                "birth_to": dt.date(year, 12, 31),
            }
        )
    return records, crosswalk, identities


def _edges(records: list[dict[str, Any]], rng: np.random.Generator) -> list[dict[str, Any]]:
    ids = sorted(r["record_id"] for r in records)
    edges = []
    for number in range(3 * len(ids)):
        i, j = sorted(rng.choice(len(ids), 2, replace=False).tolist())
        levels = {c: str(rng.choice(list(options))) for c, options in LEVELS.items()}
        shown = {c: [name, round(float(np.log2(np.divide(*LEVELS[c][name]))), 2)] for c, name in levels.items()}
        weight = sum(w for _, w in shown.values()) - 13.3
        decision, rule = _decided(weight, number)
        edges.append(
            {
                "record_id_l": ids[i],
                "record_id_r": ids[j],
                "weight": weight,
                "probability": 1 / (1 + 2.0**-weight),
                "decision": decision,
                "rule": rule,
                "keys": "name, phone",
                "levels": json.dumps({**shown, "marks": ["MISSING", 0.0]}),
            }
        )
    return edges


def _decided(weight: float, number: int) -> tuple[int, str]:
    if number % 50 == 0:
        return 0, "veto"
    if weight < REVIEW_BITS:
        return 0, "improbable"
    if weight < LINK_BITS:
        return 1, "uncertain"
    rule = HELD_BACK[number % len(HELD_BACK)]
    return (2 if rule == "link" else 1), rule


def _sources(records: list[dict[str, Any]]) -> list[SourceCount]:
    counts = {s: sum(r["source"] == s for r in records) for s in STATES}
    spoiled = {"delhi": 1, "uttar_pradesh": 2}
    return [
        SourceCount(s, STATES[s], f"{s}.csv", n + spoiled.get(s, 0) + 3, n, spoiled.get(s, 0), 3, n, n // 90)
        for s, n in counts.items()
    ]


def _histogram() -> np.ndarray:
    bits = np.arange(-20, 61)
    different = 9_000 * np.exp(-(((bits + 16) / 7) ** 2))
    same = 260 * np.exp(-(((bits - 22) / 8) ** 2))
    counts = (different + same).astype(np.int64)
    counts[0] += 30_000
    return counts
