"""What normalising found, as counts for the run's report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from linker.normalise.birth import BirthFindings
from linker.normalise.shared import SharedValue


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
