"""Whatever stands in a configuration file, the answer is settings or a message that names the file: never a traceback, never minutes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linker.config.loading import CONFIGS, load
from linker.config.policy import Policy
from linker.config.run import load_run
from linker.errors import ConfigError, LinkerError

BOMB = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}]\n" for a, b in zip("abcdefghi", "bcdefghij", strict=True)
)
CASES = {
    "costs:\n  review: 1\n  review: 2\n": "'review' is set twice",
    BOMB: "'*a' refers to another place; write the value out",
    "purpose: &p police\nrules: *p\n": "write the value out",
    "rules: &r [*r]\n": "write the value out",
    "link_probability: 2026-02-31\n": "'2026-02-31' cannot be read as timestamp; put it in quotes if it is text",
    "link_probability: !!int x\n": "cannot be read as int",
    "link_probability: !!bool x\n": "cannot be read as bool",
    "link_probability: !!timestamp x\n": "cannot be read as timestamp",
    "link_probability: !!float x\n": "cannot be read as float",
    "link_probability: " + "9" * 5000 + "\n": "cannot be read as int",
    "link_probability: !!python/object:os.system x\n": "could not determine a constructor",
    "rules: " + "[" * 3000: "brackets stand inside brackets",
    "costs:\n\treview: 1\n": "not valid YAML",
    "purpose: police\n---\npurpose: study\n": "single document",
    "1: police\n": "policy.yaml:",
    "? [a]\n: b\n": "not valid YAML",
    "purpose: [" + "x, " * 5000 + "]\n": "policy.yaml:1: purpose:",
}  # fmt: skip


@pytest.mark.parametrize("text", CASES, ids=range(len(CASES)))
def test_what_is_no_configuration(tmp_path: Path, text: str) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file, Policy)
    assert CASES[text] in str(caught.value)
    assert "policy.yaml" in str(caught.value) and len(str(caught.value)) < 2000


@pytest.mark.parametrize("begin", [b"\xef\xbb\xbf", b"# \xe0\xa4\xa8\xe0\xa5\x80\xe0\xa4\xa4\xe0\xa4\xbf\r\n", b"\n\n"])
def test_harmless_beginnings(tmp_path: Path, begin: bytes) -> None:
    file = tmp_path / "policy.yaml"
    file.write_bytes(begin + (CONFIGS / "policy.yaml").read_bytes().replace(b"\n", b"\r\n"))
    assert load(file, Policy) == load(CONFIGS / "policy.yaml", Policy)


FILES = ("four_states.yaml", "policy.yaml", "clusters.yaml", "matching/offenders.yaml", "sources/delhi.yaml")
VALUES = (
    "!!int x", "2026-99-99", ".nan", "-.inf", "[]", "{}", "[{}]", "'", "|", "*x", "&x y", "1e999", "-1", "null", "yes", "नाम", "x: y",
    "\t", "? ", "0x", "1:99:99",
)  # fmt: skip
WAYS = ("value", "line", "twice", "away", "cut")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    ignored = shutil.ignore_patterns("models", "reference")
    return Path(shutil.copytree(CONFIGS, tmp_path_factory.mktemp("hostile") / "configs", ignore=ignored))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(FILES), st.integers(0, 10**6), st.sampled_from(VALUES), st.sampled_from(WAYS))
def test_damaged_files_end_in_words(folder: Path, name: str, place: int, value: str, how: str) -> None:
    file = folder / name
    sound = file.read_text(encoding="utf-8")
    lines = sound.splitlines()
    at = place % len(lines)
    key = lines[at].partition(": ")[0]
    changed = {
        "value": [f"{key}: {value}"], "line": [value, lines[at]], "twice": [lines[at]] * 2, "away": [], "cut": [lines[at][: place % 40]],
    }  # fmt: skip
    file.write_text("\n".join([*lines[:at], *changed[how], *lines[at + 1 :]]), encoding="utf-8")
    try:
        load_run(folder / "four_states.yaml", {"delhi": "x.csv"})
    except LinkerError as error:
        assert ".yaml" in str(error)
    finally:
        file.write_text(sound, encoding="utf-8")
