"""Generated extracts of a few hundred people, made once per test run, and runs over them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from benchmarks.generator.build import Options, generate
from linker.config.loading import CONFIGS
from tests.commandline import Ended, inputs, linker

CONFIG = CONFIGS / "four_states.yaml"
KEY = {"LINKER_AADHAAR_KEY": "v1:" + "ab" * 32}


@cache
def extracts(persons: int = 400, seed: int = 7, malformed: float = 0.02) -> Path:
    """A folder with the four extracts and truth.csv. Nobody may change it."""
    folder = Path(mkdtemp(prefix="extracts-"))
    generate(Options(folder, seed=seed, persons=persons, malformed=malformed))
    return folder


def run(workspace: Path, folder: Path, *, config: Path = CONFIG, **other: Path) -> Ended:
    """`linker run` of the four states over the extracts in a folder, some inputs replaced."""
    return linker("run", config, "--workspace", workspace, *inputs(folder, **other), environment=KEY)
