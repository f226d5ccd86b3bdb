"""What everybody who only reads the log reads."""

import pytest

from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.adapters.aws.dynamodb_log_reader import DynamodbLogReader
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_authority import MemorySigner
from shared.adapters.local.memory_event_store import MemoryEventStore, MemoryLogs
from shared.adapters.local.memory_log_reader import MemoryLogReader
from shared.domain.errors import AccessDenied, PortError
from shared.domain.events import Head
from shared.domain.facts import Author, AuthorRejected

SIGNER = MemorySigner(b"key")
FACT = AuthorRejected(event_id="e", author="nobody", reason="none")


@pytest.fixture(params=["local", "aws"])
def both(request: pytest.FixtureRequest):
    """A store and a reader of the same log."""
    clock = ManualClock()
    if request.param == "local":
        logs = MemoryLogs()
        return MemoryEventStore(logs, Author.COORDINATOR, SIGNER, clock), MemoryLogReader(logs)
    client, table = request.getfixturevalue("aws").client("dynamodb"), request.getfixturevalue("table")
    store = DynamodbEventStore(client, table, Author.COORDINATOR, SIGNER, clock)
    return store, DynamodbLogReader(client, table, clock)


def test_a_log_is_read_whole_in_pages_and_by_its_head(both):
    store, reader = both
    made = store.append("INC-1", Head(), [FACT] * 7)
    store.append("INC-2", Head(), [FACT])
    assert tuple(reader.read("INC-1")) == made
    assert tuple(reader.events("INC-1", 0, 3)) == made[:3]
    assert tuple(reader.events("INC-1", 3, 100)) == made[3:]
    assert tuple(reader.events("INC-1", 7, 3)) == ()
    assert reader.heads(["INC-1", "INC-2", "INC-3"]) == {"INC-1": 7, "INC-2": 1}
    assert reader.heads([]) == {}
    assert sorted(reader.incident_ids()) == ["INC-1", "INC-2"]


def test_an_incident_that_is_not_there_is_empty(both):
    _, reader = both
    assert tuple(reader.read("INC-1")) == tuple(reader.events("INC-1", 0, 9)) == ()
    assert list(reader.incident_ids()) == []


def test_what_is_no_event_is_refused(aws, table):
    item = {"pk": {"S": "INCIDENT#INC-1"}, "sk": {"S": f"EVENT#{1:012d}"}, "body": {"S": "{}"}}
    aws.client("dynamodb").put_item(TableName=table, Item=item)
    with pytest.raises(PortError, match="run the audit"):
        DynamodbLogReader(aws.client("dynamodb"), table, ManualClock()).events("INC-1", 0, 9)


def test_who_reads_cannot_write(aws, table):
    reader = DynamodbLogReader(aws.client("dynamodb"), table, ManualClock())
    with pytest.raises(AccessDenied, match="no key"):
        reader._store.append("INC-1", Head(), [FACT])
