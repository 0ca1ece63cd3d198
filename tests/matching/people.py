"""Small person tables for the tests of matching."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from linker.matching.columns import PersonColumns, build_columns
from linker.names.table import NameTable
from linker.schema import PERSON, BirthKind


def day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def born(text: str) -> dict[str, int]:
    """A birth from '1990-05-17' (a date), '1990' (a year) or '~1990' (an age on the record's date)."""
    if text.startswith("~"):
        year = int(text[1:])
        return {"birth_from": day(f"{year}-01-01"), "birth_to": day(f"{year}-12-31"), "birth_kind": BirthKind.AGE}
    if len(text) == 4:
        return {"birth_from": day(f"{text}-01-01"), "birth_to": day(f"{text}-12-31"), "birth_kind": BirthKind.YEAR}
    return {"birth_from": day(text), "birth_to": day(text), "birth_kind": BirthKind.DATE}


def person_table(people: Sequence[dict[str, Any]], extra: Sequence[str] = ()) -> pa.Table:
    """A PERSON table of people given as dictionaries; what is not given is unknown."""
    columns: dict[str, pa.Array] = {}
    for name, kind in PERSON.columns.items():
        default: Any = [] if pa.types.is_list(kind) else None
        columns[name] = pa.array([p.get(name, default) for p in people], type=kind)
    columns["record_id"] = pa.array([p.get("record_id", f"s:{i:04d}") for i, p in enumerate(people)])
    for name in extra:
        columns[name] = pa.array([p.get(name) for p in people], type=pa.string())
    return pa.table(columns)


def columns_of(people: Sequence[dict[str, Any]], extra: Sequence[str] = ()) -> PersonColumns:
    return build_columns(person_table(people, extra), lambda names, counts: NameTable.build(names, counts=counts))
