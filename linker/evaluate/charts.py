"""Small charts as inline SVG. Colours are classes that the style sheet fills: they follow light, dark and print.

Bars are as wide as the cell they stand in and hold no text; axes and numbers of the larger charts are drawn at their
own size and scroll on a narrow screen rather than shrink. Text is escaped by Markup.format.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

BAR_HEIGHT = 14
PANEL_HEIGHT, PANEL_GAP, LEFT, WIDTH, AXIS, MARGIN = 96, 30, 64, 960, 34, 16
HEAD = 22
LETTER = 7
"""About the width of a letter of a label."""
"""Room above the panels for the markers' labels."""

NOTHING = Markup("")


def bar(parts: Sequence[tuple[float, str]], whole: float) -> Markup:
    """A stacked bar: (length, colour class) one after the other, as shares of `whole`."""
    drawn, at = [], 0.0
    for length, colour in parts:
        width = 100 * length / whole if whole else 0.0
        if width > 0:
            drawn.append(_rect(at, max(width, 0.3), colour))
        at += width
    return _strip(drawn)


def diverging(weight: float, largest: float) -> Markup:
    """A bar from the middle: to the right for evidence for, to the left for evidence against."""
    width = 50 * min(abs(weight) / largest, 1) if largest else 0
    drawn = _rect(50 if weight >= 0 else 50 - width, width, "for" if weight >= 0 else "against")
    return _strip([drawn, _tick(50)])


def step(start: float, end: float, low: float, high: float) -> Markup:
    """One step of a waterfall from `start` to `end` on a scale from `low` to `high`, with the zero line."""
    left, right = _place(min(start, end), low, high), _place(max(start, end), low, high)
    drawn = _rect(left, max(right - left, 0.4), "for" if end >= start else "against")
    return _strip([_tick(_place(0, low, high)), drawn])


def total(end: float, low: float, high: float) -> Markup:
    """The last bar of a waterfall, from zero to the sum."""
    zero, at = _place(0, low, high), _place(end, low, high)
    return _strip([_tick(zero), _rect(min(zero, at), max(abs(at - zero), 0.4), "sum")])


@dataclass(frozen=True)
class Panel:
    """One row of a histogram: its title, a colour class, and a count per bin."""

    title: str
    colour: str
    counts: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Marker:
    """A vertical line at `at` with a label."""

    at: float
    label: str
    colour: str


@dataclass(frozen=True)
class _Axis:
    """Whole bins from `start`, drawn from LEFT to WIDTH."""

    start: int
    bins: int

    @property
    def step(self) -> float:
        return (WIDTH - LEFT - 8) / self.bins

    def x(self, value: float) -> float:
        return LEFT + (min(max(value, self.start), self.start + self.bins) - self.start) * self.step


def histogram(panels: Sequence[Panel], start: int, markers: Sequence[Marker], unit: str) -> Markup:
    """Histograms one below the other over one axis of whole bins from `start`, heights on a logarithmic scale."""
    axis = _Axis(start, len(panels[0].counts))
    bottom = HEAD + len(panels) * (PANEL_HEIGHT + PANEL_GAP)
    drawn = []
    for row, panel in enumerate(panels):
        base = HEAD + (row + 1) * (PANEL_HEIGHT + PANEL_GAP)
        drawn += [_text(WIDTH, base - PANEL_HEIGHT - 10, panel.title, "title", "end"), _panel(panel, base, axis)]
    taken = 0.0
    for marker in sorted(markers, key=lambda m: -m.at):
        at = axis.x(marker.at)
        line = Markup('<line class="marker {}" x1="{:.1f}" x2="{:.1f}" y1="4" y2="{}"/>')
        drawn += [line.format(marker.colour, at, at, bottom), _label(marker, at, taken)]
        taken = at
    every = next(e for e in (1, 2, 5, 10, 20, 50, axis.bins) if axis.bins / e <= 16)
    for value in range(math.ceil(start / every) * every, start + axis.bins + 1, every):
        label = f"{value:+d}".replace("-", "−") if value else "0"
        drawn.append(_text(axis.x(value), bottom + 16, label, "axis", "middle"))
    drawn.append(_text((LEFT + WIDTH) / 2, bottom + 31, unit, "axis", "middle"))
    frame = Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
    told = f"{unit}: " + "; ".join(f"{p.title} {int(p.counts.sum()):,}" for p in panels)
    return frame.format(WIDTH + MARGIN, bottom + AXIS, told, NOTHING.join(drawn))


def _label(marker: Marker, at: float, right: float) -> Markup:
    """A marker's label beside its line: on the right unless the next line (at `right`, 0 for none) is too near for it."""
    room = right - at if right else WIDTH - at
    if room > len(marker.label) * LETTER + 10:
        return _text(at + 5, 14, marker.label, marker.colour, "start")
    return _text(at - 5, 14, marker.label, marker.colour, "end")


def _panel(panel: Panel, base: float, axis: _Axis) -> Markup:
    largest = max(int(panel.counts.max(initial=0)), 1)
    scale = PANEL_HEIGHT / math.log10(largest + 1)
    drawn = []
    grid = Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>')
    for power in range(int(math.log10(largest)) + 1):
        y = base - math.log10(10**power + 1) * scale
        drawn += [grid.format(LEFT, WIDTH, y, y), _text(LEFT - 6, y + 4, f"{10**power:,}", "axis", "end")]
    column = Markup(
        '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}">'
        "<title>{} bits: {:,} pairs</title></rect>"
    )
    for i, value in enumerate(panel.counts.tolist()):
        if value:
            height = math.log10(value + 1) * scale
            bits = axis.start + i
            left = axis.x(bits) + 0.5
            span = f"{bits:+d} to {bits + 1:+d}"
            drawn.append(column.format(panel.colour, left, base - height, axis.step - 1, height, span, value))
    drawn.append(Markup('<line class="base" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(LEFT, WIDTH, base, base))
    return NOTHING.join(drawn)


def _place(value: float, low: float, high: float) -> float:
    return 100 * (value - low) / max(high - low, 1e-9)


def _strip(drawn: Iterable[Markup]) -> Markup:
    frame = Markup('<svg class="bar" width="100%" height="{}" aria-hidden="true">{}</svg>')
    return frame.format(BAR_HEIGHT, NOTHING.join(drawn))


def _rect(x: float, width: float, colour: str) -> Markup:
    shape = Markup('<rect class="{}" x="{:.2f}%" y="2" width="{:.2f}%" height="{}" rx="2"/>')
    return shape.format(colour, x, width, BAR_HEIGHT - 4)


def _tick(x: float) -> Markup:
    return Markup('<line class="base" x1="{:.2f}%" x2="{:.2f}%" y1="0" y2="{}"/>').format(x, x, BAR_HEIGHT)


def _text(x: float, y: float, text: str, colour: str, anchor: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        colour, x, y, anchor, text
    )
