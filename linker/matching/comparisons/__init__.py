"""All kinds of evidence: `comparisons_of` makes the comparisons that a configuration asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linker.config.matching import Comparison as ComparisonConfig
from linker.config.matching import ComparisonKind
from linker.matching.comparisons.aliases import alias_comparison
from linker.matching.comparisons.base import Comparison, Level, Side
from linker.matching.comparisons.birth import birth_comparison, stated_comparison
from linker.matching.comparisons.body import height_comparison, marks_comparison, sex_comparison
from linker.matching.comparisons.category import category_comparison
from linker.matching.comparisons.circumstances import late_comparison, time_comparison
from linker.matching.comparisons.contact import phone_comparison
from linker.matching.comparisons.identifiers import household_comparison, identifier_comparison
from linker.matching.comparisons.joint import joint_comparison
from linker.matching.comparisons.names import name_comparison
from linker.matching.comparisons.places import place_comparison
from linker.matching.comparisons.registration import home_comparison, registration_comparison
from linker.matching.comparisons.relatives import relative_comparison

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Comparison", "Level", "Side", "comparisons_of"]

_MAKERS: dict[ComparisonKind, Callable[[ComparisonConfig], Comparison]] = {
    ComparisonKind.NAME: lambda c: name_comparison(c.name),
    ComparisonKind.ALIASES: lambda c: alias_comparison(c.name),
    ComparisonKind.RELATIVE: lambda c: relative_comparison(c.name),
    ComparisonKind.BIRTH: lambda c: birth_comparison(c.name),
    ComparisonKind.BIRTH_STATED: lambda c: stated_comparison(c.name),
    ComparisonKind.TIME: lambda c: time_comparison(c.name),
    ComparisonKind.RELATIVE_LATE: lambda c: late_comparison(c.name),
    ComparisonKind.SEX: lambda c: sex_comparison(c.name),
    ComparisonKind.IDENTIFIER: lambda c: identifier_comparison(c.name, c.fields),
    ComparisonKind.HOUSEHOLD: lambda c: household_comparison(c.name, c.fields),
    ComparisonKind.PHONE: lambda c: phone_comparison(c.name),
    ComparisonKind.PLACE: lambda c: place_comparison(c.name, c.fields),
    ComparisonKind.HEIGHT: lambda c: height_comparison(c.name),
    ComparisonKind.MARKS: lambda c: marks_comparison(c.name),
    ComparisonKind.CATEGORY: lambda c: category_comparison(c.name, c.fields[0]),
    ComparisonKind.REGISTRATION: lambda c: registration_comparison(c.name, c.fields),
    ComparisonKind.HOME: lambda c: home_comparison(c.name, c.fields),
}


def comparisons_of(configured: Sequence[ComparisonConfig]) -> tuple[Comparison, ...]:
    """The comparisons of a configuration, in its order."""
    made: dict[str, Comparison] = {}
    for c in configured:
        joint = c.kind == ComparisonKind.JOINT
        made[c.name] = joint_comparison(c.name, [made[part] for part in c.fields]) if joint else _MAKERS[c.kind](c)
    return tuple(made.values())
