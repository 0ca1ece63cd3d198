"""The guides are true: Python on docs/service.md runs, and figures on docs/numbers.md are right."""

from __future__ import annotations

import math
import re
import shutil
from pathlib import Path

import pytest

from linker.matching.training import prior_of
from linker.registry.apikeys import ApiKeys, Role
from tests.commandline import linker
from tests.published import workspace_folder
from tests.service.running import served

DOCS = Path(__file__).parents[1] / "docs"
ADDRESS = "http://127.0.0.1:8765"


def test_calling_it_from_your_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All Python of the page in one go, against a workspace and a service that really runs."""
    work = Path(shutil.copytree(workspace_folder(400), tmp_path / "work"))
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "service.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 4
    _, key = ApiKeys(work).add("guide", Role.OFFICER)
    monkeypatch.setenv("LINKER_KEY", key)
    monkeypatch.chdir(tmp_path)
    with served(work, "--workers", "1") as address:
        code = "\n".join(blocks).replace(ADDRESS, address)
        exec(compile(code, "docs/service.md", "exec"), {})


def test_searching_from_the_command_line(tmp_path: Path) -> None:
    work = Path(shutil.copytree(workspace_folder(400), tmp_path / "work"))
    ended = linker("search", "राकेश उर्फ कालू पुत्र रामसिंह, 25, सोहना", "--workspace", work, "--why", "FIR 12/2026")
    assert ended.code == 0, ended.text
    assert "looked for: name राकेश; aliases कालू; father रामसिंह; age 25; place सोहना" in ended.text
    assert "lead, not an identification" in ended.text
    refused = linker("serve", "--workspace", work, "--host", "0.0.0.0")
    assert refused.code == 2
    assert "no TLS" in refused.text


def test_keys_on_the_command_line(tmp_path: Path) -> None:
    work = Path(shutil.copytree(workspace_folder(400), tmp_path / "work"))
    made = linker("keys", "add", "control room", "--role", "officer", "--state", "Haryana", "--workspace", work)
    assert made.code == 0, made.text
    text = re.search(r"lk_\w+_\S+", made.text)
    assert text
    key = ApiKeys(work).known(text[0])
    assert key is not None
    assert key.states == ("haryana",)
    listed = linker("keys", "list", "--workspace", work)
    assert "control room" in listed.text
    assert text[0] not in listed.text
    assert linker("keys", "revoke", key.id, "--workspace", work).code == 0
    assert ApiKeys(work).known(text[0]) is None
    assert linker("keys", "revoke", key.id, "--workspace", work).code == 6
    assert linker("keys", "add", "x", "--state", "atlantis", "--workspace", work).code == 3


def test_what_the_numbers_mean() -> None:
    """Bits and probabilities, the prior and the pairs that the page names."""
    text = (DOCS / "numbers.md").read_text(encoding="utf-8")
    said = re.findall(r"(\d+(?:\.\d+)?)(?: bits)?(?: are)? (\.\d+)", text)
    assert len(said) >= 4
    for bits, probability in said:
        digits = len(probability) - 1
        assert round(1 / (1 + 2 ** -float(bits)), digits) == pytest.approx(float(probability)), bits
    prior = prior_of(1_000_000, 2.0)
    assert "about −20 bits" in text
    assert round(math.log2(prior / (1 - prior))) == -20
    assert "half a trillion pairs" in text
    assert pytest.approx(0.5e12, rel=1e-3) == 1_000_000 * 999_999 // 2
    assert "+1 bit doubles the odds" in text
    assert 2**1 == 2
