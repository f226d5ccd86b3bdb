"""The reasoning trace of an incident: what each agent was given, computed, asked a model and was told."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence

from pydantic import ValidationError

from shared.domain import span as names
from shared.domain.events import Event
from shared.domain.facts import BallotCast, FindingsSubmitted
from shared.domain.folding import fold
from shared.domain.model import VOTERS, AgentName
from shared.domain.span import Span, Spans
from shared.views.looks import Account, Asked, Computed, Consulted, Kept, Look, Reasoning
from shared.views.sentences import believed, five


def spans_of(events: Sequence[Event]) -> tuple[str, ...]:
    """The digests of the traces that a log names, each once: what to read of the recordings."""
    named = [fact.spans for _, fact in _answers(believed(events)) if fact.spans is not None]
    return tuple(dict.fromkeys(named))


def reasoning(events: Sequence[Event], spans: Mapping[str, bytes]) -> Reasoning:
    """What the agents of an incident did, by its log and by the traces that it names.

    Args:
        spans: bytes by the digest under which they were kept; they are checked against it, and a trace that
            is missing or is another's is only said to be so.

    Raises:
        IncidentNotFound: the log does not begin with an incident.
    """
    events = believed(events)
    incident = fold(events)
    looks: dict[AgentName, list[Look]] = {agent: [] for agent in VOTERS}
    for event, fact in _answers(events):
        look = _look(event, fact, spans)
        agent = AgentName(event.recorded_by.value)
        looks.setdefault(agent, []).append(look)
    every = [one for mine in looks.values() for one in mine]
    return Reasoning(
        incident_id=incident.id,
        sentences=five(events),
        agents=tuple(Account(agent=agent, looks=tuple(mine)) for agent, mine in looks.items()),
        milliseconds=sum(one.milliseconds or 0 for one in every),
        input_tokens=sum(one.input_tokens for one in every),
        output_tokens=sum(one.output_tokens for one in every),
    )


def _answers(events: Sequence[Event]) -> Iterator[tuple[Event, FindingsSubmitted | BallotCast]]:
    for event in events:
        if isinstance(fact := event.fact, FindingsSubmitted | BallotCast):
            yield event, fact


def _look(event: Event, fact: FindingsSubmitted | BallotCast, spans: Mapping[str, bytes]) -> Look:
    if isinstance(fact, FindingsSubmitted):
        attempt, question, found = fact.attempt, "findings", fact.findings
        concluded, confidence = found.summary, found.confidence
    else:
        ballot = fact.signed.ballot
        attempt, question, confidence = ballot.attempt, f"ballot-{ballot.round}", ballot.confidence
        choice = f"for {ballot.approves[:8]}" if ballot.approves else "abstains"
        concluded = f"{choice}: {ballot.reasoning}"
    known = _read(event, question, fact.spans, spans)
    said = Look(
        attempt=attempt,
        question=question,
        version=event.version,
        at=event.occurred_at,
        concluded=concluded,
        confidence=confidence,
        inputs=fact.inputs,
        spans=fact.spans,
        trace="read" if isinstance(known, Spans) else known,
    )
    return said.model_copy(update=_done(known)) if isinstance(known, Spans) else said


def _read(event: Event, question: str, digest: str | None, spans: Mapping[str, bytes]) -> Spans | Kept:
    """The trace that the event names, or why there is none that can be believed."""
    if digest is None:
        return "not kept"
    body = spans.get(digest)
    if body is None:
        return "not at hand"
    if hashlib.sha256(body).hexdigest() != digest:
        return "not what the log names"
    try:
        found = Spans.model_validate_json(body)
    except ValidationError:
        return "not what the log names"
    mine = (event.incident_id, event.recorded_by.value, question)
    return (
        found if (found.incident_id, found.agent.value, found.question) == mine else "not what the log names"
    )


def _done(known: Spans) -> dict[str, object]:
    look, *rest = known.spans
    of: dict[str, list[Span]] = {names.STEP: [], names.EXECUTE: [], names.CHAT: []}
    for one in rest:
        of.get(str(one.attributes.get(names.OPERATION)), []).append(one)
    asked = [(one.parent, _asked(one)) for one in of[names.EXECUTE]]
    steps = {one.id for one in of[names.STEP]}
    return {
        "milliseconds": look.milliseconds,
        "computed": tuple(
            Computed(
                step=one.name.removeprefix(f"{names.STEP} "),
                asked=tuple(tool for parent, tool in asked if parent == one.id),
                **_timed(one),
            )
            for one in of[names.STEP]
        ),
        "asked": tuple(tool for parent, tool in asked if parent not in steps),
        "consulted": tuple(_consulted(one) for one in of[names.CHAT]),
        "input_tokens": _number(look, names.TOKENS_IN),
        "output_tokens": _number(look, names.TOKENS_OUT),
        "left_out": known.left_out,
    }


def _timed(one: Span) -> dict[str, object]:
    error = str(one.attributes.get(names.ERROR, ""))
    return {"milliseconds": one.milliseconds, "outcome": one.outcome, "error": error}


def _asked(one: Span) -> Asked:
    return Asked(
        tool=str(one.attributes.get(names.TOOL, "")),
        arguments=str(one.attributes.get(names.ARGUMENTS, "")),
        answer=str(one.attributes.get(names.ANSWER, "")),
        **_timed(one),
    )


def _consulted(one: Span) -> Consulted:
    return Consulted(
        provider=str(one.attributes.get(names.PROVIDER, "")),
        model=str(one.attributes.get(names.MODEL, "")),
        asked=_words(one, names.ASKED),
        said=_words(one, names.SAID),
        input_tokens=_number(one, names.TOKENS_IN),
        output_tokens=_number(one, names.TOKENS_OUT),
        **_timed(one),
    )


def _number(one: Span, name: str) -> int:
    value = one.attributes.get(name, 0)
    return value if isinstance(value, int) else 0


def _words(one: Span, name: str) -> str:
    """The text of one message in the conventions' form."""
    try:
        [message] = json.loads(str(one.attributes.get(name, "[]")))
        return "".join(str(part["content"]) for part in message["parts"])
    except (ValueError, KeyError, TypeError):
        return ""
