"""What a voting agent is: a name, how it investigates, and how it judges the frozen candidates."""

from collections.abc import Callable
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
