"""A stage that was deployed, reached with the caller's own credentials: its clients and its outputs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError

from scripts.local_aws import process
from scripts.local_aws.process import LocalAws
from scripts.log import read_log
from shared.domain.errors import IncidentNotFound, InvalidConfiguration
from shared.domain.events import Event
from shared.settings import stacks_of

PARTS = ("Data", "Agents", "Consensus", "Interface", "Dashboard", "Observability")
StageOption = Annotated[
    str, typer.Option("--stage", help="a deployed stage; `local` is the local AWS that runs")
]


@dataclass(frozen=True)
class Reached:
    """A stage's clients by service name, and the outputs of its stacks."""

    client: Callable[[str], Any]
    outputs: dict[str, str]

    def events(self, incident_id: str) -> tuple[Event, ...]:
        """The log of an incident.

        Raises:
            IncidentNotFound: it has none in this stage.
        """
        events = read_log(self.client("dynamodb"), self.outputs["EventsTable"], incident_id)
        if not events:
            raise IncidentNotFound(f"there is no incident {incident_id} in this stage")
        return events


def reach(stage: str) -> Reached:
    """The stage.

    Raises:
        InvalidConfiguration: it is not deployed, or the credentials do not reach it.
    """
    client, outputs = clients(stage), dict[str, str]()
    try:
        cloudformation = client("cloudformation")
    except BotoCoreError as error:
        raise InvalidConfiguration(f"stage {stage} cannot be reached ({error}): set AWS_REGION") from error
    for part in PARTS:
        name = stack_name(stage, part)
        try:
            found = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        except (ClientError, BotoCoreError) as error:
            raise InvalidConfiguration(
                f"stage {stage} cannot be reached ({error}): deploy it first"
            ) from error
        outputs |= {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}
    return Reached(client, outputs)


def stack_name(stage: str, part: str) -> str:
    """What the stacks are called."""
    return f"{stacks_of(stage)}{part}"


def clients(stage: str) -> Callable[[str], Any]:
    """Clients of the account where the stage is, or will be, by service name.

    Raises:
        InvalidConfiguration: it is `local`, and no local AWS runs.
    """
    if stage != "local":
        session: Any = boto3.session.Session()
        client: Callable[[str], Any] = session.client
        return client
    running = process.status()
    if running is None:
        raise InvalidConfiguration("no local AWS runs: `commander demo --keep` leaves one with a stage")
    return LocalAws.attach(running).client
