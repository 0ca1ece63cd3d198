"""Every command explains itself with an example that its own parser accepts, and mistakes end in words."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from linker.cli.main import app
from linker.registry.database import open_registry
from tests.commandline import linker


def commands() -> dict[str, TyperCommand | TyperGroup]:
    """'decisions undo' → its command, for all commands that do something."""
    found: dict[str, TyperCommand | TyperGroup] = {}

    def collect(name: str, command: object) -> None:
        if isinstance(command, TyperGroup):
            if name and command.invoke_without_command:
                found[name] = command
            for part, below in command.commands.items():
                collect(f"{name} {part}".strip(), below)
        elif isinstance(command, TyperCommand):
            found[name] = command

    collect("", typer.main.get_command(app))
    return found


COMMANDS = commands()


def test_all_commands_are_found() -> None:
    assert {"run", "export", "evaluate", "show", "decisions undo", "audit verify", "names explain"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example_that_parses(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_registry(tmp_path / "work")
    command = COMMANDS[name]
    example = re.search(r"Example: (linker .*)", command.help or "")
    assert example, f"'linker {name} --help' shows no example"
    words = shlex.split(example[1])
    path = ["linker", *name.split()]
    assert words[: len(path)] == path
    command.make_context(name, words[len(path) :])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_and_argument_is_explained(name: str) -> None:
    silent = [p.name for p in COMMANDS[name].params if p.name != "help" and not getattr(p, "help", None)]
    assert not silent or name == "names explain"


def test_help_is_printed() -> None:
    ended = linker("--help")
    assert ended.code == 0
    assert all(name.split()[0] in ended.text for name in COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["run", "nowhere.yaml", "--workspace", "w"], 2, "no such configuration file"),
        (["run", "configs/four_state.yaml", "--workspace", "w"], 2, "did you mean configs/four_states.yaml?"),
        (["run", "configs/four_states.yaml", "--workspace", "w"], 2, "no input for source 'delhi'"),
        (["run", "configs/four_states.yaml", "--workspace", "w", "--input", "delhi"], 2, "SOURCE=PATH"),
        (["run", "configs/four_states.yaml", "--workspace", "w", "--input", "bihar=b.csv"], 2, "bihar"),
        (
            ["run", "configs/four_states.yaml", "--workspace", "w", "--input", "delhi=a", "--input", "delhi=b"],
            2,
            "twice",
        ),
        (["evaluate", "--workspace", "begun", "--truth", "nowhere.csv"], 3, "nowhere.csv"),
        (
            ["export", "--workspace", "begun", "--format", "csv", "--out", "out"],
            6,
            "no snapshot has been published",
        ),
        (["show", "P-1", "--workspace", "begun"], 6, "no snapshot has been published"),
        (["export", "--workspace", "begun", "--format", "pdf", "--out", "out"], 2, "pdf"),
        (["run"], 2, "config"),
        (["fly"], 2, "fly"),
    ],
)
def test_mistakes_end_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, said: str
) -> None:
    (tmp_path / "configs").symlink_to(Path(__file__).parents[1] / "configs")
    monkeypatch.chdir(tmp_path)
    open_registry(tmp_path / "begun")
    ended = linker(*arguments)
    assert (ended.code, said in ended.text) == (code, True), ended.text
    assert "Traceback" not in ended.text
    assert not (tmp_path / "w" / "snapshots").exists()
