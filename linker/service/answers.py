"""What is asked about one person, and what is answered. A question is one of these functions with what it needs besides the view
(`functools.partial`), so that it can be handed to another process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from linker.search.results import NOTICE
from linker.search.view import View
from linker.service.problems import RefusedError

States = tuple[str, ...] | None
"""Whose records may be seen, None for all."""


@dataclass(frozen=True)
class Found:
    """What a question has found. `subject` and `detail` stand in the audit log; `content` is what is answered, in JSON."""

    subject: str
    detail: dict[str, Any]
    content: bytes


@dataclass(frozen=True)
class Wanted:
    """How many identities a search gives, from which probability on, of which states' records, and whether with identifiers as they are."""

    limit: int
    threshold: float | None
    states: States
    unmasked: bool


def search(view: View, person: str | Mapping[str, Any], wanted: Wanted) -> Found:
    """Who may this be?"""
    found = view.search(person, wanted.limit, wanted.threshold, wanted.states)
    identities = [hit.identity_id for hit in found.hits]
    detail = {"snapshot": found.snapshot, "compared": found.compared, "identities": identities}
    return Found("", detail, (found if wanted.unmasked else found.masked()).to_json())


def compare(view: View, a: str | Mapping[str, Any], b: str | Mapping[str, Any]) -> Found:
    """Are these one person?"""
    found = view.compare(a, b)
    detail = {"snapshot": view.snapshot, "decision": found.decision}
    return Found("", detail, _compact({**found.to_dict(), "notice": NOTICE}))


def identity(view: View, identity_id: str, states: States, unmasked: bool) -> Found:
    """A person with all records that may be seen.

    Raises:
        RefusedError: there are none of these.
    """
    found = view.identity(identity_id, states)
    if not found.records:
        raise RefusedError(HTTPStatus.FORBIDDEN, "all records of this identity are of states that the key may not see")
    shown = found if unmasked else found.masked()
    detail = {"snapshot": found.snapshot}
    return Found(found.identity_id, detail, _compact({**shown.to_dict(), "notice": NOTICE}))


def crosswalk(view: View, source: str, native_id: str, mine: States) -> Found:
    """Which identity does a source's record belong to?

    Raises:
        RefusedError: it is unknown, or of a state that may not be seen.
    """
    entries, states = view.crosswalk(source, native_id), view.records_states(source, native_id)
    if not entries:
        raise RefusedError(HTTPStatus.NOT_FOUND, "no such record in the current snapshot")
    if mine is not None and not states <= set(mine):
        raise RefusedError(HTTPStatus.FORBIDDEN, "the record is of a state that the key may not see")
    snapshot = view.snapshot
    content = {"entries": [entry.to_dict() for entry in entries], "snapshot": snapshot}
    return Found(entries[0].identity_id, {"snapshot": snapshot, "source": source}, _compact(content))


def _compact(content: dict[str, Any]) -> bytes:
    """Compact JSON with Hindi as it is."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
