"""A stage that was deployed, reached with the caller's own credentials: its clients and its outputs."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from scripts.commander.failures import CREDENTIALS, REGION
from scripts.commander.named import named, unknown
from scripts.local_aws import process
from scripts.local_aws.process import LocalAws
from scripts.log import read_log
from shared.adapters.aws.dynamodb_log_reader import DynamodbLogReader
from shared.adapters.aws.dynamodb_views import DynamodbViews
from shared.adapters.local.system_clock import SystemClock
from shared.domain.errors import IncidentNotFound, InvalidConfiguration
from shared.domain.events import Event
from shared.ports.views import Views
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
            raise self._unknown(incident_id)
        return events

    def named(self, text: str) -> str:
        """The id of the incident that somebody means, in capital or small letters, or by `latest`.

        Raises:
            IncidentNotFound: the latest, and there is none.
        """
        return named(text, self.views)

    def incident(self, text: str) -> str:
        """As `named`, of one that has a log.

        Raises:
            IncidentNotFound: it has none; the sentence says which there are.
        """
        incident_id = self.named(text)
        log = DynamodbLogReader(self.client("dynamodb"), self.outputs["EventsTable"], SystemClock())
        if not log.heads([incident_id]).get(incident_id):
            raise self._unknown(incident_id)
        return incident_id

    def _unknown(self, incident_id: str) -> IncidentNotFound:
        """That there is none of that id; a stage without a read model does not know what others there are."""
        if "ViewsTable" in self.outputs:
            return unknown(incident_id, self.views())
        return IncidentNotFound(f"there is no incident {incident_id} in this stage")

    def views(self) -> Views:
        """The read model.

        Raises:
            InvalidConfiguration: the stage was deployed before there was one.
        """
        if "ViewsTable" not in self.outputs:
            raise InvalidConfiguration("this stage has no read model yet: deploy the stacks again")
        return DynamodbViews(self.client("dynamodb"), self.outputs["ViewsTable"], SystemClock())


def reach(stage: str) -> Reached:
    """The stage.

    Raises:
        InvalidConfiguration: it is not deployed, or the credentials do not reach it.
    """
    client, outputs = clients(stage), dict[str, str]()
    cloudformation = client("cloudformation")
    for part in PARTS:
        name = stack_name(stage, part)
        try:
            found = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        except NoCredentialsError as error:
            raise InvalidConfiguration(CREDENTIALS) from error
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
        InvalidConfiguration: it is `local`, and no local AWS runs; or no Region is set.
    """
    if stage != "local":
        session: Any = boto3.session.Session(region_name=os.environ.get("AWS_REGION"))
        if not session.region_name:
            raise InvalidConfiguration(REGION)
        client: Callable[[str], Any] = session.client
        return client
    running = process.status()
    if running is None:
        raise InvalidConfiguration("no local AWS runs: `commander demo --keep` leaves one with a stage")
    return LocalAws.attach(running).client
