"""Drafts into the queue: what is new is added, what waits is brought up to date, what is no longer asked is put aside."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update

from linker.config.review import ReviewSettings
from linker.registry import auditlog
from linker.registry.database import now, reading, writing
from linker.registry.ledger import Ledger, Verdict
from linker.registry.review_tables import ITEM, OPINION
from linker.registry.snapshot import Snapshot
from linker.review.building import Draft, chance, drafts, subject_of
from linker.review.items import WAITING, Answer, Kind, Status, Stratum, states_text
from linker.review.priority import Stakes

BLIND = "blind_double"
AT_ONCE = 5_000


@dataclass(frozen=True)
class Filled:
    """What filling the queue changed."""

    added: int
    kept: int
    gone: int


def fill(engine: Engine, snapshot: Snapshot, settings: ReviewSettings, stakes: Stakes) -> Filled:
    """Bring the queue up to the snapshot. Items with an opinion stay as they are."""
    holds = Ledger("", engine).holding()
    decided = frozenset(
        pair for pair, entry in holds.items() if entry.verdict in {Verdict.SAME, Verdict.DIFFERENT, Verdict.UNSURE}
    )
    return put(engine, snapshot.number, drafts(snapshot, settings, stakes, decided), settings)


def put(engine: Engine, snapshot: int, wanted: Sequence[Draft], settings: ReviewSettings) -> Filled:
    """Make the waiting part of the queue exactly `wanted`, but for items on which someone has said something already."""
    by_subject = {d.subject: d for d in wanted}
    doubles = chance(np.array(list(by_subject), object)) < settings.blind_doubles
    double = dict(zip(by_subject, doubles.tolist(), strict=True))
    with writing(engine) as connection:
        rows = connection.execute(select(ITEM.c.subject, ITEM.c.number, ITEM.c.status)).all()
        known = {r.subject: r for r in rows}
        last = int(connection.scalar(select(func.max(ITEM.c.number))) or 0)
        fresh = [d for d in by_subject.values() if d.subject not in known]
        new = [_row(d, last + k, snapshot, double[d.subject]) for k, d in enumerate(fresh, start=1)]
        for start in range(0, len(new), AT_ONCE):
            connection.execute(insert(ITEM), new[start : start + AT_ONCE])
        kept = [by_subject[s] for s, r in known.items() if s in by_subject and r.status in {Status.OPEN, Status.GONE}]
        _bring_up_to_date(connection, kept, snapshot)
        gone = [r.number for s, r in known.items() if s not in by_subject and r.status == Status.OPEN]
        for start in range(0, len(gone), AT_ONCE):
            part = gone[start : start + AT_ONCE]
            connection.execute(update(ITEM).where(ITEM.c.number.in_(part)).values(status=Status.GONE, changed_at=now()))
        auditlog.append(connection, "queue", f"snapshot {snapshot}", {"added": len(new), "gone": len(gone)})
    return Filled(len(new), len(kept), len(gone))


def _row(draft: Draft, number: int, snapshot: int, double: bool) -> dict[str, Any]:
    reasons = draft.why_two or ((BLIND,) if double else ())
    return {
        "number": number,
        "subject": draft.subject,
        "snapshot": snapshot,
        "kind": str(draft.kind),
        "stratum": str(draft.stratum),
        "records": json.dumps(draft.records, ensure_ascii=False),
        "states": draft.states,
        "rule": draft.rule,
        "weight": draft.weight,
        "probability": draft.probability,
        "sampled": draft.sampled,
        "priority": draft.priority,
        "needs": 2 if reasons else 1,
        "why_two": json.dumps(reasons),
        "answer": None,
        "status": str(Status.OPEN),
        "outcome": None,
        "leased_by": None,
        "lease": None,
        "leased_until": None,
        "changed_at": now(),
    }


def _bring_up_to_date(connection: Connection, kept: Sequence[Draft], snapshot: int) -> None:
    change = (
        update(ITEM)
        .where(ITEM.c.subject == bindparam("named"))
        .values(
            snapshot=snapshot, status=str(Status.OPEN), rule=bindparam("its_rule"), weight=bindparam("its_weight"),
            probability=bindparam("its_probability"), priority=bindparam("its_priority"),
        )
    )  # fmt: skip
    rows = [
        {
            "named": d.subject, "its_rule": d.rule, "its_weight": d.weight, "its_probability": d.probability,
            "its_priority": d.priority,
        }
        for d in kept
    ]  # fmt: skip
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(change, rows[start : start + AT_ONCE])


def add_known(engine: Engine, snapshot: int, pairs: Iterable[tuple[str, str, Answer]], states: dict[str, str]) -> int:
    """Put pairs with a known answer into the queue; gives how many were new. `states`: record → state."""
    added = 0
    with writing(engine) as connection:
        have = set(connection.scalars(select(ITEM.c.subject).where(ITEM.c.status == Status.KNOWN)))
        last = int(connection.scalar(select(func.max(ITEM.c.number))) or 0)
        for left, right, answer in pairs:
            records = (min(left, right), max(left, right))
            subject = subject_of("known", records)
            if subject in have:
                continue
            have.add(subject)
            added += 1
            draft = Draft(
                subject, Kind.PAIR, Stratum.KNOWN, records, states_text(states.get(r) for r in records), "known",
                None, None, 1.0, 0.0, (),
            )  # fmt: skip
            row = _row(draft, last + added, snapshot, False)
            connection.execute(insert(ITEM).values(**row | {"status": str(Status.KNOWN), "answer": str(answer)}))
        auditlog.append(connection, "known pairs", f"snapshot {snapshot}", {"added": added})
    return added


def counts(engine: Engine) -> dict[str, int]:
    """How many items have each status."""
    with reading(engine) as connection:
        rows = connection.execute(select(ITEM.c.status, func.count()).group_by(ITEM.c.status))
        return {str(status): int(n) for status, n in rows}


def opinions_total(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.scalar(select(func.count()).select_from(OPINION)) or 0)


__all__ = ["WAITING", "Filled", "add_known", "counts", "fill", "put"]
