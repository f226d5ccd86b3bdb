"""The tasks around the vote, over the in-memory log: what they write, and what they never write twice."""

from collections import Counter
from datetime import timedelta

import pytest

from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_authority import MemorySigner, MemoryVerifier
from shared.adapters.local.memory_event_store import MemoryEventStore, MemoryLogs
from shared.adapters.local.memory_integrity import MemoryIntegrity
from shared.adapters.local.memory_standing import MemoryStanding
from shared.domain.ballot import Ballot, SignedBallot
from shared.domain.certificate import count, verify_certificate
from shared.domain.commands import cast_ballot, start_action, submit_findings
from shared.domain.consensus import DecisionKind
from shared.domain.errors import CommandRefused
from shared.domain.events import Head
from shared.domain.evidence import OWN_KIND, Evidence, Findings
from shared.domain.facts import ActionStarted, Author, BallotCast, FindingsSubmitted
from shared.domain.model import VOTERS, AgentName
from shared.domain.proposal import Proposal
from shared.ports.event_store import load, record
from shared.runbooks import catalogue
from shared.workflow.deliberation import MAX_ROUNDS, Deliberation
from shared.workflow.trust import Trust
from shared.workflow.vigilance import Vigilance
from tests.sample import opened, scale_out

ID, EXECUTION = "INC-1", "INC-1-1"
KEYS = {author: author.value.encode() for author in Author}


class House:
    """One incident, its log and everybody's keys."""

    def __init__(self) -> None:
        self.logs, self.clock = MemoryLogs(), ManualClock()
        self.verifier = MemoryVerifier(KEYS)
        self.standing, self.integrity = MemoryStanding(self.clock), MemoryIntegrity()
        self.tasks = Deliberation(
            self.store(Author.WORKFLOW),
            self.verifier,
            self.clock,
            catalogue.remedies(),
            Vigilance(self.standing, self.clock),
            self.integrity,
            Trust(self.verifier).distrust,
            timedelta(minutes=100),
        )
        self.store(Author.DETECTION).append(ID, Head(), [opened(self.clock.now())])
        self.tasks.open(ID, 1, EXECUTION)

    def store(self, author: Author) -> MemoryEventStore:
        return MemoryEventStore(self.logs, author, MemorySigner(KEYS[author]), self.clock)

    def propose(self, agent: AgentName, *candidates: Proposal) -> None:
        findings = Findings(agent=agent, summary="seen", confidence=800, candidates=candidates)
        record(self.store(Author(agent.value)), ID, lambda state: submit_findings(state, findings, 1))

    def vote(self, agent: AgentName, choice: str | None, confidence: int = 900, key: bytes = b"") -> None:
        poll = self.incident().poll()
        evidence = Evidence(
            kind=OWN_KIND[agent], service="checkout", statement="seen", observed_at=self.clock.now()
        )
        ballot = Ballot(
            agent=agent,
            incident_id=ID,
            attempt=1,
            round=poll.round,
            execution=EXECUTION,
            answers=poll.opened,
            choice=choice,
            confidence=confidence,
            reasoning="because",
            evidence=(evidence.id,),
            expires_at=self.clock.now() + timedelta(minutes=5),
        )
        signed = SignedBallot(ballot=ballot, mac=MemorySigner(key or agent.value.encode()).mac(ballot.digest))
        record(self.store(Author(agent.value)), ID, lambda state: cast_ballot(state, signed, (evidence,)))

    def machine_tally(self) -> dict[str, object]:
        """What the state machine would count from `verify`'s answer."""
        state = self.incident()
        accepted = {one["agent"] for one in self.tasks.verify(ID)["ballots"]}
        ballots = [b for b in state.ballots_of(1, state.poll().round) if b.ballot.agent in accepted]
        return count(state.poll(), ballots).plain()

    def incident(self):
        return load(self.store(Author.WORKFLOW), ID)

    def types(self) -> Counter[str]:
        return Counter(event.type for event in self.store(Author.WORKFLOW).read(ID))


def test_who_withdraws_what_it_showed_takes_nothing_from_anothers_ballot():
    """Detection shows what prediction will rest on, and after prediction's vote shows something else."""
    house = House()
    now, kind = house.clock.now(), OWN_KIND[AgentName.PREDICTION]
    forecast = Evidence(kind=kind, service="checkout", statement="seen", observed_at=now)
    shown = Findings(agent=AgentName.DETECTION, summary="seen", confidence=800, evidence=(forecast,))
    detection = house.store(Author.DETECTION)
    record(detection, ID, lambda state: submit_findings(state, shown, 1))
    house.propose(AgentName.DIAGNOSIS, scale_out())
    [digest] = house.tasks.freeze(ID)["candidates"]
    house.vote(AgentName.PREDICTION, digest)
    withdrawn = shown.model_copy(update={"evidence": ()})
    record(detection, ID, lambda _: (FindingsSubmitted(attempt=1, findings=withdrawn),))
    house.tasks.decide(ID, house.machine_tally())
    assert house.incident().quarantined == {}
    assert house.incident().tallied.rejected == ()


