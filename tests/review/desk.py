"""A queue of invented questions and people to answer them, without a snapshot; and a small real workspace, made once."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import Engine

from linker.config.review import ReviewSettings
from linker.registry.auditlog import AuditLog
from linker.registry.database import open_registry
from linker.registry.ledger import Ledger
from linker.review.building import Draft, subject_of
from linker.review.filling import put
from linker.review.items import Answer, Item, Kind, Stratum, states_text
from linker.review.people import Account, Role
from linker.review.queue import Queue
from linker.review.verdicts import Said, Taken, Verdicts
from tests.generated import extracts, run

ASHA = Account("asha", "Asha", Role.REVIEWER, frozenset())
BINA = Account("bina", "Bina", Role.REVIEWER, frozenset())
VIKRAM = Account("vikram", "Vikram", Role.APPROVER, frozenset())
MEENA = Account("meena", "Meena", Role.APPROVER, frozenset())
DELHI = Account("delhi", "Delhi only", Role.REVIEWER, frozenset({"Delhi"}))
CALM = ReviewSettings(blind_doubles=0, known_pairs=0)


def draft(number: int, rank: float = 1.0, **stated: object) -> Draft:
    """A question about two records of its own."""
    records = (f"s:{number:05d}a", f"s:{number:05d}b")
    values: dict[str, object] = {
        "subject": "", "kind": Kind.PAIR, "stratum": Stratum.REVIEW, "records": records, "states": states_text(["Delhi"]),
        "rule": "uncertain", "weight": 1.0, "probability": 0.67, "sampled": 1.0, "priority": rank, "why_two": (),
    }  # fmt: skip
    values |= stated
    values["subject"] = subject_of(str(values["kind"]), values["records"])  # type: ignore[arg-type]
    return Draft(**values)  # type: ignore[arg-type]


@dataclass
class Desk:
    engine: Engine
    queue: Queue
    verdicts: Verdicts
    ledger: Ledger
    audit: AuditLog

    @classmethod
    def of(cls, place: Path | str, drafts: list[Draft], settings: ReviewSettings = CALM) -> Desk:
        engine = open_registry(place)
        put(engine, 1, drafts, settings)
        audit = AuditLog(place, engine)
        return cls(engine, Queue(engine, settings), Verdicts(engine, settings, audit), Ledger(place, engine), audit)

    def take(self, account: Account, number: int | None = None) -> Item:
        item = self.queue.take(account) if number is None else self.queue.take_this(account, number)
        assert item is not None
        return item

    def say(self, account: Account, item: Item, answer: Answer, reason: str = "", **more: object) -> Taken:
        given = reason or {Answer.SAME: "document", Answer.UNSURE: "too_little"}.get(answer, "relatives")
        return self.verdicts.say(account, Said(item.number, item.lease or "", answer, given, **more))  # type: ignore[arg-type]

    def holding(self) -> dict[tuple[str, str], str]:
        return {pair: str(e.verdict) for pair, e in self.ledger.holding().items()}


@cache
def _published(persons: int, seed: int) -> Path:
    workspace = Path(mkdtemp(prefix="review-")) / "workspace"
    ended = run(workspace, extracts(persons=persons, seed=seed))
    assert ended.code == 0, ended.text
    return workspace


def workspace(folder: Path, persons: int = 500, seed: int = 11) -> Path:
    """A copy of a small published workspace that a test may change."""
    place = folder / "workspace"
    shutil.copytree(_published(persons, seed), place)
    return place
