"""Options that many commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from linker.errors import ConfigError, WorkspaceError
from linker.registry.database import FILE, URL_FILE
from linker.registry.published import CURRENT
from linker.web.words import LANGUAGES


def existing(workspace: Path | None) -> Path | None:
    """The folder, once it is certain that it is a workspace: a misspelt one would be made anew and found in perfect order.

    Raises:
        WorkspaceError: nothing that a workspace holds is there.
    """
    if workspace is not None and not any((workspace / file).exists() for file in (CURRENT, FILE, URL_FILE)):
        raise WorkspaceError(
            "this is no workspace" if workspace.exists() else "there is no such workspace",
            where=str(workspace),
            do="check the path; linker run CONFIG --workspace DIR makes one",
        )
    return workspace


def one_of_ours(language: str) -> str:
    """A language of the reasons.

    Raises:
        ConfigError: it is none.
    """
    if language not in LANGUAGES:
        raise ConfigError(f"'{language}' is no language of the reasons", do=f"--language {' or '.join(LANGUAGES)}")
    return language


Workspace = Annotated[Path, typer.Option(help="Folder in which runs publish their snapshots.", callback=existing)]
NewWorkspace = Annotated[Path, typer.Option(help="Folder in which runs publish their snapshots; made if missing.")]

Language = Annotated[str, typer.Option(help="Language of the reasons: en or hi.", callback=one_of_ours)]
