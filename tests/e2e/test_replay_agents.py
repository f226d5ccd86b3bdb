"""Agents asked again with what they were told: the same to the letter, or named where they would differ."""

import base64
import gzip
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from scripts.replay.replay import Today, replay
from shared.agents import diagnosis
from shared.agents.voter import Voter, abstention
from shared.composition.local import VOTERS
from shared.domain.errors import PortError
from shared.domain.model import VOTERS as NAMES
from shared.domain.model import AgentName
from shared.domain.service import Measure
from shared.ports.recordings import Recording
from shared.runbooks.catalogue import remedies
from tests.e2e.storefront import Street
from tests.e2e.test_incidents import cascade
from tests.test_commander import commander

pytestmark = pytest.mark.long

AGENTS = {one.name: one for one in VOTERS}


@pytest.fixture(scope="module")
def street() -> Street:
    return cascade()


def events_of(street: Street):
    [events] = street.house.logs.events.values()
    return events


def asked_again(street: Street, **changed: Voter):
    """Every step, with these agents in place of today's."""
    events = events_of(street)
    agents = {**AGENTS, **{AgentName(name): voter for name, voter in changed.items()}}
    incident = events[0].incident_id
    today = Today(
        remedies(), agents=agents, inputs=lambda digest: street.house.recordings.read(incident, digest)
    )
    return replay(events, today)


def different(steps):
    return {one.what: (one.recorded, one.now) for one in steps if one.differs}


def test_every_answer_names_what_its_agent_was_told(street):
    events = [one for one in events_of(street) if one.type in ("FindingsSubmitted", "BallotCast")]
    assert len(events) == 8
    for event in events:
        recording = Recording.model_validate_json(
            street.house.recordings.read(event.incident_id, event.data["inputs"])
        )
        assert recording.agent == event.recorded_by
        assert recording.calls


def test_the_same_agents_say_the_same_again(street):
    steps = asked_again(street)
    asked = {one.what for one in steps if not one.apart}
    assert asked >= {f"{name} {what}" for name in NAMES for what in ("findings", "ballot of round 1")}
    assert different(steps) == {}
    assert steps == asked_again(street)


def test_the_same_after_three_rounds_and_when_a_remedy_was_undone():
    street = Street()
    street.patient.impose(contention=1.0)
    street.wait(12)
    street.alarm("checkout", Measure.ERRORS)
    assert different(asked_again(street)) == {}
    assert different(asked_again(cascade(silent=[AgentName.DIAGNOSIS, AgentName.PREDICTION]))) == {}


def test_another_threshold_is_named_with_what_it_changes(street):
    def cautious(incident, candidates, sources):
        verdict = diagnosis.AGENT.judge(incident, candidates, sources)
        return replace(verdict, confidence=verdict.confidence - 300)

    changed = different(asked_again(street, diagnosis=replace(diagnosis.AGENT, judge=cautious)))
    assert changed == {"diagnosis ballot of round 1": ("confidence 950", "confidence 650")}


def test_another_voter_is_named_and_so_is_the_decision_that_it_would_change(street):
    def no(_incident, _candidates, _sources):
        return abstention("it was asked to doubt")

    silent = replace(diagnosis.AGENT, judge=no)
    others = {name: replace(AGENTS[AgentName(name)], judge=no) for name in ("prediction", "resolution")}
    changed = different(asked_again(street, diagnosis=silent, **others))
    assert set(changed) == {
        "diagnosis ballot of round 1",
        "prediction ballot of round 1",
        "resolution ballot of round 1",
        "tally of round 1",
    }
    assert changed["tally of round 1"][1] == "none nobody"
    assert changed["diagnosis ballot of round 1"][1].startswith("choice abstains; confidence 0; ")


def test_findings_that_propose_nothing_change_the_candidates(street):
    def blind(incident, sources):
        found = AGENTS[AgentName.DIAGNOSIS].investigate(incident, sources)
        return found.model_copy(update={"candidates": (), "confidence": 100})

    changed = different(asked_again(street, diagnosis=replace(diagnosis.AGENT, investigate=blind)))
    assert changed["diagnosis findings"][1].startswith("confidence 100; candidates none")


def test_what_is_part_of_something_recorded_is_recorded(street):
    def modest(incident, sources):
        catalogue = sources.catalogue.services()
        end = sources.clock.now()
        [one] = sources.telemetry.series([catalogue.get("web")], end - timedelta(seconds=5), end)[:1]
        assert len(one.values) == 6
        return AGENTS[AgentName.DIAGNOSIS].investigate(incident, sources)

    assert different(asked_again(street, diagnosis=replace(diagnosis.AGENT, investigate=modest))) == {}


def test_an_agent_that_asks_for_more_than_was_recorded_is_told_and_not_failed(street):
    def curious(incident, sources):
        services = sources.catalogue.services().services
        sources.telemetry.series(services, sources.clock.now() - timedelta(days=9), sources.clock.now())
        raise AssertionError

    changed = different(asked_again(street, diagnosis=replace(diagnosis.AGENT, investigate=curious)))
    assert "asked for what was not recorded: series of cache, checkout" in changed["diagnosis findings"][1]


def test_an_incident_goes_on_when_nothing_can_be_recorded_and_is_replayed_from_its_log():
    class Full:
        def keep(self, incident_id, body):
            raise PortError("the bucket is gone", retryable=True)

    street = cascade(recordings=Full())
    assert street.incident().closed.outcome == "resolved"
    steps = asked_again(street)
    assert {one.apart for one in steps if one.what.endswith("findings")} == {"what it saw was not kept"}
    assert different(steps) == {}


def test_what_is_at_hand_under_a_digest_must_have_it(street):
    today = Today(remedies(), agents=AGENTS, inputs=lambda _digest: b"{}")
    aparts = {one.apart for one in replay(events_of(street), today) if one.apart}
    assert aparts == {"what is at hand is not what the log names"}


def test_a_bundle_with_recordings_is_replayed_on_the_command_line(street, tmp_path):
    bundle, agent = tmp_path / "bundle.json", tmp_path / "bolder.py"
    inputs = [
        {"sha256": digest, "gzip": base64.b64encode(gzip.compress(body)).decode()}
        for (_, digest), body in street.house.recordings.kept.items()
    ]
    events = [{"key": "EVENT", "body": one.model_dump_json()} for one in events_of(street)]
    bundle.write_text(json.dumps({"events": events, "inputs": inputs}))
    same = commander("replay", str(bundle), "--json")
    assert (same.returncode, json.loads(same.stdout)["differs"]) == (0, 0)
    agent.write_text(
        "from dataclasses import replace\n"
        "from shared.agents import prediction\n"
        "def judge(*given):\n"
        "    return replace(prediction.AGENT.judge(*given), confidence=999)\n"
        "AGENT = replace(prediction.AGENT, judge=judge)\n"
    )
    other = commander("replay", str(bundle), "--json", "--agent", str(agent))
    assert other.returncode == 1
    [step] = [one for one in json.loads(other.stdout)["steps"] if one["differs"]]
    assert (step["what"], step["now"]) == ("prediction ballot of round 1", "confidence 999")
    assert commander("replay", str(bundle), "--agent", str(bundle)).returncode == 2
