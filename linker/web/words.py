"""The pages' words in English and Hindi: data in `words/*.yaml`, the same keys in both."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml

from linker.normalise.gazetteer import state_in_hindi

LANGUAGES = ("en", "hi")
FOLDER = Path(__file__).parent / "words"


@cache
def words(language: str) -> dict[str, str]:
    """All words of a language by key; keys of nested blocks are joined by dots."""
    found: dict[str, str] = {}

    def walk(block: dict[str, object], before: str) -> None:
        for key, value in block.items():
            if isinstance(value, dict):
                walk(value, f"{before}{key}.")
            else:
                found[f"{before}{key}"] = str(value)

    walk(yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8")), "")
    return found


class Teller:
    """Says things in one language: `t('queue.left', n=3)`."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        self._words = words(self.language)

    def __call__(self, key: str, **values: object) -> str:
        text = self._words.get(key)
        if text is None:
            return key.rpartition(".")[2].replace("_", " ")
        return text.format(**values) if values else text

    def state(self, name: str) -> str:
        """A state's name in this language; what is no state stays as it is."""
        return state_in_hindi(name) if self.language == "hi" else name

    def states(self, names: Iterable[str]) -> str:
        """Names of states in one line."""
        return " · ".join(map(self.state, names))

    def pick(self, english: str, hindi: str) -> str:
        """The one of two ready sentences."""
        return hindi if self.language == "hi" else english
