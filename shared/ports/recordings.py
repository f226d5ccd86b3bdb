"""Recordings: everything that an agent was told while it looked, so that its look can be taken again."""

from typing import Literal, Protocol

from pydantic import Field, JsonValue

from shared.domain.model import AgentName, Model, Name, Utc


class Failure(Model):
    """A port's refusal instead of an answer."""

    kind: Literal["OutOfTime", "AccessDenied", "PortError"]
    message: str
    retryable: bool


class Call(Model):
    """One question to a port, and what came back."""

    port: Name = Field(description="telemetry.series, resources.observe ...")
    arguments: dict[str, JsonValue]
    answer: JsonValue = None
    failure: Failure | None = None


class Recording(Model):
    """One look of one agent at one incident. Its identity is the SHA-256 of its canonical JSON."""

    format: Literal["incident-commander-inputs/1"] = "incident-commander-inputs/1"
    incident_id: Name
    agent: AgentName
    question: Name = Field(description="findings, or ballot-<round>")
    version: int = Field(ge=1, description="how much of the log the agent knew")
    at: Utc = Field(description="the one moment at which it looked")
    calls: tuple[Call, ...]


class Recordings(Protocol):
    """Keeps recordings by the SHA-256 of their bytes: what is named by its digest cannot be exchanged."""

    def keep(self, incident_id: str, body: bytes) -> str:
        """Keep a recording, once, and return its digest.

        Raises:
            PortError: it is not known to be kept.
        """
        ...

    def read(self, incident_id: str, digest: str) -> bytes | None:
        """The bytes with this digest; None when nothing that has it is kept.

        Raises:
            PortError: what is kept could not be read.
        """
        ...
