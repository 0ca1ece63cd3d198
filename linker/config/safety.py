"""Guards against innocent people being merged that need the policy, the comparisons and the mappings side by side.

`Policy` refuses by itself what its own numbers show. Whether 'independent' evidence is independent of the name shows only here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from linker.config.loading import Location, blamed
from linker.config.matching import ComparisonKind, Matching
from linker.config.policy import Policy, Purpose, bits
from linker.config.source import SourceConfig
from linker.errors import ConfigError
from linker.schema import EXTRA_PREFIX, IdType

NAMES = {
    ComparisonKind.NAME: "compares names",
    ComparisonKind.ALIASES: "compares names",
    ComparisonKind.RELATIVE: "compares relatives' names",
    ComparisonKind.SEX: "compares the sex, which the name tells",
}
"""Kinds that say again what name and relation say."""
NAMED = ("name", "aliases", "father", "mother", "husband", "guardian", "relative", "phrase")
"""Row fields that names of people stand in."""
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
    for source in sources:
        names = {c for field in NAMED if field in source.fields for c in source.fields[field].columns}
        for field in fields:
            if field.startswith(EXTRA_PREFIX) and field in source.fields and names & set(source.fields[field].columns):
                return f"compares {field}, which {source.origin} feeds with a name"
    return None
