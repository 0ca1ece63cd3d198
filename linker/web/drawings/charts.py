"""The supervisor's plots: shares with their intervals, columns per day, lines per window."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from linker.review.quality import Share
from linker.web.drawings.svg import drawing, element


def intervals(rows: Sequence[tuple[str, Share]], label: str) -> Markup | None:
    """A dot with a whisker for each share, on a line from 0 to 100%."""
    shown = [(name, share) for name, share in rows if share.of]
    if not shown:
        return None
    left, width, row = 120.0, 620.0, 26.0
    height = row * len(shown) + 30

    def at(value: float) -> float:
        return left + value * (width - left - 60)

    parts = []
    for tick in (0, 25, 50, 75, 100):
        x = at(tick / 100)
        parts.append(element("line", x1=x, x2=x, y1=6.0, y2=height - 22, class_="grid"))
        parts.append(element("text", f"{tick}%", x=x, y=height - 6, text_anchor="middle", class_="tick"))
    for k, (name, share) in enumerate(shown):
        y = 18 + row * k
        low, high = share.interval
        parts.append(element("text", name[:16], x=left - 10, y=y + 4, text_anchor="end", class_="name"))
        parts.append(element("line", x1=at(low), x2=at(high), y1=y, y2=y, class_="whisker"))
        parts.append(element("circle", cx=at(share.value or 0.0), cy=y, r=5.0, class_="dot-a"))
        parts.append(
            element("text", f"{share.hits}/{share.of}", x=width - 4, y=y + 4, text_anchor="end", class_="tick")
        )
    return drawing(width, height, label, *parts, class_="chart")


def columns(values: Sequence[tuple[str, int]], label: str) -> Markup | None:
    """A column for each of the last thirty days."""
    shown = values[-30:]
    if not shown:
        return None
    width, height, base = 620.0, 150.0, 122.0
    most = max(n for _, n in shown)
    wide = min((width - 20) / len(shown), 44.0)
    parts = [element("line", x1=10.0, x2=width - 10, y1=base, y2=base, class_="axis")]
    for k, (day, n) in enumerate(shown):
        tall = 96 * n / most if most else 0.0
        x = 10 + wide * k
        parts.append(
            element(
                "rect",
                element("title", f"{day}: {n}"),
                x=x + 2,
                y=base - tall,
                width=wide - 4,
                height=tall,
                rx=2.0,
                class_="bar-a",
            )
        )
        if len(shown) <= 15 or k % 5 == 0:
            parts.append(element("text", day[5:], x=x + wide / 2, y=base + 16, text_anchor="middle", class_="tick"))
        if len(shown) <= 15:
            parts.append(
                element("text", str(n), x=x + wide / 2, y=base - tall - 5, text_anchor="middle", class_="tick")
            )
    return drawing(width, height, label, *parts, class_="chart")


def lines(series: Sequence[tuple[str, Sequence[float]]], label: str) -> Markup | None:
    """A line for each person over their windows of work, from 0 to 100%."""
    shown = [(name, values) for name, values in series if values]
    if not shown:
        return None
    width, height, left, base = 620.0, 170.0, 44.0, 142.0
    longest = max(len(v) for _, v in shown)
    parts = []
    for tick in (0, 50, 100):
        y = base - 120 * tick / 100
        parts.append(element("line", x1=left, x2=width - 110, y1=y, y2=y, class_="grid"))
        parts.append(element("text", f"{tick}%", x=left - 6, y=y + 4, text_anchor="end", class_="tick"))
    for k, (name, values) in enumerate(shown[:8]):
        step = (width - 110 - left) / max(longest - 1, 1)
        points = [(left + step * i, base - 120 * v) for i, v in enumerate(values)]
        parts.append(
            element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points), class_=f"line line-{k}")
        )
        x, y = points[-1]
        parts.append(element("circle", cx=x, cy=y, r=3.5, class_=f"line-dot line-{k}"))
        parts.append(element("text", name[:14], x=x + 8, y=y + 4, class_="name"))
    return drawing(width, height, label, *parts, class_="chart")
