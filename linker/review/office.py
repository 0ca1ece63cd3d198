"""Everything that the pages and the command line need of one workspace, put together once."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from linker.config.loading import CONFIGS, load
from linker.config.matching import Matching
from linker.config.policy import Policy
from linker.config.review import ReviewSettings
from linker.errors import WorkspaceError
from linker.matching.comparisons.base import Comparison
from linker.registry.auditlog import AuditLog
from linker.registry.database import open_registry
from linker.registry.published import MANIFEST, SNAPSHOTS
from linker.registry.snapshot import Snapshot, current_name, open_current
from linker.review.accounts import Accounts
from linker.review.book import Book
from linker.review.effects import note_effects
from linker.review.evidence.arguments import sentences
from linker.review.filling import Filled, fill
from linker.review.priority import Stakes
from linker.review.queue import Queue
from linker.review.sessions import Sessions
from linker.review.unmasking import Unmasking
from linker.review.verdicts import Verdicts

SHIPPED = CONFIGS / "review.yaml"
SETTINGS = "settings.json"


@dataclass
class Office:
    """The parts that work on one registry. The book follows the published snapshot (`turn_to_current`)."""

    workspace: Path
    settings: ReviewSettings
    engine: Engine
    audit: AuditLog
    accounts: Accounts
    sessions: Sessions
    queue: Queue
    verdicts: Verdicts
    unmasking: Unmasking
    _book: Book | None = None
    _edition: tuple[str, int] = ("", 0)
    _comparisons: dict[str, Comparison] = field(default_factory=dict)
    _turning: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def open(cls, workspace: Path, config: Path | None = None) -> Office:
        """The office of a workspace, with the settings of `config` or those shipped."""
        settings = load(config or SHIPPED, ReviewSettings)
        engine = open_registry(workspace)
        audit = AuditLog(workspace, engine)
        return cls(
            workspace, settings, engine, audit, Accounts(engine, settings, audit), Sessions(engine, settings),
            Queue(engine, settings), Verdicts(engine, settings, audit), Unmasking(engine, audit),
        )  # fmt: skip

    def fill(self) -> Filled:
        """Bring the queue up to the published snapshot, and note what it made of earlier verdicts."""
        snapshot = open_current(self.workspace)
        note_effects(self.workspace, self.engine)
        return fill(self.engine, snapshot, self.settings, stakes_of(snapshot))

    @property
    def book(self) -> Book:
        """The published snapshot, opened. Where a new one was published meanwhile, that one, with the queue brought up to it."""
        seen = _seen(self.workspace)
        if self._book is not None and self._edition == seen:
            return self._book
        with self._turning:
            snapshot = open_current(self.workspace)
            if self._book is None or self._edition != seen:
                self.fill()
                self._comparisons = sentences(Matching.model_validate(_settings(snapshot)["matching"]))
                self._book, self._edition = Book.open(self.workspace, snapshot), seen
            return self._book

    def follow(self) -> None:
        """Take up a snapshot that was published meanwhile. Whoever asks what waits must do so first: an empty queue opens no question, and
        no question opens the book."""
        assert self.book is not None

    @property
    def comparisons(self) -> dict[str, Comparison]:
        """The comparisons of the snapshot's configuration by name."""
        assert self.book is not None
        return self._comparisons


def _seen(workspace: Path) -> tuple[str, int]:
    """Which snapshot is published, and when its manifest was last written: an erasure writes it anew."""
    name = current_name(workspace) or ""
    manifest = workspace / SNAPSHOTS / name / MANIFEST
    return name, manifest.stat().st_mtime_ns if manifest.is_file() else 0


def stakes_of(snapshot: Snapshot) -> Stakes:
    """What mistakes cost, by the policy that the snapshot was made with."""
    policy = Policy.model_validate(_settings(snapshot)["policy"])
    return Stakes(policy.costs.false_merge, policy.costs.missed_link, policy.link_threshold, policy.review_threshold)


def _settings(snapshot: Snapshot) -> dict[str, object]:
    try:
        found: dict[str, object] = json.loads((snapshot.path / SETTINGS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WorkspaceError(
            "this snapshot does not hold its settings", where=str(snapshot.path), do="run the batch again: linker run"
        ) from None
    return found
