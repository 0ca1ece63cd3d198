"""Guards against innocent people being merged that need the policy, the comparisons and the mappings side by side.

`Policy` refuses by itself what its own numbers show. Whether 'independent' evidence is independent of the name shows only here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import yaml

from linker.config.loading import CONFIGS, Location, blamed
from linker.config.matching import Comparison, ComparisonKind, Matching
from linker.config.policy import Policy, Purpose, bits
from linker.config.source import SourceConfig
from linker.errors import ConfigError
from linker.schema import EXTRA_PREFIX, IdType

NAMES = {
    ComparisonKind.NAME: "compares names",
    ComparisonKind.ALIASES: "compares names",
    ComparisonKind.RELATIVE: "compares relatives' names",
    ComparisonKind.SEX: "compares the sex, which the name tells",
    ComparisonKind.RELATIVE_LATE: "tells of relatives only whether they live",
    ComparisonKind.TIME: "tells only when the records were made",
    ComparisonKind.BIRTH_STATED: "tells only how a birth was stated",
}
"""Kinds that say again what name and relation say, or what any two people may have in common."""
NAMED = ("name", "aliases", "father", "mother", "husband", "guardian", "relative", "phrase")
"""Row fields that names of people stand in."""
WORTH = CONFIGS / "reference" / "identifiers.yaml"
FINGERPRINT = str(IdType.NFN)

Complaint = tuple[Location, str]


def refuse_unsafe(
    matching: tuple[Path, Matching], policy: tuple[Path, Policy], sources: Sequence[SourceConfig]
) -> None:
    """Refuse settings, each allowed by itself, that together would let people be merged by their names alone, or leave a guard without
    effect.

    Raises:
        ConfigError: all of them in one message, each with file, line and the rule that it breaks.
    """
    found = [
        *(blamed(policy[0], at, said) for at, said in _of_rules(policy[1], matching[1], sources)),
        *(blamed(matching[0], at, said) for at, said in _of_floor(policy[1], matching[1])),
    ]
    if found:
        raise ConfigError("\n".join(found), do="mend the settings named above and run again")


def _of_rules(policy: Policy, matching: Matching, sources: Sequence[SourceConfig]) -> Iterator[Complaint]:
    rules, by_name = policy.rules, {c.name: c for c in matching.comparisons}
    kinds = {c.name: c.kind for c in matching.comparisons}
    for place, name in enumerate(rules.independent):
        said = NAMES.get(kinds[name]) or _said_by_a_name(by_name[name].fields, sources)
        if said:
            yield ("rules", "independent", place), f"{name!r} {said}: name and relation alone must never link"
        shared = _shared_by_brothers(by_name[name], sources) if policy.purpose == Purpose.POLICE else None
        if shared:
            allowed = ", ".join(n for n in kinds if _may_stand_alone(by_name[n], sources))
            yield (
                ("rules", "independent", place),
                f"{name!r} {shared}: what brothers share tells no one apart; allowed: {allowed}",
            )
    for setting, chosen, kind in (
        ("name", rules.name, ComparisonKind.NAME),
        ("relative", rules.relative, ComparisonKind.RELATIVE),
    ):
        if chosen is not None and kinds[chosen] != kind:
            allowed = ", ".join(n for n, k in kinds.items() if k == kind) or "none is configured"
            yield ("rules", setting), f"{chosen!r} is of kind '{kinds[chosen]}', not '{kind}'; allowed: {allowed}"
    if policy.purpose == Purpose.POLICE:
        yield from _of_guards(policy, matching)


def _of_guards(policy: Policy, matching: Matching) -> Iterator[Complaint]:
    """What a police force may not switch off."""
    rules = policy.rules
    for comparison in matching.comparisons:
        name, kind = comparison.name, comparison.kind
        if kind == ComparisonKind.RELATIVE and rules.relative is None:
            yield (
                ("rules",),
                f"relative is left out, so cousins would link although their fathers differ; write 'relative: {name}'",
            )
        if kind == ComparisonKind.IDENTIFIER and FINGERPRINT in comparison.fields and name not in rules.vetoes:
            yield ("rules", "vetoes"), f"{name!r} is missing: two fingerprint numbers are two people"
        if kind == ComparisonKind.SEX and name not in {*rules.vetoes, *rules.conflicts, *rules.doubts}:
            yield (
                ("rules", "doubts"),
                f"{name!r} is missing, here and in conflicts and vetoes: sister and brother would link",
            )


def _of_floor(policy: Policy, matching: Matching) -> Iterator[Complaint]:
    lowest = bits(policy.review_threshold)
    if matching.floor > lowest:
        yield (
            ("floor",),
            f"pairs from {lowest:.2f} bits on are for review, but those below {matching.floor:g} would not be kept",
        )


def _said_by_a_name(fields: Sequence[str], sources: Sequence[SourceConfig]) -> str | None:
    """Whether a mapping feeds one of the further columns with the cells of a name."""
    return _fed_with(NAMED, fields, sources, "a name")


@cache
def _of_no_person() -> tuple[str, ...]:
    """Identifier types that a household or a thing bears, not a person."""
    worth = yaml.safe_load(WORTH.read_text(encoding="utf-8"))
    return tuple(kind for kind, said in worth.items() if said["scope"] != "person")


def _shared_by_brothers(comparison: Comparison, sources: Sequence[SourceConfig]) -> str | None:
    """Whether it compares numbers of a household or a thing, under whatever kind or column."""
    shared = _of_no_person()
    found = [f for f in comparison.fields if f in shared]
    if comparison.kind == ComparisonKind.HOUSEHOLD or found:
        return f"compares {', '.join(found or comparison.fields)}, numbers of a household or a thing"
    return _fed_with(shared, comparison.fields, sources, "the number of a household or a thing")


def _may_stand_alone(comparison: Comparison, sources: Sequence[SourceConfig]) -> bool:
    named = comparison.kind in NAMES or _said_by_a_name(comparison.fields, sources)
    return comparison.kind != ComparisonKind.JOINT and not named and not _shared_by_brothers(comparison, sources)


def _fed_with(kinds: Sequence[str], fields: Sequence[str], sources: Sequence[SourceConfig], what: str) -> str | None:
    """Whether a mapping feeds one of the further columns among `fields` with cells that also feed one of `kinds`."""
    for source in sources:
        cells = {c for kind in kinds if kind in source.fields for c in source.fields[kind].columns}
        for field in fields:
            if field.startswith(EXTRA_PREFIX) and field in source.fields and cells & set(source.fields[field].columns):
                return f"compares {field}, which {source.origin} feeds with {what}"
    return None
