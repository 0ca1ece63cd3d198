"""What the parts of a police phrase are called."""

from __future__ import annotations

from enum import IntEnum


class Field(IntEnum):
    """What a span holds."""

    NAME = 0
    ALIAS = 1
    FATHER = 2
    MOTHER = 3
    HUSBAND = 4
    GUARDIAN = 5
    RELATIVE = 6  # in a column of relatives: the relation is stated elsewhere
    VILLAGE = 7
    MOHALLA = 8
    LOCALITY = 9  # words of an address without a marker
    STATION = 10
    TEHSIL = 11
    DISTRICT = 12
    STATE = 13
    PIN = 14
    AGE = 15
    PHONE = 16
    BIRTH = 17
    ADDRESS = 18  # the home address as it was typed; it covers village to pin
    PRESENT = 19
    REST = 20
    LATE = 21  # the word that says that the relative is dead
    NONE = 22  # inside an address: house, lane, post office; stands in ADDRESS only
    NUMBERED = 23  # as NONE, and a number is due
    AADHAAR = 24


class Mode(IntEnum):
    """What the column holds."""

    PHRASE = 0  # everything about one or several persons
    NAME = 1
    RELATIVE = 2
    ADDRESS = 3
