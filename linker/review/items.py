"""A question to people, and what they may answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What is asked."""

    PAIR = "pair"
    """Are these two records one person?"""
    MISUSE = "misuse"
    """The same, where one identifier stands with people who contradict each other."""
    SPLIT = "split"
    """Which of an identity's records belong together?"""


class Stratum(StrEnum):
    """How an item came into the queue."""

    REVIEW = "review"
    """Policy sent it: everything between the thresholds, and what a rule or the checks held back."""
    LINKED = "linked"
    """Drawn by chance from what the engine linked by itself."""
    BELOW = "below"
    """Drawn by chance from what the engine left apart."""
    ATTENTION = "attention"
    """An identity that should be looked at."""
    KNOWN = "known"
    """Its answer is known; it measures the reviewer."""


class Status(StrEnum):
    """Where an item stands."""

    OPEN = "open"
    SECOND = "second"
    """One person has judged; another must."""
    THIRD = "third"
    """Two people disagree; a third decides."""
    DECIDED = "decided"
    GONE = "gone"
    """Its records are no longer there, or the question answered itself."""
    KNOWN = "known"


WAITING = (Status.OPEN, Status.SECOND, Status.THIRD)


class Answer(StrEnum):
    """What a person says. SPLIT comes with groups and is an answer to `Kind.SPLIT` only."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"
    SPLIT = "split"


class Tray(StrEnum):
    """The trays in which items lie for a reviewer."""

    PAIRS = "pairs"
    SPLITS = "splits"
    MISUSED = "misused"
    DISAGREEMENTS = "disagreements"


@dataclass(frozen=True)
class Item:
    """One row of the queue. `records`: two for a pair, all of an identity for a split; `outcome`: the verdict that counts."""

    number: int
    subject: str
    snapshot: int
    kind: Kind
    stratum: Stratum
    records: tuple[str, ...]
    states: tuple[str, ...]
    rule: str
    weight: float | None
    probability: float | None
    sampled: float
    priority: float
    needs: int
    why_two: tuple[str, ...]
    answer: Answer | None
    status: Status
    outcome: str | None
    leased_by: str | None
    lease: str | None
    leased_until: str | None
    changed_at: str

    @property
    def tray(self) -> Tray:
        if self.status is Status.THIRD:
            return Tray.DISAGREEMENTS
        return {Kind.PAIR: Tray.PAIRS, Kind.SPLIT: Tray.SPLITS, Kind.MISUSE: Tray.MISUSED}[self.kind]

    @classmethod
    def of_row(cls, row: Any) -> Item:
        values = dict(row._mapping)
        values |= {
            "kind": Kind(values["kind"]),
            "stratum": Stratum(values["stratum"]),
            "status": Status(values["status"]),
            "records": tuple(json.loads(values["records"])),
            "states": tuple(json.loads(values["states"])),
            "why_two": tuple(json.loads(values["why_two"])),
            "answer": Answer(values["answer"]) if values["answer"] else None,
        }
        return cls(**values)


def states_text(states: Any) -> str:
    """A set of states as it stands in the queue: JSON, in order, so that equal sets are equal texts."""
    return json.dumps(sorted({s for s in states if s}), ensure_ascii=False)


def groups_text(groups: Any) -> str:
    """A grouping of records in one form, so that equal groupings are equal texts. Records of no group are left out."""
    return json.dumps(sorted(sorted(g) for g in groups if g), ensure_ascii=False)
