"""Quarantine, with an end; and an agent that is not itself any more."""

from datetime import timedelta

import pytest

from shared.domain.errors import InsufficientTrustedAgents
from shared.domain.model import VOTERS, AgentName
from shared.workflow.vigilance import LENGTH
from tests.workflow.test_deliberation import ID, House, scale_out


def liar(house: House, agent: AgentName) -> None:
    """An agent that was right fifty times, sure, and has been wrong twenty times since."""
    for number in range(70):
        other = House()
        other.propose(AgentName.DIAGNOSIS, scale_out())
        other.tasks.freeze(ID)
        other.vote(agent, scale_out().digest, 950)
        [signed] = other.incident().ballots
        ballot = signed.ballot.model_copy(update={"incident_id": f"past-{number}"})
        house.standing.note(ballot, house.clock.now() - timedelta(days=70 - number))
        house.standing.settle(ballot.incident_id, 1, scale_out().digest, outcome=number < 50)


def opened(house: House):
    house.propose(AgentName.DIAGNOSIS, scale_out())
    house.tasks.freeze(ID)
    return house.incident()


def test_an_agent_that_begins_to_lie_is_quarantined_with_its_reason_in_the_log():
    house = House()
    liar(house, AgentName.PREDICTION)
    state = opened(house)
    assert state.vote.quarantined == (AgentName.PREDICTION,)
    assert state.quarantined[AgentName.PREDICTION].until == house.clock.now() + LENGTH


def test_its_good_ballots_do_not_count_but_are_remembered_so_that_it_can_come_back():
    house = House()
    liar(house, AgentName.PREDICTION)
    opened(house)
    house.vote(AgentName.PREDICTION, scale_out().digest)
    before = len(house.standing.history(AgentName.PREDICTION))
    house.tasks.escalate(ID, "test")
    state = house.incident()
    assert [(one.agent, one.reason) for one in state.tallied.rejected] == [
        (AgentName.PREDICTION, "quarantined")
    ]
    assert state.tallied.tally.sums[0].weight == 0
    assert len(house.standing.history(AgentName.PREDICTION)) == before + 1


def test_being_seen_again_does_not_lengthen_a_quarantine():
    house = House()
    until = house.clock.now() + timedelta(minutes=10)
    house.standing.quarantine(AgentName.DETECTION, until, "earlier")
    opened(house)
    assert AgentName.DETECTION not in house.standing.quarantined(until + timedelta(seconds=1))


def test_a_ballot_with_a_byzantine_sign_quarantines_its_agent_with_the_proof():
    house = House()
    opened(house)
    house.vote(AgentName.DIAGNOSIS, scale_out().digest, key=b"stolen")
    house.tasks.escalate(ID, "test")
    found = house.incident().quarantined[AgentName.DIAGNOSIS]
    assert "bad MAC" in found.reason
    assert found.proof == tuple(one.ballot.digest for one in house.incident().ballots)
    assert AgentName.DIAGNOSIS in house.standing.quarantined(house.clock.now())


def test_two_at_fault_are_each_shown_only_what_is_their_own():
    house = House()
    opened(house)
    for agent in (AgentName.DIAGNOSIS, AgentName.PREDICTION):
        house.vote(agent, scale_out().digest, key=b"stolen")
    house.tasks.escalate(ID, "test")
    state = house.incident()
    shown = {one.ballot.agent: (one.ballot.digest,) for one in state.ballots}
    assert {agent: one.proof for agent, one in state.quarantined.items()} == shown


def test_fewer_than_three_trusted_agents_is_a_human_matter():
    house = House()
    for agent in VOTERS[:2]:
        house.standing.quarantine(agent, house.clock.now() + LENGTH, "earlier")
    with pytest.raises(InsufficientTrustedAgents, match="detection, diagnosis"):
        opened(house)


def test_an_agent_with_other_code_is_out_until_it_runs_what_was_deployed():
    house = House()
    house.integrity.found[AgentName.DIAGNOSIS] = "runs other code"
    state = opened(house)
    assert state.vote.quarantined == (AgentName.DIAGNOSIS,)
    assert [one.reason for one in state.vote.struck] == ["runs other code"]
    assert AgentName.DIAGNOSIS not in state.quarantined


def test_who_equivocated_in_one_round_is_out_of_the_next():
    house = House()
    opened(house)
    house.vote(AgentName.DIAGNOSIS, scale_out().digest, key=b"stolen")
    house.tasks.verify(ID)
    house.tasks.clarify(ID, 1)
    assert house.incident().vote.quarantined == (AgentName.DIAGNOSIS,)
