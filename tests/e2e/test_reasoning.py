"""The reasoning of a whole incident: what each agent did, by traces that nobody can exchange."""

import hashlib
import io
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.console import Console

from scripts.explain.page import page
from scripts.explain.trace import trace
from shared.adapters.local.memory_recordings import MemoryRecordings
from shared.agents.diagnosis import AGENT
from shared.composition.local import VOTERS
from shared.domain.errors import PortError
from shared.domain.felt import felt_since
from shared.domain.incident import Status
from shared.domain.model import AgentName
from shared.views.looks import Reasoning
from shared.views.realtime import real_time
from shared.views.reasoning import reasoning, spans_of
from tests.e2e.storefront import Street
from tests.e2e.test_incidents import cascade

pytestmark = pytest.mark.long


def consulting(incident, sources):
    """A diagnosis that asks a model to explain what its code found."""
    found = AGENT.investigate(incident, sources)
    with sources.tracer.model(
        "aws.bedrock", "model-7", f"Explain: {found.summary}; token=abc123"
    ) as exchange:
        exchange.answered("The limit was lowered, so ask jane@example.org.", 120, 30)
    return found


@pytest.fixture(scope="module")
def street() -> Street:
    voters = tuple(replace(AGENT, investigate=consulting) if one is AGENT else one for one in VOTERS)
    return cascade(voters=voters)


def told(street: Street) -> tuple[Reasoning, dict[str, bytes], tuple]:
    [events] = street.house.logs.events.values()
    kept = {one: street.house.recordings.read(events[0].incident_id, one) for one in spans_of(events)}
    return reasoning(events, kept), kept, tuple(events)


def test_every_agent_accounts_for_each_of_its_looks(street: Street) -> None:
    found, _, events = told(street)
    assert [one.agent for one in found.agents] == ["detection", "diagnosis", "prediction", "resolution"]
    for account in found.agents:
        assert [one.question for one in account.looks] == ["findings", "ballot-1"]
        for look in account.looks:
            assert look.trace == "read"
            assert look.inputs is not None
            assert look.computed
            assert look.given
            assert all(one.answer for one in look.given)
            assert (look.milliseconds, look.left_out) == (0, 0)  # simulated time stands still
    assert {event.data.get("spans") for event in events if event.type == "BallotCast"} <= {*spans_of(events)}


def test_what_a_model_was_asked_and_said_is_there_masked_with_its_tokens(street: Street) -> None:
    found = told(street)[0]
    [asked] = found.agents[1].looks[0].consulted
    assert (asked.provider, asked.model) == ("aws.bedrock", "model-7")
    assert asked.asked.startswith("Explain: database is the root cause")
    assert asked.said == "The limit was lowered, so ask [masked]"
    assert "abc123" not in asked.asked
    assert (found.input_tokens, found.output_tokens) == (120, 30)


def test_five_sentences_say_what_happened(street: Street) -> None:
    began, caused, chosen, permitted, ended = told(street)[0].sentences
    assert "web began to fail (database failure); detection saw it 11 s later" in began
    assert "database is the root cause" in caused
    assert "restore-parameter on database" in chosen
    assert "1000 of 1000 votes" in chosen
    assert permitted.startswith(
        "Policy permitted it at L3, and at 00:00:12 UTC this was done: restore-parameter"
    )
    assert "closed as resolved" in ended
    assert "it cost the business about $" in ended


def test_the_page_shows_the_looks_and_what_they_cost(street: Street) -> None:
    _, kept, events = told(street)
    out = io.StringIO()
    Console(file=out, width=220).print(page(trace(events, kept)))
    for part in (
        "telemetry.series ×1",
        "the metrics: 0 ms",
        "no model was asked",
        "model-7 (aws.bedrock)",
        "120 + 30",
    ):
        assert part in out.getvalue()
    assert "120 tokens in and 30 out, $0.0006" in out.getvalue()


def test_a_trace_that_was_exchanged_is_not_shown(street: Street) -> None:
    _, kept, events = told(street)
    [first, second, *_] = kept
    other = b"{}"
    swapped = {**kept, first: kept[second], second: other, hashlib.sha256(other).hexdigest(): other}
    looks = [look for one in reasoning(events, swapped).agents for look in one.looks]
    assert [one.trace for one in looks if one.spans in (first, second)] == ["not what the log names"] * 2
    assert [one.trace for one in looks if one.spans not in (first, second)] == ["read"] * 6
    missing = [look for one in reasoning(events, {}).agents for look in one.looks]
    assert {one.trace for one in missing} == {"not at hand"}


def test_another_agents_trace_is_not_ones_own(street: Street) -> None:
    _, kept, events = told(street)
    named = [event.data["spans"] for event in events if event.type == "FindingsSubmitted"]
    forged = [
        event.model_copy(update={"data": {**event.data, "spans": named[1]}})
        if event.data.get("spans") == named[0]
        else event
        for event in events
    ]
    assert reasoning(forged, kept).agents[0].looks[0].trace == "not what the log names"


def test_a_trace_that_cannot_be_kept_stops_nothing() -> None:
    class NoTraces(MemoryRecordings):
        def keep(self, incident_id, body):
            if b"incident-commander-spans" in body:
                raise PortError("the bucket is full", retryable=True)
            return super().keep(incident_id, body)

    street = cascade(recordings=NoTraces())
    assert street.incident().status is Status.RESOLVED
    found, _, events = told(street)
    looks = [look for one in found.agents for look in one.looks]
    assert {one.trace for one in looks} == {"not kept"}
    assert all(one.inputs for one in looks)
    assert spans_of(events) == ()


def test_the_clocks_of_an_incident_run_until_it_is_cured(street: Street) -> None:
    incident = street.incident()
    service = street.house.catalogue.get(incident.opened.service)
    shown = real_time(incident, incident.closed_at + timedelta(hours=1), service)
    assert (shown.mttr_countdown.running, shown.mttr_countdown.cured) == (False, True)
    assert shown.mttr_countdown.remaining_seconds == 180 - shown.mttr_countdown.elapsed_seconds > 170
    assert shown.cost_accumulation.business_usd == incident.closed.business_usd
    assert shown.agent_confidence_scores[AgentName.DIAGNOSIS] == 950
    felt = felt_since(incident.opened.started_at)
    update = {"verified_at": None, "closed": None, "closed_at": None, "felt": felt}
    running = incident.model_copy(update=update)
    later = real_time(running, incident.opened.signal.at + timedelta(minutes=4), service)
    assert later.mttr_countdown.remaining_seconds == -60
    assert float(later.cost_accumulation.business_usd) > float(shown.cost_accumulation.business_usd)
    assert float(later.cost_accumulation.usd_per_minute) > 0
    assert real_time(running, incident.closed_at, None).cost_accumulation.business_usd is None
