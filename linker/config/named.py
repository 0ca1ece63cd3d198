"""What the files of a run name in each other: the comparisons of a policy, the features of a key, the columns that comparisons and vetoes
look at. A name that nothing bears is a mistake that must show before an hour of reading, not after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from linker.config.loading import Location, misnamed
from linker.config.matching import FEATURES, ComparisonKind, Matching
from linker.config.policy import Policy, Rules
from linker.errors import ConfigError
from linker.schema import PLACE_FIELDS, IdType

IDS = tuple(str(t) for t in IdType)
OF_IDS = (ComparisonKind.IDENTIFIER, ComparisonKind.HOUSEHOLD)
OF_COLUMNS = (ComparisonKind.CATEGORY, ComparisonKind.PLACE, ComparisonKind.REGISTRATION, ComparisonKind.HOME)

Named = tuple[Location, str, Sequence[str]]
"""Where a setting stands, what it names, and what it may name."""


def refuse_unknown_names(matching: tuple[Path, Matching], policy: tuple[Path, Policy], extra: Sequence[str]) -> None:
    """Check two loaded files against each other; `extra` are the further columns that the run's mappings feed.

    Raises:
        ConfigError: a name is not known (all of them in one message, each with file, line and what is allowed).
    """
    comparisons = [c.name for c in matching[1].comparisons if c.kind != ComparisonKind.JOINT]  # which only take away
    checks = (
        (matching[0], _of_matching(matching[1], [*PLACE_FIELDS, *extra])),
        (policy[0], _of_rules(policy[1].rules, comparisons)),
    )
    complaints = [
        misnamed(path, location, name, allowed)
        for path, named in checks
        for location, name, allowed in named
        if name not in allowed
    ]
    if complaints:
        raise ConfigError("\n".join(complaints), do="mend the names above and run again")


def _of_rules(rules: Rules, comparisons: Sequence[str]) -> Iterator[Named]:
    yield ("rules", "name"), rules.name, comparisons
    if rules.relative is not None:
        yield ("rules", "relative"), rules.relative, comparisons
    for setting in ("independent", "conflicts", "vetoes", "doubts"):
        for place, name in enumerate(getattr(rules, setting)):
            yield ("rules", setting, place), name, comparisons


def _of_matching(matching: Matching, texts: Sequence[str]) -> Iterator[Named]:
    features = [*FEATURES, *(f"id:{t}" for t in IDS), *(f"last4:{t}" for t in IDS), *texts]
    columns = [*texts, *IDS]
    for at, key in enumerate(matching.keys):
        for place, name in enumerate(key.start):
            yield ("keys", at, "start", place), name, features
        for chain, names in enumerate(key.refine):
            for place, name in enumerate(names):
                yield ("keys", at, "refine", chain, place), name, features
    for at, comparison in enumerate(matching.comparisons):
        allowed = IDS if comparison.kind in OF_IDS else columns if comparison.kind in OF_COLUMNS else None
        for place, name in enumerate(comparison.fields if allowed else ()):
            yield ("comparisons", at, "fields", place), name, allowed or ()
    for at, veto in enumerate(matching.vetoes):
        for place, name in enumerate(veto.fields):
            yield ("vetoes", at, "fields", place), name, columns
