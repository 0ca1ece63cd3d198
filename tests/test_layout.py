"""Rules about the project itself that no linter knows."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST = 350
VAGUE = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
FORBIDDEN = {  # a letter in brackets keeps this file from finding itself
    "a package registry's address": re.compile(rb"[p]ypi\.org|[p]ythonhosted|[i]ndex-url|[a]rtifactory", re.IGNORECASE),
    "a path of one machine": re.compile(rb"/[w]ork/|/[h]ome/[a-z]"),
    "a folder outside the project": re.compile(rb"(?<![\w-])[s]hared/(?:data|extracts|research|DESIGN)"),
}


def tracked() -> list[Path]:
    """Files of the project as git knows them; all files where there is no git."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, text=True, check=False)
    if listed.returncode:
        return [
            p
            for folder in ("linker", "tests", "docs", "configs", "benchmarks", "training")
            for p in (ROOT / folder).rglob("*")
            if p.is_file()
        ]
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


FILES = tracked()
MODULES = [path for path in FILES if path.suffix == ".py" and path.is_relative_to(ROOT / "linker")]


def test_files_are_short() -> None:
    long = {str(p.relative_to(ROOT)): n for p in MODULES if (n := len(p.read_text("utf-8").splitlines())) > LONGEST}
    assert not long


def test_modules_say_what_they_hold() -> None:
    assert not [str(path) for path in FILES if path.suffix == ".py" and path.stem in VAGUE]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    text = [p for p in FILES if p.suffix not in {".png", ".npz", ".parquet", ".xlsx", ".woff2"}]
    assert not [str(p.relative_to(ROOT)) for p in text if FORBIDDEN[what].search(p.read_bytes())]


def test_the_lock_file_has_names_and_versions_only() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    assert lines
    assert not [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)]
    names = [re.sub("[-_.]+", "-", line.split("==")[0]).lower() for line in lines]
    assert len(set(names)) == len(names)


def test_every_dependency_is_locked() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = {re.split(r"[\[<>=]", d)[0] for d in (*project["dependencies"], *extras["postgres"], *extras["dev"])}
    locked = {
        re.sub("[-_.]+", "-", line.split("==")[0]).lower()
        for line in (ROOT / "requirements.lock").read_text().splitlines()
    }
    assert {re.sub("[-_.]+", "-", name).lower() for name in wanted} <= locked


def test_packages_say_what_they_are() -> None:
    silent = [str(p) for p in MODULES if not p.read_text("utf-8").lstrip().startswith(('"""', 'r"""'))]
    assert not silent
