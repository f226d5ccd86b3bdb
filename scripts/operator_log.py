"""What a person writes into an incident's log, with the operator's key."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scripts.commander.reached import Reached
from shared.adapters.aws.dynamodb_directory import DynamodbDirectory
from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.adapters.aws.kms_authority import KmsSigner, KmsVerifier
from shared.adapters.local.system_clock import SystemClock
from shared.domain.errors import InvalidConfiguration
from shared.domain.facts import Author, Fact
from shared.domain.incident import Incident
from shared.ports.event_store import Distrust, load, record
from shared.workflow.answers import Answers
from shared.workflow.trust import Trust

CLOCK = SystemClock()


@dataclass(frozen=True)
class OperatorLog:
    """One stage's logs. Events that must not be believed are not."""

    reached: Reached

    def load(self, incident_id: str) -> Incident:
        """The incident as it is now.

        Raises:
            IncidentNotFound: there is none of this id.
        """
        return load(self.store(), incident_id, self._trust().distrust)

    def record(self, incident_id: str, decide: Callable[[Incident], Sequence[Fact]]) -> Incident:
        """Write what a person decides about the incident as it is.

        Raises:
            IncidentNotFound: there is none of this id.
            AccessDenied: the caller may not write as an operator.
        """
        return record(self.store(), incident_id, decide, distrust=self._trust().distrust)

    def answers(self) -> Answers:
        """What is said at the command line."""
        table = self.reached.outputs["StateTable"]
        directory = DynamodbDirectory(self.reached.client("dynamodb"), table)
        return Answers(self.store(), self._trust().distrust, directory, CLOCK)

    @property
    def distrust(self) -> Distrust:
        """What must not be believed of a log."""
        return self._trust().distrust

    def _keys(self) -> dict[Author, str]:
        keys = self.reached.outputs.get("AuditKeys")
        if keys is None:
            raise InvalidConfiguration("this stage has no operator's key yet: deploy the stacks again")
        return {Author(name): key for name, key in json.loads(keys).items()}

    def _trust(self) -> Trust:
        return Trust(KmsVerifier(self.reached.client("kms"), self._keys()))

    def store(self) -> DynamodbEventStore:
        """The log, written as the operator."""
        return DynamodbEventStore(
            self.reached.client("dynamodb"),
            self.reached.outputs["EventsTable"],
            Author.OPERATOR,
            KmsSigner(self.reached.client("kms"), self._keys()[Author.OPERATOR]),
            CLOCK,
        )
