"""Read-only clients where a stage acts: this function's own at home, the look role's in a spoke."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.adapters.aws.errors import port_errors
from shared.adapters.aws.resource_reader import AwsResourceReader
from shared.domain.naming import LOOK, Place, Reach
from shared.domain.runbook import Runbook, State
from shared.ports.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient
    from mypy_boto3_sts.type_defs import CredentialsTypeDef

SPARE = timedelta(minutes=2)
"""A session this near its end is not used any more."""


class LookClients:
    """`own` makes a client of this function, `session_client` one of a session, both of a service by name."""

    def __init__(
        self,
        reach: Reach,
        sts: "STSClient",
        own: Callable[[str], Any],
        session_client: "Callable[[str, CredentialsTypeDef], Any]",
        clock: Clock,
    ) -> None:
        self._reach = reach
        self._sts = sts
        self._own = own
        self._session_client = session_client
        self._clock = clock
        self._sessions: dict[str, tuple[datetime, CredentialsTypeDef]] = {}  # by account

    def at(self, place: Place, service: str) -> Any:
        """A client of a service in a place.

        Raises:
            AccessDenied: the spoke does not let this function look.
            PortError: STS failed.
        """
        if place.account == self._reach.home.account:
            return self._own(service)
        ends, credentials = self._sessions.get(place.account, (None, None))
        if credentials is None or ends is None or ends - SPARE <= self._clock.now():
            credentials = self._session(place)
            self._sessions[place.account] = (credentials["Expiration"], credentials)
        return self._session_client(service, credentials)

    def observe(self, runbook: Runbook, target: str) -> State:
        """Observation name -> value, wherever the target is.

        Raises:
            OutOfReach: the stage does not act there.
            PortError: the target cannot be read.
        """
        place = self._reach.place(target)
        return AwsResourceReader(lambda service: self.at(place, service)).observe(runbook, target)

    def _session(self, place: Place) -> "CredentialsTypeDef":
        with port_errors():
            answer = self._sts.assume_role(
                RoleArn=place.role(LOOK),
                RoleSessionName=f"commander-{place.stage}",
                DurationSeconds=900,
            )
        return answer["Credentials"]
