"""The event store's two adapters, many writers each, signing with a key in this process (no KMS call)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

from botocore.config import Config

from scripts.bench.sample import opened
from scripts.local_aws.process import LocalAws
from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.adapters.local.memory_authority import MemorySigner
from shared.adapters.local.memory_event_store import MemoryEventStore, MemoryLogs
from shared.adapters.local.system_clock import SystemClock
from shared.domain.events import Head
from shared.domain.facts import Author
from shared.ports.event_store import EventStore

TABLE = "bench-events"
SIGNER, CLOCK = MemorySigner(b"bench"), SystemClock()


@dataclass
class Stores:
    """One adapter."""

    name: str
    make: Callable[[Author], EventStore]
    _numbers = count(1)

    def incident(self, writers: int = 1) -> tuple[str, Sequence[EventStore]]:
        """A new incident's id, and the stores of its writers."""
        incident_id = f"BENCH-{next(self._numbers)}"
        self.make(Author.DETECTION).append(incident_id, Head(), [opened()])
        return incident_id, [self.make(Author.COMMUNICATION) for _ in range(writers)]


def in_memory() -> Stores:
    """The adapter of tests and of the simulator."""
    logs = MemoryLogs()
    return Stores("memory", lambda author: MemoryEventStore(logs, author, SIGNER, CLOCK))


def in_local_aws(aws: LocalAws) -> Stores:
    """DynamoDB of the local AWS, in a table of its own."""
    quick = Config(max_pool_connections=64, read_timeout=60, retries={"total_max_attempts": 4})
    client = aws.client("dynamodb", config=quick)
    if TABLE not in client.list_tables()["TableNames"]:
        client.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        )
    return Stores("local AWS", lambda author: DynamodbEventStore(client, TABLE, author, SIGNER, CLOCK))
