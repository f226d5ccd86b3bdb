"""Spans: what an agent did in one look, step by step, by the names of OpenTelemetry's conventions.

The names are those of generative AI (https://github.com/open-telemetry/semantic-conventions-genai, in
development, as of 2026-11); what they have no name for begins with `commander.`.
"""

from typing import Literal

from pydantic import Field

from shared.domain.model import AgentName, Model, Name, Utc, canonical_json, digest

OPERATION, PROVIDER, AGENT = "gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.agent.name"
CONVERSATION, MODEL = "gen_ai.conversation.id", "gen_ai.request.model"
TOKENS_IN, TOKENS_OUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"
ASKED, SAID = "gen_ai.input.messages", "gen_ai.output.messages"
TOOL, TOOL_TYPE, ARGUMENTS = "gen_ai.tool.name", "gen_ai.tool.type", "gen_ai.tool.call.arguments"
ERROR = "error.type"
INVOKE, EXECUTE, CHAT, STEP = "invoke_agent", "execute_tool", "chat", "step"
"""Operations; a step is ours: what an agent's code does between its questions."""
NO_MODEL = "incident-commander"
"""The provider of an agent that asks no model: its judgement is code."""
GIVEN, ANSWER, CONFIDENCE = "commander.inputs.sha256", "commander.answer.sha256", "commander.confidence"
LEFT_OUT = "commander.spans.left_out"
CONTENT = frozenset({ASKED, SAID})
"""What may hold somebody's words: kept in the archive, and never in a log line."""

Scalar = bool | int | float | str


class Span(Model):
    """One thing that was done, from when until when."""

    id: str = Field(pattern=r"^[0-9a-f]{16}$")
    parent: str = Field(default="", pattern=r"^([0-9a-f]{16})?$")
    name: Name
    kind: Literal["internal", "client"] = "internal"
    began: Utc
    ended: Utc
    outcome: Literal["ok", "error", "left_out"] = Field(description="left out: there was no time for it")
    attributes: dict[str, Scalar]

    @property
    def milliseconds(self) -> int:
        """How long it took."""
        return max(0, round((self.ended - self.began).total_seconds() * 1000))


class Spans(Model):
    """One look of one agent. Its identity is the SHA-256 of its bytes, which the agent's event names."""

    format: Literal["incident-commander-spans/1"] = "incident-commander-spans/1"
    incident_id: Name
    agent: AgentName
    question: Name = Field(description="findings, or ballot-<round>")
    version: int = Field(ge=1, description="how much of the log the agent knew")
    inputs: str | None = Field(description="SHA-256 of the recording of what it was told; None: not kept")
    spans: tuple[Span, ...] = Field(min_length=1, description="the first is the look itself")
    left_out: int = Field(default=0, ge=0, description="spans beyond what is kept of one look")

    def body(self) -> bytes:
        """What is kept."""
        return canonical_json(self.plain())


def trace_id(incident_id: str) -> str:
    """The trace of an incident: every look at it is one of its spans. 32 hexadecimal characters."""
    return digest(["trace", incident_id])[:32]
