"""Evidence: one checked fact, who saw it and where; findings: what an agent makes of its facts."""

from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from pydantic import Field, JsonValue, field_validator

from shared.domain.model import AgentName, Model, Name, Thousandths, Utc, canonical_json, digest
from shared.domain.proposal import Proposal


class EvidenceKind(StrEnum):
    """Where a fact comes from."""

    SYMPTOM = "symptom"
    LOG = "log"
    CHANGE = "change"
    ROOT_CAUSE = "root_cause"
    FORECAST = "forecast"
    PRECONDITION = "precondition"


OWN_KIND = MappingProxyType(
    {
        AgentName.DETECTION: EvidenceKind.SYMPTOM,
        AgentName.DIAGNOSIS: EvidenceKind.ROOT_CAUSE,
        AgentName.PREDICTION: EvidenceKind.FORECAST,
        AgentName.RESOLUTION: EvidenceKind.PRECONDITION,
    }
)
"""What each agent's approval must rest on: different evidence, on purpose."""
MOST_DATA = 4_096
"""Bytes of canonical JSON behind one sentence."""


class Evidence(Model):
    """One fact. Its identity is the digest of its content, so a reference cannot drift."""

    kind: EvidenceKind
    service: Name
    statement: str = Field(max_length=2_000, description="one sentence for a person")
    observed_at: Utc
    data: dict[str, JsonValue] = Field(default_factory=dict, description="the numbers behind the sentence")

    @field_validator("data")
    @classmethod
    def _bounded(cls, data: dict[str, JsonValue]) -> dict[str, JsonValue]:
        size = len(canonical_json(data))
        if size > MOST_DATA:
            raise ValueError(f"{size} bytes of evidence data, at most {MOST_DATA}")
        return data

    @cached_property
    def id(self) -> str:
        """Digest of the fact."""
        return digest(self.plain())[:32]


class Findings(Model):
    """What one agent found, and the remedies that it would consider."""

    agent: AgentName
    summary: str = Field(max_length=2_000)
    confidence: Thousandths
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=30)
    candidates: tuple[Proposal, ...] = Field(default=(), max_length=5)
    root_causes: tuple[str, ...] = Field(default=(), description="services, most likely first (diagnosis)")
    cause: str | None = Field(default=None, description="the class of cause (diagnosis)")
    left_out: tuple[str, ...] = Field(
        default=(), max_length=30, description="what there was no time to look at: the findings are partial"
    )
