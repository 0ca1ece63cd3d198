"""`linker search`: one person asked, from the command line."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from linker.cli import display
from linker.cli.options import Language, Workspace
from linker.cli.run import Display
from linker.evaluate.words import count
from linker.registry.auditlog import AuditLog
from linker.search.results import Evidence, Hit, SearchResult
from linker.search.view import View
from linker.web.words import LANGUAGES, Teller

SIGNS = {"for": "+", "against": "−", "neutral": "·", "missing": " "}


def search(
    person: Annotated[str, typer.Argument(help="As you would write it down: name @ alias s/o father, age, place.")],
    workspace: Workspace,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Identities at most.")] = 10,
    threshold: Annotated[float | None, typer.Option(min=0, max=1, help="Least probability.")] = None,
    why: Annotated[str, typer.Option(help="What you look it up for; stands in the audit log.")] = "",
    language: Language = LANGUAGES[0],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Who may this be? Prints identities, the likeliest first, with the reasons for and against. Numbers are masked.
    What was typed in Kruti Dev is read as such, and it says so.

    Example: linker search 'राकेश उर्फ कालू पुत्र रामसिंह, 25, सोहना' --workspace work --why 'FIR 12/2025'
    """
    console = Console()
    with Display(Console(stderr=True)) as shown:
        view = View(workspace, shown)
    found = view.search(person, limit, threshold).masked()
    detail = {"why": why, "snapshot": found.snapshot, "identities": [hit.identity_id for hit in found.hits]}
    AuditLog(workspace).append("search", "", detail)
    if as_json:
        typer.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=1))
        return
    _print(console, found, Teller(language))


def _print(console: Console, found: SearchResult, teller: Teller) -> None:
    understood = "; ".join(
        f"{field.replace('_', ' ')} {', '.join(value) if isinstance(value, list) else value}"
        for field, value in found.understood.items()
    )
    console.print(display.cell(f"looked for: {understood}", "dim"))
    for note in found.notes:
        console.print(display.cell(note, "yellow"))
    if found.hits:
        table = display.grid("who", "reasons")
        for hit in found.hits:
            records = (hit.golden or {}).get("records", len(hit.records))
            who = Text(f"{hit.identity_id}\n", style="bold") + display.cell(_who(hit))
            who.append(f"\n{hit.probability:.1%} probable ({hit.weight:+.1f} bits)\n")
            who.append(count(records, "record") + "\n", style="dim")
            table.add_row(who, _reasons(hit.evidence, teller))
        console.print(table)
    else:
        console.print("nobody is found")
    console.print(f"{found.compared:,} records were compared", style="dim", highlight=False)
    for reason in found.partial:
        console.print(display.cell(f"partial: {reason}; say more of the person to see them", "yellow"))
    console.print(found.notice, style="dim")


def _who(hit: Hit) -> str:
    golden = hit.golden or {}
    latin = golden.get("name_latin")
    parts = [hit.name, f"({latin})" if latin and latin.upper() != hit.name.upper() else ""]
    parts += [f"s/o {golden['father']}" if golden.get("father") else "", str(golden.get("district") or "")]
    return " ".join(part for part in parts if part)


def _reasons(evidence: tuple[Evidence, ...], teller: Teller) -> Text:
    lines = [
        f"{SIGNS[e.side]} {teller.pick(e.english, e.hindi)} ({e.weight:+.1f})" for e in evidence if e.side != "missing"
    ]
    return Text("\n").join(display.cell(line) for line in lines)
