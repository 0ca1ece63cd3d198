"""A small, sound set of snapshot tables, and ways to spoil it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from linker.identity.golden import golden_records
from linker.identity.history import past
from linker.identity.identities import assign
from linker.registry.snapshot import current_name, open_current
from linker.schema import CROSSWALK, EDGE, PERSON, RECORD


def person_table(rows: list[dict[str, object]]) -> pa.Table:
    """PERSON rows from what each one states; all else is null or empty."""
    return PERSON.conform(_filled(PERSON.columns, rows))


def record_table(rows: list[dict[str, object]]) -> pa.Table:
    return RECORD.conform(_filled(RECORD.columns, rows))


def _filled(columns: dict[str, pa.DataType], rows: list[dict[str, object]]) -> pa.Table:
    arrays = {}
    for name, kind in columns.items():
        blank: object = [] if pa.types.is_list(kind) else None
        arrays[name] = pa.array([row.get(name, blank) for row in rows], kind)
    return pa.table(arrays)


def tables(grouping: str = "abc de", workspace: Path | None = None, **stated: object) -> dict[str, pa.Table]:
    """Tables of a run over one-letter records, grouped as words; with a workspace, following its current snapshot."""
    home = {record: at for at, word in enumerate(grouping.split()) for record in word}
    ids = sorted(home)
    base = [
        {
            "record_id": f"s/{r}",
            "source": "s",
            "native_id": r,
            "part": 1,
            "state": "delhi",
            "name": f"name {r}",
            **stated,
        }
        for r in ids
    ]
    person, record = person_table(base), record_table(base)
    labels = np.array([home[r] for r in ids], np.int32)
    following = workspace is not None and current_name(workspace) is not None
    previous = open_current(workspace).table("crosswalk") if following and workspace else None
    assigned = assign(labels, person["record_id"], previous, past(workspace) if following and workspace else None)
    pairs = [(a, b) for a in ids for b in ids if a < b and home[a] == home[b]]
    edge = {name: pa.nulls(len(pairs), kind) for name, kind in EDGE.columns.items()} | {
        "record_id_l": [f"s/{a}" for a, _ in pairs],
        "record_id_r": [f"s/{b}" for _, b in pairs],
        "weight": pa.array([9.0] * len(pairs)),
        "probability": pa.array([0.99] * len(pairs)),
        "decision": pa.array([2] * len(pairs)),
        "rule": ["link"] * len(pairs),
        "levels": ['{"name":["SAME",9.0]}'] * len(pairs),
    }
    crosswalk = record.select(["source", "native_id", "part", "record_id"]).append_column(
        "identity_id", assigned.identity_id
    )
    return {
        "record": record,
        "person": person,
        "edge": EDGE.conform(pa.table(edge)),
        "crosswalk": CROSSWALK.conform(crosswalk),
        "identity": golden_records(record, person, assigned.identity_id),
        "event": assigned.events,
    }
