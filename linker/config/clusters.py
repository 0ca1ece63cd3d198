"""When a group of records is trusted to be one person, and how firmly a link holds once it is made."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from linker.config.loading import Settings

NEVER = float("inf")
MANY = 1_000_000
"""Records: more than any group has."""


class ClusterRules(Settings):
    """Weights are in bits; the counts are records unless said otherwise."""

    hysteresis: Annotated[float, Field(ge=0, le=4)] = 0.0
    """a pair that the last snapshot linked stays linked while it lacks at most so many bits of the link threshold; 0 switches it off"""
    contradiction: Annotated[float, Field(le=-1)] = -4.0
    """a scored pair at or below this weight speaks clearly against one person"""
    tolerance: Annotated[float, Field(ge=0, le=0.5)] = 0.1
    """two groups join only if the contradicting pairs across them are at most this share of the linking ones"""
    support: Annotated[float, Field(ge=0)] = 0.0
    """a scored pair at or above this weight, although no link, supports the group it lies in"""
    bridge_side: Annotated[int, Field(ge=1, le=MANY)] = 3
    """one link does not hold together two groups of at least this many records each …"""
    hub_side: Annotated[int, Field(ge=1, le=MANY)] = 4
    """… nor one record two groups of at least this many others each …"""
    bridge_strong: Annotated[float, Field(gt=0, allow_inf_nan=True)] = NEVER
    """… unless the link, or one of the record's, weighs at least this much"""
    sparse_from: Annotated[int, Field(ge=3, le=MANY)] = 8
    """a group of this many records or more …"""
    sparse_degree: Annotated[float, Field(ge=0)] = 2.5
    """… is cut at its weakest link until a record has on average this many supporting pairs"""
    unusual_size: Annotated[int, Field(ge=2, le=MANY)] = 100
    """more records than this in one group call for attention"""
