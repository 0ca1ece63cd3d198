"""What each identifier is worth as evidence: configs/reference/identifiers.yaml, read and checked."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from pydantic import Field, RootModel

from linker.config.loading import Settings, load
from linker.normalise.reference import REFERENCE
from linker.schema import IdType


class Trust(StrEnum):
    """How far the same value means the same person."""

    STRONG = "strong"  # one person's for years, hard to lend
    MEDIUM = "medium"  # sometimes shared, borrowed or issued again
    WEAK = "weak"  # changes hands


class Scope(StrEnum):
    """Who may rightly bear the same value."""

    PERSON = "person"
    HOUSEHOLD = "household"
    DEVICE = "device"


class Worth(Settings):
    """Trust and scope of a type; `u`, `one_slip` and `last4` are the probabilities that two different people bear the
    same value, values one slip apart, and the same last four characters."""

    trust: Trust
    scope: Scope
    u: float = Field(gt=0, lt=1)
    one_slip: float = Field(gt=0, lt=1)
    last4: float = Field(gt=0, lt=1)


class _Table(RootModel[dict[IdType, Worth]]):
    pass


@lru_cache(maxsize=1)
def identifier_worth() -> dict[IdType, Worth]:
    """The worth of every identifier type.

    Raises:
        ConfigError: the file is missing, or says something that is not allowed.
    """
    return load(REFERENCE / "identifiers.yaml", _Table).root


def scope_of(column: str) -> Scope:
    """Who may bear a value of a PERSON column; a phone is often a household's."""
    return identifier_worth()[IdType(column)].scope if column in set(IdType) else Scope.HOUSEHOLD
