"""What normalising found, as counts for the run's report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TypeVar

from linker.normalise.birth import BirthFindings
from linker.normalise.shared import SharedValue

T = TypeVar("T", int, float)


@dataclass
class PersonFindings:
    """Filled by `to_persons`.

    `identifiers` counts cells by type and status (`linker.normalise.identifiers.Status`), for example
    identifiers['epic']['unchecked']; `places` counts districts and states that the gazetteer knows and does not know;
    `shared` the numbers
    that several people bear (`linker.normalise.shared`); `notes` are sentences for the report.
    """

    records: int = 0
    juveniles: int = 0
    birth: BirthFindings = field(default_factory=BirthFindings)
    identifiers: dict[str, dict[str, int]] = field(default_factory=dict)
    phones_unread: int = 0
    places: dict[str, int] = field(default_factory=dict)
    marks_unread: int = 0
    shared: list[SharedValue] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Add the time that the block takes to `seconds[part]`."""
        start = perf_counter()
        yield
        self.seconds[part] = self.seconds.get(part, 0.0) + perf_counter() - start

    def add_note(self, note: str) -> None:
        """A sentence for the report; the same one is told once."""
        if note not in self.notes:
            self.notes.append(note)

    def add(self, other: PersonFindings) -> None:
        """Count in what was found in further records."""
        self.records += other.records
        self.juveniles += other.juveniles
        self.birth = self.birth.with_further(other.birth)
        self.phones_unread += other.phones_unread
        self.marks_unread += other.marks_unread
        for kind, counts in other.identifiers.items():
            _add_counts(self.identifiers.setdefault(kind, {}), counts)
        _add_counts(self.places, other.places)
        _add_counts(self.seconds, other.seconds)
        self.shared.extend(other.shared)
        for note in other.notes:
            self.add_note(note)


def _add_counts(counts: dict[str, T], further: dict[str, T]) -> None:
    for name, number in further.items():
        counts[name] = counts[name] + number if name in counts else number
