"""Example pairs for the report: a few typical ones of every kind that a reader should see, with all that speaks for
and against."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linker.evaluate.figures import keys_of
from linker.evaluate.words import RULES, masked, masked_identifier, readable
from linker.matching.comparisons.base import Comparison
from linker.matching.sharing_out import parts_of, shared_out
from linker.schema import Decision, IdType

POOL = 2_000
"""Edges of each kind among which examples are looked for; more would not show more."""

CLEARLY = 4.0
"""Bits above the threshold at which a rule's effect shows best: without the rule the pair would be a link."""

Flags = npt.NDArray[np.bool_]
Parts = Mapping[str, tuple[str, ...]]
Sentences = Mapping[tuple[str, str], tuple[str, str]]
"""(comparison, level) → what it means, in English and Hindi."""

FIELDS = {
    "name": "name",
    "aliases": "also known as",
    "father": "father",
    "mother": "mother",
    "husband": "husband",
    "guardian": "guardian",
    "sex": "sex",
    "birth_date": "date of birth",
    "birth_year": "year of birth",
    "age": "age",
    "record_date": "on the date",
    "village": "village",
    "station": "station",
    "district": "district",
    "phone": "phone",
    **{str(kind): str(kind).replace("_", " ") for kind in IdType},
    "nfn": "fingerprint number",
    "epic": "voter card",
    "pan": "PAN",
    "aadhaar": "Aadhaar",
    "imei": "IMEI",
    "upi": "UPI",
    "marks": "marks",
    "fir_number": "FIR",
    "fir_station": "FIR station",
}
"""Fields of a record that an example shows, with their label."""


@dataclass(frozen=True)
class Step:
    """One comparison's share in a match weight; the running total goes from `start` to `end` (bits). `english` and `hindi` say what
    its level means."""

    comparison: str
    level: str
    weight: float
    start: float
    english: str = ""
    hindi: str = ""

    @property
    def end(self) -> float:
        return self.start + self.weight


@dataclass(frozen=True)
class Example:
    """Two records side by side and the way to their match weight. `records` are their states and ids, `fields` a label and
    the values of both."""

    kind: str
    weight: float
    probability: float
    decision: Decision
    rule: str
    keys: str
    records: tuple[tuple[str, str], tuple[str, str]]
    fields: list[tuple[str, str, str]]
    prior: float
    steps: list[Step]

    @property
    def low(self) -> float:
        """The lowest point of the running total, at most zero."""
        return min(0.0, self.prior, *(s.end for s in self.steps))

    @property
    def high(self) -> float:
        return max(1.0, *(s.end for s in self.steps))


def choose_examples(
    edge: pa.Table, record: pa.Table, link_bits: float, comparisons: Sequence[Comparison] = ()
) -> list[Example]:
    """Up to a dozen examples: typical links of each kind, links close to the threshold, and one for every rule that held a
    pair back. The same tables give the same examples."""
    decision = edge["decision"].to_numpy()
    linked = _pool(edge, decision == int(Decision.LINK))
    review = decision == int(Decision.REVIEW)
    vetoed = _pool(edge, (decision == int(Decision.NO_LINK)) & _equal(edge["rule"], "veto"))
    chosen: list[tuple[str, dict[str, Any]]] = []
    if len(linked):
        known = _known(record, linked)
        left, right = (known.take(pc.index_in(linked[f"record_id_{s}"], value_set=known["record_id"])) for s in "lr")
        cross_script = _devanagari(left) != _devanagari(right)
        cross_state = ~_equal(left["state"], right["state"])
        chosen += _middle("linked across scripts and states", linked, cross_script & cross_state)
        chosen += _middle("linked across scripts", linked, cross_script & ~cross_state)
        chosen += _middle("linked in one script", linked, ~cross_script)
        chosen += _nearest("the weakest link", linked, -1e9)
    for rule in sorted(r for r in pc.unique(edge["rule"].filter(pa.array(review))).to_pylist() if r):
        held = _pool(edge, review & _equal(edge["rule"], rule))
        chosen += _nearest(f"held back: {RULES.get(rule, rule)}", held, link_bits + CLEARLY)
    if len(vetoed):
        chosen += _nearest("alike, but certainly two people", vetoed, 1e9)
    chosen = _once(chosen)
    known = _known(record, pa.Table.from_pylist([row for _, row in chosen], edge.schema))
    of = {row["record_id"]: row for row in known.to_pylist()}
    parts = parts_of(comparisons)
    said = {(c.name, v.name): (v.english, v.hindi) for c in comparisons for v in c.levels}
    return [_example(kind, row, of, (parts, said)) for kind, row in chosen]


