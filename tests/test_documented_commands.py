"""What README and docs say is true: commands run or at least parse, and every setting, rule, level, table and exit code is explained."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from linker import errors
from linker.config.clusters import ClusterRules
from linker.config.loading import Settings
from linker.config.matching import Comparison, ComparisonKind, Key, Matching, Model, Veto
from linker.config.policy import Costs, Policy, Rules
from linker.config.run import RunConfig, SourceRef
from linker.matching.comparisons import comparisons_of
from linker.matching.keys import _MAKERS
from linker.matching.policy import Rule
from linker.registry.database import open_registry
from linker.schema import TABLES
from tests.generated import KEY
from tests.test_cli import COMMANDS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = {page: page.read_text(encoding="utf-8") for page in PAGES}
BLOCK = re.compile(r"(<!-- runnable -->\n)?```sh\n(.*?)```", re.DOTALL)
BLOCKS = {page: BLOCK.findall(text) for page, text in TEXT.items()}
RUNNABLE = [page for page, blocks in BLOCKS.items() if any(mark for mark, _ in blocks)]


def words_of(block: str) -> list[list[str]]:
    """The commands of a block, each as words."""
    joined = block.replace("\\\n", " ")
    return [
        shlex.split(line, comments=True) for line in joined.splitlines() if line.strip() and not line.startswith("#")
    ]


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: page.stem)
def test_the_page_can_be_followed(page: Path, tmp_path: Path) -> None:
    """All runnable blocks of a page, one after the other, in an empty folder beside the project's own."""
    for name in ("configs", "benchmarks"):
        (tmp_path / name).symlink_to(ROOT / name)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, words in (("python", ""), ("linker", "-m linker ")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words}"$@"\n')
        (programs / name).chmod(0o755)
    environment = {**os.environ, **KEY, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    script = "set -eu\n" + "\n".join(block for mark, block in BLOCKS[page] if mark)
    done = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_page_is_followed() -> None:
    assert [page.name for page in RUNNABLE] == ["first-hour.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_exist(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for _, block in BLOCKS[page]:
        for words in words_of(block):
            if words[0] == "make":
                assert set(words[1:]) <= targets, words
            elif words[0] == "linker":
                name = next((n for n in (" ".join(words[1:3]), words[1]) if n in COMMANDS), None)
                assert name, words
                if "--workspace" in words:
                    open_registry(tmp_path / words[words.index("--workspace") + 1])
                COMMANDS[name].make_context(name, words[1 + len(name.split()) :])
            elif words[0] in {"python", "python3"} and words[1].endswith(".py"):
                assert (ROOT / words[1]).is_file(), words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", TEXT[page]):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_files_that_are_named_exist(page: Path) -> None:
    named = set(re.findall(r"`((?:linker|configs|benchmarks|training|tests|docs)/[\w./-]*\w)`", TEXT[page]))
    missing = [
        name
        for name in named
        if not (ROOT / name).exists() and name not in {"configs/sources/bihar.yaml", "configs/bihar.yaml"}
    ]
    assert not missing


MATCHING, RUNNING = TEXT[ROOT / "docs" / "matching.md"], TEXT[ROOT / "docs" / "running.md"]


@pytest.mark.parametrize(
    ("model", "text"),
    [
        *((model, MATCHING) for model in (Matching, Key, Comparison, Veto, Model, Policy, Costs, Rules, ClusterRules)),
        *((model, RUNNING) for model in (RunConfig, SourceRef)),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_every_setting_is_explained(model: type[Settings], text: str) -> None:
    named = set(re.findall(r"`([a-z_]+)`", text))
    assert set(model.model_fields) <= named, f"explain {sorted(set(model.model_fields) - named)} in docs/"


def test_every_kind_rule_and_feature_is_explained() -> None:
    named = set(re.findall(r"`([a-z_]+)`", MATCHING))
    assert {str(kind) for kind in ComparisonKind} <= named
    assert {str(rule) for rule in Rule} <= named
    assert set(_MAKERS) <= named


def test_levels_that_are_explained_exist() -> None:
    table = MATCHING.split("### Comparisons", 1)[1].split("### Vetoes", 1)[0]
    fields = {
        ComparisonKind.IDENTIFIER: ("pan",),
        ComparisonKind.HOUSEHOLD: ("ration_card",),
        ComparisonKind.PLACE: ("village", "station", "tehsil", "pin", "district", "address_state", "house"),
        ComparisonKind.REGISTRATION: ("fir_station", "fir_district", "fir_state"),
        ComparisonKind.HOME: ("station", "district", "fir_station", "fir_district"),
        ComparisonKind.JOINT: ("relative", "place"),
    }
    kinds = [Comparison(name=kind, kind=kind, fields=fields.get(kind, ("district",))) for kind in ComparisonKind]
    known = {level.name for comparison in comparisons_of(kinds) for level in comparison.levels}
    written = set(re.findall(r"\b[A-Z][A-Z_0-9]{2,}\b", table))
    assert written <= known, written - known


def test_every_table_and_exit_code_is_explained() -> None:
    named = set(re.findall(r"`([a-z_]+)`", RUNNING))
    assert set(TABLES) - {"row"} <= named
    codes = {
        error.exit_code
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, errors.LinkerError)
    }
    assert codes == {int(code) for code in re.findall(r"^\| (\d) \|", RUNNING, re.MULTILINE)}


def test_every_command_stands_on_some_page() -> None:
    everything = "\n".join(TEXT.values())
    assert not [name for name in COMMANDS if f"linker {name}" not in everything]
