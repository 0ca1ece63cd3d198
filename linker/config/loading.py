"""YAML into pydantic models, with file and line in every complaint.

`load(path, Model)` is all that other modules need. A mistake is reported as a `ConfigError` that names the file, the line, the setting,
what stands there and what would be allowed.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from linker.errors import ConfigError

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
"""The folder of shipped configurations, models and reference data."""


class Settings(BaseModel):
    """Base of all configuration models: immutable, and a key that is not known is an error, not a silent no-op."""

    model_config = ConfigDict(frozen=True, extra="forbid")


M = TypeVar("M", bound=BaseModel)
Location = tuple[int | str, ...]


def load(path: Path, model: type[M]) -> M:
    """The file's content as a checked `model`.

    Raises:
        ConfigError: no such file, not YAML, or a value that the model does not allow (all mistakes in one message).
    """
    text = _read(path)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"not valid YAML: {_first_line(error)}", where=str(path), do="mend the line named") from None
    if not isinstance(content, dict):
        raise ConfigError("the file holds no settings", where=str(path), do="write 'key: value' lines") from None
    try:
        return model.model_validate(content)
    except ValidationError as error:
        complaints = [_complaint(path, node, problem, model) for problem in error.errors()]
        raise ConfigError("\n".join(complaints), do="mend the settings named above and run again") from None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        near = (
            difflib.get_close_matches(path.name, [p.name for p in path.parent.glob("*")], n=1)
            if path.parent.is_dir()
            else []
        )
        hint = f"did you mean {path.parent / near[0]}?" if near else "check the path"
        raise ConfigError("no such configuration file", where=str(path), do=hint) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", where=str(path), do="save it as UTF-8 text") from None


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _complaint(path: Path, node: yaml.Node | None, problem: Any, model: type[BaseModel]) -> str:
    location: Location = problem["loc"]
    line = line_of(node, location)
    setting = ".".join(str(part) for part in location)
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        allowed = sorted(_fields_at(model, location[:-1]))
        near = difflib.get_close_matches(str(location[-1]), allowed, n=1)
        message = (
            f"unknown setting; {'did you mean ' + repr(near[0]) + '? ' if near else ''}allowed: {', '.join(allowed)}"
        )
    elif problem["type"] == "missing":
        message = "is missing"
    elif problem["type"] in {"literal_error", "enum"}:
        message = f"{problem['input']!r} is not allowed; allowed: {problem['ctx']['expected']}"
    return f"{path}:{line}: {setting}: {message}"


def line_of(node: yaml.Node | None, location: Location) -> int:
    """The line (from 1) on which the setting at `location` stands, or that of its nearest parent."""
    line = 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = [(k, v) for k, v in node.value if k.value == str(part)]
            if not found:
                break
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def line_of_text(path: Path, text: str) -> int | None:
    """The line (from 1) on which a file that was loaded says `text`, None if it does not."""
    waiting: list[yaml.Node | None] = [yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)]
    lines = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.ScalarNode) and node.value == text:
            lines.append(node.start_mark.line + 1)
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            waiting.extend(value for _, value in node.value)
    return min(lines, default=None)


def misnamed(path: Path, location: Location, name: str, allowed: Sequence[str]) -> str:
    """The complaint that the setting at `location` of a file that was loaded names something that is not there."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    near = difflib.get_close_matches(name, allowed, n=1)
    setting = ".".join(str(part) for part in location)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"{path}:{line_of(node, location)}: {setting}: {name!r} is not known; {hint}allowed: {', '.join(allowed)}"


def _fields_at(model: type[BaseModel], location: Location) -> set[str]:
    current: Any = model
    for part in location:
        if isinstance(part, int) or not (isinstance(current, type) and issubclass(current, BaseModel)):
            continue
        field = current.model_fields.get(part)
        if field is None:
            continue
        current = next(
            (a for a in _arguments(field.annotation) if isinstance(a, type) and issubclass(a, BaseModel)), current
        )
    return set(current.model_fields)


def _arguments(annotation: Any) -> list[Any]:
    """The annotation and everything inside its brackets, outermost first."""
    found, queue = [], [annotation]
    while queue:
        current = queue.pop(0)
        found.append(current)
        queue.extend(getattr(current, "__args__", ()))
    return found
