"""Bulk resolution: rows come in as lines of JSON, and what an update would do with each goes out while further rows come."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pyarrow as pa
from fastapi import Request
from pydantic import ValidationError

from linker.search.view import View
from linker.service.access import Asker
from linker.service.desk import Desk
from linker.service.models import Person

ROWS_AT_ONCE = 200
LONGEST_LINE = 16 * 1024


async def lines_of(request: Request) -> AsyncIterator[bytes]:
    """The lines of a body as they come; one that is too long is cut short, which makes it no JSON."""
    rest = b""
    async for chunk in request.stream():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if line.strip():
                yield line[:LONGEST_LINE]
        rest = rest[: LONGEST_LINE + 1]
    if rest.strip():
        yield rest[:LONGEST_LINE]


async def resolved(desk: Desk, asker: Asker, lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A line of JSON for every line that came, in its order."""
    number, counts = 0, dict[str, int]()
    waiting: list[bytes] = []

    async def answer() -> bytes:
        nonlocal number
        rows = await desk.ask(partial(_resolve, lines=waiting, states=asker.states))
        out = []
        for row in rows:
            counts[row["decision"]] = counts.get(row["decision"], 0) + 1
            out.append(json.dumps({**row, "row": number}, ensure_ascii=False).encode() + b"\n")
            number += 1
        waiting.clear()
        return b"".join(out)

    async for line in lines:
        waiting.append(line)
        if len(waiting) == ROWS_AT_ONCE:
            yield await answer()
    if waiting:
        yield await answer()
    await desk.log(asker, "resolve", "", {"snapshot": desk.snapshot, "rows": number, "decisions": counts})


def _resolve(view: View, lines: list[bytes], states: tuple[str, ...] | None) -> list[dict[str, Any]]:
    """What an update would do with some rows, compared with the base and with each other."""
    answers: list[dict[str, Any]] = [{"decision": "invalid"} for _ in lines]
    people: list[dict[str, Any]] = []
    places: list[int] = []
    for at, line in enumerate(lines):
        try:
            people.append(Person.model_validate_json(line).stated())
            places.append(at)
        except ValidationError as error:
            where = {".".join(str(part) for part in e["loc"])[:60] for e in error.errors(include_input=False)}
            answers[at]["where"] = sorted(where - {""})
    if not any(people):
        for at in places:
            answers[at] = {"decision": "no_name"}
        return answers
    names = sorted({name for person in people for name in person})
    columns = {name: _column([person.get(name) for person in people]) for name in names}
    found = view.resolve(pa.table(columns), states).table.to_pylist()
    for at, row in zip(places, found, strict=True):
        if row["other_row"] is not None:
            row["other_row"] = places[row["other_row"]]
        answers[at] = row
    return answers


def _column(values: list[Any]) -> pa.Array:
    if any(isinstance(value, list) for value in values):
        return pa.array(values, pa.list_(pa.string()))
    return pa.array([None if value is None else str(value) for value in values], pa.string())
