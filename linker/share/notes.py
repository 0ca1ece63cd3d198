"""What a reader of an exported workbook must know, in English and Hindi: that a link is only a lead, and what the columns mean."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

COLUMNS = Path(__file__).parent / "columns.tsv"
LEAD = (
    "A link is a lead, not an identification. Nobody is to be arrested, refused or charged on it alone: look at the original records, and "
    "compare fingerprints where there are any.",
    "मिलान केवल एक सुराग है, पहचान नहीं। केवल इसके आधार पर किसी को गिरफ़्तार, वंचित या आरोपित न करें: मूल अभिलेख देखें, और जहाँ हों वहाँ फ़िंगरप्रिंट मिलाएँ।",
)
Note = tuple[str, str, str]
"""A heading (or a column's name), and what is to be said in English and in Hindi."""


@dataclass(frozen=True)
class Letter:
    """What goes along with an export: which snapshot it is of, for whom and what for, and whether telephones stand whole."""

    snapshot: str
    recipient: str
    purpose: str
    telephones: bool = False

    @property
    def notes(self) -> tuple[Note, ...]:
        """The lines that say so."""
        return (
            ("", *LEAD),
            ("snapshot", self.snapshot, self.snapshot),
            ("recipient", self.recipient, self.recipient),
            ("purpose", self.purpose or "not stated", self.purpose or "नहीं बताया गया"),
            (
                "telephones",
                *(("whole", "पूरे") if self.telephones else ("masked to four digits", "केवल अंतिम चार अंक")),
            ),
        )


def meanings(columns: Sequence[str]) -> tuple[Note, ...]:
    """What columns mean; those that are not known are left out."""
    with COLUMNS.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t")
        known = {row["column"]: (row["english"], row["hindi"]) for row in rows}
    return tuple((name, *known[name]) for name in columns if name in known)
