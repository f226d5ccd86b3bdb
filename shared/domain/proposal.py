"""A proposal: one runbook, one version, one target, exact parameters. Its identity is its digest."""

from functools import cached_property

from pydantic import Field

from shared.domain.model import Model, Name, digest


class Proposal(Model):
    """A remedy that can be voted on."""

    runbook: Name
    version: int = Field(ge=1)
    service: Name
    target: str = Field(min_length=1, max_length=2_048, description="the one resource it acts on")
    parameters: dict[str, str] = Field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over everything above: what ballots, approvals and certificates name."""
        return digest(self.plain())
