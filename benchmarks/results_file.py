"""Where measurements are kept: one Markdown and one JSON file per benchmark, with the machine and the versions they were taken with."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("linker", "splink", "duckdb", "pyarrow", "numpy", "numba", "pandas", "rapidfuzz", "jellyfish")


def machine() -> dict[str, Any]:
    """Processor count, memory, system and the versions that matter."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    return {
        "measured": datetime.now(tz=UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {p: _version(p) for p in PACKAGES},
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def keep(name: str, command: str, figures: dict[str, Any], text: str) -> Path:
    """Write results/<name>.json and results/<name>.md. `text` is the Markdown that a reader sees under the heading."""
    RESULTS.mkdir(exist_ok=True)
    where = machine()
    content = {"command": command, "machine": where, "figures": figures}
    (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    packages = ", ".join(f"{p} {v}" for p, v in where["versions"].items())
    head = f"# {name}\n\n`{command}`, {where['measured']}, {where['cores']} cores, {where['memory_gib']} GiB, {where['system']}, "
    path = RESULTS / f"{name}.md"
    path.write_text(f"{head}Python {where['python']}, {packages}.\n\n{text.rstrip()}\n", encoding="utf-8")
    return path


def markdown_table(header: list[str], rows: list[list[Any]]) -> str:
    """A Markdown table; numbers are aligned right."""
    lines = [
        "| " + " | ".join(header) + " |",
        "|" + "|".join(" --- " if i == 0 else " ---: " for i in range(len(header))) + "|",
    ]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
