"""How people review: `configs/review.yaml`."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from linker.config.loading import Settings

Share = Annotated[float, Field(ge=0, le=1)]
Minutes = Annotated[float, Field(gt=0, le=24 * 60)]


class FourEyes(Settings):
    """When two people must agree before a verdict counts."""

    override: bool = True
    juvenile: bool = True
    across_states: bool = True
    large_cluster: Annotated[int, Field(ge=2)] = 8
    approver_second: bool = True


class RandomStrata(Settings):
    """How many pairs are drawn by chance from what no reviewer would otherwise see."""

    linked: Annotated[int, Field(ge=0)] = 400
    below: Annotated[int, Field(ge=0)] = 100


class Proxy(Settings):
    """Single sign-on: `header` names the account, believed only if the request comes from one of `addresses`."""

    header: str | None = None
    addresses: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _only_from_somewhere(self) -> Proxy:
        for address in self.addresses:
            ip_network(address)
        if self.header and not self.addresses:
            raise ValueError("addresses is empty: the header would be believed from nobody; name the proxy's address")
        return self

    def trusts(self, host: str) -> bool:
        """Whether a request from `host` may name its account."""
        try:
            return bool(self.header) and any(ip_address(host) in ip_network(a) for a in self.addresses)
        except ValueError:
            return False


class Reasons(Settings):
    """Codes that a verdict may rest on, by verdict."""

    same: tuple[str, ...] = ("fingerprint", "document", "phone", "birth_place", "marks_photo", "case_file", "other")
    different: tuple[str, ...] = (
        "fingerprint", "document_differs", "birth_differs", "family_differs", "co_accused", "relatives", "namesake",
        "shared_number", "other",
    )  # fmt: skip
    unsure: tuple[str, ...] = ("too_little", "contradictory", "need_original", "need_fingerprint", "other")

    @field_validator("same", "different", "unsure")
    @classmethod
    def _at_most_nine(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        if not 1 <= len(codes) <= 9:
            raise ValueError("one to nine reasons, because each has a digit key")
        return codes


class ReviewSettings(Settings):
    """What stands in configs/review.yaml."""

    four_eyes: FourEyes = FourEyes()
    blind_doubles: Share = 0.05
    known_pairs: Annotated[float, Field(ge=0, le=0.5)] = 0.04
    third_sees_reasons: bool = True
    random: RandomStrata = RandomStrata()
    split_from: Annotated[int, Field(ge=3)] = 3
    weak_link_bits: float = 8.0
    lease_minutes: Minutes = 15
    undo_minutes: Annotated[float, Field(ge=0, le=24 * 60)] = 60
    break_after_minutes: Minutes = 50
    hasty_seconds: Annotated[float, Field(ge=0)] = 4
    session_hours: Annotated[float, Field(gt=0, le=24)] = 10
    idle_minutes: Minutes = 30
    failures: Annotated[int, Field(ge=3, le=20)] = 5
    lock_minutes: Minutes = 15
    password_length: Annotated[int, Field(ge=8, le=128)] = 10
    proxy: Proxy = Proxy()
    https: bool = False
    reasons: Reasons = Reasons()
