"""YAML into pydantic models, with file and line in every complaint.

`load(path, Model)` is all that other modules need. A mistake is reported as a `ConfigError` that names the file, the line, the setting,
what stands there and what would be allowed.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from linker.config.wording import PlacedError, bounds_of, meant, unknown, worded
from linker.errors import ConfigError

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
"""The folder of shipped configurations, models and reference data."""


class Settings(BaseModel):
    """Base of all configuration models: immutable, a key that is not known is an error, not a silent no-op, and a number is finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


M = TypeVar("M", bound=BaseModel)
Location = tuple[int | str, ...]


def load(path: Path, model: type[M]) -> M:
    """The file's content as a checked `model`.

    Raises:
        ConfigError: no such file, not YAML, or a value that the model does not allow (all mistakes in one message).
    """
    node, content = _parsed(path, _read(path))
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
        raise ConfigError("no such configuration file", where=str(path), do=_nearest(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", where=str(path), do="save it as UTF-8 text") from None


def _nearest(path: Path) -> str:
    near = difflib.get_close_matches(path.name, [p.name for p in path.parent.glob("*")], n=1)
    return f"did you mean {path.parent / near[0]}?" if near else "check the path"


class _Loader(yaml.SafeLoader):
    """YAML's plain values only; what they cannot be is blamed on its line, and a setting that is written twice is refused: the second would
    silently win."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Raises ConstructorError, with the line, for 31 February or a number of 5,000 digits as for all else that is not YAML."""
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, KeyError, AttributeError, TypeError, IndexError, OverflowError):
            shown = f"{str(node.value)[:60]!r} cannot be read as {node.tag.rpartition(':')[2]}; put it in quotes if it is text"
            raise yaml.constructor.ConstructorError(None, None, shown, node.start_mark) from None

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """Raises ComposerError: a key stands twice."""
        node: yaml.MappingNode = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.composer.ComposerError(None, None, f"{key.value[:60]!r} is set twice", key.start_mark)
                seen.add(key.value)
        return node

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Raises ComposerError at an alias: a few lines of them stand for a billion values."""
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            said = f"'*{event.anchor[:60]}' refers to another place; write the value out"
            raise yaml.composer.ComposerError(None, None, said, event.start_mark)
        return super().compose_node(parent, index)


def _parsed(path: Path, text: str) -> tuple[yaml.Node | None, Any]:
    """The file's nodes, which know their lines, and its content."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        return node, None if node is None else loader.construct_document(node)
    except RecursionError:
        said = "brackets stand inside brackets hundreds of times"
    except yaml.YAMLError as error:
        said = _one_line(error)
    raise ConfigError(f"not valid YAML: {said}", where=str(path), do="mend the line named")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).replace(' in "<unicode string>",', " at").split())


def _complaint(path: Path, node: yaml.Node | None, problem: Any, model: type[BaseModel]) -> str:
    location: Location = tuple(part for part in problem["loc"] if part != "[key]")
    cause = problem.get("ctx", {}).get("error")
    if isinstance(cause, PlacedError):
        location += cause.location
    if problem["type"] == "extra_forbidden":
        message = unknown(str(location[-1]), sorted(_fields_at(model, location[:-1])))
    else:
        message = worded(problem, bounds_of(_limits_at(model, location)))
    return _blamed(path, node, location, message)


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
    return blamed(
        path, location, f"{name!r} is not known; {meant(name, allowed)}allowed: {', '.join(allowed) or 'none'}"
    )


def beside(path: Path, location: Location, name: str) -> Path:
    """The file that the setting at `location` of a file that was loaded names, from that file's folder.

    Raises:
        ConfigError: there is none.
    """
    file = path.parent / name
    if not os.path.isfile(file):  # noqa: PTH113  a path too long for the disk is none; Path.is_file fails at it
        raise ConfigError(blamed(path, location, f"there is no file {str(file)[:200]}"), do=_nearest(file))
    return file


def blamed(path: Path, location: Location, said: str) -> str:
    """A complaint about the setting at `location` of a file that was loaded."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    return _blamed(path, node, location, said)


def _blamed(path: Path, node: yaml.Node | None, location: Location, said: str) -> str:
    setting = ".".join(str(part) for part in location)
    return f"{path}:{line_of(node, location)}: {f'{setting}: ' if setting else ''}{said}"


def _fields_at(model: type[BaseModel], location: Location) -> set[str]:
    return set(_model_at(model, location).model_fields)


def _limits_at(model: type[BaseModel], location: Location) -> list[Any]:
    """What the annotations of the setting at `location` say, its limits among them."""
    field = _model_at(model, location[:-1]).model_fields.get(str(location[-1])) if location else None
    return [] if field is None else [*field.metadata, *(m for a in _arguments(field.annotation) for m in _metadata(a))]


def _metadata(annotation: Any) -> list[Any]:
    """Of an annotation; what a `Field` inside it states counts one by one."""
    return [m for item in getattr(annotation, "__metadata__", ()) for m in getattr(item, "metadata", [item])]


def _model_at(model: type[BaseModel], location: Location) -> type[BaseModel]:
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
    found: type[BaseModel] = current
    return found


def _arguments(annotation: Any) -> list[Any]:
    """The annotation and everything inside its brackets, outermost first."""
    found, queue = [], [annotation]
    while queue:
        current = queue.pop(0)
        found.append(current)
        queue.extend(getattr(current, "__args__", ()))
    return found
