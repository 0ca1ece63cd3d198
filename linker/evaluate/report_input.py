"""What a run hands to its report. The pipeline fills it; everything the reader sees is derived from here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

if TYPE_CHECKING:
    from linker.matching.candidates import KeyCount
    from linker.matching.comparisons import Comparison
    from linker.matching.model import MatchModel


@dataclass(frozen=True)
class SourceCount:
    """One source's rows: `rows` in the file = `accepted` + `quarantined` + `repeated`. A row may hold several
    persons, so `records` may exceed `accepted`; `excluded` of them were kept out by policy (juveniles) before
    matching."""

    source: str
    state: str
    file: str
    rows: int
    accepted: int
    quarantined: int
    repeated: int
    records: int
    excluded: int = 0

    @property
    def adds_up(self) -> bool:
        return self.rows == self.accepted + self.quarantined + self.repeated


@dataclass(frozen=True)
class Finding:
    """Something the run noticed in the data or the model that a person should know, for example a phone number with
    many names, or a level of the model that no data trained. `count` is how many records it concerns, 0 if none in
    particular."""

    kind: str
    text: str
    count: int = 0


@dataclass(frozen=True)
class RunFacts:
    """Which run this was. `seconds` are per stage in order; hashes are hexadecimal; thresholds are in bits."""

    run_id: str
    finished: dt.datetime
    configuration: str
    configuration_hash: str
    version: str
    link_bits: float
    review_bits: float
    seconds: dict[str, float]
    peak_bytes: int = 0
    input_hashes: dict[str, str] = field(default_factory=dict)
    model_origin: str = ""


@dataclass(frozen=True)
class MatchFacts:
    """What matching found on the way. `histogram[i]` counts candidate pairs with a weight in [start + i, start + i + 1) bits;
    the first bin also holds those that were given up early, the last what lies above."""

    candidate_pairs: int
    key_counts: Sequence[KeyCount]
    histogram_start: float
    histogram: npt.NDArray[np.int64]
    model: MatchModel
    comparisons: Sequence[Comparison]


@dataclass(frozen=True)
class ReportTables:
    """Tables of the snapshot (`linker.schema`)."""

    record: pa.Table
    crosswalk: pa.Table
    identity: pa.Table
    edge: pa.Table
    quarantine: pa.Table


@dataclass(frozen=True)
class ReportInput:
    """Everything a report is made of."""

    run: RunFacts
    sources: Sequence[SourceCount]
    findings: Sequence[Finding]
    matching: MatchFacts
    tables: ReportTables
