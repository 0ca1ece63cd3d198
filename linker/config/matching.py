"""How records are matched: which keys make candidate pairs, which comparisons weigh them, where the model comes from."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from linker.config.loading import Settings
from linker.config.wording import PlacedError


class ComparisonKind(StrEnum):
    """The kinds of evidence that the engine can compare. Each has its levels in `linker.matching.comparisons`."""

    NAME = "name"
    ALIASES = "aliases"
    RELATIVE = "relative"
    BIRTH = "birth"
    BIRTH_STATED = "birth_stated"
    TIME = "time"
    RELATIVE_LATE = "relative_late"
    SEX = "sex"
    IDENTIFIER = "identifier"
    HOUSEHOLD = "household"
    PHONE = "phone"
    PLACE = "place"
    HEIGHT = "height"
    MARKS = "marks"
    CATEGORY = "category"
    REGISTRATION = "registration"
    HOME = "home"
    JOINT = "joint"


FIELDS = {
    ComparisonKind.IDENTIFIER: 1,
    ComparisonKind.HOUSEHOLD: 1,
    ComparisonKind.CATEGORY: 1,
    ComparisonKind.PLACE: 7,
    ComparisonKind.REGISTRATION: 3,
    ComparisonKind.HOME: 4,
    ComparisonKind.JOINT: 2,
}
"""How many `fields` a kind needs; 1 stands for at least one."""

FEATURES = ("name", "name_token", "relative", "birth", "birth_day", "id", "phone", "mark", "sex")
"""What two records may share, besides the value of one identifier type (`id:TYPE`, `last4:TYPE`), of a place or of an `extra.` column."""


class Comparison(Settings):
    """One kind of evidence. `fields` are person columns (identifier types, place columns from the smallest to the largest, an `extra.`
    column for a category); of a joint comparison the two comparisons, listed before it, that are not independent."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    kind: ComparisonKind
    fields: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fields_given(self) -> Comparison:
        needs = FIELDS.get(self.kind, 0)
        if needs and not self.fields:
            raise ValueError(f"a comparison of kind '{self.kind}' needs 'fields'")
        if needs > 1 and len(self.fields) != needs:
            raise ValueError(f"a comparison of kind '{self.kind}' needs {needs} 'fields', here are {len(self.fields)}")
        return self


class Key(Settings):
    """One way for two records to become candidates: they share a value of `start`. Where more than `cap` records share it, the group is
    refined: split by a value of the first feature of `refine`, what is still too large by the next, and so on along each list."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    start: Annotated[tuple[str, ...], Field(min_length=1)]
    refine: tuple[tuple[str, ...], ...] = ()
    cap: Annotated[int, Field(ge=2, le=10_000)] = 40


class Veto(Settings):
    """Two records are certainly two people: by the same or by different values in `fields`, because one had died before the other was seen,
    or because both were in custody at one time in two places."""

    name: str
    fields: tuple[str, ...]
    """`died`: the day of death. `custody`: first day, last day, place"""
    when: Literal["same", "different", "died", "custody"]
    reason: str
    slack_days: Annotated[int, Field(ge=0, le=366)] = 7
    """`died` and `custody`: days by which dates may be wrong"""

    @model_validator(mode="after")
    def _fields_fit(self) -> Veto:
        needed = {"died": 1, "custody": 3}.get(self.when, 0)
        if needed and len(self.fields) != needed:
            raise ValueError(f"a veto when '{self.when}' needs {needed} field{'s' if needed > 1 else ''}")
        return self


class Model(Settings):
    """`file` holds trained parameters. Without it they are trained by EM on the data at hand. `groups` holds what was trained to judge
    groups of records (policy: `pooled_lack`); it goes with the `file`, and without it every pair stands for itself."""

    file: str | None = None
    groups: str | None = None
    records_per_person: Annotated[float, Field(gt=1, le=50)] = 2.0
    random_pairs: Annotated[int, Field(ge=10_000, le=100_000_000)] = 1_000_000
    em_pairs: Annotated[int, Field(ge=10_000, le=100_000_000)] = 500_000
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1


class Names(Settings):
    """`adapt`: the name channel learns further from names whose records share a strong identifier, if that finds more of the names held
    back; otherwise the shipped one is kept. The report says which."""

    adapt: bool = False


class Matching(Settings):
    """A whole matching configuration (configs/matching/*.yaml)."""

    keys: Annotated[tuple[Key, ...], Field(min_length=1)]
    comparisons: tuple[Comparison, ...]
    vetoes: tuple[Veto, ...] = ()
    model: Model = Model()
    names: Names = Names()
    floor: float = -4.0
    """Scored pairs below this many bits are not kept as edges."""

    @model_validator(mode="after")
    def _names_differ(self) -> Matching:
        for setting in ("keys", "comparisons"):
            names = [item.name for item in getattr(self, setting)]
            for place, name in enumerate(names):
                if name in names[:place]:
                    raise PlacedError((setting, place, "name"), f"the name {name!r} is used twice")
        return self

    @model_validator(mode="after")
    def _joints_follow_their_parts(self) -> Matching:
        known: set[str] = set()
        for place, comparison in enumerate(self.comparisons):
            if comparison.kind == ComparisonKind.JOINT and not set(comparison.fields) <= known:
                said = f"'{comparison.name}' joins {', '.join(comparison.fields)}, which must be listed before it"
                raise PlacedError(("comparisons", place, "fields"), said)
            known |= {comparison.name} if comparison.kind != ComparisonKind.JOINT else set()
        return self
