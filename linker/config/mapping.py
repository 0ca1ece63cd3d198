"""The parts of a source's mapping: where a field's cells come from, date formats, and what may not be mapped at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, model_validator

from linker.config.loading import CONFIGS, Settings
from linker.config.wording import unknown
from linker.schema import EXTRA_PREFIX, ROW_LIST_FIELDS, ROW_TEXT_FIELDS

PROTECTED = CONFIGS / "reference" / "protected_columns.yaml"
FIELDS = (*ROW_TEXT_FIELDS, *ROW_LIST_FIELDS)


@cache
def _protected_words() -> dict[str, str]:
    """Word → what it stands for ('caste', 'religion')."""
    content = yaml.safe_load(PROTECTED.read_text(encoding="utf-8"))
    return {unicodedata.normalize("NFC", word): kind for kind, words in content.items() for word in words}


def check_words(text: str) -> None:
    """Refuse caste and religion wherever a mapping could take them in: column names, extra fields, queries."""
    for word in _words(text):
        kind = _protected_words().get(word)
        if kind:
            raise ValueError(
                f"{text.strip()!r} speaks of {kind}, which is never evidence of identity and is not taken in "
                "(Amanatullah Khan v. Commissioner of Police, 2024 INSC 383); leave it out"
            )


def _words(text: str) -> list[str]:
    """Lower-case words, CamelCase parted. (`\\w` would part Hindi words at their vowel signs.)"""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFC", text))
    return "".join(c if unicodedata.category(c)[0] in "LM" else " " for c in text).casefold().split()


def check_columns(columns: Iterable[str]) -> None:
    for column in columns:
        if not column.strip():
            raise ValueError("a column's name may not be blank")
        check_words(column)


def check_field(name: str) -> str:
    """A field that a mapping may feed; the nearest allowed one is named otherwise."""
    if name.startswith(EXTRA_PREFIX):
        check_words(name.removeprefix(EXTRA_PREFIX))
        if not re.fullmatch(r"extra\.[a-z][a-z0-9_]*", name):
            raise ValueError("an extra field is named extra.<small letters, digits and _>")
        return name
    if name not in FIELDS:
        raise ValueError(unknown(name, [*sorted(FIELDS), f"{EXTRA_PREFIX}<name>"], "field"))
    return name


class Cells(Settings):
    """Where a field's text comes from: exactly one of column, join, list, constant. A bare text means `column`."""

    column: str | None = None
    join: tuple[str, ...] = ()
    glue: str = " "
    """Stands between joined cells; blank cells are left out."""
    list: tuple[str, ...] = ()
    separators: tuple[str, ...] | None = None
    """What parts the entries inside one text cell; None: as the source says."""
    constant: str | None = None
    digits: int | None = None
    """A number of so many digits: leading zeros that a spreadsheet dropped are put back."""

    @model_validator(mode="before")
    @classmethod
    def _bare_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"column": value}
        if not isinstance(value, dict | Cells):
            raise ValueError("write a column's name, or one of {column: …}, {join: […]}, {list: […]}, {constant: …}")
        return value

    @model_validator(mode="after")
    def _exactly_one(self) -> Cells:
        given = [n for n in ("column", "join", "list", "constant") if getattr(self, n) not in (None, ())]
        if len(given) != 1:
            raise ValueError(f"say exactly one of column, join, list, constant; here: {', '.join(given) or 'none'}")
        check_columns(self.columns)
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,) if self.column is not None else self.join or self.list


def _check_format(text: str) -> str:
    parts = re.findall("yyyy|yy|mm|dd|[a-z]", text)
    if sorted(parts) not in (["dd", "mm", "yy"], ["dd", "mm", "yyyy"]):
        raise ValueError(
            f"{text[:40]!r}: a date format is made of dd, mm and yyyy (or yy), such as dd/mm/yyyy or yyyy-mm-dd"
        )
    return text


DateFormat = Annotated[str, AfterValidator(_check_format)]
"""Such as dd/mm/yyyy. A day or month may be typed with one digit."""
