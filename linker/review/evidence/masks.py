"""Identifiers shown as little as needed: whether two are the same is told at once, what they are only step by step, with a reason.

Step 0 shows the last two characters, step 1 the last four and the first two, step 2 everything. Of an Aadhaar number nothing but the last
four digits is known, so step 1 is the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from linker.schema import IdType

LAST_STEP = 2
DOT = "•"
FIELDS = ("phones", "relative_phones", *(str(t) for t in IdType))


@dataclass(frozen=True)
class Masked:
    """One identifier of a record as far as it is shown; `more` tells whether there is a further step."""

    field: str
    shown: str
    more: bool


def mask(value: str, step: int, *, last_four_only: bool = False) -> str:
    """A value with all but a few characters as dots."""
    if last_four_only:
        digits = value[-4:]
        return f"{DOT * 4} {DOT * 4} " + (digits if step >= 1 else DOT * 2 + digits[-2:])
    if step >= LAST_STEP:
        return value
    head, tail = (2, 4) if step else (0, 2)
    head, tail = (head, tail) if len(value) > head + tail else (0, min(tail, max(len(value) - 2, 0)))
    return value[:head] + DOT * (len(value) - head - tail) + (value[-tail:] if tail else "")


def identifiers(person: dict[str, Any], steps: dict[str, int]) -> dict[str, list[Masked]]:
    """What a record's identifiers show after so many steps per field."""
    found: dict[str, list[Masked]] = {}
    for name in FIELDS:
        step = min(steps.get(name, 0), LAST_STEP)
        if name in {"phones", "relative_phones"}:
            values = [v for v in person[name] or [] if v]
            if values:
                found[name] = [Masked(name, mask(v, step), step < LAST_STEP) for v in values]
            continue
        four_only = name == IdType.AADHAAR
        value = person[f"{name}_last4"] if four_only else person[name] or person[f"{name}_last4"]
        if value:
            last = 1 if four_only else LAST_STEP
            found[name] = [Masked(name, mask(value, step, last_four_only=four_only), step < last)]
    return found


def agreement(field: str, left: dict[str, Any], right: dict[str, Any]) -> str:
    """Whether two records' values of a field are the same: told without showing them."""
    if field in {"phones", "relative_phones"}:
        a, b = set(left[field] or []), set(right[field] or [])
        return ("same" if a & b else "differ") if a and b else "only"
    a, b = left[field], right[field]
    if a and b:
        return "same" if a == b else "near" if field != IdType.AADHAAR and one_slip(a, b) else "differ"
    a, b = left[f"{field}_last4"], right[f"{field}_last4"]
    return ("near" if a == b else "differ") if a and b else "only"


def one_slip(a: str, b: str) -> bool:
    """Whether one character or one exchange of neighbours makes one of the other."""
    if abs(len(a) - len(b)) > 1 or a == b:
        return False
    short, long = sorted((a, b), key=len)
    at = next((i for i, (x, y) in enumerate(zip(short, long, strict=False)) if x != y), len(short))
    if len(a) != len(b):
        return short[at:] == long[at + 1 :]
    return a[at + 1 :] == b[at + 1 :] or (a[at : at + 2] == b[at : at + 2][::-1] and a[at + 2 :] == b[at + 2 :])
