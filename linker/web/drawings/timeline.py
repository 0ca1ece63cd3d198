"""The cases of two identities over time: one above the line, the other below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from markupsafe import Markup

from linker.review.evidence.case import Event
from linker.web.drawings.svg import drawing, element

WIDTH, LEFT, RIGHT, MIDDLE, ROW = 620.0, 28.0, 14.0, 62.0, 14.0
NEAR = 70.0
"""Labels nearer than this would run into each other."""
SHOWN = 12


def timeline(above: Sequence[Event], below: Sequence[Event], label: str) -> Markup | None:
    """The drawing, or None without a dated record."""
    events = [*above, *below]
    if not events:
        return None
    first = min(e.day for e in events) - timedelta(days=240)
    last = max(e.day for e in events) + timedelta(days=240)
    scale = (WIDTH - LEFT - RIGHT) / max((last - first).days, 1)

    def at(day: date) -> float:
        return LEFT + (day - first).days * scale

    parts = [element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=MIDDLE, y2=MIDDLE, class_="axis")]
    years = range(first.year + 1, last.year + 1)
    step = next((s for s in (1, 2, 5, 10, 20) if len(years) / s <= 10), 50)
    for year in years:
        if year % step == 0:
            x = at(date(year, 1, 1))
            parts.append(element("line", x1=x, x2=x, y1=MIDDLE - 4, y2=MIDDLE + 4, class_="axis"))
            parts.append(element("text", str(year), x=x + 3, y=MIDDLE + 12, class_="tick"))
    for name, listed, up in (("A", above, True), ("B", below, False)):
        parts.append(
            element("text", name, x=6.0, y=MIDDLE - 20 if up else MIDDLE + 34, class_=f"side-{name.lower()} letter")
        )
        parts += _side(listed[:SHOWN], at, name.lower(), up)
    return drawing(WIDTH, 2 * MIDDLE + 10, label, *parts, class_="timeline")


def _side(events: Sequence[Event], at, name: str, up: bool) -> list[Markup]:  # type: ignore[no-untyped-def]
    parts: list[Markup] = []
    ends = [-NEAR] * 3
    for event in events:
        x = at(event.day)
        row = next((k for k, end in enumerate(ends) if x - end >= NEAR), None)
        y = MIDDLE + (-(14 + ROW * (row or 0)) if up else (28 + ROW * (row or 0)))
        full = " · ".join(p for p in (event.day.isoformat(), event.fir, event.station, event.district) if p)
        dot = element("circle", element("title", full), cx=x, cy=MIDDLE, r=4.5, class_=f"dot-{name}")
        parts.append(dot)
        if row is not None:
            ends[row] = x
            text = (event.fir or event.day.strftime("%d.%m.%Y"))[:12]
            anchor = "end" if x > WIDTH - 90 else "start"
            parts.append(
                element("line", x1=x, x2=x, y1=MIDDLE + (-5 if up else 5), y2=y + (2 if up else -10), class_="stem")
            )
            parts.append(
                element("text", text, x=x + (-4 if anchor == "end" else 4), y=y, text_anchor=anchor, class_="event")
            )
    return parts