def _pool(edge: pa.Table, where: Flags) -> pa.Table:
    rows = np.flatnonzero(where)
    if len(rows) > POOL:
        rows = rows[np.linspace(0, len(rows) - 1, POOL).astype(np.int64)]
    return edge.take(pa.array(rows))


def _known(record: pa.Table, edges: pa.Table) -> pa.Table:
    """The records of some edges. The few wanted ids are hashed, not the many that there are."""
    wanted = pa.chunked_array([*edges["record_id_l"].chunks, *edges["record_id_r"].chunks], pa.string()).unique()
    return record.filter(pc.is_in(record["record_id"], value_set=wanted)).combine_chunks()


def _equal(left: pa.ChunkedArray, right: pa.ChunkedArray | str) -> Flags:
    """Equal and both known."""
    return np.asarray(pc.fill_null(pc.equal(left, right), False), dtype=bool)


def _devanagari(record: pa.Table) -> Flags:
    return np.asarray(pc.fill_null(pc.match_substring_regex(record["name"], r"\p{Devanagari}"), False), dtype=bool)


def _middle(kind: str, edges: pa.Table, where: Flags) -> list[tuple[str, dict[str, Any]]]:
    """The edge of median weight: neither a show-piece nor an oddity."""
    chosen = edges.filter(pa.array(where))
    return _nearest(kind, chosen, float(np.median(chosen["weight"].to_numpy()))) if len(chosen) else []


def _nearest(kind: str, edges: pa.Table, weight: float) -> list[tuple[str, dict[str, Any]]]:
    """The edge whose weight is closest to `weight`."""
    row = int(np.abs(edges["weight"].to_numpy().astype(np.float64) - weight).argmin())
    return [(kind, edges.slice(row, 1).to_pylist()[0])]


def _once(chosen: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    """A pair that is an example of several kinds is shown as the first of them."""
    kept: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {}
    for kind, row in chosen:
        kept.setdefault((row["record_id_l"], row["record_id_r"]), (kind, row))
    return list(kept.values())


def _example(
    kind: str, edge: dict[str, Any], records: dict[str, dict[str, Any]], meaning: tuple[Parts, Sentences]
) -> Example:
    parts, said = meaning
    left, right = (records.get(edge[f"record_id_{side}"], {}) for side in ("l", "r"))
    levels: dict[str, tuple[str, float]] = json.loads(edge["levels"] or "{}")
    prior = float(edge["weight"]) - sum(weight for _, weight in levels.values())
    net = shared_out({name: bits for name, (_, bits) in levels.items()}, parts)
    steps, at = [], prior
    for comparison, weight in net.items():
        level = levels[comparison][0]
        if level != "MISSING":
            told = said.get((comparison, level), (readable(level), ""))
            steps.append(Step(comparison, level, weight, at, *told))
            at += weight
    fields = [(label, _shown(left, name), _shown(right, name)) for name, label in FIELDS.items()]
    return Example(
        kind=kind,
        weight=float(edge["weight"]),
        probability=float(edge["probability"] or 0.0),
        decision=Decision(edge["decision"]),
        rule=edge["rule"] or "",
        keys=", ".join(readable(key) for key in keys_of(edge["keys"])),
        records=(_title(left, edge["record_id_l"]), _title(right, edge["record_id_r"])),
        fields=[(label, a, b) for label, a, b in fields if a or b],
        prior=prior,
        steps=steps,
    )


def _shown(record: dict[str, Any], field: str) -> str:
    value = record.get(field)
    if not value:
        return ""
    text = ", ".join(value) if isinstance(value, list) else str(value)
    return masked_identifier(text) if field in set(IdType) else masked(text)


def _title(record: dict[str, Any], record_id: str) -> tuple[str, str]:
    """State (or source) and record id."""
    return str(record.get("state") or record.get("source") or ""), record_id
