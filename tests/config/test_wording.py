"""Mistakes as people make them in the shipped files: each is told with file, line, setting and what is allowed, in words of the file."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from linker.config.loading import CONFIGS, load
from linker.config.review import ReviewSettings
from linker.config.run import load_run
from linker.errors import ConfigError

with (Path(__file__).parent / "mistakes.tsv").open(encoding="utf-8", newline="") as _file:
    MISTAKES = list(csv.DictReader(_file, delimiter="\t", quoting=csv.QUOTE_NONE))
FOREIGN = ("Input should", "Value error", "[key]", "tuple", "dictionary", "instance of", "unicode string")
"""Words of the libraries below, which mean nothing to whoever writes a file."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(CONFIGS, tmp_path / "configs", ignore=shutil.ignore_patterns("models", "reference"))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: m["wrong"].strip())
def test_a_mistake_is_told_with_its_line_and_what_is_allowed(folder: Path, mistake: dict[str, str]) -> None:
    file = folder / mistake["file"]
    text = file.read_text(encoding="utf-8")
    at = text.index(mistake["right"])
    file.write_text(text[:at] + mistake["wrong"] + text[at + len(mistake["right"]) :], encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_run(folder / "four_states.yaml", {"delhi": "x.csv"})
    line = text[:at].count("\n") + 1
    assert f"{file}:{line}: {mistake['said']}" in str(caught.value)
    assert not [word for word in FOREIGN if word in str(caught.value)]


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("large_cluster: 8", "large_cluster: lots", "four_eyes.large_cluster: 'lots' is not allowed; allowed: a whole number"),
        ("override: true", "override: maybe", "four_eyes.override: 'maybe' is not allowed; allowed: true or false"),
        ("failures: 5", "failures: 1", "failures: 1 is not allowed; allowed: at least 3, at most 20"),
        ("four_eyes:", "for_eyes:", "for_eyes: unknown setting; did you mean 'four_eyes'?"),
    ],
)  # fmt: skip
def test_mistakes_in_the_review_settings(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    text = (CONFIGS / "review.yaml").read_text(encoding="utf-8")
    (tmp_path / "review.yaml").write_text(text.replace(right, wrong), encoding="utf-8")
    line = text[: text.index(right)].count("\n") + 1
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "review.yaml", ReviewSettings)
    assert f"review.yaml:{line}: {said}" in str(caught.value)


@pytest.mark.parametrize("text", ["a: 1\n\tb: 2\n", "a: 1\nb 2\nc: 3\n", "a: [1, 2\n"])
def test_what_is_no_yaml_is_told_with_its_line_only(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"not valid YAML: .* line [23]") as caught:
        load(tmp_path / "x.yaml", ReviewSettings)
    assert not [word for word in FOREIGN if word in str(caught.value)]
