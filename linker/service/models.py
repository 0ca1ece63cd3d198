"""What goes in and out over HTTP, with examples."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from linker.search.fields import LONGEST, MOST_ENTRIES
from linker.search.results import NOTICE

Text = Annotated[str, Field(max_length=LONGEST)]
Number = Annotated[int | float | str, Field(union_mode="left_to_right")]

EXAMPLE_PERSON: dict[str, Any] = {
    "name": "Rakesh @ Kalu",
    "father": "Ram Singh",
    "age": 25,
    "village": "Sohna",
    "district": "Gurugram",
}


class _Strict(BaseModel):
    """Unknown fields are mistakes."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Person(_Strict):
    """What is known of a person, as it would stand in an extract; nothing is required, but something must be stated."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, json_schema_extra={"examples": [EXAMPLE_PERSON]})

    name: Text | None = None
    aliases: Annotated[list[Text], Field(max_length=MOST_ENTRIES)] | None = None
    phrase: Text | None = Field(default=None, description="everything in one text, as an FIR names an accused")
    father: Text | None = None
    mother: Text | None = None
    husband: Text | None = None
    guardian: Text | None = None
    relation: Text | None = None
    relative: Text | None = None
    sex: Text | None = None
    birth_date: Text | None = None
    birth_year: Annotated[int, Field(ge=1800, le=2200)] | Text | None = None
    age: Annotated[int, Field(ge=0, le=150)] | Text | None = None
    record_date: Text | None = Field(default=None, description="the day that the age refers to; today if not given")
    phone: Text | None = None
    relative_phone: Text | None = None
    address: Text | None = None
    present_address: Text | None = None
    village: Text | None = None
    station: Text | None = None
    tehsil: Text | None = None
    district: Text | None = None
    address_state: Text | None = None
    pin: Text | None = None
    fir_station: Text | None = None
    aadhaar: Text | None = None
    pan: Text | None = None
    epic: Text | None = None
    driving_licence: Text | None = None
    passport: Text | None = None
    nfn: Text | None = None
    ration_card: Text | None = None
    arms_licence: Text | None = None
    vehicle: Text | None = None
    imei: Text | None = None
    bank_account: Text | None = None
    upi: Text | None = None
    prison_id: Text | None = None
    history_sheet: Text | None = None
    height_from: Text | None = None
    height_to: Text | None = None
    marks: Annotated[list[Text], Field(max_length=MOST_ENTRIES)] | None = None

    def stated(self) -> dict[str, Any]:
        """The fields that say something."""
        return self.model_dump(exclude_none=True)


Asked = Annotated[
    Annotated[str, Field(min_length=1, max_length=LONGEST)] | Person,
    Field(
        description="a text as a person types it, or fields",
        examples=["Rakesh @ Kalu s/o Ram Singh, 25, Sohna", "राकेश उर्फ कालू पुत्र रामसिंह", EXAMPLE_PERSON],
    ),
]


def as_query(asked: str | Person) -> str | dict[str, Any]:
    """What the library takes."""
    return asked if isinstance(asked, str) else asked.stated()


class Search(_Strict):
    """A question: who may this be?"""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"person": "Rakesh @ Kalu s/o Ram Singh, 25, Sohna", "limit": 5},
                {"person": {"name": "राकेश", "father": "रामसिंह", "epic": "ABC1234566"}, "threshold": 0.5},
            ]
        },
    )

    person: Asked
    limit: Annotated[int, Field(ge=1, le=100, description="identities at most")] = 10
    threshold: Annotated[float, Field(ge=0, le=1, description="least probability of a hit")] | None = None
    states: Annotated[list[Annotated[str, Field(max_length=60)]], Field(min_length=1, max_length=40)] | None = Field(
        default=None, description="only records of these states, which must be among those of the key"
    )


class Compare(_Strict):
    """Two persons to be compared."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"a": "Rakesh Kumar s/o Ram Singh, 25", "b": {"name": "राकेश कुमार", "age": 26}}]
        },
    )

    a: Asked
    b: Asked


class Evidence(BaseModel):
    comparison: str
    level: str
    weight: float = Field(description="bits for (positive) or against one person")
    side: Literal["for", "neutral", "against", "missing"]
    english: str
    hindi: str


class Comparison(BaseModel):
    """Two persons compared."""

    weight: float = Field(description="bits, the prior included")
    probability: float
    decision: Literal["link", "review", "no_link"] = Field(description="what a batch would do with two such records")
    rule: str
    prior: float = Field(description="bits: how likely two random records are one person")
    evidence: list[Evidence]
    notice: str = NOTICE


class Record(BaseModel):
    record_id: str
    state: str
    identity_id: str
    fields: dict[str, Any] = Field(
        description="as the record was read; identifiers are masked unless the role is officer"
    )


class RecordMatch(BaseModel):
    record: Record
    weight: float
    probability: float


class Hit(BaseModel):
    """An identity that the query may mean; the figures are those of its record that fits best."""

    identity_id: str
    weight: float
    probability: float
    decision: Literal["link", "review", "no_link"]
    rule: str
    name: str
    golden: dict[str, Any] | None = Field(
        description="the identity's values; null where it has records of other states"
    )
    evidence: list[Evidence]
    records: list[RecordMatch]


class SearchAnswer(BaseModel):
    """Hits, the likeliest first."""

    hits: list[Hit]
    snapshot: str
    compared: int = Field(description="records that were compared")
    partial: list[str] = Field(
        description="groups of records too large to be compared as a whole; empty: nobody was left out"
    )
    understood: dict[str, Any] = Field(description="how the query was read, without numbers")
    notes: list[str]
    notice: str
    font: str | None = Field(description="the legacy font (Kruti Dev) that the query was typed in; null: none")


class Identity(BaseModel):
    """A person with the records that the key may see."""

    identity_id: str
    snapshot: str
    golden: dict[str, Any] | None
    records: list[Record]
    hidden_records: int = Field(description="records of states that the key may not see")
    notes: list[str]
    notice: str = NOTICE


class CrosswalkEntry(BaseModel):
    record_id: str
    part: int
    identity_id: str


class Crosswalk(BaseModel):
    """Which identity a source's record belongs to; several where a row names several persons."""

    entries: list[CrosswalkEntry]
    snapshot: str


class Health(BaseModel):
    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    status: Literal["ready"] = "ready"
    snapshot: str
    records: int
