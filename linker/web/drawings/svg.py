"""Writing SVG: every text is escaped here and nowhere else."""

from __future__ import annotations

from markupsafe import Markup, escape


def element(name: str, content: str | Markup = "", /, **attributes: object) -> Markup:
    """An element; `class_` and names with underscores become 'class' and hyphens. Numbers are shortened."""
    parts = "".join([f' {_name(k)}="{escape(_short(v))}"' for k, v in attributes.items() if v is not None])
    return Markup(f"<{name}{parts}>{escape(content)}</{name}>")  # noqa: S704  (names are ours, the rest is escaped)


def drawing(width: float, height: float, label: str, *parts: Markup, class_: str = "") -> Markup:
    """A whole drawing; `label` is read out by screen readers."""
    return element(
        "svg", element("title", label) + Markup("").join(parts), viewBox=f"0 0 {_short(width)} {_short(height)}",
        role="img", class_=class_, width=width, height=height, preserveAspectRatio="xMinYMid meet",
    )  # fmt: skip


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-") if key not in {"viewBox", "preserveAspectRatio"} else key


def _short(value: object) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
