"""What a settings model complains about, in the words of whoever writes the file: what stands there, and what would be allowed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

SHOWN = 80
"""Characters of a wrong value that are shown."""
LIMITS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
WHOLE, NUMBER = "a whole number, such as 10", "a number, such as 0.05"
KINDS = {
    "int_parsing": WHOLE, "int_type": WHOLE, "int_from_float": WHOLE, "int_parsing_size": WHOLE,
    "float_parsing": NUMBER, "float_type": NUMBER, "finite_number": "a finite number",
    "bool_parsing": "true or false", "bool_type": "true or false",
    "string_type": "text; put numbers, yes, no and dates in quotes",
}  # fmt: skip
"""Kind of complaint → what is allowed instead."""
PATTERNS = {"^[a-z][a-z0-9_]*$": "small letters a to z, digits and _, a letter first"}


class PlacedError(ValueError):
    """A mistake in a part of what a model checks as a whole: where in it (from that model or setting on), and what."""

    def __init__(self, location: tuple[int | str, ...], said: str) -> None:
        self.location = location
        super().__init__(said)


def unknown(name: str, allowed: Sequence[str], what: str = "setting") -> str:
    """An unknown name, what was probably meant, and what is allowed."""
    return f"unknown {what}; {meant(name, allowed)}allowed: {', '.join(allowed)}"


def worded(problem: Mapping[str, Any], bounds: str = "") -> str:
    """A problem as pydantic reports it (not one of an unknown setting). `bounds`: all limits of the setting, if it has any."""
    kind = str(problem["type"])
    if kind in KINDS:
        return _not(problem, KINDS[kind] + (f", {bounds}" if bounds and kind != "bool_parsing" else ""))
    if kind in LIMITS:
        key, words = LIMITS[kind]
        return _not(problem, bounds or f"{words} {problem['ctx'][key]:,}")
    found = _OTHERS.get(kind)
    return found(problem) if found else str(problem["msg"]).removeprefix("Value error, ")


def bounds_of(metadata: Sequence[Any]) -> str:
    """The limits that a field's annotations state: 'at least 0, less than 1'."""
    stated = [(words, getattr(item, key, None)) for item in metadata for key, words in LIMITS.values()]
    return ", ".join(f"{words} {value:,}" for words, value in stated if value is not None)


def _not(problem: Mapping[str, Any], allowed: str) -> str:
    return f"{_shown(problem['input'])} is not allowed; allowed: {allowed}"


def _shown(value: Any) -> str:
    if value is None:
        return "nothing (a blank value)"
    return str(value)[:SHOWN] if isinstance(value, int | float) and not isinstance(value, bool) else repr(value)[:SHOWN]


def meant(name: str, allowed: Sequence[str]) -> str:
    """'did you mean …? ' where one of the allowed names is near, nothing otherwise."""
    near = difflib.get_close_matches(name, allowed, n=1) or [a for a in allowed if a.casefold() == name.casefold()]
    return f"did you mean {near[0]!r}? " if near else ""


def _choice(problem: Mapping[str, Any]) -> str:
    expected = str(problem["ctx"]["expected"])
    near = meant(str(problem["input"]), re.findall("'([^']*)'", expected))
    return f"{_shown(problem['input'])} is not allowed; {near}allowed: {expected}"


def _list(problem: Mapping[str, Any]) -> str:
    value = problem["input"]
    example = f", such as [{str(value)[:SHOWN]}]" if isinstance(value, str | int | float) else ""
    return _not(problem, f"a list in square brackets{example}")


def _settings(problem: Mapping[str, Any]) -> str:
    return _not(problem, "settings of its own, as 'key: value'")


def _length(problem: Mapping[str, Any]) -> str:
    least, most = problem["ctx"].get("min_length"), problem["ctx"].get("max_length")
    count, words = (least, "at least") if least is not None else (most, "at most")
    thing = "character" if str(problem["type"]).startswith("string") else "entry"
    many = thing if count == 1 else {"character": "characters", "entry": "entries"}[thing]
    return _not(problem, f"{words} {count} {many}")


def _pattern(problem: Mapping[str, Any]) -> str:
    pattern = str(problem["ctx"]["pattern"])
    return _not(problem, PATTERNS.get(pattern, pattern))


_OTHERS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "is missing",
    "literal_error": _choice,
    "enum": _choice,
    "tuple_type": _list,
    "list_type": _list,
    "dict_type": _settings,
    "model_type": _settings,
    "too_short": _length,
    "too_long": _length,
    "string_too_short": _length,
    "string_too_long": _length,
    "string_pattern_mismatch": _pattern,
}