def test_a_quorum_leaves_a_certificate_that_the_log_proves_again():
    house = House()
    house.propose(AgentName.DIAGNOSIS, scale_out())
    [digest] = house.tasks.freeze(ID)["candidates"]
    for agent in (AgentName.DETECTION, AgentName.DIAGNOSIS, AgentName.PREDICTION):
        house.vote(agent, digest)
    assert house.tasks.decide(ID, house.machine_tally()) == "won"
    state = house.incident()
    proven = verify_certificate(
        state.certificate,
        state.poll(),
        state.ballots,
        lambda agent, what, mac: house.verifier.verify(Author(agent.value), what, mac),
        house.clock.now(),
    )
    assert (proven.kind, proven.winner) == (DecisionKind.QUORUM, digest)


def test_a_task_that_is_delivered_twice_writes_once():
    house = House()
    house.tasks.open(ID, 1, EXECUTION)
    house.propose(AgentName.DIAGNOSIS, scale_out())
    [digest] = house.tasks.freeze(ID)["candidates"]
    assert house.tasks.freeze(ID)["candidates"] == [digest]
    for agent in VOTERS:
        house.vote(agent, digest)
    counted = house.machine_tally()
    assert [house.tasks.decide(ID, counted) for _ in range(2)] == ["won", "won"]
    for type_ in ("InvestigationStarted", "VoteOpened", "BallotsTallied", "ConsensusReached"):
        assert house.types()[type_] == 1


def test_a_remedy_outside_the_catalogue_or_off_its_pattern_is_not_put_to_the_vote():
    house = House()
    wild = scale_out().model_copy(update={"runbook": "delete-everything"})
    house.propose(AgentName.DIAGNOSIS, wild, scale_out("3; rm -rf /"), scale_out())
    assert house.tasks.freeze(ID)["candidates"] == [scale_out().digest]


def test_without_a_candidate_there_is_no_vote():
    house = House()
    assert house.tasks.freeze(ID) == {"candidates": [], "safe": [], "round": 1}
    assert house.types()["VoteOpened"] == 0


def test_a_ballot_with_another_agents_key_does_not_count_and_is_named():
    house = House()
    house.propose(AgentName.DIAGNOSIS, scale_out())
    [digest] = house.tasks.freeze(ID)["candidates"]
    house.vote(AgentName.DETECTION, digest)
    house.vote(AgentName.PREDICTION, digest)
    house.vote(AgentName.DIAGNOSIS, digest, key=b"prediction")
    assert house.tasks.decide(ID, house.machine_tally()) == "clarify"
    state = house.incident()
    assert state.certificate is None
    assert [one.agent for one in state.tallied.rejected] == [AgentName.DIAGNOSIS]


def test_a_tally_that_differs_from_the_machines_is_a_human_matter():
    house = House()
    house.propose(AgentName.DIAGNOSIS, scale_out())
    [digest] = house.tasks.freeze(ID)["candidates"]
    house.vote(AgentName.DIAGNOSIS, digest)
    assert house.tasks.decide(ID, {"kind": "quorum", "winner": digest, "sums": []}) == "human"
    assert house.incident().certificate is None


def test_rounds_end_and_a_human_gets_the_best_supported_remedy_as_a_suggestion():
    house = House()
    house.propose(AgentName.DIAGNOSIS, scale_out("3"), scale_out("4"))
    three, four = house.tasks.freeze(ID)["candidates"]
    outcomes = []
    for round_ in range(1, MAX_ROUNDS + 1):
        house.vote(AgentName.DIAGNOSIS, three, 800)
        house.vote(AgentName.PREDICTION, four, 700)
        outcomes.append(house.tasks.decide(ID, house.machine_tally()))
        if round_ < MAX_ROUNDS:
            assert house.tasks.clarify(ID, round_)["candidates"] == [three, four]
    assert outcomes == ["clarify", "clarify", "human"]
    with pytest.raises(CommandRefused):
        house.tasks.clarify(ID, MAX_ROUNDS)
    house.tasks.escalate(ID, "no_quorum")
    house.tasks.escalate(ID, "no_quorum")
    state = house.incident()
    assert state.escalation.suggestion.digest == three
    assert state.decision is DecisionKind.HUMAN
    assert house.types()["EscalatedToHuman"] == 1


def test_a_ballot_after_the_round_is_over_is_late_for_everybody():
    house = House()
    house.propose(AgentName.DIAGNOSIS, scale_out())
    [digest] = house.tasks.freeze(ID)["candidates"]
    for agent in VOTERS[:3]:
        house.vote(agent, digest)
    counted = house.machine_tally()
    house.vote(AgentName.RESOLUTION, digest)
    assert house.tasks.decide(ID, counted) == "won"
    late = SignedBallot.model_validate(house.incident().ballots[0].plain())
    other = late.ballot.model_copy(update={"agent": AgentName.RESOLUTION})
    forged = SignedBallot(ballot=other, mac=MemorySigner(b"resolution").mac(other.digest))
    store = house.store(Author.RESOLUTION)
    store.append(ID, house.incident().head, [BallotCast(signed=forged)])
    state = house.incident()
    assert len(state.ballots) == 3
    verify_certificate(
        state.certificate,
        state.poll(),
        state.ballots_of(1, 1),
        lambda agent, shown, mac: house.verifier.verify(Author(agent.value), shown, mac),
        house.clock.now(),
    )


def test_nothing_is_started_once_a_human_has_it():
    house = House()
    house.propose(AgentName.DIAGNOSIS, scale_out())
    house.tasks.freeze(ID)
    house.tasks.escalate(ID, "test")
    started = ActionStarted(proposal=scale_out(), token="t", before={})
    with pytest.raises(CommandRefused, match="a human has it"):
        start_action(house.incident(), started)
