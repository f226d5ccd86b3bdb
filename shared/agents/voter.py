"""What a voting agent is: a name, how it investigates, and how it judges the frozen candidates."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.domain.evidence import Evidence, Findings
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.domain.proposal import Proposal
from shared.ports.sources import Sources


@dataclass(frozen=True)
class Verdict:
    """What an agent makes of the candidates: one of them, or none (an abstention), and why."""

    choice: Proposal | None
    confidence: int  # thousandths
    reasoning: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Voter:
    """An agent with a vote. Its weight and its time limit are the stage's."""

    name: AgentName
    investigate: Callable[[Incident, Sources], Findings]
    judge: Callable[[Incident, tuple[Proposal, ...], Sources], Verdict]


def abstention(reasoning: str, evidence: tuple[Evidence, ...] = ()) -> Verdict:
    """A ballot for nothing, and why."""
    return Verdict(choice=None, confidence=0, reasoning=reasoning, evidence=evidence)


def support(incident: Incident, agent: AgentName) -> Mapping[str, int]:
    """Weight that the others gave each candidate in the round before, as it was counted; empty in the first.

    After a round without a winner everybody has seen everybody's findings and ballots. An agent may let that
    choose between remedies that its own evidence approves, and never approves one for it.
    """
    vote, counted = incident.vote, incident.tallied
    if vote is None or counted is None or (counted.attempt, counted.round) != (vote.attempt, vote.round - 1):
        return {}
    own = counted.rules.weights.get(agent, 0)
    return {one.proposal: one.weight - own * (agent in one.approvers) for one in counted.tally.sums}
