"""Records as dots, scored pairs as lines: full where the engine links, dashed where it asks, faint where it keeps apart."""

from __future__ import annotations

from math import cos, pi, sin

from markupsafe import Markup

from linker.review.evidence.graphs import Graph
from linker.web.drawings.svg import drawing, element

WIDTH, HEIGHT = 620.0, 210.0


def graph(given: Graph, label: str, *, height: float = HEIGHT) -> Markup:
    """The drawing: one circle of records, or one for each of the two identities with the asked records facing each other."""
    place: dict[str, tuple[float, float]] = {}
    groups = sorted({n.group for n in given.nodes})
    for group in groups:
        own = [n for n in given.nodes if n.group == group]
        middle = WIDTH / 2 if len(groups) == 1 else WIDTH * (0.3 if group == 0 else 0.7)
        radius = 0.0 if len(own) == 1 else min(height / 2 - 24, 24 + 9.0 * len(own))
        start = 0.0 if group == 0 else pi
        if len(groups) == 1:
            start = -pi / 2
        for k, node in enumerate(own):
            angle = start + 2 * pi * k / len(own)
            place[node.record_id] = (
                middle + radius * cos(angle) * (1.6 if len(groups) == 1 else 1),
                height / 2 + radius * sin(angle),
            )
    parts = []
    for tie in sorted(given.ties, key=lambda t: ("apart", "review", "link").index(t.kind)):
        if tie.left in place and tie.right in place:
            (x1, y1), (x2, y2) = place[tie.left], place[tie.right]
            parts.append(
                element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=f"tie-{tie.kind}" + (" asked" if tie.asked else ""))
            )
    for node in given.nodes:
        x, y = place[node.record_id]
        side = "ab"[node.group]
        tone = f"dot-{side}" + (" asked" if node.asked else "")
        parts.append(
            element("circle", element("title", node.record_id), cx=x, cy=y, r=13.0 if node.letter else 7.0, class_=tone)
        )
        if node.letter:
            parts.append(element("text", node.letter, x=x, y=y + 4.5, text_anchor="middle", class_="node"))
    return drawing(WIDTH, height, label, *parts, class_="graph")
