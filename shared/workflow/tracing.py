"""The trace of one look: steps, questions to ports and to models, in time; masked and bounded on writing."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from shared.agents.voter import Verdict
from shared.analysis.redaction import addresses, shown
from shared.domain import span as names
from shared.domain.evidence import Findings
from shared.domain.incident import Incident
from shared.domain.model import AgentName, canonical_json, digest
from shared.domain.span import Scalar, Span, Spans
from shared.ports.clock import Clock
from shared.ports.tracer import Exchange

MOST_SPANS, MOST_BYTES = 300, 128 * 1024
"""Of one look; what is beyond is counted."""
MOST_NAME, MOST_TEXT, MOST_WORDS = 200, 600, 4_000
"""Characters of a name, of an attribute, and of what a model was asked or said."""

Outcome = Literal["ok", "error", "left_out"]


@dataclass
class _Open:
    """A span while nothing about it is final."""

    place: int
    parent: int | None
    name: str
    kind: Literal["internal", "client"]
    began: datetime
    attributes: dict[str, Scalar]
    ended: datetime | None = None
    outcome: Outcome = "ok"


@dataclass
class _Exchange:
    """`Exchange`."""

    noted: dict[str, Scalar]

    def answered(self, text: str, input_tokens: int, output_tokens: int) -> None:
        """Note what the model said."""
        self.noted |= {names.SAID: text}
        self.noted |= {names.TOKENS_IN: input_tokens, names.TOKENS_OUT: output_tokens}


@dataclass
class Tracing:
    """`Tracer` of one look, from its making on. It notes in memory only, so it can fail nobody."""

    clock: Clock
    _spans: list[_Open] = field(default_factory=list)
    _within: list[int] = field(default_factory=list)
    _beyond: int = 0
    _began: datetime = field(init=False)

    def __post_init__(self) -> None:
        """The look begins."""
        self._began = self.clock.now()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Something that the agent computes."""
        with self._noted(f"{names.STEP} {name}", {names.OPERATION: names.STEP}):
            yield

    def left_out(self, name: str) -> None:
        """A step that there was no time for."""
        with self._noted(f"{names.STEP} {name}", {names.OPERATION: names.STEP}) as noted:
            pass
        if noted is not None:
            noted.outcome = "left_out"

    @contextmanager
    def model(self, provider: str, model: str, asked: str) -> Iterator[Exchange]:
        """A question to a model."""
        attributes: dict[str, Scalar] = {
            names.OPERATION: names.CHAT,
            names.PROVIDER: provider,
            names.MODEL: model,
            names.ASKED: asked,
            names.TOKENS_IN: 0,
            names.TOKENS_OUT: 0,
        }
        with self._noted(f"{names.CHAT} {model}", attributes, "client"):
            yield _Exchange(attributes)

    @contextmanager
    def tool(self, port: str, arguments: Mapping[str, Any]) -> Iterator[dict[str, Scalar]]:
        """A question to a port; what is put into the attributes later is kept too."""
        attributes: dict[str, Scalar] = {
            names.OPERATION: names.EXECUTE,
            names.TOOL: port,
            names.TOOL_TYPE: "datastore",
            names.ARGUMENTS: json.dumps(arguments, default=str),
        }
        with self._noted(f"{names.EXECUTE} {port}", attributes):
            yield attributes

    def spans(self, look: "Looked", kept: frozenset[str]) -> Spans:
        """Everything until now, as it may be kept.

        Args:
            kept: addresses of machines that are evidence: they stay.

        Raises:
            ValueError: something that was noted has no JSON form.
        """
        root = self._root(look)
        made, size, beyond = [self._made(root, look, kept)], 0, self._beyond
        for one in self._spans:
            span = self._made(one, look, kept)
            size += len(canonical_json(span.plain()))
            if size > MOST_BYTES:
                beyond += 1
            else:
                made.append(span)
        return Spans(
            incident_id=look.incident_id,
            agent=look.agent,
            question=look.question,
            version=look.version,
            inputs=look.inputs,
            spans=tuple(made),
            left_out=beyond,
        )

    @contextmanager
    def _noted(
        self, name: str, attributes: dict[str, Scalar], kind: Literal["internal", "client"] = "internal"
    ) -> Iterator[_Open | None]:
        if len(self._spans) >= MOST_SPANS:
            self._beyond += 1
            yield None
            return
        parent = self._within[-1] if self._within else None
        noted = _Open(len(self._spans) + 1, parent, name, kind, self.clock.now(), attributes)
        self._spans.append(noted)
        self._within.append(noted.place)
        try:
            yield noted
        except Exception as error:
            noted.outcome = "error"
            attributes[names.ERROR] = type(error).__name__
            raise
        finally:
            noted.ended = self.clock.now()
            self._within.pop()

    def _root(self, look: "Looked") -> _Open:
        asked = [one.attributes for one in self._spans if one.attributes[names.OPERATION] == names.CHAT]
        attributes: dict[str, Scalar] = {
            names.OPERATION: names.INVOKE,
            names.PROVIDER: asked[0][names.PROVIDER] if asked else names.NO_MODEL,
            names.AGENT: look.agent.value,
            names.CONVERSATION: look.incident_id,
            names.TOKENS_IN: sum(int(one[names.TOKENS_IN]) for one in asked),
            names.TOKENS_OUT: sum(int(one[names.TOKENS_OUT]) for one in asked),
            names.CONFIDENCE: look.confidence,
            "commander.question": look.question,
        }
        if look.inputs:
            attributes[names.GIVEN] = look.inputs
        name = f"{names.INVOKE} {look.agent.value}"
        return _Open(0, None, name, "internal", self._began, attributes, self.clock.now())

    def _made(self, one: _Open, look: "Looked", kept: frozenset[str]) -> Span:
        def id_of(place: int) -> str:
            return digest([look.incident_id, look.agent, look.question, self._began.isoformat(), place])[:16]

        root = "" if one.place == 0 else id_of(0)
        return Span(
            id=id_of(one.place),
            parent=root if one.parent is None else id_of(one.parent),
            name=shown(one.name, kept)[:MOST_NAME],
            kind=one.kind,
            began=one.began,
            ended=max(one.began, one.ended or self.clock.now()),
            outcome=one.outcome,
            attributes={name: _bounded(name, value, kept) for name, value in one.attributes.items()},
        )


@dataclass(frozen=True)
class Looked:
    """Whose look it was, and what came of it."""

    incident_id: str
    agent: AgentName
    question: str
    version: int
    inputs: str | None
    confidence: int


def evidence_addresses(state: Incident, answer: Findings | Verdict) -> frozenset[str]:
    """The addresses of machines that evidence or a remedy names: without them nobody could check either."""
    remedies = [*(state.vote.candidates if state.vote else ())]
    if isinstance(answer, Findings):
        remedies += answer.candidates
    evidence = (*state.evidence.values(), *answer.evidence)
    said = (*(one.statement for one in evidence), *(str(one.plain()) for one in remedies))
    return frozenset().union(*(addresses(one) for one in said))


def _bounded(name: str, value: Scalar, kept: frozenset[str]) -> Scalar:
    """Masked first and shortened then: half a secret is no secret's shape any more."""
    if not isinstance(value, str):
        return value
    if name not in names.CONTENT:
        return shown(value, kept)[:MOST_TEXT]
    parts = [{"type": "text", "content": shown(value, kept)[:MOST_WORDS]}]
    role = "user" if name == names.ASKED else "assistant"
    return json.dumps([{"role": role, "parts": parts}], ensure_ascii=False)
