"""How a service runs. Workers are processes of their own and read this from one environment variable."""

from __future__ import annotations

import json
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

VARIABLE = "LINKER_SERVICE"


class ServiceSettings(BaseModel):
    """Limits hold for each process that takes requests by itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workspace: Path
    rate: float = Field(default=50.0, gt=0)
    """requests a second of one key; twice as many at once"""
    body_bytes: int = Field(default=64 * 1024, gt=0)
    """the largest body of a request; of a bulk request `bulk_bytes`"""
    bulk_bytes: int = Field(default=16 * 1024 * 1024, gt=0)
    body_seconds: float = Field(default=10.0, gt=0)
    """within which a body must have come; of a bulk request within which each part of it must come"""
    answer_seconds: float = Field(default=10.0, gt=0)
    """within which a search must have ended"""
    processes: int = Field(default=0, ge=0, le=64)
    """processes that search; 0: threads of the service's own process search, as they must on Windows"""
    threads: int = Field(default=2, ge=1, le=16)
    """without such processes, searches at work at the same time"""
    waiting: int = Field(default=64, ge=1)
    """questions that may wait for each process or thread"""

    def to_environment(self) -> None:
        """Hand the settings to worker processes."""
        os.environ[VARIABLE] = self.model_dump_json()

    @classmethod
    def from_environment(cls) -> ServiceSettings:
        return cls.model_validate(json.loads(os.environ[VARIABLE]))
