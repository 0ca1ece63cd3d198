"""Every table of a run: its columns, their types, its key, and the stage that writes it.

This is the one place to look a column up. Stages check what they hand on with `conform`, so a missing or mistyped column is named here
and not three stages later.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

import pyarrow as pa

TEXT = pa.string()
TEXTS = pa.list_(pa.string())
INT32 = pa.int32()
INT16 = pa.int16()
INT8 = pa.int8()
DAY = pa.int32()
"""Days since 1970-01-01; null where unknown."""


class IdType(StrEnum):
    """Identifiers that a record may carry. What each is worth stands in configs/reference/identifiers.yaml."""

    NFN = "nfn"
    AADHAAR = "aadhaar"
    PAN = "pan"
    EPIC = "epic"
    DRIVING_LICENCE = "driving_licence"
    PASSPORT = "passport"
    RATION_CARD = "ration_card"
    ARMS_LICENCE = "arms_licence"
    VEHICLE = "vehicle"
    IMEI = "imei"
    BANK_ACCOUNT = "bank_account"
    UPI = "upi"
    PRISON_ID = "prison_id"
    HISTORY_SHEET = "history_sheet"


class Sex(IntEnum):
    UNKNOWN = 0
    MALE = 1
    FEMALE = 2
    OTHER = 3


class BirthKind(IntEnum):
    """How a birth interval came about, from vague to precise."""

    UNKNOWN = 0
    ABOUT_AGE = 1  # 'लगभग 25 वर्ष' on the record's date
    AGE = 2  # '25' on the record's date
    YEAR = 3  # a year of birth, or 01-01-YYYY
    DATE = 4


class Quarantined(StrEnum):
    """Why a source row did not become a record."""

    COLUMN_COUNT = "column_count"  # more or fewer cells than the header
    UNDECODABLE = "undecodable"  # bytes that are not text in the stated encoding
    NUL_BYTE = "nul_byte"
    HUGE_CELL = "huge_cell"  # a cell longer than any field can be
    NO_NATIVE_ID = "no_native_id"
    DUPLICATE_ID = "duplicate_id"  # a native id that another row carries with different content
    NO_NAME = "no_name"  # neither a name nor a police phrase that holds one
    STRUCTURE = "structure"  # the reader could not tell where the row ends


class Decision(IntEnum):
    """What policy lets an edge do by itself."""

    NO_LINK = 0
    REVIEW = 1
    LINK = 2


ROW_TEXT_FIELDS = (
    "name", "relation", "relative", "father", "mother", "husband", "guardian", "phrase",
    "sex", "birth_date", "birth_year", "age", "record_date",
    "fir_number", "fir_date", "fir_district", "fir_station", "sections",
    "phone", "relative_phone",
    "address", "present_address", "village", "station", "tehsil", "district", "address_state", "pin",
    "aadhaar", "pan", "epic", "driving_licence", "passport", "nfn", "ration_card", "arms_licence", "vehicle", "imei",
    "bank_account", "ifsc", "upi", "prison_id", "history_sheet",
    "height_from", "height_to", "status", "custody_from", "custody_to", "custody_place", "died_on",
)  # fmt: skip
"""Fields that a source mapping may feed with one text per row."""

ROW_LIST_FIELDS = ("aliases", "marks")
"""Fields that a source mapping may feed with several texts per row."""

PLACE_FIELDS = (
    "village", "station", "tehsil", "district", "address_state", "pin", "house",
    "fir_station", "fir_district", "fir_state", "fir", "held_from", "held_to", "held_at", "died_on",
)  # fmt: skip
"""Person columns whose texts are compared as wholes: places, the case, and what vetoes read of custody and death."""

EXTRA_PREFIX = "extra."
"""A mapping may feed further text columns, named `extra.<name>`, that only this configuration's comparisons and vetoes know."""


@dataclass(frozen=True)
class Table:
    """A table's contract. `columns` maps a name to its Arrow type; `key` names the columns that identify a row."""

    name: str
    stage: str
    key: tuple[str, ...]
    columns: dict[str, pa.DataType]
    meaning: str

    def conform(self, table: pa.Table) -> pa.Table:
        """The same rows with exactly these columns first, cast to their types, and any `extra.` columns after them.

        Raises:
            KeyError: a column is missing; the message names table, column and the stage that should have written it.
        """
        missing = [c for c in self.columns if c not in table.column_names]
        if missing:
            raise KeyError(f"table '{self.name}' lacks {missing}; stage '{self.stage}' writes it")
        extra = [c for c in table.column_names if c.startswith(EXTRA_PREFIX)]
        arrays = [table[c].cast(t) for c, t in self.columns.items()] + [table[c] for c in extra]
        return pa.table(arrays, names=[*self.columns, *extra])

    def empty(self) -> pa.Table:
        return pa.schema(list(self.columns.items())).empty_table()


ROW = Table(
    "row", "records", ("source", "line"),
    {
        "source": TEXT, "native_id": TEXT, "line": INT32, "state": TEXT,
        **dict.fromkeys(ROW_TEXT_FIELDS, TEXT), **dict.fromkeys(ROW_LIST_FIELDS, TEXTS),
    },
    "one accepted source row, its cells mapped to fields, values as they were typed (blank and absent are null)",
)  # fmt: skip

QUARANTINE = Table(
    "quarantine", "records", ("source", "line"),
    {"source": TEXT, "line": INT32, "native_id": TEXT, "reason": TEXT, "detail": TEXT, "excerpt": TEXT},
    "a source row that cannot be a record; excerpt is short, one line, digits masked",
)  # fmt: skip

