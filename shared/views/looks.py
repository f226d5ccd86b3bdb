"""What an agent's looks add up to, as whoever reads the trace sees it."""

from typing import Literal

from pydantic import Field

from shared.domain.model import AgentName, Model, Thousandths, Utc

Outcome = Literal["ok", "error", "left_out"]
Kept = Literal["read", "not kept", "not at hand", "not what the log names"]


class Timed(Model):
    """Something that was done, how long it took, and how it ended."""

    milliseconds: int
    outcome: Outcome
    error: str = Field(default="", description="the class of the error")


class Asked(Timed):
    """A question to a port: what an agent was given."""

    tool: str = Field(description="telemetry.series, resources.observe ...")
    arguments: str = Field(description="JSON text, masked and shortened")
    answer: str = Field(default="", description="SHA-256 of the answer; empty: there was none")


class Computed(Timed):
    """A step of an agent's own."""

    step: str
    asked: tuple[Asked, ...]


class Consulted(Timed):
    """A question to a model, and what it said; masked and shortened."""

    provider: str
    model: str
    asked: str
    said: str
    input_tokens: int
    output_tokens: int


class Look(Model):
    """One look of one agent, by which it answered."""

    attempt: int
    question: str = Field(description="findings, or ballot-<round>")
    version: int = Field(description="of the event with the answer")
    at: Utc
    concluded: str
    confidence: Thousandths
    inputs: str | None = Field(description="SHA-256 of everything that it was told; null: not kept")
    spans: str | None = Field(description="SHA-256 of its trace; null: not kept")
    trace: Kept = Field(description="whether the rest is known, and else why not")
    milliseconds: int | None = None
    computed: tuple[Computed, ...] = ()
    asked: tuple[Asked, ...] = Field(default=(), description="outside of any step")
    consulted: tuple[Consulted, ...] = ()
    input_tokens: int = 0
    output_tokens: int = 0
    left_out: int = Field(default=0, description="things done beyond what is kept of one look")

    @property
    def given(self) -> tuple[Asked, ...]:
        """Every question to a port, in or outside of a step."""
        return (*self.asked, *(one for step in self.computed for one in step.asked))


class Account(Model):
    """Everything that one agent did."""

    agent: AgentName
    looks: tuple[Look, ...]


class Reasoning(Model):
    """The whole trace."""

    incident_id: str
    sentences: tuple[str, ...] = Field(description="what happened, in five")
    agents: tuple[Account, ...] = Field(description="those with a vote, each once")
    milliseconds: int = Field(description="of all looks whose trace is known")
    input_tokens: int
    output_tokens: int
