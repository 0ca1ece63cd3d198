"""Identities, records and edges as terminal tables. Cells are plain text: nothing in the data can change how it looks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from linker.batch.grouped import GroupLink
from linker.evaluate.words import DECISIONS, FIGURES, RULES, masked, readable
from linker.matching.comparisons.base import Comparison
from linker.review.evidence.arguments import Argument, arguments
from linker.schema import Decision
from linker.web.words import Teller

SHOWN_IDS = 4
FAINTEST = 0.05
"""Fewer bits would be shown as none."""
FIELDS = (
    ("name", "name"), ("name_latin", "Latin"), ("name_devanagari", "Devanagari"), ("aliases", "also known as"),
    ("father", "father"), ("mother", "mother"), ("husband", "husband"), ("sex", "sex"), ("birth", "born"),
    ("phones", "phones"), ("identifiers", "identifiers"), ("village", "village"), ("station", "station"),
    ("district", "district"), ("pin", "PIN"), ("height", "height in cm"), ("marks", "marks"), ("seen", "seen"),
    ("status", "status"), ("sources", "sources"), ("states", "states"),
)  # fmt: skip


_HIDDEN = dict.fromkeys([*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "·")


def cell(value: object, style: str = "") -> Text:
    """A value as plain text: no markup, and nothing that a terminal would obey or that turns the reading direction."""
    return Text("" if value is None else str(value).translate(_HIDDEN), style=style)


def warnings(console: Console, lines: Sequence[str]) -> None:
    """What a person should do something about, each on lines of its own."""
    for line in lines:
        console.print(cell(line, "yellow"), soft_wrap=True)


def grid(*headings: str, right: Sequence[int] = (), title: str | None = None) -> Table:
    """An empty table; `right` are the columns that hold numbers."""
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold")
    for at, heading in enumerate(headings):
        table.add_column(heading, justify="right" if at in right else "left", overflow="fold")
    return table


def shortened(ids: Sequence[str]) -> str:
    """The first few of many."""
    more = len(ids) - SHOWN_IDS
    return ", ".join(ids[:SHOWN_IDS]) + (f" and {more} more" if more > 0 else "")


def golden(row: dict[str, Any]) -> Table:
    """A golden record: each value, the record that it came from, and how many support it."""
    table = grid("field", "value", "from record", "records", right=(3,))
    origin = json.loads(row["provenance"] or "{}")
    for field, label in FIELDS:
        value = _value(row, field)
        if value:
            record, support = origin.get(field) or (origin.get("*") or ("", ""))
            listed = isinstance(row.get(field), list)
            table.add_row(label, cell(value), cell("" if listed else record), "" if listed else str(support))
    return table


def _value(row: dict[str, Any], field: str) -> str:
    if field == "birth":
        span = _span(row["birth_from"], row["birth_to"], " … ")
        return f"{span}  (records contradict each other)" if span and row["birth_conflict"] else span
    if field == "height":
        return _span(row["height_from"], row["height_to"], "–")
    if field == "seen":
        return _span(row["first_seen"], row["last_seen"], " … ")
    value = row[field]
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(value)


def _span(first: Any, last: Any, between: str) -> str:
    if first is None:
        return ""
    return str(first) if first == last else f"{first}{between}{last}"


def records(rows: Sequence[dict[str, Any]], telephones: bool = False) -> Table:
    """Records as they were typed, and how the name was read where that differs. What was typed may hold a telephone: `telephones` leaves it
    whole."""
    table = grid("record", "typed → read as", "relative", "age or birth", "station, date", title="records")
    table.columns[0].no_wrap = True  # so that it can be copied
    for row in rows:
        typed = row["name_typed"] or ""
        name = cell(typed if telephones else masked(typed))
        if row["name"] and row["name"] != typed:
            name.append("\n→ ").append(cell(row["name"]))
        relative = next((f"{k} {row[k]}" for k in ("father", "husband", "mother", "guardian") if row[k]), "")
        age = f"{row['age']} years" if (row["age"] or "").isdecimal() else row["age"]
        station = " / ".join(
            v for v in (row["station"] or row["fir_station"], row["district"] or row["fir_district"]) if v
        )
        seen = "\n".join(map(str, filter(None, (station, row["record_date"] or row["fir_date"]))))
        case = Text("\n").join(map(cell, seen.split("\n")))
        table.add_row(
            cell(row["record_id"]), name, cell(relative), cell(row["birth_date"] or row["birth_year"] or age), case
        )
    return table


def edges(title: str, rows: Sequence[dict[str, Any]], comparisons: Mapping[str, Comparison], teller: Teller) -> Table:
    """Scored pairs, the strongest first, with the evidence for and against in bits. It adds up to the pair's weight: what two kinds of
    evidence share, because they are not independent, is taken from both by halves. `teller` says the reasons."""
    hindi = teller.language == "hi"
    table = grid("records", "evidence", title=title)
    for row in rows:
        said = sorted(arguments(row, comparisons), key=lambda a: -abs(a.bits))
        before = float(row["weight"]) - sum(a.bits for a in said)
        evidence = Text("\n").join([
            *(_share(a.bits, _reason(a, teller)) for a in said if abs(a.bits) >= FAINTEST),
            _share(before, teller("edge.before")), Text(),
        ])  # fmt: skip
        rule = teller(f"rule.{row['rule']}") if hindi else RULES.get(row["rule"], row["rule"])
        decision = Decision(row["decision"])
        pair = Text("\n").join([cell(row["record_id_l"]), cell(row["record_id_r"])])
        told = teller(f"edge.{decision.name.lower()}") if hindi else DECISIONS[decision]
        pair.append(f"\n{row['weight']:.1f} {teller('edge.bits')}: {told}\n", style="bold")
        pair.append(cell(rule, "dim"))
        table.add_row(pair, evidence)
    return table


def _reason(said: Argument, teller: Teller) -> str:
    if teller.language == "hi":
        return f"{teller(f'comparison.{said.comparison}')}: {said.hindi}"
    return f"{readable(said.comparison)}: {said.english}"


def _share(bits: float, said: str) -> Text:
    return Text(f"{bits:+5.1f}  ", style="green" if bits > 0 else "red") + cell(said)


def group_links(rows: Sequence[GroupLink]) -> Table:
    """Groups of records that link together: what all pairs between them say, the weightiest figure first."""
    table = grid("records", "evidence", title="groups that are one person together")
    for row in rows:
        figures = sorted(row.figures.items(), key=lambda item: -abs(item[1][1]))
        evidence = [_share(bits, FIGURES[name].format(value)) for name, (value, bits) in figures]
        groups = Text("\nand\n").join(Text("\n").join(map(cell, ids)) for ids in (row.left, row.right))
        groups.append(f"\n{row.probability:.0%} probable", style="bold")
        table.add_row(groups, Text("\n").join([*evidence, _share(row.start, "before any of these")]))
    return table