RECORD = Table(
    "record", "normalise", ("record_id",),
    {
        "record_id": TEXT, "source": TEXT, "native_id": TEXT, "part": INT16, "line": INT32, "state": TEXT,
        "name": TEXT, "name_typed": TEXT, "aliases": TEXTS,
        "father": TEXT, "mother": TEXT, "husband": TEXT, "guardian": TEXT, "relative_late": pa.bool_(),
        "sex": TEXT, "birth_date": TEXT, "birth_year": TEXT, "age": TEXT, "record_date": TEXT,
        "fir_number": TEXT, "fir_date": TEXT, "fir_district": TEXT, "fir_station": TEXT, "sections": TEXT,
        "phone": TEXT, "relative_phone": TEXT,
        "address": TEXT, "present_address": TEXT, "village": TEXT, "station": TEXT, "tehsil": TEXT, "district": TEXT,
        "address_state": TEXT, "pin": TEXT,
        **{str(t): TEXT for t in IdType}, "ifsc": TEXT,
        "height_from": TEXT, "height_to": TEXT, "marks": TEXTS, "status": TEXT, "custody_from": TEXT, "custody_to": TEXT,
        "custody_place": TEXT, "died_on": TEXT, "rest": TEXT,
    },
    "one person in one source row, as Unicode text: legacy fonts converted, police phrases parsed, several persons of a row taken apart; "
    "what no field took stands in rest",
)  # fmt: skip

PERSON = Table(
    "person", "normalise", ("record_id",),
    {
        "record_id": TEXT,
        "name": TEXT, "aliases": TEXTS, "father": TEXT, "mother": TEXT, "husband": TEXT, "guardian": TEXT,
        "relative_standing": INT8, "sex": INT8,
        "birth_from": DAY, "birth_to": DAY, "birth_kind": INT8, "record_day": DAY, "juvenile": pa.bool_(),
        "phones": TEXTS, "relative_phones": TEXTS,
        **{str(t): TEXT for t in IdType}, **{f"{t}_last4": TEXT for t in IdType}, "aadhaar_near": TEXTS,
        "village": TEXT, "station": TEXT, "tehsil": TEXT, "district": TEXT, "address_state": TEXT, "pin": TEXT,
        "house": TEXT, "fir_station": TEXT, "fir_district": TEXT, "fir_state": TEXT, "fir": TEXT,
        "height_from": INT16, "height_to": INT16, "marks": TEXTS,
        "standing": TEXT, "held_from": TEXT, "held_to": TEXT, "held_at": TEXT, "died_on": TEXT,
    },
    "a record's comparable form, same row order as record: names without honorifics in their own script, relative_standing 1 "
    "where a relative is named and 2 where he is stated to be dead, a birth interval in days, "
    "validated identifiers (Aadhaar only as a keyed hash), places as canonical names, marks as concept codes, "
    "days of custody and death as ISO text",
)  # fmt: skip

EDGE = Table(
    "edge", "matching", ("record_id_l", "record_id_r"),
    {
        "record_id_l": TEXT, "record_id_r": TEXT, "weight": pa.float32(), "probability": pa.float32(), "decision": INT8,
        "rule": TEXT, "keys": TEXT, "levels": TEXT,
    },
    "a scored pair above the floor: match weight in bits, what policy decided and by which rule, which keys found it, its levels",
)  # fmt: skip

CROSSWALK = Table(
    "crosswalk", "identity", ("record_id",),
    {"source": TEXT, "native_id": TEXT, "part": INT16, "record_id": TEXT, "identity_id": TEXT},
    "which identity a record belongs to, as of this snapshot",
)  # fmt: skip

IDENTITY = Table(
    "identity", "identity", ("identity_id",),
    {
        "identity_id": TEXT, "records": INT32, "sources": TEXTS, "states": TEXTS,
        "name": TEXT, "name_latin": TEXT, "name_devanagari": TEXT, "aliases": TEXTS,
        "father": TEXT, "mother": TEXT, "husband": TEXT, "sex": TEXT,
        "birth_from": pa.date32(), "birth_to": pa.date32(), "birth_conflict": pa.bool_(),
        "phones": TEXTS, "identifiers": TEXTS, "village": TEXT, "station": TEXT, "district": TEXT, "pin": TEXT,
        "height_from": INT16, "height_to": INT16, "marks": TEXTS,
        "first_seen": pa.date32(), "last_seen": pa.date32(), "weakest_link": pa.float32(), "status": TEXT, "provenance": TEXT,
    },
    "the unified table: one row per identity with its golden record; identifiers masked; provenance is JSON: for each value the record "
    "it came from and how many records support it",
)  # fmt: skip

EVENT = Table(
    "event", "identity", ("event_no",),
    {"event_no": INT32, "identity_id": TEXT, "kind": TEXT, "cause": TEXT, "record_ids": TEXTS, "other_identities": TEXTS},
    "what happened to identities in this run: created, revived, joined, merged, split, moved, erased",
)  # fmt: skip

ATTENTION = Table(
    "attention", "identity", ("identity_id", "reason"),
    {"identity_id": TEXT, "reason": TEXT, "records": INT32},
    "a published identity that someone should look at: contradiction, size, or a decision that holds what the checks would have cut",
)  # fmt: skip

TABLES = {t.name: t for t in (ROW, QUARANTINE, RECORD, PERSON, EDGE, CROSSWALK, IDENTITY, EVENT, ATTENTION)}
