"""What answers hold. All of it is immutable; `to_dict` gives plain values for JSON, notebooks show tables.

Probabilities and weights are about two records being one person. They are leads: no answer says that somebody is somebody.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, Self

import pyarrow as pa
from pydantic_core import to_json

from linker.evaluate.words import masked, masked_identifier
from linker.schema import IdType

NOTICE = "A link is a lead, not an identification."
NUMBERS = frozenset({*map(str, IdType), "phone", "relative_phone", "phones", "bank_account", "upi"})
"""Fields of a record that hold identifiers or telephones."""


class _Result:
    """Plain values, text for people, and a table for notebooks."""

    def to_dict(self) -> dict[str, Any]:
        """The result as dictionaries, lists, texts and numbers."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}  # type: ignore[arg-type]

    def to_json(self) -> bytes:
        """The same as compact JSON in UTF-8, without making the dictionaries first."""
        return to_json(self, fallback=_shallow, inf_nan_mode="null")

    def masked(self) -> Self:
        """The same with identifiers and telephones hidden; here there are none."""
        return self

    def _repr_html_(self) -> str:
        """Masked: what a notebook shows is stored with it."""
        return _html(self.masked().to_dict())


@dataclass(frozen=True, repr=False)
class Evidence(_Result):
    """What one comparison found. `weight`: bits for (positive) or against one person; `side`: for, neutral, against or missing."""

    comparison: str
    level: str
    weight: float
    side: str
    english: str
    hindi: str

    def __repr__(self) -> str:
        return f"{self.comparison} {self.level} {self.weight:+.1f}: {self.english}"


@dataclass(frozen=True, repr=False)
class Comparison(_Result):
    """Two persons compared: weight in bits with the prior, the probability that they are one, what policy would do and by which rule."""

    weight: float
    probability: float
    decision: str
    rule: str
    prior: float
    evidence: tuple[Evidence, ...]

    def __repr__(self) -> str:
        lines = "".join(f"\n  {e!r}" for e in self.evidence)
        return f"<Comparison {self.weight:+.1f} bits, p={self.probability:.3g}, {self.decision} ({self.rule}){lines}>"


@dataclass(frozen=True, repr=False)
class Record(_Result):
    """A record as it stands in the snapshot; `fields` are those of the RECORD table that it has."""

    record_id: str
    state: str
    identity_id: str
    fields: Mapping[str, Any]

    def masked(self) -> Self:
        """The same with all but the last four characters of identifiers and telephones hidden."""
        return type(self)(self.record_id, self.state, self.identity_id, MappingProxyType(mask_fields(self.fields)))

    def __repr__(self) -> str:
        said = {k: self.fields[k] for k in ("name", "father", "husband", "village", "district") if k in self.fields}
        return f"<Record {self.record_id} {_short(said)}>"


@dataclass(frozen=True, repr=False)
class RecordMatch(_Result):
    """A record that the query was compared with."""

    record: Record
    weight: float
    probability: float

    def __repr__(self) -> str:
        return f"{self.weight:+.1f} {self.record!r}"


@dataclass(frozen=True, repr=False)
class Identity(_Result):
    """A person as of a snapshot: the values shown, all records, and what was noted (an id that has been superseded). `golden` is None where
    the asker may see only some of the records."""

    identity_id: str
    snapshot: str
    golden: Mapping[str, Any] | None
    records: tuple[Record, ...]
    hidden_records: int = 0
    notes: tuple[str, ...] = ()

    def masked(self) -> Self:
        """The same with identifiers and telephones hidden."""
        golden = None if self.golden is None else MappingProxyType(mask_fields(self.golden))
        records = tuple(r.masked() for r in self.records)
        return type(self)(self.identity_id, self.snapshot, golden, records, self.hidden_records, self.notes)

    def __repr__(self) -> str:
        name = (self.golden or {}).get("name") or (self.records[0].fields.get("name") if self.records else "")
        return f"<Identity {self.identity_id} {name}, {len(self.records)} records, snapshot {self.snapshot}>"


@dataclass(frozen=True, repr=False)
class Hit(_Result):
    """An identity that a query may mean. Weight, probability, decision and evidence are those of its record that fits best;
    `decision` is what a batch would do with a record that says what the query says."""

    identity_id: str
    weight: float
    probability: float
    decision: str
    rule: str
    name: str
    golden: Mapping[str, Any] | None
    evidence: tuple[Evidence, ...]
    records: tuple[RecordMatch, ...]

    def masked(self) -> Self:
        """The same with identifiers and telephones hidden."""
        golden = None if self.golden is None else MappingProxyType(mask_fields(self.golden))
        records = tuple(RecordMatch(m.record.masked(), m.weight, m.probability) for m in self.records)
        return type(self)(
            self.identity_id, self.weight, self.probability, self.decision, self.rule, self.name, golden, self.evidence,
            records,
        )  # fmt: skip

    def __repr__(self) -> str:
        reasons = "; ".join(e.english for e in self.evidence if e.side != "missing")
        return f"<Hit {self.identity_id} {self.name} {self.weight:+.1f} bits, p={self.probability:.3g}: {reasons}>"


