"""The `linker` command inside the test's own process: what it printed, and how it ended."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from linker.cli.main import main

FILES = {
    "delhi": "delhi.csv",
    "uttar_pradesh": "uttar_pradesh.csv",
    "rajasthan": "rajasthan.xlsx",
    "haryana": "haryana.parquet",
}


@dataclass(frozen=True)
class Ended:
    """How a command ended. `text`: standard output and standard error as a person sees them."""

    code: int
    text: str


def linker(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Ended:
    """Run `linker` with these arguments. An exception that is no exit is a fault and passes through."""
    told = io.StringIO()
    set_ = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb", **(environment or {})}
    argv = ["linker", *map(str, arguments)]
    code: object = 0
    with (
        mock.patch.dict(os.environ, set_),
        mock.patch.object(sys, "argv", argv),
        redirect_stdout(told),
        redirect_stderr(told),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    return Ended(code if isinstance(code, int) else 1, told.getvalue())


def inputs(folder: Path, **other: Path) -> list[str]:
    """`--input` for the four extracts of a folder, some of them replaced."""
    paths = {name: folder / file for name, file in FILES.items()} | other
    return [word for name, path in paths.items() for word in ("--input", f"{name}={path}")]
