"""How each agent stands, on DynamoDB: a quarantine, a history and a breaker for each."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from shared.adapters.aws.versioned_items import Item, VersionedItems
from shared.domain.ballot import Ballot
from shared.domain.breaker import Breaker
from shared.domain.errors import PortError
from shared.domain.model import VOTERS, AgentName
from shared.ports.clock import Clock
from shared.ports.standing import REASON_LENGTH, PastBallot, bounded, noted, settled

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HISTORY = TypeAdapter(tuple[PastBallot, ...])
KEEP_HISTORY = timedelta(days=400)
KEEP_BREAKER = timedelta(days=1)


class DynamodbStanding:
    """Keys: `pk` AGENT#name, `sk` QUARANTINE, HISTORY or BREAKER, and `ttl` in epoch seconds.

    Histories and breakers carry a version number, and a change that another one overtook is decided anew.
    """

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock) -> None:
        self._clock = clock
        self._items = VersionedItems(client, table, clock)

    def quarantine(self, agent: AgentName, until: datetime, reason: str) -> bool:
        """Count no ballot of the agent until then; False when it is quarantined for as long already.

        Raises:
            PortError: AWS failed.
        """
        ends = bounded(until, self._clock.now())
        if ends is None:
            return False
        item = {
            **_place(agent, "QUARANTINE"),
            "until": {"S": _moment(ends)},
            "reason": {"S": reason[:REASON_LENGTH]},
            "ttl": {"N": str(int(ends.timestamp()) + 1)},
        }
        later = "attribute_not_exists(pk) OR #until < :until"
        return self._items.put(item, later, "until", {":until": item["until"]})

    def quarantined(self, now: datetime) -> Mapping[AgentName, str]:
        """The agents quarantined at `now`, each with the reason, read consistently.

        Raises:
            PortError: AWS failed.
        """
        found = {}
        for agent in AgentName:
            item = self._items.read(_place(agent, "QUARANTINE"))
            reason = _quarantine(item, now) if item is not None else None
            if reason is not None:
                found[agent] = reason
        return found

    def release(self, agent: AgentName) -> None:
        """End the agent's quarantine.

        Raises:
            PortError: AWS failed.
        """
        self._items.delete(_place(agent, "QUARANTINE"))

    def note(self, ballot: Ballot, at: datetime) -> None:
        """Remember a ballot that was counted.

        Raises:
            PortError: AWS failed, other writers were always faster, or the history cannot be read.
        """
        self._rewrite(ballot.agent, lambda known: noted(known, ballot, at))

    def settle(self, incident_id: str, attempt: int, proposal: str, outcome: bool) -> None:
        """Say of everybody who approved this proposal in this attempt whether they were right.

        Raises:
            PortError: as `note`; the other agents are settled, and settling again completes it.
        """
        failure: PortError | None = None
        for agent in VOTERS:
            try:
                self._rewrite(agent, lambda known: settled(known, incident_id, attempt, proposal, outcome))
            except PortError as error:
                failure = failure or error
        if failure is not None:
            raise failure

    def history(self, agent: AgentName) -> Sequence[PastBallot]:
        """The agent's last ballots, oldest first.

        Raises:
            PortError: AWS failed, or the item is not a history.
        """
        return _history(self._items.read(_place(agent, "HISTORY")), agent)

    def breaker(self, agent: AgentName) -> Breaker:
        """The agent's breaker.

        Raises:
            PortError: AWS failed.
        """
        return _breaker(self._items.read(_place(agent, "BREAKER")))

    def allows(self, agent: AgentName) -> bool:
        """Whether the agent may be asked now; a trial is counted.

        Raises:
            PortError: AWS failed, or other writers were always faster.
        """
        now = self._clock.now()
        before = self._turn(agent, lambda breaker: breaker.allows(now)[1])
        return before.allows(now)[0]

    def succeeded(self, agent: AgentName) -> None:
        """The agent answered.

        Raises:
            PortError: as `allows`.
        """
        self._turn(agent, Breaker.succeeded)

    def failed(self, agent: AgentName) -> None:
        """The agent failed, or did not answer in time.

        Raises:
            PortError: as `allows`.
        """
        self._turn(agent, lambda breaker: breaker.failed(self._clock.now()))

    def _rewrite(
        self, agent: AgentName, change: Callable[[tuple[PastBallot, ...]], tuple[PastBallot, ...]]
    ) -> None:
        def body(item: Item | None) -> str | None:
            known = _history(item, agent)
            after = change(known)
            return None if after == known else HISTORY.dump_json(after).decode()

        self._items.change(_place(agent, "HISTORY"), body, KEEP_HISTORY)

    def _turn(self, agent: AgentName, change: Callable[[Breaker], Breaker]) -> Breaker:
        """Change a breaker; returns it as it was before that."""

        def body(item: Item | None) -> str | None:
            known = _breaker(item)
            after = change(known)
            return None if after == known else after.model_dump_json()

        return _breaker(self._items.change(_place(agent, "BREAKER"), body, KEEP_BREAKER))


def _place(agent: AgentName, what: str) -> dict[str, Any]:
    return {"pk": {"S": f"AGENT#{agent.value}"}, "sk": {"S": what}}


def _moment(at: datetime) -> str:
    """Of one length, so that the text sorts as the time does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _quarantine(item: Item, now: datetime) -> str | None:
    try:
        ends, reason = datetime.fromisoformat(item["until"]["S"]), str(item["reason"]["S"])
        ended = ends <= now
    except (KeyError, ValueError, TypeError):
        return "its quarantine cannot be read: release it"
    return None if ended else reason


def _history(item: Item | None, agent: AgentName) -> tuple[PastBallot, ...]:
    if item is None:
        return ()
    try:
        return HISTORY.validate_json(item["body"]["S"])
    except (KeyError, ValidationError) as error:
        raise PortError(
            f"AGENT#{agent.value} HISTORY is not a history: delete it", retryable=False
        ) from error


def _breaker(item: Item | None) -> Breaker:
    try:
        return Breaker.model_validate_json(item["body"]["S"]) if item is not None else Breaker()
    except (KeyError, ValidationError):
        return Breaker()
