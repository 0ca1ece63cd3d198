"""When two records say that someone was born: two bars over one line of years."""

from __future__ import annotations

from datetime import date

from markupsafe import Markup

from linker.review.evidence.case import Birth
from linker.web.drawings.svg import drawing, element

WIDTH, HEIGHT, LEFT, RIGHT = 620.0, 92.0, 28.0, 24.0
THINNEST = 6.0


def births(left: Birth | None, right: Birth | None, label: str) -> Markup | None:
    """The drawing, or None if neither is known."""
    known = [b for b in (left, right) if b]
    if not known:
        return None
    first = min(b.first.year for b in known) - 3
    last = max(b.last.year for b in known) + 4
    scale = (WIDTH - LEFT - RIGHT) / ((date(last, 1, 1) - date(first, 1, 1)).days)

    def at(day: date) -> float:
        return LEFT + (day - date(first, 1, 1)).days * scale

    parts = [element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=70.0, y2=70.0, class_="axis")]
    step = next(s for s in (1, 2, 5, 10, 20, 50) if (last - first) / s <= 12)
    for year in range(first - first % step, last + 1, step):
        if year >= first:
            x = at(date(year, 1, 1))
            parts.append(element("line", x1=x, x2=x, y1=66.0, y2=70.0, class_="axis"))
            parts.append(element("text", str(year), x=x, y=86.0, text_anchor="middle", class_="tick"))
    if left and right:
        low, high = max(left.first, right.first), min(left.last, right.last)
        if low <= high:
            wide = max(at(high) - at(low), THINNEST)
            parts.append(element("rect", x=at(low), y=8.0, width=wide, height=58.0, class_="overlap"))
    for birth, name, y in ((left, "A", 12.0), (right, "B", 40.0)):
        parts.append(element("text", name, x=6.0, y=y + 15, class_=f"side-{name.lower()} letter"))
        if birth:
            wide = max(at(birth.last) - at(birth.first), THINNEST)
            parts.append(
                element("rect", x=at(birth.first), y=y, width=wide, height=20.0, rx=4.0, class_=f"bar-{name.lower()}")
            )
    return drawing(WIDTH, HEIGHT, label, *parts, class_="births")
