"""The report of a run: one HTML file that an analyst opens without a network, a server or an account.

Everything is inline: style, charts, text. Every value is escaped. Long numbers are masked.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from linker.evaluate import charts, words
from linker.evaluate.charts import Marker, Panel
from linker.evaluate.examples import Example, choose_examples
from linker.evaluate.figures import (
    Weights,
    cluster_sizes,
    held_back,
    links_by_key,
    quarantine_matrix,
    state_matrix,
    totals,
    weights,
)
from linker.evaluate.labelfree import coincidence
from linker.evaluate.report_input import MatchFacts, ReportInput, RunFacts
from linker.registry.files import move
from linker.schema import Decision

QUARANTINE_EXAMPLES = 8
WORDS = ("number", "share", "count", "bits", "readable", "sure", "masked", "file_name", "REASONS", "RULES")
"""What the template calls by name."""

CLEAR_BITS = 0.5

WIDEST_WEIGHT = 20.0
"""Bits that fill half a bar in the model's chart; heavier evidence is drawn as long."""


def write_report(path: Path, given: ReportInput) -> None:
    """Writes the report to `path`, whole or not at all."""
    text = render(given)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(text, encoding="utf-8")
    move(aside, path)


def render(given: ReportInput) -> str:
    """The report as HTML text."""
    environment = Environment(
        loader=PackageLoader("linker.evaluate"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update({name: getattr(words, name) for name in WORDS})
    environment.globals["bar"] = charts.bar
    return environment.get_template("report.html").render(**_context(given))


def _context(given: ReportInput) -> dict[str, Any]:
    tables = given.tables
    sources, reasons = quarantine_matrix(tables.quarantine)
    model = _model(given.matching)
    shown = weights(given.matching, tables.edge, (given.run.review_bits, given.run.link_bits))
    return {
        "run": given.run,
        "sources": given.sources,
        "findings": sorted(given.findings, key=lambda f: -f.count),
        "totals": totals(given.sources, tables.identity, tables.edge),
        "chance": coincidence(tables.edge, tables.identity),
        "quarantine_sources": sources,
        "quarantine_reasons": reasons,
        "quarantine_examples": tables.quarantine.slice(0, QUARANTINE_EXAMPLES).to_pylist(),
        "candidate_pairs": given.matching.candidate_pairs,
        "keys": sorted(given.matching.key_counts, key=lambda k: -k.pairs),
        "links_by_key": links_by_key(tables.edge),
        "given_up": shown.given_up,
        "weight_chart": _weight_chart(shown, given.run),
        "held_back": held_back(tables.edge),
        "sizes": cluster_sizes(tables.identity),
        "matrix": state_matrix(tables.identity),
        "model": model,
        "untrained": given.matching.model.untrained,
        "wrong_way": [(c["name"], level["name"]) for c in model for level in c["levels"] if level["wrong_way"]],
        "prior": given.matching.model.prior,
        "examples": [
            _example(e)
            for e in choose_examples(tables.edge, tables.record, given.run.link_bits, given.matching.comparisons)
        ],
        "seconds": given.run.seconds,
    }


def _weight_chart(shown: Weights, run: RunFacts) -> Markup:
    return charts.histogram(
        [
            Panel("candidate pairs", "none", shown.every),
            Panel("for review", "review", shown.review),
            Panel("linked", "link", shown.linked),
        ],
        shown.start,
        [
            Marker(run.review_bits, f"review from {words.bits(run.review_bits)}", "review"),
            Marker(run.link_bits, f"link from {words.bits(run.link_bits)}", "link"),
        ],
        "match weight in bits (heights are logarithmic)",
    )


def _model(matching: MatchFacts) -> list[dict[str, Any]]:
    shown = []
    for comparison in matching.comparisons:
        parameters = matching.model.levels.get(comparison.name, {})
        levels = [
            {
                "name": words.readable(level.name),
                "english": level.english,
                "m": words.probability(parameters[level.name].m),
                "u": words.probability(parameters[level.name].u),
                "weight": parameters[level.name].weight,
                "bar": charts.diverging(parameters[level.name].weight, WIDEST_WEIGHT),
                "untrained": f"{comparison.name}.{level.name}" in matching.model.untrained,
                "wrong_way": _wrong_way(level.side, parameters[level.name].weight),
            }
            for level in comparison.levels
            if level.code and level.name in parameters
        ]
        shown.append({"name": words.readable(comparison.name), "levels": levels})
    return shown


def _wrong_way(side: str, weight: float) -> bool:
    """Whether a level that ought to speak for (or against) one person was given a clear weight to the contrary."""
    return (side == "against" and weight > CLEAR_BITS) or (side == "for" and weight < -CLEAR_BITS)


def _example(example: Example) -> dict[str, Any]:
    low, high = example.low, example.high
    return {
        "is": example,
        "decision": words.DECISIONS[example.decision],
        "colour": {Decision.LINK: "link", Decision.REVIEW: "review"}.get(example.decision, "none"),
        "prior_bar": charts.step(0, example.prior, low, high),
        "steps": [(step, charts.step(step.start, step.end, low, high)) for step in example.steps],
        "total_bar": charts.total(example.weight, low, high),
    }
