"""The values of the model: three remedies, one incident, ballots, and a log whose MACs read "MAC by X"."""

from datetime import timedelta
from functools import cache

from shared.domain import facts
from shared.domain.ballot import Ballot, SignedBallot
from shared.domain.evidence import OWN_KIND, Evidence, Findings
from shared.domain.facts import Author, Fact
from shared.domain.model import VOTERS, AgentName
from tests.model.log import ID, START, Log, mac, opening, written
from tests.sample import opened, scale_out

EXECUTION, ATTEMPT = "INC-1-1", 1
EXPIRY = START + timedelta(minutes=10)
LATER = EXPIRY + timedelta(minutes=1)
REMEDIES = {"good": scale_out("3"), "lie": scale_out("4"), "plot": scale_out("5")}
"""What an honest agent may be convinced of, a lone liar's wish, and what colluders agreed on. All are
safe runbooks, which is the worst case: a degraded quorum may run any of them."""
PROPOSED = {
    AgentName.DIAGNOSIS: (REMEDIES["good"], REMEDIES["lie"]),
    AgentName.PREDICTION: (REMEDIES["plot"],),
}
"""At most two an agent are frozen."""
NAME_OF = {proposal.digest: name for name, proposal in REMEDIES.items()}


@cache
def own_evidence(agent: AgentName) -> Evidence:
    """A fact of the agent's own kind; a faulty agent's is as good as any, since it writes it itself."""
    return Evidence(kind=OWN_KIND[agent], service="checkout", statement=f"seen by {agent}", observed_at=START)


@cache
def ballot(
    agent: AgentName, round_: int, choice: str, *, key: str = "", incident: str = ID, sure: int = 900
) -> SignedBallot:
    """A ballot for a remedy by name, or for none (""); `key` is whose MAC it carries, if not its own."""
    made = Ballot(
        agent=agent,
        incident_id=incident,
        attempt=ATTEMPT,
        round=round_,
        execution=f"{incident}-1",
        answers=opening(round_),
        choice=REMEDIES[choice].digest if choice else None,
        confidence=sure if choice else 0,
        reasoning="because",
        evidence=(own_evidence(agent).id,) if choice else (),
        expires_at=EXPIRY,
    )
    return SignedBallot(ballot=made, mac=mac(key or agent.value, made.digest))


def beginning() -> Log:
    """The log when the candidates are to be frozen: everybody has answered, three remedies are proposed."""
    asked = facts.InvestigationStarted(attempt=ATTEMPT, execution=EXECUTION)
    return (
        written(opened(START), Author.DETECTION),
        written(asked, Author.WORKFLOW),
        *(written(_findings(agent), Author(agent.value)) for agent in VOTERS),
    )


def _findings(agent: AgentName) -> Fact:
    wanted = PROPOSED.get(agent, ())
    found = Findings(
        agent=agent,
        summary="seen",
        confidence=800,
        evidence=(own_evidence(agent),),
        candidates=wanted,
    )
    return facts.FindingsSubmitted(attempt=ATTEMPT, findings=found)
