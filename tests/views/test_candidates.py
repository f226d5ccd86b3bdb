"""The suggestion is not alone: every remedy with its votes, disputed where agents differ, changes first."""

from datetime import timedelta

from shared.domain import facts
from shared.domain.ballot import Ballot, SignedBallot
from shared.domain.consensus import RULES
from shared.domain.evidence import Evidence, EvidenceKind, Findings
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.domain.proposal import Proposal
from shared.views.candidates import candidates, changes, disputed
from shared.workflow.reasons import reasons
from tests.sample import NOON, scale_out
from tests.unit.test_ownership import folded

RESTART = Proposal(runbook="restart-service", version=1, service="checkout", target="arn:checkout")
BLOCK = Proposal(runbook="block-address-range", version=1, service="web", target="arn:web")
SEEN = Evidence(
    kind=EvidenceKind.ROOT_CAUSE, service="checkout", statement="memory is full", observed_at=NOON
)


def change(text: str, minutes: float) -> Evidence:
    at = NOON - timedelta(minutes=minutes)
    return Evidence(kind=EvidenceKind.CHANGE, service="checkout", statement=text, observed_at=at)


def found(agent: AgentName, *evidence: Evidence, proposes: tuple[Proposal, ...] = ()) -> facts.Fact:
    findings = Findings(
        agent=agent, summary="it", confidence=900, evidence=(SEEN, *evidence), candidates=proposes
    )
    return facts.FindingsSubmitted(attempt=1, findings=findings)


def vote(agent: AgentName, choice: Proposal | None) -> facts.Fact:
    ballot = Ballot(
        agent=agent,
        incident_id="INC-1",
        attempt=1,
        round=1,
        execution="run-1",
        choice=choice.digest if choice else None,
        confidence=800,
        evidence=(SEEN.id,),
        reasoning=f"{agent} says so",
        expires_at=NOON + timedelta(minutes=9),
    )
    return facts.BallotCast(signed=SignedBallot(ballot=ballot, mac=""))


def left(*votes: facts.Fact) -> Incident:
    opened = facts.VoteOpened(
        attempt=1,
        round=1,
        execution="run-1",
        candidates=(scale_out(), RESTART),
        safe=(),
        expires_at=NOON + timedelta(minutes=9),
        rules=RULES,
    )
    return folded(
        found(AgentName.DIAGNOSIS, change("v7 was rolled out", 4), change("a parameter", 40)),
        found(AgentName.RESOLUTION, change("capacity", 1), proposes=(RESTART, BLOCK)),
        opened,
        *votes,
        facts.EscalatedToHuman(reason="no_quorum", suggestion=RESTART),
    )


SPLIT = (
    vote(AgentName.DIAGNOSIS, scale_out()),
    vote(AgentName.DETECTION, RESTART),
    vote(AgentName.RESOLUTION, RESTART),
    vote(AgentName.PREDICTION, None),
)


def test_every_candidate_has_its_votes_and_what_they_rest_on() -> None:
    first, second, third = candidates(left(*SPLIT))
    assert third.remedy.runbook == "block-address-range"
    by = {one.remedy.runbook: one for one in (first, second, third)}
    assert [(one.agent, one.evidence) for one in by["scale-out-service"].votes] == [
        ("diagnosis", ("memory is full",))
    ]
    assert {one.agent for one in by["restart-service"].votes} == {"detection", "resolution"}
    assert first.weight >= second.weight > third.weight == 0
    assert by["restart-service"].suggested
    assert by["restart-service"].disputed
    assert by["scale-out-service"].disputed
    assert (third.frozen, third.proposed_by, third.disputed) == (False, ("resolution",), False)


def test_agents_that_agree_dispute_nothing_and_who_abstains_is_for_nothing_else() -> None:
    agreed = left(*(vote(agent, RESTART) for agent in (AgentName.DIAGNOSIS, AgentName.DETECTION)))
    assert not disputed(agreed)
    assert not any(one.disputed for one in candidates(agreed))
    assert disputed(left(*SPLIT))


def test_changes_are_told_most_recent_first_and_before_the_votes() -> None:
    state = left(*SPLIT)
    assert [one.statement for one in changes(state)] == ["capacity", "v7 was rolled out", "a parameter"]
    lines = reasons(state)
    where = [
        next(n for n, line in enumerate(lines) if part in line)
        for part in ("capacity", "Disputed", "abstains")
    ]
    assert where == sorted(where)
    assert any("Nobody has it yet" in line for line in lines)