@dataclass(frozen=True, repr=False)
class SearchResult(_Result, Sequence[Hit]):
    """Hits, the likeliest first. `partial` says which groups of records were too large to be compared as a whole; empty: nobody who
    shares a key was left out. `understood` is how the query was read, `font` the legacy font (Kruti Dev) that it was typed in, if any."""

    hits: tuple[Hit, ...]
    snapshot: str
    compared: int
    partial: tuple[str, ...]
    understood: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    notice: str = NOTICE
    font: str | None = None

    def __len__(self) -> int:
        return len(self.hits)

    def __getitem__(self, at: Any) -> Any:
        return self.hits[at]

    def masked(self) -> Self:
        """The same with identifiers and telephones hidden."""
        hits = tuple(hit.masked() for hit in self.hits)
        return replace(self, hits=hits)

    def __repr__(self) -> str:
        lines = "".join(f"\n  {hit!r}" for hit in self.hits) or "\n  nobody"
        partial = "".join(f"\n  partial: {reason}" for reason in self.partial)
        return f"<SearchResult of snapshot {self.snapshot}, {self.compared} records compared{lines}{partial}>"

    def _repr_html_(self) -> str:
        """One line a hit, without numbers."""
        head = ("identity", "name", "records", "probability", "bits", "reasons")
        rows = [
            (
                hit.identity_id, hit.name, str((hit.golden or {}).get("records", len(hit.records))), f"{hit.probability:.1%}",
                f"{hit.weight:+.1f}", "; ".join(e.english for e in hit.evidence if e.side != "missing"),
            )
            for hit in self.hits
        ]  # fmt: skip
        lines = [f"<tr>{''.join(f'<td>{html.escape(masked(c))}</td>' for c in row)}</tr>" for row in rows]
        told = (
            *self.partial,
            *self.notes,
            f"{self.compared} records of snapshot {self.snapshot} were compared. {self.notice}",
        )
        titles = "".join(f"<th>{title}</th>" for title in head)
        return f"<table><tr>{titles}</tr>{''.join(lines)}</table>" + "".join(f"<p>{html.escape(t)}</p>" for t in told)


@dataclass(frozen=True, repr=False)
class CrosswalkEntry(_Result):
    """Which identity a record belongs to."""

    record_id: str
    part: int
    identity_id: str

    def __repr__(self) -> str:
        return f"{self.record_id} → {self.identity_id}"


@dataclass(frozen=True, repr=False)
class Resolved(_Result):
    """What an update would do with new rows. `table` has a row for each of them, in their order: decision (link, review, new, no_name),
    identity_id and record_id of the best partner, other_row (the best partner among the new rows), weight, probability, rule."""

    table: pa.Table
    snapshot: str

    def __len__(self) -> int:
        return len(self.table)

    def to_dict(self) -> dict[str, Any]:
        return {"snapshot": self.snapshot, "rows": self.table.to_pylist()}

    def to_pandas(self) -> Any:
        """The table as a pandas data frame."""
        return self.table.to_pandas()

    def counts(self) -> dict[str, int]:
        """How many rows each decision has."""
        return {c["values"]: c["counts"] for c in self.table["decision"].value_counts().to_pylist()}

    def __repr__(self) -> str:
        return f"<Resolved {len(self)} rows against snapshot {self.snapshot}: {self.counts()}>"

    def _repr_html_(self) -> str:
        return html.escape(repr(self)) + str(self.table.slice(0, 50).to_pandas().to_html(escape=True))


def mask_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields with all but the last four characters of identifiers and telephones hidden, also inside free text."""
    hidden: dict[str, Any] = {}
    for name, value in values.items():
        hide = masked_identifier if name in NUMBERS else masked
        if isinstance(value, str):
            hidden[name] = hide(value)
        elif isinstance(value, list | tuple):
            hidden[name] = [hide(v) if isinstance(v, str) else v for v in value]
        else:
            hidden[name] = value
    return hidden


def _shallow(value: Any) -> Any:
    """What `to_json` does not know, as something it knows."""
    return dict(value) if isinstance(value, Mapping) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, _Result):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _short(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{k}={v}" for k, v in values.items())


def _html(value: Any) -> str:
    """Nested plain values as tables, every text escaped."""
    if isinstance(value, dict):
        rows = "".join(f"<tr><th>{html.escape(str(k))}</th><td>{_html(v)}</td></tr>" for k, v in value.items() if v)
        return f"<table>{rows}</table>"
    if isinstance(value, list):
        return "".join(_html(v) if isinstance(v, dict) else f"{html.escape(str(v))}<br>" for v in value)
    if isinstance(value, float):
        return f"{value:.3g}"
    return html.escape(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
