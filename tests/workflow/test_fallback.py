"""The engine fails: what the stored ballots prove and is safe is carried out once, else a human decides."""

import pytest

from shared.adapters.local.memory_catalogue import MemoryCatalogue
from shared.adapters.local.memory_open_incidents import MemoryOpenIncidents
from shared.adapters.local.memory_waiting_room import MemoryWaitingRoom
from shared.domain.certificate import verify_certificate
from shared.domain.consensus import RULES, DecisionKind
from shared.domain.facts import Author
from shared.domain.model import VOTERS, AgentName
from shared.domain.service import ServiceCatalogue
from shared.workflow.coordination import Coordination
from shared.workflow.ending import Ending
from shared.workflow.fallback import SUFFIX, Fallback
from shared.workflow.trust import Trust
from shared.workflow.vigilance import Vigilance
from tests.workflow.test_deliberation import EXECUTION, ID, House, scale_out


class Machine:
    """Remembers what was started."""

    def __init__(self) -> None:
        self.started: dict[str, dict[str, object]] = {}

    def start(self, name: str, payload: dict[str, object]) -> bool:
        return self.started.setdefault(name, payload) is payload

    def complete(self, token: str, output: dict[str, object]) -> None:
        raise AssertionError


class Broken:
    """A house whose state machine ends by itself after the ballots were cast."""

    def __init__(self, *votes: AgentName) -> None:
        self.house, self.machine = House(), Machine()
        self.house.propose(AgentName.DIAGNOSIS, scale_out())
        self.house.tasks.freeze(ID)
        for agent in votes:
            self.house.vote(agent, scale_out().digest)
        self.coordination = Coordination(
            self.house.store(Author.COORDINATOR),
            Trust(self.house.verifier),
            self.machine,
            MemoryWaitingRoom(),
            MemoryOpenIncidents(self.house.clock),
            Fallback(self.house.verifier, self.house.clock, RULES),
            Vigilance(self.house.standing, self.house.clock),
            Ending(
                self.house.store(Author.COORDINATOR),
                Trust(self.house.verifier).distrust,
                MemoryCatalogue(ServiceCatalogue(services=())),
                self.house.clock,
            ),
        )

    def end(self, execution: str = EXECUTION) -> None:
        self.coordination.engine_ended(execution, "TIMED_OUT")


def test_a_safe_remedy_that_the_ballots_prove_is_resumed_once():
    broken = Broken(*VOTERS[:3])
    broken.end()
    broken.end()
    state = broken.house.incident()
    assert state.decision is DecisionKind.PRIORITY_FALLBACK
    assert list(broken.machine.started) == [f"{EXECUTION}{SUFFIX}"]
    assert broken.machine.started[f"{EXECUTION}{SUFFIX}"]["fallback"] is True
    assert broken.house.types()["ConsensusReached"] == 1
    verify_certificate(
        state.certificate,
        state.poll(),
        state.ballots,
        lambda agent, digest, mac: broken.house.verifier.verify(Author(agent.value), digest, mac),
        broken.house.clock.now(),
    )


def test_what_a_fallback_writes_is_believed_by_everybody_and_its_tally_is_in_the_state():
    broken = Broken(*VOTERS[:3])
    broken.end()
    for event in broken.house.store(Author.WORKFLOW).read(ID):
        broken.coordination.hear(event)
    assert broken.house.types()["AuthorRejected"] == 0
    assert broken.house.incident().tallied.tally.winner == scale_out().digest


@pytest.mark.parametrize("votes", [(), VOTERS[:2], VOTERS[1:2]])
def test_without_proof_a_human_decides(votes):
    broken = Broken(*votes)
    broken.end()
    assert broken.house.incident().escalation is not None
    assert broken.machine.started == {}


def test_a_fallback_that_fails_is_not_tried_again():
    broken = Broken(*VOTERS[:3])
    broken.end()
    broken.end(f"{EXECUTION}{SUFFIX}")
    assert broken.house.incident().escalation is not None
    assert len(broken.machine.started) == 1


def test_what_was_decided_before_the_failure_goes_to_a_human():
    broken = Broken(*VOTERS[:3])
    broken.house.tasks.decide(ID, broken.house.machine_tally())
    broken.end()
    assert broken.house.incident().escalation is not None
    assert broken.machine.started == {}
