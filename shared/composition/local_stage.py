"""What a stage configures, for the house in this process: how long is waited, and where it may act."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from shared.domain.model import AgentName
from shared.domain.service import ServiceCatalogue
from shared.workflow.participation import Limits


@dataclass(frozen=True)
class Waits:
    """The stage's limits, in seconds."""

    investigate: Mapping[AgentName, int]
    vote: int
    watch: int
    poll: int
    approval: int = 1_800

    def of(self, agent: AgentName) -> Limits:
        """An agent's own."""
        return Limits(timedelta(seconds=self.investigate[agent]), timedelta(seconds=self.vote))

    def placeholders(self) -> dict[str, int]:
        """By the names that stand in the state machine's file."""
        asked = {f"{name.value.capitalize()}Seconds": limit for name, limit in self.investigate.items()}
        people = {"ApprovalSeconds": self.approval}
        return {**asked, **people, "VoteSeconds": self.vote, "WatchPollSeconds": self.poll}


DEV = Waits(
    {
        AgentName.DETECTION: 60,
        AgentName.DIAGNOSIS: 180,
        AgentName.PREDICTION: 90,
        AgentName.RESOLUTION: 300,
    },
    vote=40,
    watch=300,
    poll=15,
)


def places(catalogue: ServiceCatalogue) -> frozenset[str]:
    """account/region of everything that the catalogue's services own."""
    arns = [arn.split(":") for service in catalogue.services for arn in service.resources.values()]
    return frozenset(f"{arn[4]}/{arn[3]}" for arn in arns if len(arn) > 5)
