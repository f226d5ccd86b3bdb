"""A stage's own rules: the log says by which a round is counted, and whoever shows numbers takes those."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from scripts import scenarios
from scripts.demo.report import Run, report
from scripts.explain.page import page
from scripts.explain.trace import trace
from scripts.replay.replay import Today, replay
from shared.adapters.local.memory_channel import MemoryChannel
from shared.domain.certificate import count
from shared.domain.consensus import RULES, Rules
from shared.domain.facts import Author
from shared.domain.model import VOTERS, AgentName
from shared.ports.event_store import record
from shared.runbooks.catalogue import remedies
from shared.views.story import story
from shared.workflow.fallback import Fallback
from tests.delivering import delivery
from tests.workflow.test_deliberation import EXECUTION, ID, House, scale_out

STRICT = Rules(
    weights=dict(zip(VOTERS, (250, 350, 250, 150), strict=True)), more_than=750, min_confidence=800
).checked()
THREE, FOUR = scale_out("3"), scale_out("4")


def strict() -> House:
    """A house with these rules, in which two remedies can be voted on."""
    house = House()
    house.tasks = replace(house.tasks, rules=STRICT)
    house.propose(AgentName.DIAGNOSIS, THREE, FOUR)
    house.tasks.freeze(ID)
    return house


def voted(*agents: AgentName, confidence: int = 900) -> House:
    """One round, in which these agents approve one remedy."""
    house = strict()
    for agent in agents:
        house.vote(agent, THREE.digest, confidence)
    house.tasks.verify(ID)
    state = house.incident()
    house.tasks.decide(ID, count(state.poll(), state.ballots, STRICT).plain())
    return house


def events(house: House):
    return house.logs.events[ID]


def said(house: House) -> str:
    """The story of a log."""
    return "\n".join(text for lines in story(events(house)) for text, _ in lines)


def told(house: House) -> list[str]:
    """What people hear last of why it was enough."""
    channel = MemoryChannel()
    delivery(house.store(Author.COMMUNICATION), house.clock, channel).hear(events(house)[0])
    return [line for line in channel.messages[-1].lines if " for it, from " in line]


def test_the_log_says_by_which_rules_a_round_is_and_was_counted():
    state = voted(*VOTERS[:3]).incident()
    assert (state.vote.rules, state.tallied.rules) == (STRICT, STRICT)


def test_the_log_says_by_which_rules_the_coordinator_counted():
    house = strict()
    fallback = Fallback(house.verifier, house.clock, STRICT)
    coordinator = house.store(Author.COORDINATOR)
    record(coordinator, ID, lambda state: fallback.decide(state, EXECUTION, "FAILED"))
    assert house.incident().tallied.rules == STRICT


def test_people_hear_the_winners_weight_and_what_the_stage_needs():
    [line] = told(voted(*VOTERS[:3]))
    assert "850 of 1000 for it, from 3 agents; more than 750, from 3 agents, were needed." in line


def test_people_hear_why_less_was_enough_when_diagnosis_is_missing():
    without = [agent for agent in VOTERS if agent is not AgentName.DIAGNOSIS]
    [line] = told(voted(*without))
    assert "650 of 1000 for it, from everybody but diagnosis" in line
    assert "more than" not in line


def test_the_story_and_the_explanation_show_the_stages_weights_and_thresholds():
    house = voted(*VOTERS[:3])
    out = io.StringIO()
    Console(file=out, width=200).print(page(trace(events(house))))
    for text in (said(house), out.getvalue()):
        assert "850 of 1000" in text
        assert "more than 750" in text
        assert "666" not in text
    assert "diagnosis  (weight 350)" in said(house)
    assert "(80 % needed)" in said(house)
    [shown] = trace(events(house))["rounds"]
    assert {one["agent"]: one["weight"] for one in shown["ballots"]} == STRICT.plain()["weights"]


def test_the_demos_report_shows_the_stages_weights_and_no_votes_where_none_was_asked_for():
    run = Run(scenarios.get("healthy"), House().clock.now(), voted(*VOTERS[:3]).incident(), {}, {})
    votes = report(run)["votes"]
    assert {one["agent"]: one["weight"] for one in votes} == STRICT.plain()["weights"]
    assert report(replace(run, incident=House().incident()))["votes"] == []


@pytest.mark.parametrize(("rules", "differ"), [(None, []), (RULES, ["tally of round 1"])])
def test_a_replay_counts_by_the_recorded_rules_unless_others_are_given(rules, differ):
    log = events(voted(*VOTERS[:3], confidence=750))
    assert [one.what for one in replay(log, Today(remedies(), rules)) if one.differs] == differ
