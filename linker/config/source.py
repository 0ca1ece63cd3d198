"""What a source is: where its rows come from, and which of its columns feed which field of the record.

`load_source(path)` reads one file of configs/sources. docs/sources.md explains every setting by example.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PrivateAttr, field_validator, model_validator

from linker.config.loading import Settings, line_of_text, load
from linker.config.mapping import Cells, DateFormat, check_columns, check_field, check_words
from linker.config.wording import PlacedError, meant
from linker.schema import EXTRA_PREFIX, ROW_LIST_FIELDS

FieldName = Annotated[str, AfterValidator(check_field)]
DateField = Literal["birth_date", "record_date", "fir_date", "custody_from", "custody_to", "died_on"]
Encoding = Literal["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]


class SourceFormat(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"
    EXCEL = "excel"
    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


class Script(StrEnum):
    """The script that a source's names are written in."""

    LATIN = "latin"
    DEVANAGARI = "devanagari"
    MIXED = "mixed"


ONLY_FOR = {
    "encoding": (SourceFormat.CSV,),
    "delimiter": (SourceFormat.CSV,),
    "quote": (SourceFormat.CSV,),
    "sheet": (SourceFormat.EXCEL,),
    "query": (SourceFormat.SQLITE, SourceFormat.POSTGRESQL),
    "parameters": (SourceFormat.SQLITE, SourceFormat.POSTGRESQL),
    "url": (SourceFormat.POSTGRESQL,),
    "password_env": (SourceFormat.POSTGRESQL,),
}
"""Settings that mean something for these formats only; elsewhere they would be without effect, so they are refused."""


class SourceConfig(Settings):
    """One source: its name, the state that owns its records, how its file is read, and the mapping of its columns."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    state: str | None = None
    """The state that owns the records, or …"""
    state_column: str | None = None
    """… the column that names it row by row."""
    source_column: str | None = None
    """A column that names the source row by row (a collection of several feeds); None: every row's source is `name`."""

    format: SourceFormat
    encoding: Encoding | None = None
    """None: UTF-8, or UTF-16 where the file begins with its byte-order mark."""
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    """None: whichever of , ; tab | finds most of the mapped columns in the header."""
    quote: Literal['"', "'", "none"] = '"'
    sheet: str | int | None = None
    """An Excel sheet by name or by number from 1; None: the first."""
    url: str | None = None
    query: str | None = None
    parameters: dict[str, str | int | float] = Field(default_factory=dict)
    """Values bound to the query's `:name` places."""
    password_env: str | None = None
    """The environment variable that holds the database password; it never stands in a file."""

    native_id: Cells
    script: Script
    legacy_font: tuple[str, ...] = ()
    """Columns in which cells typed in a legacy font (Kruti Dev) may stand."""
    separators: tuple[str, ...] = (",", ";")
    """What parts the entries of a list that stands in one text cell, unless the field says otherwise."""
    fields: dict[FieldName, Cells]
    dates: dict[DateField, tuple[DateFormat, ...]] = Field(default_factory=dict)
    """How dates are typed. Cells in a stated form become ISO text; all others stay as they are."""
    optional: tuple[str, ...] = ()
    """Mapped columns that a file may lack; their cells then count as blank."""

    _origin: Path | None = PrivateAttr(default=None)

    @field_validator("delimiter")
    @classmethod
    def _one_byte(cls, value: str | None) -> str | None:
        if value and (not value.isascii() or value in "\"'\r\n" or value.isalnum()):
            raise ValueError("a delimiter is one ASCII character, and no letter, digit, quote or line end")
        return value

    @field_validator("state_column", "source_column")
    @classmethod
    def _allowed_column(cls, value: str | None) -> str | None:
        check_columns([value] if value else [])
        return value

    @field_validator("query")
    @classmethod
    def _allowed_query(cls, value: str | None) -> str | None:
        check_words(value or "")
        return value

    @field_validator("url")
    @classmethod
    def _no_password(cls, value: str | None) -> str | None:
        if value and re.search(r"://[^/@]*:[^/@]*@|[?&]password=", value):
            raise ValueError("a password may not stand in a file; name an environment variable in password_env")
        return value

    @field_validator("fields")
    @classmethod
    def _one_text_or_several(cls, value: dict[str, Cells]) -> dict[str, Cells]:
        for name, cells in value.items():
            if name not in ROW_LIST_FIELDS and cells.list:
                raise PlacedError(
                    (name,), f"it holds one text; use column or join (lists: {', '.join(ROW_LIST_FIELDS)})"
                )
            if name in ROW_LIST_FIELDS and (cells.join or cells.constant is not None):
                raise PlacedError((name,), "it holds a list; use 'list: [columns]'")
        if "name" not in value and "phrase" not in value:
            raise ValueError("map at least name or phrase: a record without either is nobody")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> SourceConfig:
        if (self.state is None) == (self.state_column is None):
            raise ValueError("say either 'state' or 'state_column'")
        for setting, formats in ONLY_FOR.items():
            if setting in self.model_fields_set and self.format not in formats:
                raise PlacedError(
                    (setting,), f"it has no meaning for format {self.format}; allowed: {', '.join(formats)}"
                )
        if self.format in (SourceFormat.SQLITE, SourceFormat.POSTGRESQL) and not self.query:
            raise ValueError(f"format {self.format} needs a query")
        for setting in ("legacy_font", "optional"):
            for place, column in enumerate(getattr(self, setting)):
                if column not in self.columns:
                    said = f"no field is fed from the column {column!r}; {meant(column, self.columns)}"
                    raise PlacedError((setting, place), f"{said}allowed: {', '.join(self.columns)}")
        return self

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column that the mapping reads, once, in the order of the file."""
        found = [*self.native_id.columns]
        found += [c for c in (self.state_column, self.source_column) if c]
        for cells in self.fields.values():
            found += cells.columns
        return tuple(dict.fromkeys(found))

    @cached_property
    def legacy_fields(self) -> frozenset[str]:
        """The fields whose text may be typed in a legacy font."""
        legacy = set(self.legacy_font)
        return frozenset(name for name, cells in self.fields.items() if legacy & set(cells.columns))

    @property
    def extra_fields(self) -> tuple[str, ...]:
        return tuple(name for name in self.fields if name.startswith(EXTRA_PREFIX))

    @property
    def origin(self) -> str:
        """The file this mapping was read from, for messages."""
        return str(self._origin) if self._origin else f"source '{self.name}'"

    def line_of_column(self, column: str) -> int | None:
        """On which line of its file the mapping names a column, for messages."""
        return line_of_text(self._origin, column) if self._origin else None


def load_source(path: Path | str) -> SourceConfig:
    """The source described in a YAML file.

    Raises:
        ConfigError: the file is missing, not YAML, or says something that is not allowed; file and line are named.
    """
    path = Path(path)
    config = load(path, SourceConfig)
    config._origin = path
    return config
