"""What normalising found, as counts for the run's report."""

from __future__ import annotations

from dataclasses import dataclass, field

from linker.normalise.birth import BirthFindings


@dataclass
class PersonFindings:
    """Filled by `to_persons`.

    `identifiers` counts cells by type and status (`linker.normalise.identifiers.Status`), for example identifiers['epic']['unchecked'];
    `places` counts districts and states that the gazetteer knows and does not know; `notes` are sentences for the report.
    """

    records: int = 0
    juveniles: int = 0
    birth: BirthFindings = field(default_factory=BirthFindings)
    identifiers: dict[str, dict[str, int]] = field(default_factory=dict)
    phones_unread: int = 0
    places: dict[str, int] = field(default_factory=dict)
    marks_unread: int = 0
    notes: list[str] = field(default_factory=list)
