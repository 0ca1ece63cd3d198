"""What an edge may do by itself: thresholds derived from stated costs, and hard rules on top. Unsafe settings are refused here."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from linker.config.loading import Settings
from linker.config.wording import PlacedError


class Purpose(StrEnum):
    """What the links are for. Thresholds are bound to it: what is harmless in a study is not when people are arrested on it."""

    POLICE = "police"
    STUDY = "study"


Probability = Annotated[float, Field(ge=0, lt=1)]
SAFEST_LINK = 0.9
"""No link that police act on may be less probable."""
LEAST_ANCHOR = 2.0
"""Bits of `rules.anchor` below which nothing would tell namesakes apart."""


class Costs(Settings):
    """What the mistakes cost, in units of one person's review of one pair."""

    false_merge: Annotated[float, Field(gt=0)] = 20.0
    """two people merged without a person looking"""
    missed_link: Annotated[float, Field(gt=0)] = 5.0
    """one person left as two"""
    review: Annotated[float, Field(gt=0)] = 1.0


class Rules(Settings):
    """Hard rules. A comparison is named by its name in the matching configuration."""

    independent: tuple[str, ...]
    """kinds of evidence besides name and relatives: an automatic link needs agreement in at least one"""
    independent_minimum: Annotated[float, Field(ge=0)] = 2.0
    """bits that the independent kinds must bring together"""
    name: str = "name"
    name_minimum: Annotated[float, Field(ge=0)] = 3.0
    """bits that the names must bring for an automatic link"""
    relative: str | None = None
    """comparison of the relatives: where it speaks against, father against father, a pair links only with an identifier or a birth date
    that agrees; cousins share a name and a village"""
    relative_needed: bool = False
    """an automatic link needs relatives whose names agree, or an identifier: a record without a father may be any cousin"""
    anchor: Annotated[float, Field(ge=0)] = 4.0
    """bits that one independent comparison must bring by itself to anchor a pair; without an anchor two namesakes with namesake fathers
    look like one person"""
    unanchored_probability: Annotated[float, Field(gt=0, lt=1)] = 0.99
    """link threshold of pairs without an anchor"""
    pooled_lack: Annotated[float, Field(ge=0, le=4)] = 0.0
    """bits that a pair between two groups of records may lack where the other pairs between them agree; 0: every pair stands for itself"""
    pooled_probability: Annotated[float, Field(ge=SAFEST_LINK, lt=1)] = 0.95
    """how probable it must be, by all pairs between them, that two such groups are one person"""
    firm: Annotated[float, Field(ge=0)] = 12.0
    """bits from which a link stands by itself; weaker ones between two groups of records that firm links have made are looked at beside the
    other pairs between them"""
    doubted_probability: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """where those pairs make one person less probable than this, the links between the two groups go to a person; 0: every link stands
    for itself"""
    conflicts: tuple[str, ...] = ()
    """comparisons in which any conflict level keeps a pair from linking by itself"""
    vetoes: tuple[str, ...] = ()
    """comparisons in which any conflict level says for certain that two people are meant: neither other evidence nor a chain of links
    outweighs it"""
    doubts: tuple[str, ...] = ()
    """the same, unless the relative's names agree: a sex is easily mistyped, but sister and brother do not bear one name"""


class Policy(Settings):
    """Thresholds come from `costs`; `link_probability` and `review_probability` may only be stricter than what the costs say."""

    purpose: Purpose = Purpose.POLICE
    costs: Costs = Costs()
    rules: Rules
    link_probability: Probability | None = None
    review_probability: Probability | None = None

    @property
    def link_threshold(self) -> float:
        """Probability from which a link is cheaper than a review: (1 - p) * false_merge <= review."""
        derived = 1 - self.costs.review / self.costs.false_merge
        return max(derived, self.link_probability or 0.0)

    @property
    def review_threshold(self) -> float:
        """Probability from which a review is cheaper than a miss: p * missed_link >= review."""
        derived = self.costs.review / self.costs.missed_link
        return max(derived, self.review_probability or 0.0)

    @model_validator(mode="after")
    def _is_safe(self) -> Policy:
        if self.purpose == Purpose.POLICE and self.costs.false_merge < 4 * self.costs.missed_link:
            raise PlacedError(
                ("costs", "false_merge"),
                "costs.false_merge must be at least 4 times costs.missed_link: "
                "a false merge can put an innocent person in a cell, a miss is found later",
            )
        if self.purpose == Purpose.POLICE and not SAFEST_LINK <= self.link_threshold < 1:
            raise PlacedError(
                ("costs",),
                f"the link threshold would be {self.link_threshold:.3f}; an automatic link needs at least {SAFEST_LINK}",
            )
        if self.review_threshold >= self.link_threshold:
            raise PlacedError(("costs",), "the review threshold would not be below the link threshold")
        if not 0 < self.review_threshold < 1 or not self.link_threshold < 1:
            raise PlacedError(
                ("costs",),
                "the costs are so far apart that a threshold would be 0 or 1, which no pair reaches or every pair does",
            )
        if not self.rules.independent:
            raise PlacedError(
                ("rules", "independent"), "rules.independent is empty: name and relation alone must never link"
            )
        if self.rules.relative_needed and self.rules.relative is None:
            raise PlacedError(
                ("rules", "relative_needed"),
                "rules.relative_needed asks for relatives that agree, and rules.relative names no comparison of them",
            )
        if self.rules.unanchored_probability < self.link_threshold and self.purpose == Purpose.POLICE:
            raise PlacedError(
                ("rules", "unanchored_probability"),
                "rules.unanchored_probability is below the link threshold: namesakes need more, not less",
            )
        if self.purpose == Purpose.POLICE and self.rules.anchor < LEAST_ANCHOR:
            raise PlacedError(
                ("rules", "anchor"),
                f"rules.anchor below {LEAST_ANCHOR:g} bits would take one district for an anchor, so that namesakes link",
            )
        if self.rules.independent_minimum < 1:
            raise PlacedError(
                ("rules", "independent_minimum"),
                "rules.independent_minimum below 1 bit would let name and relation alone link",
            )
        return self


def bits(probability: float) -> float:
    """The match weight (log2 odds) of a probability."""
    return math.log2(probability / (1 - probability))
