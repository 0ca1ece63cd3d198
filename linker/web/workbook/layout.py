"""The columns of a workbook: what each is called, how wide it is, and what is said in it."""

from __future__ import annotations

from dataclasses import dataclass

from linker.config.review import Reasons
from linker.review.items import Answer
from linker.web.workbook.sayings import Sayings, label

ANSWERS = (Answer.SAME, Answer.DIFFERENT, Answer.UNSURE)
FILLED = ("verdict", "reason", "note")
"""What a person fills in."""
NEEDED = ("item", *FILLED, "lease")
"""Columns without which nothing can be taken."""
RECORDS = ("source_A", "source_B")
"""Columns by which it is seen that a row's cells still belong together."""


@dataclass(frozen=True)
class Column:
    """`code` names it in the program, `key` its words; `side` is the record it is about, '' for the question as a whole."""

    code: str
    key: str
    width: int
    side: str = ""

    def heading(self, first: str) -> str:
        """What stands above it, in both languages."""
        after = f" {self.side}" if self.side else ""
        return label(self.key, first, after, between="\n")


_OF_A_RECORD = (
    ("source", "case.record", 21), ("name", "field.name", 26), ("aliases", "field.aliases", 18),
    ("relatives", "workbook.column.relatives", 26), ("sex", "field.sex", 9), ("born", "field.birth", 16),
    ("places", "workbook.column.places", 28), ("address", "field.address", 28), ("identifiers", "workbook.column.numbers", 24),
    ("height", "field.height", 9), ("marks", "field.marks", 22), ("case", "field.case", 22), ("status", "field.status", 16),
)  # fmt: skip
COLUMNS = (
    Column("item", "workbook.column.question", 9),
    Column("verdict", "workbook.column.verdict", 24),
    Column("reason", "workbook.column.reason", 26),
    Column("note", "decide.note", 22),
    *(Column(f"{code}_{side}", key, width, side) for code, key, width in _OF_A_RECORD for side in ("A", "B")),
    Column("agreement", "workbook.column.agreement", 24),
    Column("for", "case.for", 42),
    Column("against", "case.against", 42),
    Column("neutral", "case.neutral", 42),
    Column("lease", "workbook.column.lease", 12),
)
ALWAYS = frozenset({*NEEDED, *RECORDS, "name_A", "name_B", "for", "against", "neutral"})
"""Columns that stay even if nobody in the workbook has anything to say in them."""


def headings() -> Sayings:
    """What a heading may say."""
    wanted = {*NEEDED, *RECORDS}
    return Sayings((c.code, c.key, f" {c.side}" if c.side else "") for c in COLUMNS if c.code in wanted)


def verdicts() -> Sayings:
    """What a verdict may be called."""
    return Sayings((str(answer), f"answer.{answer}", "") for answer in ANSWERS)


def reasons(settings: Reasons) -> Sayings:
    """What a reason may be called."""
    return Sayings((code, f"reason.{code}", "") for code in listed(settings))


def listed(settings: Reasons) -> list[str]:
    """Every reason once, in the order of the settings."""
    return list(dict.fromkeys((*settings.same, *settings.different, *settings.unsure)))


def fitting(settings: Reasons, answer: Answer) -> tuple[str, ...]:
    """The reasons that a verdict may rest on."""
    return {Answer.SAME: settings.same, Answer.UNSURE: settings.unsure}.get(answer, settings.different)
